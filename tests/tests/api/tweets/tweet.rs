//! `POST /tweet`: its answer and its errors.

use e2e::{Account, Form, Service, jpeg};
use serde_json::{Value, json};

async fn assert_refused(service: &Service, account: &Account, form: Form, errors: Value) {
    service.post("/tweet").bearer(&account.access).multipart(&form).send().await.tells(400, &errors);
}

#[tokio::test]
async fn the_answer_is_the_complete_tweet() {
    let service = Service::running();
    let account = service.signup().await;
    let answer =
        service.post("/tweet/").bearer(&account.access).json(&json!({"message": " Hällo, world "})).send().await;
    let posted = answer.json();
    let tweet = &posted["tweet"];
    let picture = tweet["author"]["profilePic"].clone();
    let author = json!({"id": account.id, "username": account.username, "alias": "", "profilePic": picture});
    let expected = json!({
        "id": tweet["id"], "author": author, "message": "Hällo, world", "imagelinks": [], "videolinks": [], "media": [],
        "likes": 0, "comments": 0, "retweets": 0, "liked": false, "retweeted": false, "saved": false,
        "created_at": tweet["created_at"], "edited_at": Value::Null, "in_reply_to": Value::Null,
    });
    let in_the_documents_shape = json!({
        "_id": tweet["id"], "message": "Hällo, world", "imagelinks": [], "videolinks": "", "author": account.id,
        "likescount": 0, "commentscount": 0, "like_flag": false, "createdAt": tweet["created_at"],
        "updatedAt": tweet["created_at"],
    });
    answer.is(200, &json!({"status": 200, "message": in_the_documents_shape, "tweet": expected}));
    let created_at = tweet["created_at"].as_str().unwrap();
    assert!(created_at.len() >= 20 && created_at.ends_with('Z'), "{created_at}");
}

#[tokio::test]
async fn later_tweets_have_greater_ids() {
    let service = Service::running();
    let account = service.signup().await;
    let mut ids = Vec::new();
    for message in ["1", "2", "3"] {
        ids.push(service.tweet(&account, message).await["id"].as_str().unwrap().to_owned());
    }
    assert!(ids.is_sorted(), "{ids:?}");
}

#[tokio::test]
async fn a_message_is_read_from_every_kind_of_body() {
    let service = Service::running();
    let account = service.signup().await;
    let post = || service.post("/tweet").bearer(&account.access);
    let longest = "é".repeat(280);
    let answers = [
        post().json(&json!({"message": longest})).send().await,
        post().form(&[("message", &longest)]).send().await,
        post().multipart(&Form::default().text("message", &longest)).send().await,
        post().json(&json!({"message": "e\u{301}".repeat(280)})).send().await,
    ];
    for answer in answers {
        assert_eq!(answer.with_status(200).json()["message"]["message"], longest);
    }
    let number = post().json(&json!({"message": 42, "unknown": [1]})).send().await.with_status(200);
    assert_eq!(number.json()["tweet"]["message"], "42");
}

#[tokio::test]
async fn the_error_of_a_message_says_what_is_wrong() {
    let service = Service::running();
    let account = service.signup().await;
    let rows = [
        (json!({}), "This field is required."),
        (json!({"message": "  "}), "This field may not be blank."),
        (json!({"message": Value::Null}), "This field may not be null."),
        (json!({"message": ["a"]}), "Not a valid string."),
        (json!({"message": "m".repeat(281)}), "Ensure this field has no more than 280 characters."),
        (json!({"message": "a\0b"}), "Null characters are not allowed."),
    ];
    for (body, message) in rows {
        let answer = service.post("/tweet").bearer(&account.access).json(&body).send().await;
        answer.is(400, &json!({"message": [message]}));
    }
}

#[tokio::test]
async fn the_author_can_only_be_the_caller() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let post = |author: &str| {
        let form = Form::default().text("message", "hi").text("author", author);
        service.post("/tweet").bearer(&account.access).multipart(&form).send()
    };
    post(&account.id).await.with_status(200);
    post("").await.with_status(200);
    for author in [&*other.id, "5fa95a12ffcf7367a2c9f18a", &account.username] {
        post(author).await.tells(403, &json!({"detail": "You do not have permission to perform this action."}));
    }
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let service = Service::running();
    let account = service.signup().await;
    let photo = jpeg(8, 8, 1);
    let no_file = "The submitted data was not a file. Check the encoding type on the form.";
    let form =
        Form::default().text("message", &"m".repeat(281)).text("imagelinks", "x.jpg").text("videolinks", "x.mp4");
    let errors = json!({
        "message": ["Ensure this field has no more than 280 characters."],
        "imagelinks": [no_file],
        "videolinks": [no_file],
    });
    assert_refused(&service, &account, form, errors).await;
    let form = Form::default()
        .file("imagelinks", "a.jpg", "image/jpeg", &photo)
        .file("imagelinks", "b.jpg", "image/jpeg", b"no picture")
        .text("alt", &"a".repeat(1_001));
    let errors = json!({
        "alt": ["Ensure this field has no more than 1000 characters."],
        "imagelinks": ["Upload a valid image. The file you uploaded was either not an image or a corrupted image."],
    });
    assert_refused(&service, &account, form, errors).await;
}

#[tokio::test]
async fn a_file_that_is_no_image_is_refused() {
    let service = Service::running();
    let account = service.signup().await;
    let photo = jpeg(8, 8, 1);
    let no_image = "Upload a valid image. The file you uploaded was either not an image or a corrupted image.";
    let claim =
        |kind: &str| format!("The file's content does not match its type: it claims to be {kind} but is image/jpeg.");
    let cut = photo.get(..photo.len() - 20).unwrap();
    let rows: [(&str, &[u8], &str); 6] = [
        ("image/jpeg", b"", "The submitted file is empty."),
        ("image/jpeg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", no_image),
        ("image/jpeg", cut, no_image),
        ("image/jpeg", b"\xff\xd8\xff", no_image),
        ("image/png", &photo, &claim("image/png")),
        ("text/html", &photo, &claim("text/html")),
    ];
    for (content_type, bytes, message) in rows {
        let form = Form::default().text("message", "hi").file("imagelinks", "a.jpg", content_type, bytes);
        assert_refused(&service, &account, form, json!({"imagelinks": [message]})).await;
    }
}

#[tokio::test]
async fn more_than_three_images_are_refused() {
    let service = Service::running();
    let account = service.signup().await;
    let photo = jpeg(8, 8, 1);
    let mut form = Form::default().text("message", "four");
    for name in ["1.jpg", "2.jpg", "3.jpg", "4.jpg"] {
        form = form.file("imagelinks", name, "image/jpeg", &photo);
    }
    let errors = json!({"imagelinks": ["Ensure this field has no more than 3 elements."]});
    assert_refused(&service, &account, form, errors).await;
}

#[tokio::test]
async fn a_tweet_needs_a_caller_before_its_body_is_read() {
    let service = Service::running();
    let text = "Authentication credentials were not provided.";
    let nobody = json!({"detail": text, "message": text});
    service.post("/tweet").json(&json!({})).send().await.unauthorized(&nobody);
    service.post("/tweet").body("text/plain", "x").send().await.unauthorized(&nobody);
    service.post("/tweet").body("application/json", "{").send().await.unauthorized(&nobody);
}
