//! `POST /auth/users/set_password/`.

use e2e::{PASSWORD, Service, claims_of};
use serde_json::{Value, json};

const SET_PASSWORD: &str = "/auth/users/set_password/";
const SET_USERNAME: &str = "/auth/users/set_username/";
const NEW: &str = "Qw8!zebra-kk";

#[tokio::test]
async fn a_new_password_ends_every_session_but_the_own() {
    let service = Service::running();
    let account = service.signup().await;
    let body = json!({"new_password": NEW, "current_password": PASSWORD});
    let answer = service.post(SET_PASSWORD).bearer(&account.access).json(&body).send().await.with_status(204);
    assert!(answer.body.is_empty());
    service.get("/auth/users/me/").bearer(&account.access).send().await.with_status(200);
    let refreshed = service.post("/auth/jwt/refresh/").json(&json!({"refresh": account.refresh})).send().await;
    let refreshed = refreshed.with_status(200);
    assert_eq!(claims_of(&refreshed.field("access"))["sid"], claims_of(&account.access)["sid"]);
    service.get("/auth/users/me/").bearer(&refreshed.field("access")).send().await.with_status(200);
    let invalid = json!({"detail": "Invalid token."});
    service.get("/auth/users/me/").bearer(&account.device_token).send().await.unauthorized(&invalid);
    service.get("/auth/users/me/").cookies(&account.cookies).send().await.with_status(401);
    let login = |password: &str| json!({"username": account.username, "password": password});
    service.post("/auth/jwt/create/").json(&login(PASSWORD)).send().await.with_status(401);
    service.post("/auth/jwt/create/").json(&login(NEW)).send().await.with_status(200);
}

#[tokio::test]
async fn access_tokens_of_an_ended_family_are_refused_at_once() {
    let service = Service::running();
    let account = service.signup().await;
    let login = json!({"username": account.username, "password": PASSWORD});
    let other = service.post("/auth/jwt/create/").json(&login).send().await.with_status(200).field("access");
    let body = json!({"new_password": NEW, "current_password": PASSWORD});
    service.post(SET_PASSWORD).bearer(&account.access).json(&body).send().await.with_status(204);
    let ended = service.get("/auth/users/me/").bearer(&other).send().await.with_status(401);
    assert_eq!(ended.json()["messages"][0]["message"], "Token is blacklisted");
}

#[tokio::test]
async fn a_wrong_current_password_is_told_beside_a_wrong_new_one() {
    let service = Service::running();
    let account = service.signup().await;
    let set = |body: Value| service.post(SET_PASSWORD).bearer(&account.access).json(&body).send();
    let both = |message: &str| json!({"new_password": [message], "current_password": ["Invalid password."]});
    set(json!({"current_password": "bad"})).await.is(400, &both("This field is required."));
    set(json!({"current_password": "bad", "new_password": ""})).await.is(400, &both("This field may not be blank."));
    set(json!({"current_password": "bad", "new_password": null})).await.is(400, &both("This field may not be null."));
    // The policy comes after the fields' own errors.
    let wrong = json!({"current_password": ["Invalid password."]});
    set(json!({"current_password": "bad", "new_password": "12345"})).await.is(400, &wrong);
}

#[tokio::test]
async fn a_repetition_of_the_new_password_is_compared_after_the_policy() {
    let service = Service::running();
    let account = service.signup().await;
    let set = |new: &str, repeated: &str| {
        let body = json!({"new_password": new, "re_new_password": repeated, "current_password": PASSWORD});
        service.post(SET_PASSWORD).bearer(&account.access).json(&body).send()
    };
    let differ = json!({"non_field_errors": ["The two password fields didn't match."]});
    set(NEW, "Qw8!zebra-kx").await.is(400, &differ);
    let common = json!({"new_password": ["This password is too common."]});
    set("password123", "other").await.is(400, &common);
    set(NEW, NEW).await.with_status(204);
}

#[tokio::test]
async fn set_password_refuses_as_djoser() {
    let service = Service::running();
    let account = service.signup().await;
    let set = |body: Value| service.post(SET_PASSWORD).bearer(&account.access).json(&body).send();
    let required = ["This field is required."];
    set(json!({})).await.is(400, &json!({"new_password": required, "current_password": required}));
    let wrong = json!({"new_password": NEW, "current_password": "bad"});
    set(wrong).await.is(400, &json!({"current_password": ["Invalid password."]}));
    let weak = json!({"new_password": [
        "This password is too short. It must contain at least 8 characters.",
        "This password is too common.",
        "This password is entirely numeric.",
    ]});
    set(json!({"new_password": "12345", "current_password": PASSWORD})).await.is(400, &weak);
    let similar = json!({"new_password": account.username, "current_password": PASSWORD});
    set(similar).await.is(400, &json!({"new_password": ["The password is too similar to the username."]}));
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    service.post(SET_PASSWORD).json(&json!({})).send().await.unauthorized(&nobody);
    service.post(SET_USERNAME).json(&json!({})).send().await.unauthorized(&nobody);
}
