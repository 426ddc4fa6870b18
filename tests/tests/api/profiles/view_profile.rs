//! `GET /api/profiles/view_profile/<id>/` and `PUT /api/profiles/edit/`.

use e2e::acts::tweets::{comment, react};
use e2e::ids::id_of;
use e2e::{Account, Call, Form, Service, eventually, jpeg, unique};
use serde_json::{Value, json};

fn view(service: &Service, caller: &Account, id: &str) -> Call {
    service.get(&format!("/api/profiles/view_profile/{id}/")).bearer(&caller.access)
}

fn edit(service: &Service, caller: &Account, body: &Value) -> Call {
    service.put("/api/profiles/edit/").bearer(&caller.access).json(body)
}

/// What a request shows, without the time of the signup, which a test does not know.
async fn shown(call: Call) -> Value {
    let mut profile = call.send().await.with_status(200).json();
    let joined = profile.as_object_mut().unwrap().shift_remove("date_joined").unwrap();
    assert!(joined.as_str().is_some_and(|joined| joined.starts_with("20") && joined.ends_with('Z')), "{joined}");
    profile
}

/// A new profile as others see it.
fn fresh(account: &Account) -> Value {
    json!({
        "id": account.id, "user": account.id, "user_id": account.id, "username": account.username, "alias": "",
        "bio": "", "email": "", "date_of_birth": "", "image_url": "", "background_image_url": "",
        "number_of_followers": 0, "number_of_following": 0, "number_of_tweets": 0, "number_of_tweets_and_replies": 0,
        "number_of_likes": 0, "number_of_media": 0, "following": false, "is_following": false,
    })
}

/// The same as its owner sees it.
fn own(shown: &Value, email: &str, date_of_birth: &str) -> Value {
    let mut own = shown.clone();
    (own["email"], own["date_of_birth"]) = (json!(email), json!(date_of_birth));
    own
}

#[tokio::test]
async fn only_the_owner_sees_address_and_date_of_birth_of_a_profile() {
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
        "id": id, "user": id, "user_id": id, "username": username, "alias": alias, "bio": "First programmer",
        "email": "", "date_of_birth": "",
        "image_url": "https://example.com/ada.png", "background_image_url": "https://example.com/sky.png",
        "number_of_followers": 0, "number_of_following": 0, "number_of_tweets": 0, "number_of_tweets_and_replies": 0,
        "number_of_likes": 0, "number_of_media": 0, "following": false, "is_following": false,
    });
    assert_eq!(shown(view(&service, &viewer, id)).await, expected);
    let path = format!("/api/profiles/view_profile/{id}");
    let mine = shown(service.get(&path).authorization(&format!("JWT {}", tokens.field("access")))).await;
    assert_eq!(mine, own(&expected, &format!("{username}@example.com"), "1999-12-10"));
    // Without a date of birth it is empty.
    assert_eq!(shown(view(&service, &viewer, &viewer.id)).await, own(&fresh(&viewer), &viewer.email, ""));
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
    assert_eq!(shown(edit(&service, &account, &body)).await, own(&expected, &account.email, ""));
    assert_eq!(shown(view(&service, &viewer, &account.id)).await, expected);
    let profile = service.get(&format!("/profile?username={}", account.username)).send().await.with_status(200).json();
    assert_eq!(profile["profile"]["profilePic"], "https://example.com/a.png");

    // Document 000 has this spelling, and a client may send a form.
    let form = [("profile_id", &*account.id), ("alias", ""), ("background_image_url", "")];
    let printed = shown(service.put("/api/prfiles/edit/").bearer(&account.access).form(&form)).await;
    (expected["alias"], expected["background_image_url"]) = (json!(""), json!(""));
    let own_view = own(&expected, &account.email, "");
    assert_eq!(printed, own_view);
    assert_eq!(shown(edit(&service, &account, &json!({"profile_id": account.id}))).await, own_view);
    // Without an id the caller's own is meant.
    let all = json!({"bio": "", "image_url": ""});
    assert_eq!(shown(edit(&service, &account, &all)).await, own(&fresh(&account), &account.email, ""));
    assert_eq!(shown(view(&service, &viewer, &account.id)).await, fresh(&account));
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
    assert_eq!(shown(view(&service, &stranger, &owner.id)).await, fresh(&owner));
    let pk = format!("U#{}", staff.id);
    service.dynamodb().set("CredentialsTable", &pk, "PRINCIPAL", "staff", &json!({"BOOL": true})).await;
    let edited = edit(&service, &staff, &body(&owner.id)).send().await.with_status(200).json();
    let private = [&edited["email"], &edited["date_of_birth"]];
    assert_eq!((&edited["bio"], private), (&json!("taken over"), [&json!(""), &json!("")]));
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
    let errors =
        json!({"alias": [more(150)], "bio": [more(400)], "image_url": [url], "background_image_url": [more(2_000)]});
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

#[tokio::test]
async fn a_profile_counts_tweets_replies_likes_and_media() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let plain = id_of(&service.tweet(&account, "plain").await);
    let photo = Form::default().text("message", "photo").file("imagelinks", "a", "", &jpeg(8, 8, 1));
    let photo = service.post("/api/tweets/").bearer(&account.access).multipart(&photo).send().await.with_status(201);
    let photo = photo.field("id");
    let theirs = id_of(&service.tweet(&other, "theirs").await);
    let reply = comment(&service, &account, &theirs, "so it is").await.with_status(201).field("id");
    for tweet in [&theirs, &plain] {
        react(&service, "POST", &account, tweet, "like").await.with_status(200);
    }
    let like = service.post(&format!("/api/tweets/comments/{reply}/like/")).bearer(&account.access);
    like.send().await.with_status(200);
    let counts = async |tweets: u32, all: u32, likes: u32, media: u32| {
        let expected = [tweets, all, likes, media];
        eventually(&format!("the counts {expected:?}"), async || {
            let profile = shown(view(&service, &other, &account.id)).await;
            let names = ["number_of_tweets", "number_of_tweets_and_replies", "number_of_likes", "number_of_media"];
            (names.map(|name| profile[name].clone()) == expected.map(|count| json!(count))).then_some(())
        })
        .await;
    };
    counts(2, 3, 3, 1).await;
    react(&service, "DELETE", &account, &theirs, "like").await.with_status(200);
    service.delete(&format!("/api/tweets/{photo}/")).bearer(&account.access).send().await.with_status(204);
    counts(1, 2, 2, 0).await;
    // What depends on a deleted tweet is removed with it: the reply, and its like.
    service.delete(&format!("/api/tweets/{theirs}/")).bearer(&other.access).send().await.with_status(204);
    counts(1, 1, 1, 0).await;
}
