//! Which texts are usernames and mail addresses, and which of them are the same, at every form alike.

use e2e::{Answer, PASSWORD, Service, unique};
use serde_json::{Value, json};

const INVALID_NAME: &str =
    "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";

async fn sign_up(service: &Service, username: &str, email: &str) -> Answer {
    let body = json!({"username": username, "email": email, "password": PASSWORD});
    service.post("/auth/users/").json(&body).send().await
}

async fn name_errors(service: &Service, username: &str) -> Value {
    sign_up(service, username, "").await.with_status(400).json()["username"].clone()
}

#[tokio::test]
async fn names_of_every_script_sign_up_with_their_marks() {
    let service = Service::running();
    let x = unique("");
    for name in ["हिन्दी", "ไทยน้า", "العَرَبِيَّة", "עִבְרִית", "தமிழ்", "မြန်မာ", "한국어", "Việt", "たなか"]
    {
        let name = format!("{name}{x}");
        let body = sign_up(&service, &name, "").await.with_status(201).json();
        assert_eq!(body["username"], json!(name));
        let login = json!({"username": name, "password": PASSWORD});
        service.post("/auth/jwt/create/").json(&login).send().await.with_status(200);
    }
}

#[tokio::test]
async fn invisible_characters_make_no_name_and_no_other_name() {
    let service = Service::running();
    let name = unique("ada");
    sign_up(&service, &name, "").await.with_status(201);
    for c in ['\u{3164}', '\u{1160}', '\u{115f}', '\u{ffa0}', '\u{200b}', '\u{ad}', '\u{fe0f}', '\u{34f}', '\u{202e}'] {
        assert_eq!(name_errors(&service, &format!("{name}{c}")).await, json!([INVALID_NAME]), "{c:?}");
        assert_eq!(name_errors(&service, &c.to_string()).await, json!([INVALID_NAME]), "{c:?}");
    }
    for wrong in [format!("\u{301}{name}"), format!("{name}½"), format!("1\u{301}{name}"), ".".to_owned()] {
        assert_eq!(name_errors(&service, &wrong).await, json!([INVALID_NAME]), "{wrong:?}");
    }
    let long = json!(["Ensure this field has no more than 150 characters."]);
    assert_eq!(name_errors(&service, &"\u{fdfa}".repeat(100_000)).await, long);
    // A look-up passes over what is invisible.
    let login = json!({"username": format!("{name}\u{200b}").to_uppercase(), "password": PASSWORD});
    service.post("/auth/jwt/create/").json(&login).send().await.with_status(200);
}

#[tokio::test]
async fn addresses_are_valid_by_djangos_rule() {
    let service = Service::running();
    let x = unique("x");
    let invalid = json!({"email": ["Enter a valid email address."]});
    for email in [
        format!("jürgen{x}@example.com"),
        format!("{x}@exa_mple.com"),
        format!("{x}@example.c"),
        format!("{x}@a.123"),
        format!("{x}@127.0.0.1"),
        format!("\"a b{x}\"@example.com"),
        format!("{x}@-example.com"),
        format!("{x}@example.com\u{200b}"),
    ] {
        sign_up(&service, &unique("name"), &email).await.is(400, &invalid);
    }
    for email in [
        format!("{x}@localhost"),
        format!("{x}@[127.0.0.1]"),
        format!("{x}@[::1]"),
        format!("\"{x}\"@example.com"),
        format!("{}{x}@example.com", "a".repeat(100)),
        format!("{x}@xn--bcher-kva.example"),
    ] {
        let body = sign_up(&service, &unique("name"), &email).await.with_status(201).json();
        assert_eq!(body["email"], json!(email));
    }
}

#[tokio::test]
async fn both_spellings_of_a_domain_are_one_address_and_mail_goes_to_punycode() {
    let service = Service::running();
    let x = unique("x");
    let (written, punycode) = (format!("{x}@Bücher.example"), format!("{x}@xn--bcher-kva.example"));
    let body = sign_up(&service, &unique("name"), &written).await.with_status(201).json();
    assert_eq!(body["email"], json!(format!("{x}@bücher.example")));
    let taken = json!({"email": ["A user with that email already exists."]});
    for same in [&punycode, &punycode.to_uppercase(), &written.to_uppercase()] {
        sign_up(&service, &unique("name"), same).await.is(400, &taken);
    }
    sign_up(&service, &punycode, "").await.is(400, &json!({"username": ["A user with that username already exists."]}));
    for asked in [&written, &punycode] {
        let ask = service.post("/auth/users/reset_password/").json(&json!({"email": asked}));
        ask.send().await.with_status(204);
    }
    let mail = service.mail(&punycode, 2).await;
    assert_eq!(mail.subject, "Reset your Aviary password");
}

#[tokio::test]
async fn an_alias_has_no_control_characters_and_changes_no_direction() {
    let service = Service::running();
    let account = service.signup().await;
    let edit = |body: Value| service.put("/api/profiles/edit/").bearer(&account.access).json(&body).send();
    for alias in ["Ad\u{202e}a", "a\u{1b}[31m", "a\nadmin", "a\tb", "a\u{2066}b", "a\u{200f}b", "a\u{2028}b"] {
        let body = json!({"profile_id": account.id, "alias": alias});
        edit(body).await.is(400, &json!({"alias": ["Control characters are not allowed."]}));
    }
    let body = json!({"profile_id": account.id, "alias": "\u{3164}\u{200b}", "bio": "a\r\nb\tc"});
    let edited = edit(body).await.with_status(200).json();
    assert_eq!((&edited["alias"], &edited["bio"]), (&json!(""), &json!("a\nb\tc")));
    let body = json!({"profile_id": account.id, "bio": "a\u{7}"});
    edit(body).await.is(400, &json!({"bio": ["Control characters are not allowed."]}));
}
