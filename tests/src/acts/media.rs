//! Media that are uploaded directly.

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::client::{Account, Service};
use crate::eventually;

/// Starts an upload of a file of this type and size; the answer holds the form for the bucket.
pub async fn start_media(service: &Service, account: &Account, content_type: &str, size: usize) -> Value {
    let body = json!({"filename": "../a wren.jpg", "content_type": content_type, "size": size, "alt": "A wren"});
    let answer = service.post_as(account, "/api/tweets/media/", &body).await.with_status(201);
    assert_eq!(answer.header("cache-control"), Some("no-store"), "the form is a permission");
    answer.json()
}

/// Sends the form of a started upload as a browser does: every field, then the file. Returns the bucket's status.
pub async fn send_media(started: &Value, file: &[u8]) -> u16 {
    assert_eq!(started["upload"]["method"], "POST");
    let fields = started["upload"]["fields"].as_object().unwrap().iter();
    let form =
        fields.fold(Form::new(), |form, (name, value)| form.text(name.clone(), value.as_str().unwrap().to_owned()));
    let form = form.part("file", Part::bytes(file.to_vec()).file_name("größer; ../x.jpg"));
    let url = started["upload"]["url"].as_str().unwrap();
    reqwest::Client::new().post(url).multipart(form).send().await.unwrap().status().as_u16()
}

/// Where the media stands.
pub async fn media_state(service: &Service, account: &Account, media: &str) -> Value {
    service.get_as(account, &format!("/api/tweets/media/{media}/")).await.with_status(200).json()
}

/// Waits until the media is ready or rejected.
pub async fn decided(service: &Service, account: &Account, media: &str) -> Value {
    eventually("an upload is decided", async || {
        let found = media_state(service, account, media).await;
        matches!(found["state"].as_str(), Some("ready" | "rejected")).then_some(found)
    })
    .await
}

/// Uploads a file, and returns the media once it is ready or rejected.
pub async fn upload_media(service: &Service, account: &Account, content_type: &str, file: &[u8]) -> Value {
    let started = start_media(service, account, content_type, file.len()).await;
    assert_eq!(send_media(&started, file).await, 204);
    decided(service, account, started["media_id"].as_str().unwrap()).await
}
