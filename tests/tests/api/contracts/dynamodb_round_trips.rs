//! The cost of requests in sequential round trips to DynamoDB, as the log states it.

use std::collections::BTreeSet;

use e2e::acts::people::follow;
use e2e::{Account, Event, Form, Function, PASSWORD, Service, claims_of, jpeg, unique};
use serde_json::{Value, json};

fn post(path: &str, body: &Value) -> Event {
    Event::new("POST", path).json(body)
}

#[track_caller]
fn assert_round_trips(function: &Function, event: Event, status: u16, expected: u64) -> Value {
    let invoked = function.invoke(event);
    let counted = invoked.round_trips();
    let answer = invoked.answer.with_status(status);
    assert_eq!(counted, expected, "{}", invoked.log);
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

#[tokio::test]
async fn accounts_cost_what_they_should() {
    let service = Service::running();
    let account = service.signup().await;
    let auth = Function::start(&service, "auth");
    let signup = json!({"username": unique("wren"), "password": PASSWORD});
    assert_round_trips(&auth, post("/api/auth/signup/", &signup), 201, 2);
    assert_round_trips(&auth, post("/api/auth/signup/", &signup), 400, 2);
    let email = format!("{}@example.com", unique("wren"));
    let register = json!({"username": unique("wren"), "email": email, "password": "abcd321"});
    assert_round_trips(&auth, post("/auth/register/", &register), 201, 2);
    let login = json!({"username": account.username, "password": PASSWORD});
    assert_round_trips(&auth, post("/auth/login/", &login), 200, 3);
    for path in ["/auth/jwt/create/", "/api/auth/login/", "/api/auth/obtain/", "/auth/token/login/"] {
        assert_round_trips(&auth, post(path, &login), 200, 3);
    }
}

#[tokio::test]
async fn an_unknown_name_costs_as_many_steps_as_a_wrong_password() {
    let service = Service::running();
    let account = service.signup().await;
    let auth = Function::start(&service, "auth");
    for username in [&account.username, &unique("nobody")] {
        assert_round_trips(&auth, post("/auth/login/", &json!({"username": username, "password": "wrong"})), 401, 3);
    }
}

#[tokio::test]
async fn tokens_cost_what_they_should() {
    let service = Service::running();
    let account = service.signup().await;
    let auth = Function::start(&service, "auth");
    let verify = |token: &str| post("/auth/jwt/verify/", &json!({"token": token}));
    assert_round_trips(&auth, verify(&account.access), 200, 0);
    assert_round_trips(&auth, verify(&account.refresh), 200, 1);
    let refresh = |token: &str| post("/auth/jwt/refresh/", &json!({"refresh": token}));
    assert_round_trips(&auth, refresh(&account.refresh), 200, 1);
    let next = assert_round_trips(&auth, refresh(&account.refresh), 200, 1);
    let next = assert_round_trips(&auth, refresh(next["refresh"].as_str().unwrap()), 200, 1);
    // A promotion soon after another keeps what that superseded, and has to read it first.
    let next = assert_round_trips(&auth, refresh(next["refresh"].as_str().unwrap()), 200, 2);
    age_family(&service, &account).await;
    assert_round_trips(&auth, refresh(next["refresh"].as_str().unwrap()), 200, 1);
}

/// Moves the family's last promotion a minute into the past.
async fn age_family(service: &Service, account: &Account) {
    let (pk, sid) = (format!("U#{}", account.id), claims_of(&account.refresh)["sid"].clone());
    let sk = format!("S#{}", sid.as_str().unwrap());
    let mut current = service.dynamodb().get("CredentialsTable", &pk, &sk).await["current"].clone();
    let since = &mut current["L"][0]["M"]["since"]["N"];
    let millis: i64 = since.as_str().unwrap().parse().unwrap();
    *since = (millis - 60_000).to_string().into();
    service.dynamodb().set("CredentialsTable", &pk, &sk, "current", &current).await;
}

#[tokio::test]
async fn a_caller_costs_one_step_and_one_more_by_cookie_or_device_token() {
    let service = Service::running();
    let account = service.signup().await;
    let auth = Function::start(&service, "auth");
    let me = || Event::new("GET", "/auth/users/me/");
    assert_round_trips(&auth, me().bearer(&account.access), 200, 1);
    assert_round_trips(&auth, me().bearer(&account.device_token), 200, 2);
    assert_round_trips(&auth, me().cookies(&[format!("sessionid={}", account.cookies.session)]), 200, 2);
    assert_round_trips(&auth, me(), 401, 0);
    assert_round_trips(&auth, me().bearer("garbage"), 401, 0);
}

#[tokio::test]
async fn profiles_cost_what_they_should() {
    let service = Service::running();
    let account = service.signup().await;
    let profiles = Function::start(&service, "profiles");
    let show = Event::new("GET", "/profile").query(&format!("username={}", account.username));
    assert_round_trips(&profiles, show, 200, 2);
    let update = || Event::new("PUT", "/profile/update").bearer(&account.access);
    assert_round_trips(&profiles, update().json(&json!({"bio": "short"})), 200, 3);
    assert_round_trips(&profiles, Event::new("GET", "/profile/default.png"), 200, 0);
}

#[tokio::test]
async fn people_cost_what_they_should() {
    let service = Service::running();
    let (account, other, lonely) = (service.signup().await, service.signup().await, service.signup().await);
    let profiles = Function::start(&service, "profiles");
    let by = |event: Event| event.bearer(&account.access);
    let get = |path: &str| by(Event::new("GET", &format!("/api/profiles/{path}")));
    assert_round_trips(&profiles, get(&format!("view_profile/{}/", other.id)), 200, 1);
    assert_round_trips(&profiles, get("view_profile/x/"), 404, 1);
    let edit = by(Event::new("PUT", "/api/profiles/edit/")).json(&json!({"profile_id": account.id, "alias": "Ada"}));
    assert_round_trips(&profiles, edit, 200, 3);
    for verb in ["follow", "mute", "block"] {
        let acts = [("POST", true), ("POST", false), ("DELETE", true), ("DELETE", false), ("POST", true)];
        for (method, changes) in acts {
            let path = format!("/api/profiles/{}/{verb}/", other.id);
            // The first read shows that there is nothing to end, or that the block exists.
            let is_known = !changes && (method == "DELETE" || verb == "block");
            let expected = if is_known { 2 } else { 3 };
            assert_round_trips(&profiles, by(Event::new(method, &path)), 200, expected);
        }
    }
    for list in ["muted/", "blocked/", "search/?q=wren"] {
        let (path, query) = list.split_once('?').unwrap_or((list, ""));
        assert_round_trips(&profiles, get(path).query(query), 200, 2);
    }
    // An empty list leads to nobody.
    for list in ["followers", "following"] {
        assert_round_trips(&profiles, get(&format!("{}/{list}/", lonely.id)), 200, 1);
        assert_round_trips(&profiles, get(&format!("x/{list}/")), 404, 1);
    }
    let delete = by(Event::new("DELETE", &format!("/api/profiles/{}/block/", other.id)));
    assert_round_trips(&profiles, delete, 200, 3);
    let follow = by(Event::new("POST", &format!("/api/profiles/{}/follow/", other.id)));
    assert_round_trips(&profiles, follow, 200, 3);
    let followers = || get(&format!("{}/followers/", other.id));
    e2e::eventually("the index has the follower", async || {
        let page = profiles.invoke(followers()).answer.with_status(200).json();
        (!page["results"].as_array().unwrap().is_empty()).then_some(())
    })
    .await;
    assert_round_trips(&profiles, followers(), 200, 2);
    assert_round_trips(&profiles, get(&format!("{}/following/", account.id)), 200, 2);
}

#[tokio::test]
async fn tweets_cost_what_they_should() {
    let service = Service::running();
    let account: Account = service.signup().await;
    let tweets = Function::start(&service, "tweets");
    let by = |event: Event| event.bearer(&account.access);
    let photo = jpeg(8, 8, 1);
    let form = Form::default().text("message", "hi").file("imagelinks", "a.jpg", "image/jpeg", &photo);
    let tweet = assert_round_trips(&tweets, by(Event::new("POST", "/tweet")).multipart(&form), 200, 3);
    let id = tweet["tweet"]["id"].as_str().unwrap();
    let path = format!("/api/tweets/{id}/");
    assert_round_trips(&tweets, Event::new("GET", &path), 200, 2);
    assert_round_trips(&tweets, by(Event::new("GET", &path)), 200, 2);
    // A reply that mentions and is tagged reads no more beforehand and writes no more at the end.
    let message = format!("@{} @nobody-of-this-name #a #b", account.username);
    let reply = by(post("/api/tweets/", &json!({"message": message, "in_reply_to": id})));
    assert_round_trips(&tweets, reply.clone(), 201, 3);
    let key = unique("key");
    let keyed = || reply.clone().header("idempotency-key", &key);
    assert_round_trips(&tweets, keyed(), 201, 4);
    assert_round_trips(&tweets, keyed(), 201, 3);
    let edit = by(Event::new("PUT", &path)).json(&json!({"message": format!("#c {message}")}));
    assert_round_trips(&tweets, edit, 200, 3);
    assert_round_trips(&tweets, by(Event::new("DELETE", &path)), 204, 3);
    assert_round_trips(&tweets, by(Event::new("DELETE", &path)), 404, 2);
    assert_round_trips(&tweets, Event::new("GET", &path), 404, 1);
}

#[tokio::test]
async fn reactions_and_comments_cost_what_they_should() {
    let service = Service::running();
    let (account, author) = (service.signup().await, service.signup().await);
    let tweets = Function::start(&service, "tweets");
    let tweet = service.tweet(&author, "hello").await;
    let path = format!("/api/tweets/{}", tweet["id"].as_str().unwrap());
    let by = |event: Event| event.bearer(&account.access);
    for reaction in ["like", "retweet", "save"] {
        // Twice each: what is so already costs no more.
        for method in ["POST", "POST", "DELETE", "DELETE", "POST"] {
            assert_round_trips(&tweets, by(Event::new(method, &format!("{path}/{reaction}/"))), 200, 3);
        }
    }
    let message = json!({"message": format!("@{} indeed", author.username)});
    let comments = format!("{path}/comments/");
    let comment = assert_round_trips(&tweets, by(post(&comments, &message)), 201, 3);
    let keyed = by(post(&comments, &message)).header("idempotency-key", &unique("key"));
    assert_round_trips(&tweets, keyed, 201, 4);
    let one = format!("/api/tweets/comments/{}/", comment["id"].as_str().unwrap());
    for method in ["POST", "POST", "DELETE"] {
        assert_round_trips(&tweets, by(Event::new(method, &format!("{one}like/"))), 200, 3);
    }
    assert_round_trips(&tweets, by(Event::new("PUT", &one)).json(&message), 200, 3);
    assert_round_trips(&tweets, by(Event::new("DELETE", &one)), 204, 3);
}

#[tokio::test]
async fn lists_of_tweets_cost_what_they_should_however_long_they_are() {
    let service = Service::running();
    let account = service.signup().await;
    let tweets = Function::start(&service, "tweets");
    let tag = unique("tag");
    let by = |event: Event| event.bearer(&account.access);
    let mut last = String::new();
    for n in 0..25 {
        let body = json!({"message": format!("{n} #{tag}"), "in_reply_to": last});
        last = assert_round_trips(&tweets, by(post("/api/tweets/", &body)), 201, 3)["id"].as_str().unwrap().to_owned();
        for reaction in ["like", "save"] {
            assert_round_trips(&tweets, by(Event::new("POST", &format!("/api/tweets/{last}/{reaction}"))), 200, 3);
        }
    }
    let name = &account.username;
    let lists = [
        ("/api/tweets".to_owned(), 2),
        ("/api/tweets/saved".to_owned(), 2),
        (format!("/api/tweets/tags/{tag}"), 2),
        (format!("/api/tweets/by/{name}"), 3),
        (format!("/api/tweets/by/{name}/likes"), 3),
        (format!("/api/tweets/{last}/likes"), 2),
        (format!("/api/tweets/{last}/comments"), 2),
        (format!("/api/tweets/{last}/replies"), 2),
    ];
    for (path, steps) in &lists {
        for limit in ["1", "100"] {
            let list = || by(Event::new("GET", path)).query(&format!("limit={limit}"));
            if path.contains("tags") {
                e2e::eventually("the index has the tags", async || {
                    let page = tweets.invoke(list()).answer.with_status(200).json();
                    (!page["results"].as_array().unwrap().is_empty()).then_some(())
                })
                .await;
            }
            assert_round_trips(&tweets, list(), 200, *steps);
        }
    }
    // Nobody has no likes to look up, and nothing of one's own.
    assert_round_trips(&tweets, Event::new("GET", &lists[3].0), 200, 3);
}

/// The page costs what is on it: half a unit for each tweet of others, and one for what the reader did to it. It costs no
/// more for a reader who follows more people, or whose timeline is longer.
#[tokio::test]
async fn twenty_tweets_of_the_home_timeline_cost_at_most_45_read_units() {
    let service = Service::running();
    let reader = service.signup().await;
    let tweets = Function::start(&service, "tweets");
    let page = || {
        let invoked = tweets.invoke(Event::new("GET", "/api/tweets/").bearer(&reader.access));
        let units = invoked.log["dynamodb.rcu"].as_f64().unwrap();
        let page = invoked.answer.with_status(200).json();
        let authors: BTreeSet<String> =
            page["results"].as_array().unwrap().iter().map(|tweet| tweet["author"]["id"].to_string()).collect();
        (page["results"].as_array().unwrap().len(), authors.len(), units)
    };
    let mut authors = Vec::new();
    for _ in 0..20 {
        let author = service.signup().await;
        follow(&service, &reader, &author).await;
        authors.push(author);
    }
    let mut costs = Vec::new();
    for _ in 0..3 {
        for author in &authors {
            service.tweet(author, "hello").await;
        }
        let (_, _, units) = e2e::eventually("twenty tweets of twenty people", async || {
            let found = page();
            ((found.0, found.1) == (20, 20)).then_some(found)
        })
        .await;
        assert!(units <= 45.0, "{units}");
        costs.push(units);
    }
    println!("twenty tweets of twenty people cost {costs:?} read units");
    assert!(costs[2] <= costs[0] + 1.0, "the page costs more in a longer timeline: {costs:?}");
}

#[tokio::test]
async fn notifications_cost_what_they_should() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let notifications = Function::start(&service, "notifications");
    let by = |event: Event| event.bearer(&account.access);
    let get = |path: &str| by(Event::new("GET", &format!("/api/notifications/{path}")));
    let read = |body: &Value| by(post("/api/notifications/read/", body));
    // An empty list leads to nobody.
    assert_round_trips(&notifications, get(""), 200, 1);
    assert_round_trips(&notifications, get("unread/"), 200, 1);
    follow(&service, &other, &account).await;
    let found = e2e::eventually("the follow is told", async || {
        let page = notifications.invoke(get("")).answer.with_status(200).json();
        page["results"].get(0).cloned()
    })
    .await;
    assert_round_trips(&notifications, get(""), 200, 2);
    assert_round_trips(&notifications, get("unread/"), 200, 1);
    assert_round_trips(&notifications, read(&json!({"ids": [found["id"]]})), 200, 4);
    assert_round_trips(&notifications, read(&json!({"ids": [found["id"]]})), 200, 3);
    assert_round_trips(&notifications, read(&json!({})), 200, 3);
}
