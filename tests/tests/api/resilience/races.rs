//! Many concurrent requests: at most sixteen at a time, four times as many as a function has processes here.

use e2e::{Answer, PASSWORD, Service, unique};
use futures_util::StreamExt;
use futures_util::stream;
use serde_json::{Value, json};

const AT_ONCE: usize = 16;

async fn all_at_once(service: &Service, path: &str, bodies: Vec<Value>) -> Vec<Answer> {
    let calls = bodies.into_iter().map(|body| service.post(path).json(&body).send());
    stream::iter(calls).buffer_unordered(AT_ONCE).collect().await
}

/// Demands one 201, and exactly these errors in every other answer.
fn assert_one_wins(answers: &[Answer], errors: &Value) {
    let (winners, losers): (Vec<&Answer>, Vec<&Answer>) = answers.iter().partition(|answer| answer.status == 201);
    for loser in &losers {
        assert_eq!((loser.status, loser.text()), (400, errors.to_string()));
    }
    assert_eq!(winners.len(), 1, "of {} signups", answers.len());
}

#[tokio::test]
async fn one_of_fifty_concurrent_signups_for_a_name_wins() {
    let service = Service::running();
    let name = unique("strasse");
    let (_, digits) = name.split_at("strasse".len());
    let forms = ["strasse", "STRASSE", "straße", "Straße", "ｓｔｒａｓｓｅ", "sTrAsSe", " strasse", "STRAẞE"];
    let bodies = (0..50).map(|number| {
        let form = forms[number % forms.len()];
        let username =
            if number % 2 == 0 { format!("{form}{digits}") } else { format!("{form}{}", digits.to_uppercase()) };
        json!({"username": username, "password": PASSWORD})
    });
    let answers = all_at_once(&service, "/api/auth/signup/", bodies.collect()).await;
    assert_one_wins(&answers, &json!({"username": ["A user with that username already exists."]}));
    // The winner can log in with every form of the name.
    for form in ["STRASSE", "Straße"] {
        let body = json!({"username": format!("{form}{digits}"), "password": PASSWORD});
        service.post("/auth/login/").json(&body).send().await.with_status(200);
    }
    service.get(&format!("/profile?username={name}")).send().await.with_status(200);
}

#[tokio::test]
async fn one_of_twenty_registrations_wins_an_address_and_frees_the_other_names() {
    let service = Service::running();
    let address = unique("wren");
    let names: Vec<String> = (0..20).map(|_| unique("wren")).collect();
    let bodies = names.iter().enumerate().map(|(number, name)| {
        let domain = if number % 2 == 0 { "example.com" } else { "EXAMPLE.com" };
        json!({"username": name, "email": format!("{address}@{domain}"), "password": "abcd321"})
    });
    let answers = all_at_once(&service, "/auth/register/", bodies.collect()).await;
    assert_one_wins(&answers, &json!({"email": ["A user with that email already exists."]}));
    let free = names.iter().map(|name| json!({"username": name, "password": PASSWORD}));
    let again = all_at_once(&service, "/api/auth/signup/", free.collect()).await;
    assert_eq!(again.iter().filter(|answer| answer.status == 201).count(), 19);
}

#[tokio::test]
async fn signup_and_registration_share_one_namespace() {
    let service = Service::running();
    let name = unique("wren");
    let signups = (0..8).map(|_| ("/api/auth/signup/", json!({"username": name, "password": PASSWORD})));
    let registrations = (0..8).map(|_| {
        let email = format!("{}@example.com", unique("wren"));
        ("/auth/register/", json!({"username": name, "email": email, "password": "abcd321"}))
    });
    let calls = signups.chain(registrations).map(|(path, body)| service.post(path).json(&body).send());
    let answers: Vec<Answer> = stream::iter(calls).buffer_unordered(AT_ONCE).collect().await;
    assert_one_wins(&answers, &json!({"username": ["A user with that username already exists."]}));
}

#[tokio::test]
async fn concurrent_logins_open_separate_sessions() {
    let service = Service::running();
    let account = service.signup().await;
    let bodies = vec![json!({"username": account.username, "password": PASSWORD}); 16];
    let answers = all_at_once(&service, "/auth/jwt/create/", bodies).await;
    let sids: std::collections::HashSet<String> =
        answers.iter().map(|answer| e2e::claims_of(&answer.field("access"))["sid"].to_string()).collect();
    assert_eq!(sids.len(), 16);
}

#[tokio::test]
async fn concurrent_tweets_are_all_stored() {
    let service = Service::running();
    let account = service.signup().await;
    let calls = (0..32).map(|number| {
        let call = service.post("/api/tweets/").bearer(&account.access);
        call.json(&json!({"message": format!("tweet {number}")})).send()
    });
    let answers: Vec<Answer> = stream::iter(calls).buffer_unordered(AT_ONCE).collect().await;
    for answer in answers {
        let tweet = answer.with_status(201).json();
        let path = format!("/api/tweets/{}/", tweet["id"].as_str().unwrap());
        service.get(&path).send().await.is(200, &tweet);
    }
}
