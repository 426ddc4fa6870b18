//! The cost of document 000's routes in sequential round trips to DynamoDB.

use e2e::acts::people::follow;
use e2e::acts::tweets::{comment, create_tweet, react};
use e2e::ids::id_of;
use e2e::{Event, Function, Service, eventually, unique};
use serde_json::{Value, json};

struct Asking<'a> {
    function: &'a Function,
    access: &'a str,
}

impl Asking<'_> {
    #[track_caller]
    fn costs(&self, method: &str, path: &str, body: Option<&Value>, status: u16, expected: u64) -> Value {
        let event = Event::new(method, path).bearer(self.access);
        let event = match body {
            Some(body) => event.json(body),
            None => event,
        };
        let invoked = self.function.invoke(event);
        let counted = invoked.round_trips();
        let answer = invoked.answer.with_status(status);
        assert_eq!(counted, expected, "{method} {path}: {}", invoked.log);
        answer.json()
    }

    #[track_caller]
    fn reads(&self, path: &str, expected: u64) {
        self.costs("GET", path, None, 200, expected);
    }
}

#[tokio::test]
async fn tweets_and_replies_cost_what_our_own_routes_do() {
    let service = Service::running();
    let (me, author) = (service.signup().await, service.signup().await);
    let tweets = Function::start(&service, "tweets");
    let ask = Asking { function: &tweets, access: &me.access };
    let body = json!({"content": "hi", "media_url": "https://example.com/a.png"});
    let own = ask.costs("POST", "/api/tweets/tweets_list/", Some(&body), 201, 3);
    let own = own["tweet_id"].as_str().unwrap();
    let theirs = id_of(&create_tweet(&service, &author, &json!({"message": "hi"})).await.with_status(201).json());
    for toggle in ["liked_tweets_list", "saved_tweets_list"] {
        for _ in 0..3 {
            ask.costs("PUT", &format!("/api/tweets/{toggle}/{theirs}/"), None, 202, 3);
        }
    }
    ask.costs("POST", &format!("/api/tweets/retweet_list/{theirs}/"), Some(&json!({})), 202, 3);
    let reply = format!("/api/tweets/replies/replies_list/{theirs}/");
    let reply = ask.costs("POST", &reply, Some(&json!({"content": "hi"})), 202, 3);
    let reply = reply["reply_id"].as_str().unwrap();
    for _ in 0..2 {
        ask.costs("PUT", &format!("/api/tweets/replies/liked_replies_list/{reply}/"), None, 202, 3);
    }
    ask.costs("PUT", &format!("/api/tweets/manage_tweet/{own}/"), Some(&json!({"content": "ho"})), 202, 3);
    ask.costs("DELETE", &format!("/api/tweets/replies/delete/{reply}/"), None, 202, 3);
    ask.costs("DELETE", &format!("/api/tweets/manage_tweet/{own}/"), None, 202, 3);
}

#[tokio::test]
async fn lists_cost_two_steps_and_three_where_replies_lead_to_tweets() {
    let service = Service::running();
    let me = service.signup().await;
    let tweets = Function::start(&service, "tweets");
    let ask = Asking { function: &tweets, access: &me.access };
    let tweet = id_of(&create_tweet(&service, &me, &json!({"message": "hi"})).await.with_status(201).json());
    react(&service, "POST", &me, &tweet, "like").await.with_status(200);
    react(&service, "POST", &me, &tweet, "save").await.with_status(200);
    let id = &me.id;
    for path in [
        "tweets_list".to_owned(),
        format!("get_tweet/{tweet}"),
        format!("get_tweets/{id}"),
        format!("get_user_media/{id}"),
        "get_saved_tweets".to_owned(),
        format!("get_liked/{id}"),
        format!("replies/get_user_tweets_and_replies/{id}"),
        "get_latest".to_owned(),
        format!("get_tweet_like_list/{tweet}"),
        format!("retweet_list/{tweet}"),
        format!("replies/replies_list/{tweet}"),
    ] {
        ask.reads(&format!("/api/tweets/{path}/"), 2);
    }
    let said = comment(&service, &me, &tweet, "hi").await.with_status(201).field("id");
    service.post_as(&me, &format!("/api/tweets/comments/{said}/like/"), &json!({})).await.with_status(200);
    for path in [format!("get_liked/{id}"), format!("replies/get_user_tweets_and_replies/{id}")] {
        ask.reads(&format!("/api/tweets/{path}/"), 3);
    }
    ask.reads(&format!("/api/tweets/replies/get_reply_like_list/{said}/"), 2);
}

#[tokio::test]
async fn people_cost_what_our_own_routes_do() {
    let service = Service::running();
    let (me, other) = (service.signup().await, service.signup().await);
    follow(&service, &other, &me).await;
    let profiles = Function::start(&service, "profiles");
    let ask = Asking { function: &profiles, access: &me.access };
    for _ in 0..3 {
        ask.costs("PUT", &format!("/api/profiles/follow_status/{}/", other.id), None, 202, 3);
    }
    ask.reads(&format!("/api/profiles/get_following/{}/", me.id), 2);
    let path = format!("/api/profiles/get_followers/{}/", me.id);
    eventually("the index has the follower", async || {
        let invoked = profiles.invoke(Event::new("GET", &path).bearer(&me.access));
        (invoked.answer.with_status(200).json() != json!([])).then_some(())
    })
    .await;
    ask.reads(&path, 2);
    let nobody = json!({"search_input": format!("@{}", unique("nobody"))});
    ask.costs("POST", "/api/profiles/search/", Some(&nobody), 200, 1);
    let auth = Function::start(&service, "auth");
    Asking { function: &auth, access: &me.access }.reads("/api/auth/user/current_user/", 1);
}
