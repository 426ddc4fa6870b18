//! `POST /auth/login/` and `POST /auth/jwt/create/`: a username or an e-mail address, and a password.

use e2e::{PASSWORD, Service, claims_of, unique};
use serde_json::{Value, json};

const PATHS: [&str; 2] = ["/auth/login/", "/auth/jwt/create/"];

fn body(username: &str, password: &str) -> Value {
    json!({"username": username, "password": password})
}

#[tokio::test]
async fn a_login_answers_as_documented() {
    let service = Service::running();
    let account = service.signup().await;
    let login = service.post("/auth/login/").json(&body(&account.username, PASSWORD)).send().await.with_status(200);
    let json = login.json();
    let names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["message", "token", "refresh"]);
    assert_eq!(json["message"], "login successfull");
    let claims = claims_of(&login.field("token"));
    assert_eq!(claims["_id"], account.id.as_str());
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 12 * 3_600);

    let created =
        service.post("/auth/jwt/create/").json(&body(&account.username, PASSWORD)).send().await.with_status(200);
    let json = created.json();
    let names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["refresh", "access"]);
    let claims = claims_of(&created.field("access"));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
}

#[tokio::test]
async fn username_and_address_are_accepted_in_any_case_and_form() {
    let service = Service::running();
    let account = service.signup().await;
    let wide: String = account.username.chars().map(fullwidth).collect();
    for path in PATHS {
        for name in [&account.username.to_uppercase(), &account.email, &account.email.to_uppercase(), &wide] {
            service.post(path).json(&body(name, PASSWORD)).send().await.with_status(200);
        }
        let fields = [("username", &*account.username), ("password", PASSWORD)];
        service.post(path).form(&fields).send().await.with_status(200);
    }
}

fn fullwidth(c: char) -> char {
    char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c)
}

#[tokio::test]
async fn every_failed_login_has_the_same_answer() {
    let service = Service::running();
    let account = service.signup().await;
    let nobody = json!({"detail": "No active account found with the given credentials"});
    for path in PATHS {
        // The second grows by normalisation, to more than a key can hold.
        let (long, growing) = ("n".repeat(1_000), "\u{fdfa}".repeat(200));
        let wrong = [
            (&*account.username, "wrong"),
            (&*unique("nobody"), PASSWORD),
            (&long, PASSWORD),
            (&growing, PASSWORD),
            ("a b/c?", "x"),
        ];
        for (name, password) in wrong {
            service.post(path).json(&body(name, password)).send().await.unauthorized(&nobody);
        }
    }
}

#[tokio::test]
async fn a_deactivated_account_cannot_log_in() {
    let service = Service::running();
    let account = service.signup().await;
    let pk = format!("U#{}", account.id);
    service.dynamodb().set("CredentialsTable", &pk, "PRINCIPAL", "active", &json!({"BOOL": false})).await;
    for path in PATHS {
        let login = service.post(path).json(&body(&account.username, PASSWORD)).send().await;
        login.unauthorized(&json!({"detail": "No active account found with the given credentials"}));
    }
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let service = Service::running();
    let both = |message: &str| json!({"username": [message], "password": [message]});
    let rows = [
        (json!({}), both("This field is required.")),
        (body("", " "), both("This field may not be blank.")),
        (json!({"username": Value::Null, "password": Value::Null}), both("This field may not be null.")),
        (json!({"username": ["a"], "password": {"a": 1}}), both("Not a valid string.")),
        (json!({"username": false, "password": true}), both("Not a valid string.")),
        (body("a\0b", "a\0b"), both("Null characters are not allowed.")),
        (body("a\0b", PASSWORD), json!({"username": ["Null characters are not allowed."]})),
        (body("a", &"p".repeat(513)), json!({"password": ["Ensure this field has no more than 512 characters."]})),
    ];
    for path in PATHS {
        for (body, errors) in &rows {
            service.post(path).json(body).send().await.is(400, errors);
        }
    }
}

#[tokio::test]
async fn credentials_in_the_query_are_ignored() {
    let service = Service::running();
    let account = service.signup().await;
    let required = ["This field is required."];
    for path in PATHS {
        let path = format!("{path}?username={}&password={PASSWORD}", account.username);
        service.post(&path).json(&json!({})).send().await.is(400, &json!({"username": required, "password": required}));
    }
}

#[tokio::test]
async fn a_password_is_trimmed_as_django_does_and_its_case_counts() {
    let service = Service::running();
    let account = service.signup().await;
    let login = |password: String| service.post("/auth/login/").json(&body(&account.username, &password)).send();
    login(format!("  {PASSWORD} ")).await.with_status(200);
    login(PASSWORD.to_lowercase()).await.with_status(401);
}
