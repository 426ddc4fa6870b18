//! JSON values where a text is wanted, and bodies of endpoints that need none.

use e2e::{Service, unique};
use serde_json::json;

#[tokio::test]
async fn json_numbers_keep_their_digits_as_texts() {
    let service = Service::running();
    let author = service.signup().await;
    for (sent, text) in [
        ("18446744073718922817", "18446744073718922817"),
        ("-83920174651299817263540918273", "-83920174651299817263540918273"),
        ("12", "12"),
        ("-0", "0"),
        ("1.10", "1.1"),
        ("1e5", "100000.0"),
        ("2.78e-9", "2.78e-09"),
        ("1e16", "1e+16"),
    ] {
        let call = service.post("/api/tweets/").bearer(&author.access);
        let answer = call.body("application/json", format!("{{\"message\":{sent}}}")).send().await.with_status(201);
        assert_eq!(answer.field("message"), text, "{sent}");
    }
}

#[tokio::test]
async fn a_json_number_as_a_password_is_entirely_numeric() {
    let service = Service::running();
    let body = |password: &str| format!("{{\"username\":\"{}\",\"password\":{password}}}", unique("wren"));
    let numeric = json!({"password": ["This password is entirely numeric."]});
    for password in ["918273645546372819102938475665", "83920174651299817263540918273"] {
        service.post("/auth/users/").body("application/json", body(password)).send().await.is(400, &numeric);
    }
    // Names with the same first digits are different names.
    let start = format!("{}", 18_446_744_073_000_000_000_u64);
    let name = |end: &str| format!("{{\"username\":{start}{end},\"password\":\"{}\"}}", e2e::PASSWORD);
    let end: String = unique("n").bytes().map(|byte| char::from(b'0' + byte % 10)).take(30).collect();
    for last in ["1", "2"] {
        let answer = service.post("/auth/users/").body("application/json", name(&format!("{end}{last}"))).send().await;
        assert_eq!(answer.with_status(201).field("username"), format!("{start}{end}{last}"));
    }
}

#[tokio::test]
async fn numbers_in_nested_objects_keep_their_digits() {
    let service = Service::running();
    let body = format!(
        "{{\"username\":\"{}\",\"password\":\"{}\",\"email\":\"{}@example.com\",\
         \"profile\":{{\"date_of_birth\":\"1990-01-02\",\"alias\":18446744073718922817}}}}",
        unique("wren"),
        e2e::PASSWORD,
        unique("wren"),
    );
    let answer = service.post("/api/auth/user/register/").body("application/json", body).send().await.with_status(201);
    assert_eq!(answer.json()["profile"]["alias"], "18446744073718922817");
}

#[tokio::test]
async fn null_is_an_empty_body() {
    let service = Service::running();
    let (author, reader) = (service.signup().await, service.signup().await);
    let tweet = service.tweet(&author, "hello").await;
    let tweet = format!("/api/tweets/{}", tweet["id"].as_str().unwrap());
    let profile = format!("/api/profiles/{}", author.id);
    for path in [
        format!("{tweet}/like/"),
        format!("{tweet}/save/"),
        format!("{tweet}/retweet/"),
        format!("{profile}/follow/"),
        format!("{profile}/mute/"),
        "/api/notifications/read/".to_owned(),
    ] {
        let call = service.post(&path).bearer(&reader.access).body("application/json", "null");
        let answer = call.send().await;
        assert!(answer.status < 300, "{path}: {} {}", answer.status, answer.text());
    }
    let required = json!({"username": ["This field is required."], "password": ["This field is required."]});
    service.post("/auth/login/").body("application/json;charset=UTF-8", " null\n").send().await.is(400, &required);
}
