//! Refresh families over HTTP: which tokens stay valid, and what ends a family.

use e2e::{Account, Answer, Forge, Service, claims_of, unique};
use futures_util::future::join_all;
use serde_json::{Value, json};

async fn refresh(service: &Service, token: &str) -> Answer {
    service.post("/auth/jwt/refresh/").json(&json!({"refresh": token})).send().await
}

/// The new access token and refresh token.
async fn refreshed(service: &Service, token: &str) -> (String, String) {
    let answer = refresh(service, token).await.with_status(200);
    let json = answer.json();
    let names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["access", "refresh"]);
    (answer.field("access"), answer.field("refresh"))
}

fn jti(token: &str) -> String {
    claims_of(token)["jti"].as_str().unwrap().to_owned()
}

async fn assert_signs_in(service: &Service, account: &Account, access: &str) {
    let me = service.get("/auth/users/me/").bearer(access).send().await.with_status(200);
    assert_eq!(me.json()["id"], account.id.as_str());
}

/// Demands the refusals of tokens whose family has ended.
async fn assert_has_ended(service: &Service, access: &str, refresh_token: &str) {
    let ended = json!({"detail": "Token is blacklisted", "code": "token_not_valid"});
    refresh(service, refresh_token).await.unauthorized(&ended);
    let verify = service.post("/auth/jwt/verify/").json(&json!({"token": refresh_token})).send().await;
    verify.unauthorized(&ended);
    let me = service.get("/auth/users/me/").bearer(access).send().await;
    me.unauthorized(&json!({
        "detail": "Given token not valid for any token type",
        "code": "token_not_valid",
        "messages": [{"token_class": "AccessToken", "token_type": "access", "message": "Token is blacklisted"}],
    }));
}

#[tokio::test]
async fn a_client_may_keep_using_its_first_refresh_token() {
    let service = Service::running();
    let account = service.signup().await;
    let (access, next) = refreshed(&service, &account.refresh).await;
    assert_signs_in(&service, &account, &access).await;
    for _ in 0..3 {
        let (access, again) = refreshed(&service, &account.refresh).await;
        assert_eq!(jti(&again), jti(&next), "every refresh returns the same successor");
        assert_signs_in(&service, &account, &access).await;
    }
    assert_ne!(jti(&next), jti(&account.refresh));
}

#[tokio::test]
async fn a_replaced_refresh_token_still_works_for_a_slow_tab() {
    let service = Service::running();
    let account = service.signup().await;
    let (_, second) = refreshed(&service, &account.refresh).await;
    let (access, third) = refreshed(&service, &second).await;
    assert_signs_in(&service, &account, &access).await;
    assert_eq!(claims_of(&third)["sid"], claims_of(&account.refresh)["sid"], "both tokens belong to one family");
    let (_, late) = refreshed(&service, &account.refresh).await;
    assert_eq!(jti(&late), jti(&third), "a late refresh returns the newest successor");
    let (_, again) = refreshed(&service, &second).await;
    assert_eq!(jti(&again), jti(&third));
    refreshed(&service, &third).await;
}

#[tokio::test]
async fn concurrent_refreshes_get_the_same_successor() {
    let service = Service::running();
    let account = service.signup().await;
    let (_, second) = refreshed(&service, &account.refresh).await;
    for token in [&account.refresh, &second] {
        let tabs = join_all((0..8).map(|_| refreshed(&service, token))).await;
        let (_, first) = &tabs[0];
        assert!(tabs.iter().all(|(_, token)| jti(token) == jti(first)), "two successors of one token");
    }
}

#[tokio::test]
async fn an_unknown_refresh_token_of_a_family_ends_the_family() {
    let service = Service::running();
    let account = service.signup().await;
    let (access, _) = refreshed(&service, &account.refresh).await;
    let other =
        service.post("/auth/jwt/create/").json(&json!({"username": account.username, "password": e2e::PASSWORD}));
    let other = other.send().await.with_status(200);
    let mut claims = claims_of(&account.refresh);
    claims["jti"] = json!("0123456789abcdef0123456789abcdef");
    let thief = Forge::with_the_key_of(&service).await.sign(&claims);
    refresh(&service, &thief).await.unauthorized(&json!({"detail": "Token is blacklisted", "code": "token_not_valid"}));
    assert_has_ended(&service, &access, &account.refresh).await;
    // Other sessions of the user are not affected.
    assert_signs_in(&service, &account, &other.field("access")).await;
    refreshed(&service, &other.field("refresh")).await;
    service.get("/auth/users/me/").bearer(&account.device_token).send().await.with_status(200);
}

#[tokio::test]
async fn a_raised_epoch_ends_every_credential_of_the_user() {
    let service = Service::running();
    let account = service.signup().await;
    set_principal(&service, &account, "epoch", &json!({"N": "1"})).await;
    assert_has_ended(&service, &account.access, &account.refresh).await;
    let me = || service.get("/auth/users/me/");
    me().bearer(&account.device_token).send().await.unauthorized(&json!({"detail": "Invalid token."}));
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    me().cookies(&account.cookies).send().await.unauthorized(&nobody);
    // A login from now on is of the new epoch.
    let body = json!({"username": account.username, "password": e2e::PASSWORD});
    let login = service.post("/auth/login/").json(&body).send().await.with_status(200);
    assert_signs_in(&service, &account, &login.field("token")).await;
}

#[tokio::test]
async fn a_deactivated_user_is_refused_by_every_credential() {
    let service = Service::running();
    let account = service.signup().await;
    set_principal(&service, &account, "active", &json!({"BOOL": false})).await;
    let inactive = json!({"detail": "User is inactive", "code": "user_inactive"});
    let me = || service.get("/auth/users/me/");
    me().bearer(&account.access).send().await.unauthorized(&inactive);
    // Only a JWT says why.
    me().bearer(&account.device_token).send().await.unauthorized(&json!({"detail": "Invalid token."}));
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    me().cookies(&account.cookies).send().await.unauthorized(&nobody);
    refresh(&service, &account.refresh).await.with_status(401);
}

#[tokio::test]
async fn a_deleted_user_is_not_found() {
    let service = Service::running();
    let account = service.signup().await;
    service.dynamodb().delete("CredentialsTable", &format!("U#{}", account.id), "PRINCIPAL").await;
    let gone = json!({"detail": "User not found", "code": "user_not_found"});
    service.get("/auth/users/me/").bearer(&account.access).send().await.unauthorized(&gone);
    let ended = json!({"detail": "Token is blacklisted", "code": "token_not_valid"});
    refresh(&service, &account.refresh).await.unauthorized(&ended);
}

#[tokio::test]
async fn a_token_of_another_user_does_not_pass_for_the_family() {
    let service = Service::running();
    let [one, other] = [service.signup_as(&unique("wren")).await, service.signup_as(&unique("wren")).await];
    let mut claims = claims_of(&one.refresh);
    claims["user_id"] = json!(other.id);
    let mixed = Forge::with_the_key_of(&service).await.sign(&claims);
    refresh(&service, &mixed).await.with_status(401);
    refreshed(&service, &one.refresh).await;
    refreshed(&service, &other.refresh).await;
}

async fn set_principal(service: &Service, account: &Account, attribute: &str, value: &Value) {
    let pk = format!("U#{}", account.id);
    service.dynamodb().set("CredentialsTable", &pk, "PRINCIPAL", attribute, value).await;
}
