//! `GET /api/profiles/view_profile/<id>/` and `PUT /api/profiles/edit/`.

use e2e::{Account, Call, Form, Service, jpeg, unique};
use serde_json::{Value, json};

fn view(service: &Service, caller: &Account, id: &str) -> Call {
    service.get(&format!("/api/profiles/view_profile/{id}/")).bearer(&caller.access)
}

fn edit(service: &Service, caller: &Account, body: &Value) -> Call {
    service.put("/api/profiles/edit/").bearer(&caller.access).json(body)
}

/// A new profile as others see it.
fn fresh(account: &Account) -> Value {
    json!({
        "id": account.id, "user": account.id, "username": account.username, "alias": "", "bio": "",
        "image_url": "", "background_image_url": "", "followers": 0, "following": 0, "is_following": false,
    })
}

/// A new profile as its owner sees it.
fn own(shown: &Value, date_of_birth: &Value) -> Value {
    let mut own = serde_json::Map::new();
    for (name, value) in shown.as_object().unwrap() {
        if name == "image_url" {
            own.insert("date_of_birth".to_owned(), date_of_birth.clone());
        }
        own.insert(name.clone(), value.clone());
    }
    Value::Object(own)
}

#[tokio::test]
async fn only_the_owner_sees_the_date_of_birth_of_a_profile() {
    let service = Service::running();
    let viewer = service.signup().await;
    let (username, alias) = (unique("wren"), "Ada Lovelace");
    let body = json!({
        "username": username, "email": format!("{username}@example.com"), "password": e2e::PASSWORD,
        "profile": {"date_of_birth": "1999-12-10", "alias": alias, "bio": "First programmer",
            "image_url": "https://example.com/ada.png", "background_image_url": "https://example.com/sky.png"},
    });
    let signup = service.post("/api/auth/user/register/").json(&body).send().await.with_status(201).json();
    let login = json!({"username": username, "password": e2e::PASSWORD});
    let tokens = service.post("/api/auth/obtain_token/").json(&login).send().await.with_status(200);
    let id = signup["profile"]["id"].as_str().unwrap();
    let expected = json!({
        "id": id, "user": id, "username": username, "alias": alias, "bio": "First programmer",
        "image_url": "https://example.com/ada.png", "background_image_url": "https://example.com/sky.png",
        "followers": 0, "following": 0, "is_following": false,
    });
    view(&service, &viewer, id).send().await.is(200, &expected);
    let path = format!("/api/profiles/view_profile/{id}");
    let mine = service.get(&path).authorization(&format!("JWT {}", tokens.field("access"))).send().await;
    mine.is(200, &own(&expected, &json!("1999-12-10")));
    // Without a date of birth the owner sees null.
    view(&service, &viewer, &viewer.id).send().await.is(200, &own(&fresh(&viewer), &Value::Null));
}

#[tokio::test]
async fn view_profile_needs_a_caller_and_a_known_id() {
    let service = Service::running();
    let (viewer, other) = (service.signup().await, service.signup().await);
    let path = format!("/api/profiles/view_profile/{}/", other.id);
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    service.get(&path).send().await.unauthorized(&nobody);
    for id in ["x", "01a1f9f8-eb32-7f02-8f74-6c633c173b52", &other.id.to_uppercase(), &other.username, "%00"] {
        view(&service, &viewer, id).send().await.is(404, &json!({"detail": "Not found."}));
    }
    let delete = service.delete("/auth/users/me/").bearer(&other.access);
    delete.json(&json!({"current_password": e2e::PASSWORD})).send().await.with_status(204);
    view(&service, &viewer, &other.id).send().await.is(404, &json!({"detail": "Not found."}));
}

#[tokio::test]
async fn both_spellings_of_edit_change_sent_fields_and_clear_empty_ones() {
    let service = Service::running();
    let (account, viewer) = (service.signup().await, service.signup().await);
    let body = json!({
        "profile_id": account.id, "alias": " Ada ", "bio": "bird", "image_url": "https://example.com/a.png",
        "background_image_url": "http://example.com/b.png",
    });
    let mut expected = fresh(&account);
    for (name, value) in body.as_object().unwrap().iter().filter(|(name, _)| *name != "profile_id") {
        expected[name] = json!(value.as_str().unwrap().trim());
    }
    edit(&service, &account, &body).send().await.is(200, &own(&expected, &Value::Null));
    view(&service, &viewer, &account.id).send().await.is(200, &expected);
    let profile = service.get(&format!("/profile?username={}", account.username)).send().await.with_status(200).json();
    assert_eq!(profile["profile"]["profilePic"], "https://example.com/a.png");

    // Document 000 has this spelling, and a client may send a form.
    let form = [("profile_id", &*account.id), ("alias", ""), ("background_image_url", "")];
    let printed = service.put("/api/prfiles/edit/").bearer(&account.access).form(&form).send().await;
    (expected["alias"], expected["background_image_url"]) = (json!(""), json!(""));
    printed.is(200, &own(&expected, &Value::Null));
    edit(&service, &account, &json!({"profile_id": account.id})).send().await.is(200, &own(&expected, &Value::Null));
    let all = json!({"profile_id": account.id, "bio": "", "image_url": ""});
    edit(&service, &account, &all).send().await.is(200, &own(&fresh(&account), &Value::Null));
    view(&service, &viewer, &account.id).send().await.is(200, &fresh(&account));
}

#[tokio::test]
async fn only_staff_edits_another_profile() {
    let service = Service::running();
    let (owner, stranger, staff) = (service.signup().await, service.signup().await, service.signup().await);
    let body = |id: &str| json!({"profile_id": id, "bio": "taken over"});
    let forbidden = json!({"detail": "You do not have permission to perform this action."});
    edit(&service, &stranger, &body(&owner.id)).send().await.is(403, &forbidden);
    for unknown in ["x", "01a1f9f8-eb32-7f02-8f74-6c633c173b52", "12"] {
        edit(&service, &stranger, &body(unknown)).send().await.is(404, &json!({"detail": "Not found."}));
    }
    view(&service, &stranger, &owner.id).send().await.is(200, &fresh(&owner));
    let pk = format!("U#{}", staff.id);
    service.dynamodb().set("CredentialsTable", &pk, "PRINCIPAL", "staff", &json!({"BOOL": true})).await;
    let edited = edit(&service, &staff, &body(&owner.id)).send().await.with_status(200).json();
    assert_eq!((&edited["bio"], edited.get("date_of_birth")), (&json!("taken over"), None));
}

#[tokio::test]
async fn profile_texts_have_limits_and_urls_must_be_valid() {
    let service = Service::running();
    let account = service.signup().await;
    let (url, link) =
        ("Enter a valid URL.", |length: usize| format!("https://example.com/{}", "a".repeat(length - 20)));
    let more = |most: u32| format!("Ensure this field has no more than {most} characters.");
    let wrong = json!({"alias": "a".repeat(151), "bio": "é".repeat(401), "image_url": "javascript:alert(1)",
        "background_image_url": link(2_001)});
    let errors = json!({"profile_id": ["This field is required."], "alias": [more(150)], "bio": [more(400)],
        "image_url": [url], "background_image_url": [more(2_000)]});
    edit(&service, &account, &wrong).send().await.is(400, &errors);
    let null =
        json!({"profile_id": "", "alias": null, "bio": [], "image_url": "/a.png", "background_image_url": "a\0"});
    let errors = json!({"profile_id": ["This field may not be blank."], "alias": ["This field may not be null."],
        "bio": ["Not a valid string."], "image_url": [url], "background_image_url": [url]});
    edit(&service, &account, &null).send().await.is(400, &errors);
    for bad in ["ftp://example.com/a.png", "https://", "https://u:p@example.com/", "example.com", "https://a b/"] {
        let body = json!({"profile_id": account.id, "image_url": bad});
        edit(&service, &account, &body).send().await.is(400, &json!({"image_url": [url]}));
    }
    let longest = json!({"profile_id": account.id, "alias": "ä".repeat(150), "bio": "b".repeat(400),
        "image_url": link(2_000), "background_image_url": link(2_000)});
    let edited = edit(&service, &account, &longest).send().await.with_status(200).json();
    for name in ["alias", "bio", "image_url", "background_image_url"] {
        assert_eq!(edited[name], longest[name], "{name}");
    }
    // The same limits hold at the other endpoints that write these fields.
    let update = service.put("/profile/update").bearer(&account.access).json(&json!({"bio": "b".repeat(401)}));
    update.send().await.is(400, &json!({"bio": [more(400)]}));
    let create = json!({"username": account.username, "biography": "b".repeat(401)});
    let create = service.post("/api/users/create/").bearer(&account.access).json(&create);
    create.send().await.is(400, &json!({"biography": [more(400)]}));
    let name = unique("wren");
    let first = json!({"username": name, "email": format!("{name}@example.com"), "password": e2e::PASSWORD,
        "profile": {"date_of_birth": "2000-01-01", "alias": "a".repeat(151), "bio": "b".repeat(401), "image_url": "x",
            "background_image_url": "data:image/png;base64,"}});
    let errors = json!({"profile": {"alias": [more(150)], "bio": [more(400)], "image_url": [url],
        "background_image_url": [url]}});
    service.post("/api/auth/user/register/").json(&first).send().await.is(400, &errors);
}

#[tokio::test]
async fn a_replaced_upload_is_deleted_and_one_sent_back_unchanged_is_kept() {
    let service = Service::running();
    let account = service.signup().await;
    let mut older = None;
    for replacement in ["https://example.com/elsewhere.png", ""] {
        let form = Form::default().file("image", "me.jpg", "image/jpeg", &jpeg(16, 16, 3));
        let call = service.put("/profile/update").bearer(&account.access).multipart(&form);
        let picture = call.send().await.with_status(200).field("profilePic");
        let seen = view(&service, &account, &account.id).send().await.with_status(200).json();
        assert_eq!(seen["image_url"], json!(picture));
        // A client that sends the whole profile back intends no change, even if the picture has changed since.
        for same in [&picture, older.as_ref().unwrap_or(&picture)] {
            let same = json!({"profile_id": account.id, "image_url": same, "bio": "again"});
            let answer = edit(&service, &account, &same).send().await.with_status(200);
            assert_eq!(answer.field("image_url"), picture);
        }
        service.fetch(&picture).await.with_status(200);
        older = Some(picture.clone());

        let body = json!({"profile_id": account.id, "image_url": replacement});
        let answer = edit(&service, &account, &body).send().await.with_status(200);
        assert_eq!(answer.field("image_url"), replacement);
        let status = service.fetch(&picture).await.status;
        assert!([403, 404].contains(&status), "the replaced picture is still there: {status}");
    }
}
