//! `POST`, `DELETE /api/profiles/<id>/follow/`.

use e2e::acts::people::{follow, relate, view_profile};
use e2e::{Account, Answer, Event, Function, Service, eventually};
use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream;
use serde_json::{Value, json};

fn shown(following: bool, followers: u32) -> Value {
    json!({"following": following, "followers": followers})
}

#[tokio::test]
async fn a_follow_is_visible_at_once_and_counted_soon() {
    let service = Service::running();
    let (a, b) = (service.signup().await, service.signup().await);
    relate(&service, "POST", &a, "follow", &b.id).await.is(200, &shown(true, 1));
    assert_eq!(view_profile(&service, &a, &b.id).await["is_following"], true);
    assert_eq!(view_profile(&service, &b, &a.id).await["is_following"], false);
    eventually("both counters are one", async || {
        let (followed, follower) = (view_profile(&service, &a, &b.id).await, view_profile(&service, &a, &a.id).await);
        (followed["number_of_followers"] == 1 && follower["number_of_following"] == 1).then_some(())
    })
    .await;
    let profile = service.get(&format!("/profile?username={}", b.username)).send().await.with_status(200).json();
    assert_eq!((&profile["profile"]["followers"], &profile["profile"]["following"]), (&json!(1), &json!(0)));
    // A repetition changes nothing.
    relate(&service, "POST", &a, "follow", &b.id).await.is(200, &shown(true, 1));
    relate(&service, "DELETE", &a, "follow", &b.id).await.is(200, &shown(false, 0));
    assert_eq!(view_profile(&service, &a, &b.id).await["is_following"], false);
    eventually("both counters are zero", async || {
        let (followed, follower) = (view_profile(&service, &a, &b.id).await, view_profile(&service, &a, &a.id).await);
        (followed["number_of_followers"] == 0 && follower["number_of_following"] == 0).then_some(())
    })
    .await;
    relate(&service, "DELETE", &a, "follow", &b.id).await.is(200, &shown(false, 0));
}

#[tokio::test]
async fn relations_to_oneself_or_to_unknown_people_are_refused() {
    let service = Service::running();
    let account = service.signup().await;
    for verb in ["follow", "block", "mute"] {
        for method in ["POST", "DELETE"] {
            let text = format!("You cannot {verb} yourself.");
            relate(&service, method, &account, verb, &account.id).await.is(400, &json!({"detail": text}));
            for id in ["x", "01a1f9f8-eb32-7f02-8f74-6c633c173b52", &account.username, "blocked", "%2F"] {
                relate(&service, method, &account, verb, id).await.is(404, &json!({"detail": "Not found."}));
            }
            let path = format!("/api/profiles/{}/{verb}/", account.id);
            let nobody = json!({"detail": "Authentication credentials were not provided."});
            service.call(method, &path).send().await.unauthorized(&nobody);
            // A request by cookie needs the CSRF token, which a page of another site does not have.
            let forged = service.call(method, &path).header("cookie", &account.cookies.header()).send().await;
            assert_eq!(forged.status, 403, "{}", forged.text());
        }
        let answer = relate(&service, "PUT", &account, verb, &account.id).await.with_status(405);
        assert_eq!(answer.header("allow"), Some("POST, DELETE, OPTIONS"));
    }
}

#[tokio::test]
async fn relations_to_a_deleted_user_are_refused() {
    let service = Service::running();
    let (a, gone) = (service.signup().await, service.signup().await);
    follow(&service, &a, &gone).await;
    let delete = service.delete("/auth/users/me/").bearer(&gone.access);
    delete.json(&json!({"current_password": e2e::PASSWORD})).send().await.with_status(204);
    for verb in ["follow", "block", "mute"] {
        relate(&service, "POST", &a, verb, &gone.id).await.is(404, &json!({"detail": "Not found."}));
    }
    eventually("the follower of the deleted account follows nobody", async || {
        (view_profile(&service, &a, &a.id).await["number_of_following"] == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn counters_agree_with_the_edge_after_concurrent_follows_and_unfollows() {
    let service = Service::running();
    let (a, b, c) = (service.signup().await, service.signup().await, service.signup().await);
    follow(&service, &c, &b).await;
    for last in ["POST", "DELETE"] {
        let calls = (0..20).map(|n| relate(&service, if n % 2 == 0 { "POST" } else { "DELETE" }, &a, "follow", &b.id));
        let answers: Vec<Answer> = stream::iter(calls).buffer_unordered(16).collect().await;
        for (n, answer) in answers.into_iter().enumerate() {
            assert_eq!(answer.status, 200, "toggle {n}: {}", answer.text());
        }
        let ends = relate(&service, last, &a, "follow", &b.id).await.with_status(200).json();
        assert_eq!(ends["following"], last == "POST");
        let following = u32::from(last == "POST");
        eventually("counters that agree with the edges", async || {
            let (followed, follower) =
                (view_profile(&service, &a, &b.id).await, view_profile(&service, &a, &a.id).await);
            (followed["number_of_followers"] == following + 1 && follower["number_of_following"] == following)
                .then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn concurrent_followers_are_all_counted() {
    let service = Service::running();
    let star = service.signup().await;
    let fans = join_all((0..12).map(|_| service.signup())).await;
    join_all(fans.iter().map(|fan| follow(&service, fan, &star))).await;
    eventually("twelve followers", async || {
        (view_profile(&service, &star, &star.id).await["number_of_followers"] == 12).then_some(())
    })
    .await;
}

#[tokio::test]
async fn more_than_the_bound_cannot_be_followed() {
    let service = Service::running();
    let (a, b, c, d) = (service.signup().await, service.signup().await, service.signup().await, service.signup().await);
    let profiles = Function::start_with(&service, "profiles", &[("AVIARY_MAX_FOLLOWS", "2")]);
    let request = |method: &str, other: &Account| {
        Event::new(method, &format!("/api/profiles/{}/follow/", other.id)).bearer(&a.access)
    };
    for other in [&b, &c] {
        profiles.invoke(request("POST", other)).answer.with_status(200);
    }
    eventually("both follows are counted", async || {
        (view_profile(&service, &a, &a.id).await["number_of_following"] == 2).then_some(())
    })
    .await;
    let many = json!({"detail": "You cannot follow more than 2 users."});
    profiles.invoke(request("POST", &d)).answer.is(400, &many);
    // One that exists stays one, and the end of one makes room.
    profiles.invoke(request("POST", &b)).answer.with_status(200);
    profiles.invoke(request("DELETE", &b)).answer.with_status(200);
    eventually("there is room", async || (profiles.invoke(request("POST", &d)).answer.status == 200).then_some(()))
        .await;
}
