//! `/api/tweets/<id>/like/`, `…/retweet/` and `…/save/`, and the lists of them.

use e2e::acts::people::block;
use e2e::acts::tweets::react;
use e2e::ids::{id_of, ids_of, ids_on_all_pages, ids_on_page};
use e2e::messages::BLOCKED;
use e2e::{Account, Service, eventually};
use futures_util::future::join_all;
use serde_json::{Value, json};

const REACTIONS: [(&str, &str, Option<&str>); 3] =
    [("like", "liked", Some("likes")), ("retweet", "retweeted", Some("retweets")), ("save", "saved", None)];

async fn shown(service: &Service, viewer: &Account, tweet: &str) -> Value {
    service.get(&format!("/api/tweets/{tweet}")).bearer(&viewer.access).send().await.with_status(200).json()
}

/// Waits until a count of a tweet has this value.
async fn count_becomes(service: &Service, viewer: &Account, tweet: &str, name: &str, count: u64) {
    eventually(&format!("{name} become {count}"), async || {
        (shown(service, viewer, tweet).await[name] == count).then_some(())
    })
    .await;
}

#[tokio::test]
async fn reactions_are_idempotent_both_ways_and_visible_at_once() {
    let service = Service::running();
    let (author, actor) = (service.signup().await, service.signup().await);
    let tweet = id_of(&service.tweet(&author, "hello").await);
    let first = service.signup().await;
    for (what, state, count) in REACTIONS {
        // Another account was first, so that a count that falls too low is noticed.
        react(&service, "POST", &first, &tweet, what).await.with_status(200);
        if let Some(count) = count {
            count_becomes(&service, &actor, &tweet, count, 1).await;
        }
        for (method, is) in [("DELETE", false), ("POST", true), ("POST", true), ("DELETE", false), ("DELETE", false)] {
            let mut expected = json!({state: is});
            if let Some(count) = count {
                expected[count] = json!(1 + u64::from(is));
            }
            react(&service, method, &actor, &tweet, what).await.is(200, &expected);
            assert_eq!(shown(&service, &actor, &tweet).await[state], is);
            if let Some(count) = count {
                count_becomes(&service, &actor, &tweet, count, 1 + u64::from(is)).await;
            }
        }
        react(&service, "POST", &actor, &tweet, what).await.with_status(200);
        let (mine, others) = (shown(&service, &actor, &tweet).await, shown(&service, &author, &tweet).await);
        assert_eq!((&mine[state], &others[state]), (&json!(true), &json!(false)));
    }
    let anonymous = service.get(&format!("/api/tweets/{tweet}")).send().await.json();
    assert_eq!(
        (&anonymous["liked"], &anonymous["retweeted"], &anonymous["saved"]),
        (&json!(false), &json!(false), &json!(false))
    );
}

/// Counters follow from the stream, but every answer includes the caller's own reaction.
#[tokio::test]
async fn answers_count_the_callers_own_reaction_at_once() {
    let service = Service::running();
    let (author, actor) = (service.signup().await, service.signup().await);
    for (what, _, count) in REACTIONS {
        let Some(count) = count else { continue };
        let tweet = id_of(&service.tweet(&author, "hello").await);
        for _ in 0..3 {
            let answer = react(&service, "POST", &actor, &tweet, what).await.with_status(200).json();
            assert_eq!(answer[count], 1, "{what}");
            assert_eq!(shown(&service, &actor, &tweet).await[count], 1, "{what}");
        }
    }
    for _ in 0..3 {
        let path = format!("/api/profiles/{}/follow/", author.id);
        let answer = service.post(&path).bearer(&actor.access).send().await.with_status(200).json();
        assert_eq!(answer, json!({"following": true, "followers": 1}));
        let path = format!("/api/profiles/view_profile/{}/", author.id);
        let seen = service.get(&path).bearer(&actor.access).send().await.with_status(200).json();
        assert_eq!((&seen["number_of_followers"], &seen["is_following"]), (&json!(1), &json!(true)));
    }
}

#[tokio::test]
async fn reactions_need_a_caller_and_a_tweet() {
    let service = Service::running();
    let account = service.signup().await;
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    let tweet = id_of(&service.tweet(&account, "hello").await);
    for (what, ..) in REACTIONS {
        for method in ["POST", "DELETE"] {
            let path = format!("/api/tweets/{tweet}/{what}/");
            service.call(method, &path).send().await.unauthorized(&nobody);
            for unknown in ["019a9f3c-6b00-7c52-9d41-3e5f70a1b2c3", "x", &account.id] {
                react(&service, method, &account, unknown, what).await.is(404, &json!({"detail": "Not found."}));
            }
        }
    }
}

#[tokio::test]
async fn the_like_count_agrees_with_the_edge_after_concurrent_toggles() {
    let service = Service::running();
    let (author, actor) = (service.signup().await, service.signup().await);
    let tweet = id_of(&service.tweet(&author, "hello").await);
    let toggles = (0..20).map(|n| react(&service, if n % 2 == 0 { "POST" } else { "DELETE" }, &actor, &tweet, "like"));
    for answer in join_all(toggles).await {
        answer.with_status(200);
    }
    let liked = shown(&service, &actor, &tweet).await["liked"].as_bool().unwrap();
    count_becomes(&service, &actor, &tweet, "likes", u64::from(liked)).await;
    react(&service, "POST", &actor, &tweet, "like").await.with_status(200);
    count_becomes(&service, &actor, &tweet, "likes", 1).await;
}

#[tokio::test]
async fn thirty_concurrent_likes_are_counted_and_listed() {
    let service = Service::running();
    let author = service.signup().await;
    let tweet = id_of(&service.tweet(&author, "hello").await);
    let actors = join_all((0..30).map(|_| service.signup())).await;
    let likes = join_all(actors.iter().map(|actor| react(&service, "POST", actor, &tweet, "like"))).await;
    likes.into_iter().for_each(|answer| assert_eq!(answer.with_status(200).json()["liked"], true));
    count_becomes(&service, &author, &tweet, "likes", 30).await;
    let mut expected: Vec<String> = actors.iter().map(|actor| actor.id.clone()).collect();
    expected.sort();
    eventually("all are listed", async || {
        let path = format!("/api/tweets/{tweet}/likes/?limit=7");
        let mut listed = ids_on_all_pages(&service, &author, &path, async |_| ()).await;
        listed.sort();
        (listed == expected).then_some(())
    })
    .await;
    for method in ["DELETE", "DELETE"] {
        join_all(actors.iter().take(12).map(|actor| react(&service, method, actor, &tweet, "like"))).await;
    }
    count_becomes(&service, &author, &tweet, "likes", 18).await;
}

#[tokio::test]
async fn lists_of_people_have_the_newest_first_and_no_blocked_accounts() {
    let service = Service::running();
    let (author, one, two) = (service.signup().await, service.signup().await, service.signup().await);
    let tweet = id_of(&service.tweet(&author, "hello").await);
    for (what, _, list) in REACTIONS {
        let Some(list) = list else { continue };
        react(&service, "POST", &one, &tweet, what).await.with_status(200);
        react(&service, "POST", &two, &tweet, what).await.with_status(200);
        let path = format!("/api/tweets/{tweet}/{list}/");
        eventually("both are listed", async || {
            let page = service.get(&path).send().await.with_status(200).json();
            (ids_of(&page) == [two.id.clone(), one.id.clone()]).then_some(page)
        })
        .await;
        let first = service.get(&path).send().await.json()["results"][0].clone();
        assert_eq!(first, json!({"id": two.id, "username": two.username, "alias": "", "image_url": ""}));
    }
    block(&service, &two, &one).await;
    let path = format!("/api/tweets/{tweet}/likes/");
    assert_eq!(ids_on_page(&service, &one, &path).await, [&*one.id]);
    assert_eq!(ids_on_page(&service, &two, &path).await, [&*two.id]);
    assert_eq!(ids_on_page(&service, &author, &path).await, [two.id, one.id]);
}

#[tokio::test]
async fn a_blocked_account_may_undo_reactions_but_add_none() {
    let service = Service::running();
    let (author, blocked) = (service.signup().await, service.signup().await);
    let tweet = id_of(&service.tweet(&author, "hello").await);
    react(&service, "POST", &blocked, &tweet, "like").await.with_status(200);
    block(&service, &author, &blocked).await;
    for what in ["like", "retweet"] {
        react(&service, "POST", &blocked, &tweet, what).await.is(403, &json!({"detail": BLOCKED}));
    }
    react(&service, "POST", &blocked, &tweet, "save").await.is(404, &json!({"detail": "Not found."}));
    assert_eq!(react(&service, "DELETE", &blocked, &tweet, "like").await.with_status(200).json()["liked"], false);
    // The blocker is not blocked.
    let theirs = id_of(&service.tweet(&blocked, "theirs").await);
    react(&service, "POST", &author, &theirs, "like").await.with_status(200);
}

#[tokio::test]
async fn saved_tweets_are_listed_for_their_owner_only() {
    let service = Service::running();
    let (author, reader) = (service.signup().await, service.signup().await);
    let (old, new) = (service.tweet(&author, "old").await, service.tweet(&author, "new").await);
    react(&service, "POST", &reader, &id_of(&new), "save").await.with_status(200);
    react(&service, "POST", &reader, &id_of(&old), "save").await.with_status(200);
    let page = service.get("/api/tweets/saved/").bearer(&reader.access).send().await.with_status(200).json();
    assert_eq!(ids_of(&page), [id_of(&old), id_of(&new)], "the last saved tweets come first");
    assert_eq!(page["results"][0]["saved"], true);
    assert!(ids_on_page(&service, &author, "/api/tweets/saved/").await.is_empty());
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    service.get("/api/tweets/saved/").send().await.unauthorized(&nobody);
    react(&service, "DELETE", &reader, &id_of(&old), "save").await.with_status(200);
    assert_eq!(ids_on_page(&service, &reader, "/api/tweets/saved/").await, [id_of(&new)]);
}
