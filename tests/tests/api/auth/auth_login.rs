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
    assert_eq!(names, ["message", "token", "refresh", "user_info"]);
    assert_eq!(json["message"], "login successfull");
    let picture = format!("{}/profile/default.png", service.url);
    let profile = json!({"bio": "Write about yourself.", "profilePic": picture, "followers": 0, "following": 0});
    let user_info = json!({
        "_id": account.id, "name": "", "username": account.username, "email": account.email, "profile": profile,
    });
    assert_eq!(json["user_info"].to_string(), user_info.to_string());
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

/// Clients that know their users by address send it as `email`.
#[tokio::test]
async fn an_address_is_accepted_as_email_where_there_is_no_username() {
    let service = Service::running();
    let account = service.signup().await;
    let paths = [
        "/auth/login/",
        "/auth/jwt/create/",
        "/auth/token/login/",
        "/api/auth/obtain_token/",
        "/api/auth/obtain/",
        "/api/auth/login/",
        "/api/auth/token/",
    ];
    for path in paths {
        let login = |body: Value| service.post(path).json(&body).send();
        login(json!({"email": account.email.to_uppercase(), "password": PASSWORD})).await.with_status(200);
        login(json!({"username": account.username, "email": "else@example.com", "password": PASSWORD}))
            .await
            .with_status(200);
        let wrong = login(json!({"email": account.email, "password": "wrong"})).await;
        assert!([400, 401].contains(&wrong.status), "{path}: {}", wrong.text());
        let other = login(json!({"username": unique("nobody"), "email": account.email, "password": PASSWORD})).await;
        assert_eq!(other.text(), wrong.text(), "{path}: the username counts where there is one");
    }
}

/// Document 001's clients read the text of a refusal in `message`.
fn refusal(path: &str) -> Value {
    let text = "No active account found with the given credentials";
    if path == "/auth/login/" { json!({"detail": text, "message": text}) } else { json!({"detail": text}) }
}

fn fullwidth(c: char) -> char {
    char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c)
}

#[tokio::test]
async fn every_failed_login_has_the_same_answer() {
    let service = Service::running();
    let account = service.signup().await;
    for path in PATHS {
        let nobody = refusal(path);
        // The second grows by normalisation, to more than a key can hold.
        let (long, growing) = ("n".repeat(1_000), "\u{fdfa}".repeat(200));
        let wrong = [
            (&*account.username, "wrong"),
            (&*unique("nobody"), PASSWORD),
            (&long, PASSWORD),
            (&growing, PASSWORD),
            ("a b/c?", "x"),
            (&account.username, &"p".repeat(513)),
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
        login.unauthorized(&refusal(path));
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
        (json!({"email": "", "password": PASSWORD}), json!({"email": ["This field may not be blank."]})),
        (
            json!({"email": "a", "username": ""}),
            json!({
                "username": ["This field may not be blank."], "password": ["This field is required."],
            }),
        ),
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
