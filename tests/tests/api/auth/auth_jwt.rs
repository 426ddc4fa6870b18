//! `POST /auth/jwt/refresh/` and `…/verify/`: valid tokens, and every kind of invalid ones.

use e2e::{Account, Answer, Forge, PASSWORD, Service, claims_of, now, unsigned};
use serde_json::{Value, json};

async fn refresh(service: &Service, token: &Value) -> Answer {
    service.post("/auth/jwt/refresh/").json(&json!({"refresh": token})).send().await
}

async fn verify(service: &Service, token: &Value) -> Answer {
    service.post("/auth/jwt/verify/").json(&json!({"token": token})).send().await
}

fn refused(message: &str) -> Value {
    json!({"detail": message, "code": "token_not_valid"})
}

#[tokio::test]
async fn both_kinds_of_token_verify() {
    let service = Service::running();
    let account = service.signup().await;
    for token in [&account.access, &account.refresh] {
        verify(&service, &json!(token)).await.is(200, &json!({}));
    }
}

#[tokio::test]
async fn the_token_field_is_validated_like_any_other() {
    let service = Service::running();
    for (path, field) in [("/auth/jwt/refresh/", "refresh"), ("/auth/jwt/verify/", "token")] {
        let rows = [
            (json!({}), "This field is required."),
            (json!({field: ""}), "This field may not be blank."),
            (json!({field: Value::Null}), "This field may not be null."),
            (json!({field: ["a"]}), "Not a valid string."),
            (json!({field: true}), "Not a valid string."),
            (json!({field: "a\0b"}), "Null characters are not allowed."),
        ];
        for (body, message) in rows {
            service.post(path).json(&body).send().await.is(400, &json!({field: [message]}));
        }
        for garbage in [json!(5), json!("garbage"), json!("a.b.c"), json!("ÿ.ÿ.ÿ"), json!("x".repeat(20_000))] {
            let answer = service.post(path).json(&json!({field: garbage})).send().await;
            answer.unauthorized(&refused("Token is invalid"));
        }
    }
}

#[tokio::test]
async fn white_space_around_a_token_does_not_count() {
    let service = Service::running();
    let account = service.signup().await;
    let padded = |token: &str| json!(format!(" \t{token}\r\n"));
    for token in [&account.access, &account.refresh] {
        verify(&service, &padded(token)).await.is(200, &json!({}));
    }
    refresh(&service, &padded(&account.refresh)).await.with_status(200);
}

#[tokio::test]
async fn an_access_token_of_twelve_hours_verifies_only_while_its_session_and_user_count() {
    let service = Service::running();
    let long = async |account: &Account| {
        let body = json!({"username": account.username, "password": PASSWORD});
        let pair = service.post("/api/auth/obtain_token/").json(&body).send().await.with_status(200);
        (json!(pair.field("access")), pair.field("refresh"))
    };
    let account = service.signup().await;
    let (access, own_refresh) = long(&account).await;
    verify(&service, &access).await.is(200, &json!({}));
    let logout = service.post("/api/auth/user/logout/").json(&json!({"refresh_token": own_refresh}));
    logout.send().await.with_status(205);
    verify(&service, &access).await.unauthorized(&refused("Token is blacklisted"));

    let (access, _) = long(&account).await;
    let pk = format!("U#{}", account.id);
    service.dynamodb().set("CredentialsTable", &pk, "PRINCIPAL", "active", &json!({"BOOL": false})).await;
    let inactive = json!({"detail": "User is inactive", "code": "user_inactive"});
    verify(&service, &access).await.unauthorized(&inactive);
    service.dynamodb().delete("CredentialsTable", &pk, "PRINCIPAL").await;
    let gone = json!({"detail": "User not found", "code": "user_not_found"});
    verify(&service, &access).await.unauthorized(&gone);
}

#[tokio::test]
async fn a_refresh_requires_a_refresh_token() {
    let service = Service::running();
    let account = service.signup().await;
    refresh(&service, &json!(account.access)).await.unauthorized(&refused("Token has wrong type"));
}

#[tokio::test]
async fn a_forged_token_is_invalid_everywhere() {
    let service = Service::running();
    let account = service.signup().await;
    let own = Forge::with_the_key_of(&service).await;
    let kid = own.kid().to_owned();
    for token in [&account.access, &account.refresh] {
        let claims = claims_of(token);
        let (message, _) = token.rsplit_once('.').unwrap();
        let header = |alg: &str, kid: &str| json!({"typ": "JWT", "alg": alg, "kid": kid});
        let foreign = Forge::with_the_key_of(&service).await.with_another_key();
        let forged = [
            unsigned(&claims),
            format!("{message}."),
            format!("{message}.AAAA"),
            own.sign_with_the_public_key_as_secret(&claims),
            own.sign_under(&header("EdDSA", "another"), &claims),
            own.sign_under(&header("HS256", &kid), &claims),
            own.sign_under(&header("none", &kid), &claims),
            own.sign_under(&json!({"typ": "JWT", "alg": "EdDSA"}), &claims),
            foreign.sign(&claims),
        ];
        for token in forged {
            refresh(&service, &json!(token)).await.unauthorized(&refused("Token is invalid"));
            verify(&service, &json!(token)).await.unauthorized(&refused("Token is invalid"));
            let me = service.get("/auth/users/me/").bearer(&token).send().await;
            let credential = json!({
                "detail": "Given token not valid for any token type",
                "code": "token_not_valid",
                "messages": [{"token_class": "AccessToken", "token_type": "access", "message": "Token is invalid"}],
            });
            me.unauthorized(&credential);
        }
    }
}

#[tokio::test]
async fn a_wrong_claim_of_a_signed_token_is_named() {
    let service = Service::running();
    let account = service.signup().await;
    let forge = Forge::with_the_key_of(&service).await;
    let claims = claims_of(&account.refresh);
    let without = |name: &str| {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().remove(name);
        json!(forge.sign(&claims))
    };
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        json!(forge.sign(&claims))
    };
    let rows = [
        (without("exp"), "Token has no 'exp' claim"),
        (without("jti"), "Token has no id"),
        (with("exp", json!(now() - 1)), "Token is expired"),
        (with("exp", json!("soon")), "Token is invalid"),
        (with("iat", json!(now() + 3_600)), "Token is invalid"),
        (with("nbf", json!(now() + 3_600)), "Token is invalid"),
    ];
    for (token, message) in rows {
        refresh(&service, &token).await.unauthorized(&refused(message));
        verify(&service, &token).await.unauthorized(&refused(message));
    }
    refresh(&service, &without("token_type")).await.unauthorized(&refused("Token has no type"));
    verify(&service, &without("token_type")).await.is(200, &json!({}));
    let nobody = refused("Token contained no recognizable user identification");
    for token in [without("user_id"), without("sid"), with("user_id", json!("abc")), with("user_id", json!(1))] {
        refresh(&service, &token).await.unauthorized(&nobody);
    }
}

#[tokio::test]
async fn a_wrong_claim_of_an_access_token_is_named_in_the_401() {
    let service = Service::running();
    let account = service.signup().await;
    let forge = Forge::with_the_key_of(&service).await;
    let claims = claims_of(&account.access);
    let without = |name: &str| {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().remove(name);
        forge.sign(&claims)
    };
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        forge.sign(&claims)
    };
    let rows = [
        (without("exp"), "Token has no 'exp' claim"),
        (without("jti"), "Token has no id"),
        (without("token_type"), "Token has no type"),
        (with("exp", json!(now() - 1)), "Token is expired"),
        (with("token_type", json!("refresh")), "Token has wrong type"),
        (account.refresh.clone(), "Token has wrong type"),
        (with("sid", json!("019a9f3c-6b00-7c52-9d41-3e5f70a1b2c3")), "Token is blacklisted"),
    ];
    for (token, message) in rows {
        let answer = service.get("/auth/users/me/").bearer(&token).send().await;
        answer.unauthorized(&json!({
            "detail": "Given token not valid for any token type",
            "code": "token_not_valid",
            "messages": [{"token_class": "AccessToken", "token_type": "access", "message": message}],
        }));
    }
    let nobody = refused("Token contained no recognizable user identification");
    service.get("/auth/users/me/").bearer(&without("user_id")).send().await.unauthorized(&nobody);
    let gone = with("user_id", json!("019a9f3c-6b00-7c52-9d41-3e5f70a1b2c3"));
    let answer = service.get("/auth/users/me/").bearer(&gone).send().await;
    answer.unauthorized(&json!({"detail": "User not found", "code": "user_not_found"}));
}

#[tokio::test]
async fn a_refresh_token_of_an_unknown_user_or_family_is_blacklisted() {
    let service = Service::running();
    let account = service.signup().await;
    let forge = Forge::with_the_key_of(&service).await;
    for name in ["user_id", "sid"] {
        let mut claims = claims_of(&account.refresh);
        claims[name] = json!("019a9f3c-6b00-7c52-9d41-3e5f70a1b2c3");
        let token = json!(forge.sign(&claims));
        refresh(&service, &token).await.unauthorized(&refused("Token is blacklisted"));
        verify(&service, &token).await.unauthorized(&refused("Token is blacklisted"));
    }
}
