//! `POST /api/auth/signup/`: the forms of two documents, and every error of theirs.

use e2e::{Cookies, Form, PASSWORD, Service, claims_of, now, unique};
use serde_json::{Value, json};

const PATH: &str = "/api/auth/signup/";
const TAKEN_NAME: &str = "A user with that username already exists.";
const TAKEN_EMAIL: &str = "A user with that email already exists.";

async fn assert_refused(service: &Service, body: &Value, errors: &Value) {
    service.post(PATH).json(body).send().await.is(400, errors);
}

#[tokio::test]
async fn the_form_with_two_passwords_signs_in_with_every_credential() {
    let service = Service::running();
    let username = unique("ex_user");
    let fields = [("username", &*username), ("password1", PASSWORD), ("password2", PASSWORD)];
    let answer = service.post(PATH).form(&fields).send().await.with_status(201);
    let json = answer.json();
    let names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["token", "username", "email", "access", "refresh"]);
    assert_eq!((&json["username"], &json["email"]), (&json!(username), &json!("")));
    let device_token = answer.field("token");
    assert!(device_token.len() == 40 && device_token.bytes().all(|b| b.is_ascii_hexdigit()), "{device_token}");

    let access = claims_of(&answer.field("access"));
    let me = json!({"email": "", "id": access["user_id"], "username": username});
    let cookies = Cookies::of(&answer);
    service.get("/auth/users/me/").bearer(&answer.field("access")).send().await.is(200, &me);
    service.get("/auth/users/me/").authorization(&format!("Token {device_token}")).send().await.is(200, &me);
    service.get("/auth/users/me/").cookies(&cookies).send().await.is(200, &me);
    let refreshed = service.post("/auth/jwt/refresh/").json(&json!({"refresh": answer.field("refresh")}));
    refreshed.send().await.with_status(200);
}

#[tokio::test]
async fn the_form_with_an_address_accepts_the_documented_example() {
    let service = Service::running();
    let username = unique("new_user");
    let body = json!({"username": username, "email": format!("{username}@EXAMPLE.com"), "password": "password123"});
    let answer = service.post(PATH).json(&body).send().await.with_status(201);
    assert_eq!(answer.field("email"), format!("{username}@example.com"));
}

#[tokio::test]
async fn a_multipart_form_signs_up_too() {
    let service = Service::running();
    let username = unique("wren");
    let form = Form::default().text("username", &username).text("password1", PASSWORD).text("password2", PASSWORD);
    let answer = service.post(PATH).multipart(&form).send().await.with_status(201);
    assert_eq!(answer.field("username"), username);
}

#[tokio::test]
async fn the_tokens_have_the_claims_of_simplejwt() {
    let service = Service::running();
    let account = service.signup().await;
    for (token, kind, lifetime) in [(&account.access, "access", 300), (&account.refresh, "refresh", 86_400)] {
        let claims = claims_of(token);
        let names: Vec<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["token_type", "exp", "iat", "jti", "user_id", "sid"]);
        assert_eq!(claims["token_type"], kind);
        let (exp, iat) = (claims["exp"].as_i64().unwrap(), claims["iat"].as_i64().unwrap());
        assert_eq!(exp - iat, lifetime);
        assert!((now() - iat).abs() < 60, "issued at {iat}");
        assert_eq!(claims["jti"].as_str().unwrap().len(), 32);
    }
    let [access, refresh] = [&account.access, &account.refresh].map(|token| claims_of(token));
    assert_eq!(access["sid"], refresh["sid"], "both tokens belong to one family");
    assert_ne!(access["jti"], refresh["jti"]);
}

#[tokio::test]
async fn new_cookies_replace_those_of_the_request() {
    let service = Service::running();
    let planted = Cookies { session: "a".repeat(64), csrf: "b".repeat(64) };
    let body = json!({"username": unique("wren"), "password": PASSWORD});
    let answer = service.post(PATH).cookies(&planted).json(&body).send().await.with_status(201);
    let fresh = Cookies::of(&answer);
    assert_ne!(fresh.session, planted.session);
    assert_ne!(fresh.csrf, planted.csrf);
    service.get("/auth/users/me/").cookies(&planted).send().await.with_status(401);
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let service = Service::running();
    let required = ["This field is required."];
    let blank = ["This field may not be blank."];
    let null_not = ["This field may not be null."];
    let no_string = ["Not a valid string."];
    let invalid = "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";
    let nul = "Null characters are not allowed.";
    let long = |max: u32| [format!("Ensure this field has no more than {max} characters.")];
    let rows = [
        (json!({}), json!({"username": required, "password": required})),
        (json!({"password1": "x"}), json!({"username": required, "password2": required})),
        (json!({"password2": "x"}), json!({"username": required, "password1": required})),
        (json!({"username": "  ", "email": "", "password": ""}), json!({"username": blank, "password": blank})),
        (
            json!({"username": Value::Null, "email": Value::Null, "password": Value::Null}),
            json!({"username": null_not, "email": null_not, "password": null_not}),
        ),
        (
            json!({"username": ["a"], "email": {}, "password": true}),
            json!({"username": no_string, "email": ["Enter a valid email address."], "password": no_string}),
        ),
        (
            json!({
                "username": "u".repeat(151), "email": format!("{}@example.com", "e".repeat(300)),
                "password": "p".repeat(513),
            }),
            json!({"username": long(150), "email": long(254), "password": long(512)}),
        ),
        (
            json!({"username": "a\0b", "email": "nope", "password": "Zx9!quokka\0-7"}),
            json!({"username": [invalid, nul], "email": ["Enter a valid email address."], "password": [nul]}),
        ),
        (json!({"username": "bad name!", "password": PASSWORD}), json!({"username": [invalid]})),
        (json!({"username": "..", "password": PASSWORD}), json!({"username": [invalid]})),
        (json!({"username": "LogIn", "password": PASSWORD}), json!({"username": ["This username is reserved."]})),
        (json!({"username": "support", "password": PASSWORD}), json!({"username": ["This username is reserved."]})),
        (json!({"password": "", "password2": "x"}), json!({"username": required, "password": blank})),
    ];
    for (body, errors) in rows {
        assert_refused(&service, &body, &errors).await;
    }
}

#[tokio::test]
async fn two_passwords_must_be_the_same() {
    let service = Service::running();
    let body = json!({"username": unique("wren"), "password1": PASSWORD, "password2": "Zx9!quokka-8"});
    assert_refused(&service, &body, &json!({"password2": ["The two password fields didn’t match."]})).await;
}

/// Clients of document 003 repeat `password` in `password2`.
#[tokio::test]
async fn password_may_be_repeated_in_password2() {
    let service = Service::running();
    let username = unique("wren");
    let body = |password: &str, password2: &str| json!({"username": username, "email": "", "password": password, "password2": password2});
    let differ = json!({"password2": ["The two password fields didn’t match."]});
    assert_refused(&service, &body(PASSWORD, "Zx9!quokka-8"), &differ).await;
    let blank = json!({"password2": ["This field may not be blank."]});
    assert_refused(&service, &body(PASSWORD, ""), &blank).await;
    // With a second field the whole policy holds.
    let common = json!({"password2": ["This password is too common."]});
    assert_refused(&service, &body("password123", "password123"), &common).await;
    service.post(PATH).json(&body(PASSWORD, PASSWORD)).send().await.with_status(201);
}

#[tokio::test]
async fn a_taken_address_as_both_name_and_address_is_told_of_both() {
    let service = Service::running();
    let address = format!("{}@example.com", unique("wren"));
    let body = json!({"username": address, "email": address, "password": PASSWORD});
    service.post(PATH).json(&body).send().await.with_status(201);
    let both = json!({"username": [TAKEN_NAME], "email": [TAKEN_EMAIL]});
    assert_refused(&service, &body, &both).await;
    let other = service.signup().await;
    let change = json!({"username": address, "email": address});
    service.put("/auth/users/me/").bearer(&other.access).json(&change).send().await.is(400, &both);
}

#[tokio::test]
async fn the_password_policy_runs_last_and_names_the_field_of_the_form() {
    let service = Service::running();
    let short = "This password is too short. It must contain at least 8 characters.";
    let (common, numeric) = ("This password is too common.", "This password is entirely numeric.");
    let username = unique("wren");
    let two = |password: &str| json!({"username": username, "password1": password, "password2": password});
    assert_refused(&service, &two("12345"), &json!({"password2": [short, common, numeric]})).await;
    assert_refused(&service, &two("password123"), &json!({"password2": [common]})).await;
    let like = json!({"password2": ["The password is too similar to the username."]});
    assert_refused(&service, &two(&format!("{username}1")), &like).await;
    let one = json!({"username": username, "password": "abcd3"});
    let six = "This password is too short. It must contain at least 6 characters.";
    assert_refused(&service, &one, &json!({"password": [six]})).await;
    let both = json!({"username": "bad name!", "password1": "12345", "password2": "12345"});
    let invalid = "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";
    assert_refused(&service, &both, &json!({"username": [invalid]})).await;
}

#[tokio::test]
async fn taken_name_and_address_are_reported_together_and_last() {
    let service = Service::running();
    let first = service.signup().await;
    let body = |name: &str, email: &str, word: &str| json!({"username": name, "email": email, "password": word});
    let both = json!({"username": [TAKEN_NAME], "email": [TAKEN_EMAIL]});
    let (loud_name, loud_email) = (first.username.to_uppercase(), first.email.to_uppercase());
    assert_refused(&service, &body(&loud_name, &loud_email, PASSWORD), &both).await;
    let name = json!({"username": [TAKEN_NAME]});
    let free = format!("{}@example.com", unique("free"));
    assert_refused(&service, &body(&first.username, &free, PASSWORD), &name).await;
    let email = json!({"email": [TAKEN_EMAIL]});
    assert_refused(&service, &body(&unique("free"), &first.email, PASSWORD), &email).await;
    let short = "This password is too short. It must contain at least 6 characters.";
    assert_refused(&service, &body(&first.username, &first.email, "abc"), &json!({"password": [short]})).await;
    // The refused requests have left nothing behind.
    service.post(PATH).json(&body(&unique("free"), &free, PASSWORD)).send().await.with_status(201);
}

#[tokio::test]
async fn usernames_and_addresses_of_others_cannot_be_taken_as_each_other() {
    let service = Service::running();
    let first = service.signup().await;
    let body = json!({"username": first.email, "password": PASSWORD});
    assert_refused(&service, &body, &json!({"username": [TAKEN_NAME]})).await;
    let address = format!("{}@example.com", unique("name"));
    service.signup_as(&address).await;
    let body = json!({"username": unique("wren"), "email": address, "password": PASSWORD});
    assert_refused(&service, &body, &json!({"email": [TAKEN_EMAIL]})).await;
}

#[tokio::test]
async fn the_own_address_may_be_the_username() {
    let service = Service::running();
    let address = format!("{}@example.com", unique("wren"));
    let body = json!({"username": address, "email": address, "password": PASSWORD});
    service.post(PATH).json(&body).send().await.with_status(201);
}

#[tokio::test]
async fn usernames_are_trimmed_and_stored_in_nfkc() {
    let service = Service::running();
    let tail = unique("sh");
    let body = json!({"username": format!("  \u{fb01}{tail} "), "password": PASSWORD});
    let answer = service.post(PATH).json(&body).send().await.with_status(201);
    assert_eq!(answer.field("username"), format!("fi{tail}"));
}
