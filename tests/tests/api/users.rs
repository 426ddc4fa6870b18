//! Document 003's user service: `/api/users/create/`, `/<username>/`, `/delete/<username>/`.

use e2e::{Form, Service, jpeg, unique};
use serde_json::{Value, json};

const CREATE: &str = "/api/users/create/";

#[tokio::test]
async fn a_profile_is_created_once_and_again_after_its_deletion() {
    let service = Service::running();
    let (account, reader) = (service.signup().await, service.signup().await);
    let create = |body: Value| service.post(CREATE).bearer(&account.access).json(&body).send();
    let show = format!("/api/users/{}/", account.username);
    let shown = |biography: &str| json!({"username": account.username, "biography": biography});
    let picture = format!("{}/profile/default.png", service.url);
    let viewed = |biography: &str| {
        let name = &account.username;
        json!({"username": name, "biography": biography, "avatar_url": picture, "is_online": false})
    };
    // Every signup creates the profile.
    service.get(&show).bearer(&reader.access).send().await.is(200, &viewed("Default biography"));
    create(json!({"username": account.username})).await.is(201, &shown("Default biography"));
    let exists = json!({"username": ["A profile for this user already exists."]});
    create(json!({"username": account.username, "biography": "x"})).await.is(400, &exists);

    let delete = || service.delete(&format!("/api/users/delete/{}/", account.username));
    delete().bearer(&reader.access).send().await.with_status(403);
    delete().bearer(&account.access).send().await.with_status(204);
    let not_found = json!({"detail": "Not found."});
    delete().bearer(&account.access).send().await.is(404, &not_found);
    service.get(&show).bearer(&reader.access).send().await.is(404, &not_found);
    // The account stays.
    service.get("/auth/users/me/").bearer(&account.access).send().await.with_status(200);
    create(json!({"username": account.username, "biography": "again"})).await.is(201, &shown("again"));
    service.get(&show).bearer(&reader.access).send().await.is(200, &viewed("again"));
}

#[tokio::test]
async fn biography_and_bio_are_the_same_field() {
    let service = Service::running();
    let account = service.signup().await;
    let form = Form::default().text("bio", "by another endpoint").file("image", "a.jpg", "image/jpeg", &jpeg(8, 8, 1));
    let update = service.put("/profile/update").bearer(&account.access).multipart(&form).send().await;
    let picture = update.with_status(200).field("profilePic");
    let body = json!({"username": account.username});
    let created = service.post(CREATE).bearer(&account.access).json(&body).send().await.with_status(201);
    assert_eq!(created.field("biography"), "by another endpoint");
    let delete = format!("/api/users/delete/{}/", account.username);
    service.delete(&delete).bearer(&account.access).send().await.with_status(204);
    let status = service.fetch(&picture).await.status;
    assert!([403, 404].contains(&status), "the picture is still there: {status}");
    let profile = service.get(&format!("/profile?username={}", account.username)).send().await.with_status(200);
    assert_eq!(profile.json()["profile"]["bio"], "Write about yourself.");
}

#[tokio::test]
async fn create_takes_only_the_callers_own_name() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let create = |body: Value| service.post(CREATE).bearer(&account.access).json(&body).send();
    create(json!({"username": other.username})).await.with_status(403);
    let unknown = unique("nobody");
    let error = json!({"username": [format!("Object with username={unknown} does not exist.")]});
    create(json!({"username": unknown})).await.is(400, &error);
    create(json!({})).await.is(400, &json!({"username": ["This field is required."]}));
    let long = json!({"biography": ["Ensure this field has no more than 400 characters."]});
    create(json!({"username": account.username, "biography": "b".repeat(401)})).await.is(400, &long);
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    service.post(CREATE).json(&json!({})).send().await.unauthorized(&nobody);
    service.get(&format!("/api/users/{}/", other.username)).send().await.unauthorized(&nobody);
    let missing = service.get(&format!("/api/users/{unknown}/")).bearer(&account.access).send().await;
    missing.is(404, &json!({"detail": "Not found."}));
}
