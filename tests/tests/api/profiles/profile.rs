//! `GET /profile` and `PUT /profile/update`.

use e2e::{Account, Call, Form, Service, jpeg, unique};
use serde_json::{Value, json};

fn update(service: &Service, caller: &Account, query: &str) -> Call {
    service.put(&format!("/profile/update{query}")).bearer(&caller.access)
}

fn shown(profile: &Value, bio: &str) -> Value {
    json!({"bio": bio, "profilePic": profile["profilePic"], "followers": 0, "following": 0})
}

#[tokio::test]
async fn a_profile_is_found_by_its_name_in_any_case_from_query_or_body() {
    let service = Service::running();
    let account = service.signup().await;
    let found = service.get(&format!("/profile?username={}", account.username)).send().await.with_status(200).json();
    assert_eq!((&found["_id"], &found["profile"]["bio"]), (&json!(account.id), &json!("Write about yourself.")));
    let loud = account.username.to_uppercase();
    service.get(&format!("/profile/?username={loud}")).send().await.is(200, &found);
    service.get("/profile").json(&json!({"username": account.username})).send().await.is(200, &found);
    service.get("/profile").form(&[("username", &account.username)]).send().await.is(200, &found);
    let both = service.get("/profile?username=nobody-at-all").json(&json!({"username": account.username}));
    both.send().await.is(200, &found);
}

#[tokio::test]
async fn a_profile_needs_the_name_of_a_user() {
    let service = Service::running();
    service.get("/profile").send().await.is(400, &json!({"username": ["This field is required."]}));
    service.get("/profile?username=").send().await.is(400, &json!({"username": ["This field may not be blank."]}));
    let null = service.get("/profile").json(&json!({"username": Value::Null})).send().await;
    null.is(400, &json!({"username": ["This field may not be null."]}));
    let list = service.get("/profile").json(&json!({"username": ["a"]})).send().await;
    list.is(400, &json!({"username": ["Not a valid string."]}));
    let nobody = json!({"detail": "Not found."});
    for name in [unique("nobody"), "n".repeat(2_000), "a%2Fb".into(), "%23%3F%25".into(), "a%00b".into()] {
        service.get(&format!("/profile?username={name}")).send().await.is(404, &nobody);
    }
    let not_text = json!({"detail": "Query parse error - the bytes are not UTF-8"});
    service.get("/profile?username=%FF").send().await.is(400, &not_text);
    // Few characters, but after normalisation more than a key can hold.
    service.get(&format!("/profile?username={}", "\u{fdfa}".repeat(200))).send().await.is(404, &nobody);
}

#[tokio::test]
async fn only_what_is_sent_changes() {
    let service = Service::running();
    let account = service.signup().await;
    let bio = json!({"bio": "  anything else "});
    let first = update(&service, &account, "").json(&bio).send().await;
    let expected = shown(&first.json(), "anything else");
    first.is(200, &expected);
    update(&service, &account, "").json(&json!({})).send().await.is(200, &expected);
    update(&service, &account, "/").send().await.is(200, &expected);
    let other = update(&service, &account, "").form(&[("bio", "by form")]).send().await;
    other.is(200, &shown(&expected, "by form"));
    let empty = update(&service, &account, "").json(&json!({"bio": ""})).send().await;
    empty.is(200, &shown(&expected, "Write about yourself."));
}

#[tokio::test]
async fn the_own_name_is_accepted_in_query_or_body_in_any_case() {
    let service = Service::running();
    let account = service.signup().await;
    let loud = account.username.to_uppercase();
    update(&service, &account, &format!("?username={loud}")).json(&json!({"bio": "1"})).send().await.with_status(200);
    let body = json!({"bio": "2", "username": account.username});
    let answer = update(&service, &account, "").json(&body).send().await.with_status(200);
    assert_eq!(answer.field("bio"), "2");
}

#[tokio::test]
async fn another_profile_is_forbidden_and_an_unknown_one_not_found() {
    let service = Service::running();
    let (owner, stranger) = (service.signup().await, service.signup().await);
    let body = json!({"bio": "taken over"});
    let forbidden = json!({"detail": "You do not have permission to perform this action."});
    let query = format!("?username={}", owner.username);
    update(&service, &stranger, &query).json(&body).send().await.is(403, &forbidden);
    let query = format!("?username={}", unique("nobody"));
    update(&service, &stranger, &query).json(&body).send().await.is(404, &json!({"detail": "Not found."}));
    for username in [&owner.username, &stranger.username] {
        let profile = service.get(&format!("/profile?username={username}")).send().await.json();
        assert_eq!(profile["profile"]["bio"], "Write about yourself.");
    }
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let service = Service::running();
    let account = service.signup().await;
    let refused = async |form: Form, errors: Value| {
        update(&service, &account, "").multipart(&form).send().await.is(400, &errors);
    };
    let long = "Ensure this field has no more than 400 characters.";
    let no_file = "The submitted data was not a file. Check the encoding type on the form.";
    let no_image = "Upload a valid image. The file you uploaded was either not an image or a corrupted image.";
    let nul = "Null characters are not allowed.";
    let photo = jpeg(8, 8, 1);
    let form = Form::default().text("bio", &"b".repeat(401)).text("image", "me.jpg");
    refused(form, json!({"bio": [long], "image": [no_file]})).await;
    let form = Form::default().text("bio", "a\0b").file("image", "me.jpg", "image/jpeg", b"no picture");
    refused(form, json!({"bio": [nul], "image": [no_image]})).await;
    refused(
        Form::default().file("image", "a.jpg", "image/jpeg", b""),
        json!({"image": ["The submitted file is empty."]}),
    )
    .await;
    let cut = photo.get(..photo.len() / 2).unwrap();
    refused(Form::default().file("image", "a.jpg", "image/jpeg", cut), json!({"image": [no_image]})).await;
    let mismatch = "The file's content does not match its type: it claims to be image/png but is image/jpeg.";
    refused(Form::default().file("image", "a.png", "image/png", &photo), json!({"image": [mismatch]})).await;
    let two = Form::default().file("image", "a.jpg", "image/jpeg", &photo).file("image", "b.jpg", "image/jpeg", &photo);
    refused(two, json!({"image": ["Ensure this field has no more than 1 elements."]})).await;
    let null = update(&service, &account, "").json(&json!({"bio": Value::Null, "image": "x"})).send().await;
    null.is(400, &json!({"bio": ["This field may not be null."], "image": [no_file]}));
    update(&service, &account, "").json(&json!({"bio": "b".repeat(400)})).send().await.with_status(200);
}

#[tokio::test]
async fn the_default_picture_is_a_png_that_may_be_cached() {
    let service = Service::running();
    let answer = service.get("/profile/default.png").send().await.with_status(200);
    assert_eq!(answer.header("content-type"), Some("image/png"));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=86400"));
    assert!(answer.cookie("sessionid").is_none(), "an answer that caches store must set no cookies");
    assert!(answer.body.starts_with(b"\x89PNG\r\n"));
}

#[tokio::test]
async fn the_picture_may_have_either_of_its_names() {
    let service = Service::running();
    let account = service.signup().await;
    for name in ["image", "profilePic"] {
        let form = Form::default().text("bio", "a bird").file(name, "me.jpg", "image/jpeg", &jpeg(16, 16, 3));
        let picture = update(&service, &account, "").multipart(&form).send().await.with_status(200).field("profilePic");
        service.fetch(&picture).await.with_status(200);
        let found = service.get(&format!("/profile?username={}", account.username)).send().await.json();
        assert_eq!(found["profile"]["profilePic"], json!(picture), "{name}");
        let text = update(&service, &account, "").form(&[(name, "x")]).send().await;
        let error = "The submitted data was not a file. Check the encoding type on the form.";
        text.is(400, &json!({name: [error]}));
    }
    let photo = jpeg(8, 8, 1);
    let both = Form::default().file("image", "a", "", &photo).file("profilePic", "b", "", &photo);
    let error = json!({"profilePic": ["Ensure this field has no more than 1 elements."]});
    update(&service, &account, "").multipart(&both).send().await.is(400, &error);
}
