//! Images of tweets: they are returned as they were sent, without private metadata.

use e2e::{Account, Form, Service, is_same_picture, jpeg, jpeg_with_gps, png, says_where_it_was_taken};
use serde_json::{Value, json};

async fn post(service: &Service, account: &Account, form: &Form) -> Value {
    service.post("/tweet").bearer(&account.access).multipart(form).send().await.with_status(200).json()["tweet"].clone()
}

fn link(tweet: &Value, place: usize) -> String {
    tweet["imagelinks"][place].as_str().unwrap_or_else(|| panic!("no image {place} in {tweet}")).to_owned()
}

#[tokio::test]
async fn an_image_needs_no_message_and_keeps_its_description() {
    let service = Service::running();
    let account = service.signup().await;
    let photo = jpeg_with_gps(40, 30, 1);
    let form = Form::default()
        .file("imagelinks", "a.jpg", "image/jpeg", &photo)
        .file("imagelinks", "b.png", "image/png", &png(10, 20, 2))
        .text("alt", "A wren on a post")
        .text("alt", "");
    let tweet = post(&service, &account, &form).await;
    assert_eq!(tweet["message"], "");
    for (place, (width, height, alt)) in [(40, 30, "A wren on a post"), (10, 20, "")].into_iter().enumerate() {
        let media = &tweet["media"][place];
        let expected = json!({
            "id": media["id"], "kind": "image", "url": link(&tweet, place), "thumbnail_url": Value::Null, "blurhash": Value::Null,
            "width": width, "height": height, "alt": alt, "state": "ready",
        });
        assert_eq!(*media, expected);
    }
    let stored = service.fetch(&link(&tweet, 1)).await.with_status(200);
    assert_eq!(stored.header("content-type"), Some("image/png"));
}

#[tokio::test]
async fn file_names_of_any_kind_are_accepted_and_never_shown() {
    let service = Service::running();
    let account = service.signup().await;
    let photo = jpeg(8, 8, 3);
    for name in ["mukul agarwal.jpg", "größer.jpg", "../../etc/passwd", "a;b=c.jpg", "x"] {
        let form = Form::default().text("message", "hi").file("imagelinks", name, "image/jpeg", &photo);
        let tweet = post(&service, &account, &form).await;
        let url = link(&tweet, 0);
        assert!(url.ends_with(".jpg") && !url.contains("passwd") && !url.contains("mukul"), "{url}");
        assert!(is_same_picture(&service.fetch(&url).await.with_status(200).body, &photo));
    }
}

#[tokio::test]
async fn the_same_photo_twice_is_two_objects() {
    let service = Service::running();
    let account = service.signup().await;
    let photo = jpeg(8, 8, 4);
    let form = Form::default().text("message", "twice").file("imagelinks", "a.jpg", "image/jpeg", &photo);
    let (one, two) = (post(&service, &account, &form).await, post(&service, &account, &form).await);
    assert_ne!(link(&one, 0), link(&two, 0));
    let path = format!("/api/tweets/{}/", one["id"].as_str().unwrap());
    service.delete(&path).bearer(&account.access).send().await.with_status(204);
    service.fetch(&link(&two, 0)).await.with_status(200);
}

#[tokio::test]
async fn an_empty_file_input_of_a_browser_is_no_image() {
    let service = Service::running();
    let account = service.signup().await;
    let form = Form::default().text("message", "hi").file("imagelinks", "", "application/octet-stream", b"");
    assert_eq!(post(&service, &account, &form).await["imagelinks"], json!([]));
}

#[tokio::test]
async fn a_photo_of_several_megabytes_arrives_whole() {
    let service = Service::running();
    let account = service.signup().await;
    let photo = jpeg_with_gps(4_000, 3_000, 5);
    assert!(photo.len() > 1_000_000, "{} bytes are no test", photo.len());
    let form = Form::default().text("message", "large").file("imagelinks", "a.jpg", "image/jpeg", &photo);
    let tweet = post(&service, &account, &form).await;
    let stored = service.fetch(&link(&tweet, 0)).await.with_status(200);
    assert!(!says_where_it_was_taken(&stored.body));
    assert!(is_same_picture(&stored.body, &photo));
    assert_eq!((&tweet["media"][0]["width"], &tweet["media"][0]["height"]), (&json!(4_000), &json!(3_000)));
}
