//! Upload forms: S3 accepts what the policy allows, and nothing else.

use std::collections::BTreeMap;

use aviary_media::{PresignedPost, PrivateKey, UploadTerms};
use aws_smithy_types::base64;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

use crate::fixture::{Store, bucket_at, now, upload, user};

const JSON: &str = "application/json";

fn key() -> PrivateKey {
    PrivateKey::integers_upload(user(1), upload(1))
}

/// Allows ten bytes of JSON for an hour.
fn terms(key: &PrivateKey) -> UploadTerms<'_> {
    UploadTerms { key, content_type: JSON, max_bytes: 10, now: now(), seconds: 3_600 }
}

/// Sends the form as a browser does: the fields, then the file.
async fn send(post: &PresignedPost, file: &[u8]) -> (u16, String) {
    let fields = post.fields.clone().into_iter();
    let form = fields.fold(Form::new(), |form, (name, value)| form.text(name, value));
    let form = form.part("file", Part::bytes(file.to_vec()).file_name("integers.json"));
    let response = reqwest::Client::new().post(&post.url).multipart(form).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

/// The form with changed fields.
fn changed(post: &PresignedPost, change: impl FnOnce(&mut BTreeMap<String, String>)) -> PresignedPost {
    let mut post = post.clone();
    change(&mut post.fields);
    post
}

#[tokio::test]
async fn a_form_uploads_its_object() {
    let store = Store::start();
    let bucket = store.bucket();
    let post = bucket.presign_post(&terms(&key())).await.unwrap();
    assert_eq!(post.method, "POST");
    let (status, body) = send(&post, b"0123456789").await;
    assert_eq!((status, body.as_str()), (204, ""));
    assert_eq!(bucket.get_private(&key(), 10).await.unwrap().unwrap(), "0123456789");
    store.aws.stop();
}

#[tokio::test]
async fn a_form_works_until_it_expires() {
    let store = Store::start();
    let bucket = store.bucket();
    let key = key();
    let post = bucket.presign_post(&UploadTerms { now: now().plus_seconds(-3_500), ..terms(&key) }).await.unwrap();
    assert_eq!(send(&post, b"[]").await.0, 204);
    store.aws.stop();
}

#[tokio::test]
async fn s3_refuses_and_stores_nothing_that_the_policy_does_not_allow() {
    let store = Store::start();
    let bucket = store.bucket();
    let key = key();
    let good = bucket.presign_post(&terms(&key)).await.unwrap();
    let expired = bucket.presign_post(&UploadTerms { now: now().plus_seconds(-120), seconds: 60, ..terms(&key) }).await;
    let elsewhere = PrivateKey::integers_upload(user(2), upload(1)).into_string();
    let longer = policy(&good, |policy| policy["expiration"] = "2100-01-01T00:00:00.000Z".into());
    let wider = policy(&good, |policy| {
        let text = policy["conditions"].to_string().replace("1,10]", "1,1000]");
        policy["conditions"] = serde_json::from_str(&text).unwrap();
    });
    let cases = [
        ("expired", expired.unwrap(), &b"[]"[..], 403, "AccessDenied"),
        ("longer", longer, b"[]", 403, "SignatureDoesNotMatch"),
        ("wider", wider, b"0123456789a", 403, "SignatureDoesNotMatch"),
        ("key", field(&good, "key", &elsewhere), b"[]", 403, "AccessDenied"),
        ("public", field(&good, "key", "public/a.json"), b"[]", 403, "AccessDenied"),
        ("type", field(&good, "Content-Type", "text/html"), b"[]", 403, "AccessDenied"),
        ("acl", field(&good, "acl", "public-read"), b"[]", 403, "AccessDenied"),
        ("signature", field(&good, "x-amz-signature", &"0".repeat(64)), b"[]", 403, "SignatureDoesNotMatch"),
        ("unsigned", changed(&good, |fields| drop(fields.remove("x-amz-signature"))), b"[]", 403, "AccessDenied"),
        ("too large", good.clone(), b"0123456789a", 400, "EntityTooLarge"),
        ("empty", good.clone(), b"", 400, "EntityTooSmall"),
    ];
    for (what, post, file, status, code) in cases {
        let (answered, body) = send(&post, file).await;
        assert_eq!(answered, status, "{what}: {body}");
        assert!(body.contains(&format!("<Code>{code}</Code>")), "{what}: {body}");
    }
    for key in [key.as_str(), &elsewhere] {
        assert_eq!(bucket.get_private(&key.parse().unwrap(), 1_000).await.unwrap(), None, "{key}");
    }
    assert_eq!(send(&good, b"[]").await.0, 204, "the form itself is valid");
    store.aws.stop();
}

#[tokio::test]
async fn a_form_of_another_key_pair_is_refused() {
    let store = Store::start();
    let config = aviary_aws::sdk_config_for(&store.aws.aws_url(), "local", "wrong");
    let forged = aviary_media::Bucket::connect(&config, crate::fixture::BUCKET, "http://unused");
    let post = forged.presign_post(&terms(&key())).await.unwrap();
    let (status, body) = send(&post, b"[]").await;
    assert_eq!(status, 403, "{body}");
    assert!(body.contains("<Code>SignatureDoesNotMatch</Code>"), "{body}");
    store.aws.stop();
}

/// Without a custom endpoint the bucket's name is part of the host name.
#[tokio::test]
async fn on_aws_the_form_goes_to_the_buckets_own_host() {
    let mut config = aviary_aws::sdk_config_for("http://unused", "key", "secret").into_builder();
    config.set_endpoint_url(None);
    let bucket = aviary_media::Bucket::connect(&config.build(), "media", "http://unused");
    let post = bucket.presign_post(&terms(&key())).await.unwrap();
    assert_eq!(post.url, "https://media.s3.us-east-1.amazonaws.com");
    let local = bucket_at("http://127.0.0.1:1", "media").presign_post(&terms(&key())).await.unwrap();
    assert_eq!(local.url, "http://127.0.0.1:1/media");
}

fn field(post: &PresignedPost, name: &str, value: &str) -> PresignedPost {
    changed(post, |fields| drop(fields.insert(name.to_owned(), value.to_owned())))
}

/// The form with another policy and the signature of the old one.
fn policy(post: &PresignedPost, change: impl FnOnce(&mut Value)) -> PresignedPost {
    let mut policy: Value = serde_json::from_slice(&base64::decode(&post.fields["policy"]).unwrap()).unwrap();
    let before = policy.clone();
    change(&mut policy);
    assert_ne!(policy, before);
    field(post, "policy", &base64::encode(policy.to_string()))
}
