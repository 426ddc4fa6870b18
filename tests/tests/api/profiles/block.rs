//! `POST`, `DELETE /api/profiles/<id>/block/` and `…/mute/`.

use e2e::acts::people::{follow, relate, view_profile};
use e2e::ids::ids_on_page;
use e2e::{Account, Answer, Service, eventually};
use futures_util::future::join;
use futures_util::stream::{self, StreamExt};
use serde_json::json;

#[tokio::test]
async fn blocks_and_mutes_are_idempotent_both_ways() {
    let service = Service::running();
    let (a, b) = (service.signup().await, service.signup().await);
    for (verb, state) in [("block", "blocked"), ("mute", "muted")] {
        for (method, is) in [("POST", true), ("POST", true), ("DELETE", false), ("DELETE", false), ("POST", true)] {
            relate(&service, method, &a, verb, &b.id).await.is(200, &json!({state: is}));
            let listed = ids_on_page(&service, &a, &format!("/api/profiles/{state}/")).await;
            assert_eq!(listed.contains(&b.id), is, "{state} after {method}");
        }
    }
}

#[tokio::test]
async fn a_block_ends_follows_both_ways_and_has_its_own_refusal() {
    let service = Service::running();
    let (a, b) = (service.signup().await, service.signup().await);
    follow(&service, &a, &b).await;
    follow(&service, &b, &a).await;
    relate(&service, "POST", &a, "block", &b.id).await.is(200, &json!({"blocked": true}));
    for (viewer, other) in [(&a, &b), (&b, &a)] {
        assert_eq!(view_profile(&service, viewer, &other.id).await["is_following"], false);
    }
    let blocked = json!({"detail": "You are blocked by this user."});
    relate(&service, "POST", &b, "follow", &a.id).await.is(403, &blocked);
    let own = json!({"detail": "You block this user. Unblock them before you follow them."});
    relate(&service, "POST", &a, "follow", &b.id).await.is(400, &own);
    eventually("all counters are zero", async || {
        let (x, y) = (view_profile(&service, &a, &a.id).await, view_profile(&service, &a, &b.id).await);
        let counts = ["number_of_followers", "number_of_following"];
        counts.iter().all(|count| x[count] == 0 && y[count] == 0).then_some(())
    })
    .await;
    relate(&service, "DELETE", &a, "block", &b.id).await.is(200, &json!({"blocked": false}));
    assert_eq!(view_profile(&service, &b, &a.id).await["is_following"], false, "the end of a block restores no follow");
    follow(&service, &b, &a).await;
    follow(&service, &a, &b).await;
}

#[tokio::test]
async fn a_mute_is_invisible_to_the_muted_account() {
    let service = Service::running();
    let (a, b) = (service.signup().await, service.signup().await);
    follow(&service, &a, &b).await;
    relate(&service, "POST", &a, "mute", &b.id).await.is(200, &json!({"muted": true}));
    assert_eq!(view_profile(&service, &a, &b.id).await["is_following"], true);
    follow(&service, &b, &a).await;
    assert!(ids_on_page(&service, &b, "/api/profiles/muted/").await.is_empty());
    relate(&service, "POST", &a, "block", &b.id).await.with_status(200);
    relate(&service, "DELETE", &a, "block", &b.id).await.with_status(200);
    assert_eq!(ids_on_page(&service, &a, "/api/profiles/muted/").await, [b.id], "a mute is not a block");
}

/// Does `a` follow `b`, and `b` follow `a`, as each of them sees it?
async fn is_following(service: &Service, a: &Account, b: &Account) -> (bool, bool) {
    let (to, from) = join(view_profile(service, a, &b.id), view_profile(service, b, &a.id)).await;
    (to["is_following"].as_bool().unwrap(), from["is_following"].as_bool().unwrap())
}

#[tokio::test]
async fn a_block_concurrent_with_follows_leaves_no_follow() {
    let service = Service::running();
    let (a, b) = (service.signup().await, service.signup().await);
    for round in 0..6 {
        let mut acts = vec![(&a, "follow", &b), (&b, "follow", &a), (&a, "follow", &b), (&b, "follow", &a)];
        // In turn, the block comes first, between the follows, and last.
        acts.insert(round % 5, (&a, "block", &b));
        let calls = acts.into_iter().map(|(caller, verb, other)| relate(&service, "POST", caller, verb, &other.id));
        let answers: Vec<Answer> = stream::iter(calls).buffer_unordered(8).collect().await;
        for answer in answers {
            assert!([200, 400, 403].contains(&answer.status), "{} {}", answer.status, answer.text());
        }
        assert_eq!(is_following(&service, &a, &b).await, (false, false), "round {round}");
        relate(&service, "DELETE", &a, "block", &b.id).await.with_status(200);
    }
    eventually("all counters are zero", async || {
        let (x, y) = (view_profile(&service, &a, &a.id).await, view_profile(&service, &a, &b.id).await);
        let counts = ["number_of_followers", "number_of_following"];
        counts.iter().all(|count| x[count] == 0 && y[count] == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_unblock_keeps_a_concurrent_block_by_the_other() {
    let service = Service::running();
    let (a, b) = (service.signup().await, service.signup().await);
    for _ in 0..4 {
        relate(&service, "POST", &a, "block", &b.id).await.with_status(200);
        let (unblocked, blocked) =
            join(relate(&service, "DELETE", &a, "block", &b.id), relate(&service, "POST", &b, "block", &a.id)).await;
        assert_eq!((unblocked.status, blocked.status), (200, 200), "{} {}", unblocked.text(), blocked.text());
        relate(&service, "POST", &a, "follow", &b.id).await.with_status(403);
        relate(&service, "POST", &b, "follow", &a.id).await.with_status(400);
        relate(&service, "DELETE", &b, "block", &a.id).await.with_status(200);
        let left = service.dynamodb().mentions("SocialTable", &format!("RELATION#{}", b.id)).await;
        assert!(left.is_empty(), "{left:?}");
        relate(&service, "POST", &a, "follow", &b.id).await.with_status(200);
    }
}
