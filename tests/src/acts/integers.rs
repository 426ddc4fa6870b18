//! Sets of encrypted integers: requests, uploads, downloads, and the objects behind them.

use aviary_media::{Bucket, PrivateKey};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::client::{Account, Answer, Service};
use crate::local_aws::environment_of;

/// So many units are more than is kept in an item: the set is stored as an object.
pub const MORE_UNITS_THAN_AN_ITEM_HOLDS: u64 = 1_000;

/// So many units at the indexes 0, 1, 2 …, each with `x` as both of its numbers.
#[must_use]
pub fn units(x: u64, count: u64) -> Value {
    (0..count).map(|index| json!({"index": index, "X": x, "q": x})).collect()
}

/// Starts an upload of `size` bytes; the answer holds the form for the bucket.
pub async fn start_upload(service: &Service, account: &Account, size: usize) -> Value {
    let call = service.post("/integers/upload/").bearer(&account.access).json(&json!({"size": size}));
    let answer = call.send().await.with_status(201);
    assert_eq!(answer.header("cache-control"), Some("no-store"), "the form is a permission");
    answer.json()
}

/// Sends the form of a started upload as a browser does: every field, then the file. Returns the bucket's status.
pub async fn send_upload(upload: &Value, content: &str) -> u16 {
    assert_eq!(upload["upload"]["method"], "POST");
    let fields = upload["upload"]["fields"].as_object().unwrap().iter();
    let form =
        fields.fold(Form::new(), |form, (name, value)| form.text(name.clone(), value.as_str().unwrap().to_owned()));
    let form = form.part("file", Part::text(content.to_owned()).file_name("integers.json"));
    let url = upload["upload"]["url"].as_str().unwrap();
    reqwest::Client::new().post(url).multipart(form).send().await.unwrap().status().as_u16()
}

/// Uploads the content, and returns the `upload_id`.
pub async fn upload(service: &Service, account: &Account, content: &str) -> String {
    let started = start_upload(service, account, content.len()).await;
    assert_eq!(send_upload(&started, content).await, 204);
    started["upload_id"].as_str().unwrap().to_owned()
}

/// Fetches the file that an answer links to in place of the integers.
pub async fn download(service: &Service, answer: Answer) -> Answer {
    let answer = answer.json();
    assert!(answer.get("integers").is_none() && answer.get("integer_sets").is_none(), "{answer}");
    let download = &answer["download"];
    assert!(download["expires_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{answer}");
    service.fetch(download["url"].as_str().unwrap()).await.with_status(200)
}

/// The bucket of the running service, which holds objects of integers too.
#[must_use]
pub fn media_bucket(service: &Service) -> Bucket {
    let name = environment_of(service, "integers")["AVIARY_MEDIA_BUCKET"].clone();
    let config = aviary_aws::sdk_config_for(&service.aws_url, "local", "local-secret");
    Bucket::connect(&config, name, "http://unused")
}

/// The key of the object that an item of `IntegersTable` names.
#[must_use]
pub fn object_of(item: &Value) -> PrivateKey {
    item["content"]["M"]["object"]["S"].as_str().unwrap_or_else(|| panic!("no object in {item}")).parse().unwrap()
}
