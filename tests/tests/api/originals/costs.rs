//! The cost of the routes of documents 001, 003 and 004: sequential round trips to DynamoDB, and the read units of
//! pages by number.

use e2e::acts::people::follow;
use e2e::acts::tweets::comment;
use e2e::{Account, Event, Function, PASSWORD, Service, eventually, unique};
use serde_json::{Value, json};

struct Asking<'a> {
    function: &'a Function,
    caller: &'a Account,
}

impl Asking<'_> {
    /// Sends a request and demands its status and cost. A path may have a query.
    #[track_caller]
    fn costs(&self, method: &str, path: &str, body: Option<&Value>, (status, expected): (u16, u64)) -> Value {
        let (route, query) = path.split_once('?').unwrap_or((path, ""));
        let event = Event::new(method, route).query(query).bearer(&self.caller.access);
        let event = match body {
            Some(body) => event.json(body),
            None => event,
        };
        let invoked = self.function.invoke(event);
        let counted = invoked.round_trips();
        let answer = invoked.answer.with_status(status);
        assert_eq!(counted, expected, "{method} {path}: {}", invoked.log);
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    fn read_units(&self, path: &str) -> f64 {
        let (route, query) = path.split_once('?').unwrap_or((path, ""));
        let invoked = self.function.invoke(Event::new("GET", route).query(query).bearer(&self.caller.access));
        assert_eq!(invoked.answer.status, 200, "{path}");
        invoked.log["dynamodb.rcu"].as_f64().unwrap()
    }
}

#[tokio::test]
async fn document_001s_routes_cost_what_our_own_do() {
    let service = Service::running();
    let (me, author) = (service.signup().await, service.signup().await);
    let tweets = Function::start(&service, "tweets");
    let ask = Asking { function: &tweets, caller: &me };
    let posted = ask.costs("POST", "/tweet", Some(&json!({"message": "hi"})), (200, 3));
    let own = posted["message"]["_id"].as_str().unwrap();
    let theirs = service.tweet(&author, "theirs").await["id"].as_str().unwrap().to_owned();
    for flag in [1, 1, -1, -1, 1] {
        ask.costs("PUT", "/tweet/tweet-like", Some(&json!({"_id": theirs, "flag": flag})), (200, 3));
    }
    let likes = format!("/tweet/tweet-like?_id={theirs}");
    eventually("the index has the like", async || (service.get(&likes).send().await.status == 200).then_some(())).await;
    ask.costs("GET", &likes, None, (200, 2));
    // The comments are read beside the write.
    let add = format!("/tweet/addcomment?_id={theirs}");
    let text = json!({"text": "hi"});
    let first = ask.costs("POST", &add, Some(&text), (200, 3));
    let comment = first["comments"][0]["_id"].as_str().unwrap();
    let answer = format!("{add}&threadlevel=1&parentid={comment}");
    ask.costs("POST", &answer, Some(&text), (200, 3));
    ask.costs("GET", &format!("/tweet/getcomment?_id={theirs}"), None, (200, 2));
    ask.costs("PUT", &format!("/tweet/editcomment?commentid={comment}"), Some(&json!({"text": "ho"})), (200, 3));
    ask.costs("DELETE", &format!("/tweet/deletecomment?commentid={comment}"), None, (200, 3));
    ask.costs("GET", &format!("/tweet/get-tweet-by-id?_id={own}"), None, (200, 2));
    ask.costs("GET", &format!("/tweet?userid={}", author.id), None, (200, 2));
    ask.costs("GET", "/tweet/alltweets", None, (200, 2));
    ask.costs("PUT", &format!("/tweet?tweet_id={own}"), Some(&json!({"message": "ho"})), (200, 3));
    ask.costs("DELETE", &format!("/tweet?tweet_id={own}"), None, (204, 3));
    let name = &author.username;
    for path in ["usersearch", "contentsearch"] {
        eventually("the index has the name", async || {
            (service.get(&format!("/search/{path}?text={name}")).send().await.status == 200).then_some(())
        })
        .await;
        ask.costs("GET", &format!("/search/{path}?text={name}"), None, (200, 2));
    }
    ask.costs("GET", &format!("/search/usersearch?text={}", unique("nobody")), None, (404, 1));
    // Beyond the bound nothing is read.
    ask.costs("GET", &format!("/tweet?userid={}&page=51", author.id), None, (200, 0));
    ask.costs("GET", "/tweet/alltweets?page=51", None, (200, 0));
}

/// A later page reads more keys of the list, and no more tweets.
#[tokio::test]
async fn the_fifth_page_costs_the_keys_before_it_and_its_own_tweets() {
    let service = Service::running();
    let me = service.signup().await;
    let tweets = Function::start(&service, "tweets");
    let ask = Asking { function: &tweets, caller: &me };
    for n in 0..50 {
        service.tweet(&me, &format!("{n}")).await;
    }
    let page = |n: u32| format!("/tweet?userid={}&page={n}", me.id);
    let shown = ask.costs("GET", &page(5), None, (200, 2));
    assert_eq!(shown["message"].as_array().unwrap().len(), 10);
    let (first, fifth) = (ask.read_units(&page(1)), ask.read_units(&page(5)));
    println!("page 1 costs {first} read units, page 5 {fifth}");
    assert!(fifth <= first + 3.0, "{first} and {fifth}");
}

/// The answer has the tweet's other comments. Its key keeps the new one alone.
#[tokio::test]
async fn an_idempotency_key_does_not_keep_the_comments_of_others() {
    let service = Service::running();
    let (me, author) = (service.signup().await, service.signup().await);
    let tweets = Function::start(&service, "tweets");
    let theirs = service.tweet(&author, "much discussed").await["id"].as_str().unwrap().to_owned();
    for n in 0..30 {
        comment(&service, &author, &theirs, &format!("{n}{}", "🐦".repeat(270))).await.with_status(201);
    }
    let read = format!("/tweet/getcomment?_id={theirs}");
    eventually("the index has the comments", async || {
        let found = service.get(&read).send().await.with_status(200).json();
        (found["commentDoc"][0]["comments"].as_array().unwrap().len() == 30).then_some(())
    })
    .await;
    let key = unique("key");
    let add = |text: &str| {
        let event = Event::new("POST", "/tweet/addcomment").query(&format!("_id={theirs}")).bearer(&me.access);
        tweets.invoke(event.header("idempotency-key", &key).json(&json!({"text": text})))
    };
    let added = add("once");
    let written = added.log["dynamodb.wcu"].as_f64().unwrap();
    let first = added.answer.with_status(200).json();
    assert_eq!(first["comments"].as_array().unwrap().len(), 31);
    assert!(written < 30.0, "{written} write units");
    comment(&service, &author, &theirs, "a later one").await.with_status(201);
    add("once").answer.is(200, &first);
    add("another").answer.with_status(422);
}

#[tokio::test]
async fn document_003s_and_004s_routes_cost_what_our_own_do() {
    let service = Service::running();
    let (me, other) = (service.signup().await, service.signup().await);
    let users = Function::start(&service, "users");
    let ask = Asking { function: &users, caller: &me };
    let (mine, theirs) = (format!("/api/users/{}", me.username), format!("/api/users/{}", other.username));
    for path in ["", "/avatar"] {
        ask.costs("GET", &format!("{theirs}{path}"), None, (200, 2));
    }
    ask.costs("GET", &format!("/api/users/status/{}", other.username), None, (200, 2));
    let there = json!({"isOnline": true});
    for expected in [3, 2] {
        ask.costs("PATCH", &format!("/api/users/update_last_seen/{}", me.username), Some(&there), (200, expected));
    }
    ask.costs("GET", &format!("{mine}/friends"), None, (200, 2));
    let add = format!("{mine}/friends/add/{}", other.username);
    ask.costs("PATCH", &add, None, (200, 3));
    ask.costs("PATCH", &add, None, (200, 3));
    follow(&service, &other, &me).await;
    ask.costs("GET", &format!("{mine}/friends"), None, (200, 3));
    let remove = format!("{mine}/friends/remove/{}", other.username);
    ask.costs("DELETE", &remove, None, (200, 4));
    ask.costs("DELETE", &remove, None, (200, 3));
    let auth = Function::start(&service, "auth");
    let ask = Asking { function: &auth, caller: &me };
    ask.costs("GET", &format!("/auth/users/{}", me.id), None, (200, 1));
    ask.costs("GET", &format!("/auth/users/{}", other.id), None, (404, 1));
    let name = json!({"username": unique("wren")});
    ask.costs("PATCH", &format!("/auth/users/{}", me.id), Some(&name), (200, 3));
    ask.costs("DELETE", &format!("/auth/users/{}", me.id), Some(&json!({"current_password": PASSWORD})), (204, 5));
}
