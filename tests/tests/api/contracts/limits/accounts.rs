//! Limits per account.

use e2e::limits::{assert_throttled, unused_address};
use e2e::{Account, Event, Form, Function, Service, jpeg};
use serde_json::json;

#[tokio::test]
async fn an_account_posts_at_most_a_hundred_and_twenty_times_a_minute() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let tweet = service.tweet(&account, "the first").await;
    let post = |account: &Account, message: &str| {
        service.post("/api/tweets/").bearer(&account.access).json(&json!({"message": message})).send()
    };
    let mut throttled = None;
    // Twice as many requests, in case a minute ends in between; refused requests count too.
    for _ in 0..241 {
        let answer = post(&account, "").await;
        if answer.status != 400 {
            throttled = Some(answer);
            break;
        }
    }
    assert_throttled(&throttled.expect("a limit"), 60);
    assert_throttled(&post(&account, "hi").await, 60);
    post(&other, "hi").await.with_status(201);
    // Reads are not limited, and deletions have a limit of their own.
    let path = format!("/api/tweets/{}/", tweet["id"].as_str().expect("an id"));
    service.get(&path).bearer(&account.access).send().await.with_status(200);
    service.delete(&path).bearer(&account.access).send().await.with_status(204);
}

#[tokio::test]
async fn reactions_relations_and_edits_share_a_limit() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let mine = service.tweet(&account, "mine").await["id"].as_str().expect("an id").to_owned();
    let theirs = service.tweet(&other, "theirs").await["id"].as_str().expect("an id").to_owned();
    let limit = [("AVIARY_LIMITS", "spread_account=4/3600")];
    let (profiles, tweets) =
        (Function::start_with(&service, "profiles", &limit), Function::start_with(&service, "tweets", &limit));
    let by = |function: &Function, method: &str, path: &str| {
        let event = Event::new(method, path).bearer(&account.access).json(&json!({"message": "edited"}));
        function.invoke(event).answer
    };
    let person = format!("/api/profiles/{}", other.id);
    by(&profiles, "POST", &format!("{person}/follow/")).with_status(200);
    by(&tweets, "POST", &format!("/api/tweets/{theirs}/like/")).with_status(200);
    by(&tweets, "POST", &format!("/api/tweets/{theirs}/retweet/")).with_status(200);
    by(&tweets, "PUT", &format!("/api/tweets/{mine}/")).with_status(200);
    for (function, method, path) in [
        (&profiles, "POST", format!("{person}/follow/")),
        (&profiles, "POST", format!("{person}/mute/")),
        (&profiles, "POST", format!("{person}/block/")),
        (&tweets, "POST", format!("/api/tweets/{theirs}/like/")),
        (&tweets, "POST", format!("/api/tweets/{theirs}/save/")),
        (&tweets, "POST", format!("/api/tweets/{theirs}/retweet/")),
        (&tweets, "PUT", format!("/api/tweets/{mine}/")),
    ] {
        assert_throttled(&by(function, method, &path), 3600);
    }
    // What undoes them has another limit.
    for (function, method, path) in [
        (&profiles, "DELETE", format!("{person}/follow/")),
        (&tweets, "DELETE", format!("/api/tweets/{theirs}/like/")),
        (&tweets, "DELETE", format!("/api/tweets/{theirs}/retweet/")),
    ] {
        by(function, method, &path).with_status(200);
    }
}

#[tokio::test]
async fn files_in_requests_count_as_bytes_of_uploads() {
    let service = Service::running();
    let account = service.signup().await;
    let photo = jpeg(64, 64, 1);
    // A file of a tweet counts 64 KiB at least, for the requests to S3.
    let setting = format!("upload_bytes_account={}/3600,writes_account=2/3600", 65_536 + photo.len());
    let limit = [("AVIARY_LIMITS", &*setting)];
    let (profiles, tweets) =
        (Function::start_with(&service, "profiles", &limit), Function::start_with(&service, "tweets", &limit));
    let send = |function: &Function, method: &str, path: &str, field: &str| {
        let form = Form::default().text("message", "hi").file(field, "a.jpg", "image/jpeg", &photo);
        function.invoke(Event::new(method, path).bearer(&account.access).multipart(&form)).answer
    };
    send(&tweets, "POST", "/api/tweets/", "imagelinks").with_status(201);
    send(&profiles, "PUT", "/profile/update", "image").with_status(200);
    assert_throttled(&send(&tweets, "POST", "/api/tweets/", "imagelinks"), 3600);
    assert_throttled(&send(&profiles, "PUT", "/profile/update", "image"), 3600);
    // The refused tweet used no other limit: it is the second of two. Requests without a file have no bytes.
    let text = Event::new("POST", "/api/tweets/").bearer(&account.access).json(&json!({"message": "hi"}));
    tweets.invoke(text.clone()).answer.with_status(201);
    assert_throttled(&tweets.invoke(text).answer, 3600);
}

/// A decoder passes over every pixel of each scan, however few bytes it has.
#[tokio::test]
async fn a_picture_counts_as_the_work_of_its_decoder() {
    let picture = |side: u16, scans: usize| {
        let frame = [&b"\xff\xc2\0\x0b\x08"[..], &side.to_be_bytes(), &side.to_be_bytes(), b"\x01\x01\x11\0"].concat();
        [&b"\xff\xd8"[..], &frame, &b"\xff\xda\0\x08\x01\x01\0\x01\x3f\x01\0".repeat(scans), b"\xff\xd9"].concat()
    };
    let service = Service::running();
    let account = service.signup().await;
    let limit = [("AVIARY_LIMITS", "upload_bytes_account=30000000/3600")];
    let tweets = Function::start_with(&service, "tweets", &limit);
    let send = |picture: &[u8]| {
        let form = Form::default().text("message", "hi").file("imagelinks", "a.jpg", "image/jpeg", picture);
        tweets.invoke(Event::new("POST", "/api/tweets/").bearer(&account.access).multipart(&form)).answer
    };
    // 7,000 by 7,000 pixels ten times over, 16 for each byte.
    assert!(picture(7_000, 10).len() < 200);
    assert_throttled(&send(&picture(7_000, 10)), 3600);
    send(&picture(7_000, 9)).with_status(201);
}

/// A tag costs an item in a table and its index, a mention a notification: a text may cost twenty times what it would
/// without them.
#[tokio::test]
async fn tags_and_mentions_count() {
    let service = Service::running();
    let account = service.signup().await;
    let tweets = Function::start_with(&service, "tweets", &[("AVIARY_LIMITS", "tags_and_mentions_account=6/3600")]);
    let send = |method: &str, path: &str, message: &str| {
        let event = Event::new(method, path).bearer(&account.access).json(&json!({"message": message}));
        tweets.invoke(event).answer
    };
    let tweet = send("POST", "/api/tweets/", "#a #b #b").with_status(201).json();
    let path = format!("/api/tweets/{}/", tweet["id"].as_str().unwrap());
    let comments = format!("{path}comments/");
    send("PUT", &path, "#c").with_status(200);
    send("POST", &comments, "@nobody #d").with_status(201);
    for (method, path) in [("POST", "/api/tweets/"), ("PUT", &path), ("POST", &comments)] {
        assert_throttled(&send(method, path, "#e #f"), 3_600);
    }
    // What is over its limit spends nothing, and a plain text is not counted.
    send("POST", "/api/tweets/", "plain").with_status(201);
    send("POST", "/api/tweets/", "#e").with_status(201);
    assert_throttled(&send("POST", "/api/tweets/", "#f"), 3_600);
}

/// A page can take two hundred read units, and all clients share those of a table. No counter is written for it.
#[tokio::test]
async fn the_read_units_of_an_address_are_bounded_in_each_process() {
    let service = Service::running();
    let account = service.signup().await;
    let id = service.tweet(&account, "hi").await["id"].as_str().unwrap().to_owned();
    // Two units come back in a second, and twenty may be used at once.
    let tweets = Function::start_with(&service, "tweets", &[("AVIARY_LIMITS", "read_units_address=120/60")]);
    let (address, other) = (unused_address(), unused_address());
    let read = |address: &str| {
        tweets.invoke(Event::new("GET", &format!("/api/tweets/{id}/")).source(address).bearer(&account.access))
    };
    let mut used = 0.0;
    let refused = loop {
        let invocation = read(&address);
        if invocation.answer.status == 429 {
            break invocation;
        }
        assert_eq!(invocation.answer.status, 200);
        used += invocation.log["dynamodb.rcu"].as_f64().unwrap();
        assert!(used < 200.0, "no limit");
    };
    assert!(used >= 20.0, "{used}");
    assert_throttled(&refused.answer, 10);
    assert_eq!(refused.log["dynamodb.calls"], json!(0), "{}", refused.log);
    assert_eq!(read(&other).answer.status, 200);
    e2e::eventually("units have come back", async || (read(&address).answer.status == 200).then_some(())).await;
}

#[tokio::test]
async fn the_write_limit_counts_every_credential_and_ends_with_its_window() {
    let service = Service::running();
    let tweets = Function::start_with(&service, "tweets", &[("AVIARY_LIMITS", "writes_account=2/5")]);
    let account = service.signup().await;
    let post = |credential: &str| {
        let event = Event::new("POST", "/api/tweets/").source(&unused_address()).bearer(credential);
        tweets.invoke(event.json(&json!({"message": "hi"}))).answer
    };
    let mut throttled = None;
    for number in 0..7 {
        let credential = if number % 2 == 0 { &account.access } else { &account.device_token };
        let answer = post(credential);
        if answer.status != 201 {
            throttled = Some(answer);
            break;
        }
    }
    assert_throttled(&throttled.expect("a limit"), 5);
    e2e::eventually("the limit's end", async || (post(&account.access).status == 201).then_some(())).await;
}
