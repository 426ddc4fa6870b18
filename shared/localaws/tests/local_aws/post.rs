//! Uploads by form.

use std::time::{Duration, SystemTime};

use aviary_localaws::LocalAws;
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::fixture::{BUCKET, object, s3, start};

/// The fields of an upload form, signed for one key, one type and at most ten bytes.
struct Upload {
    key: &'static str,
    kind: &'static str,
    body: &'static str,
    secret: &'static str,
    extra: Option<(&'static str, &'static str)>,
}

const GOOD: Upload =
    Upload { key: "incoming/a.png", kind: "image/png", body: "pixels", secret: "local-secret", extra: None };

fn policy(credential: &str, date: &str, now: SystemTime) -> String {
    let expiration = DateTime::from(now + Duration::from_secs(600)).fmt(DateTimeFormat::DateTime).unwrap();
    let policy: Value = json!({
        "expiration": expiration,
        "conditions": [
            {"bucket": BUCKET},
            ["eq", "$key", GOOD.key],
            ["eq", "$Content-Type", GOOD.kind],
            ["content-length-range", 1, 10],
            {"x-amz-algorithm": "AWS4-HMAC-SHA256"},
            {"x-amz-credential": credential},
            {"x-amz-date": date},
        ],
    });
    STANDARD.encode(policy.to_string())
}

async fn upload(aws: &LocalAws, upload: Upload) -> (u16, String) {
    let now = SystemTime::now();
    let stamp = DateTime::from(now).fmt(DateTimeFormat::DateTime).unwrap();
    let date = format!("{}Z", stamp[..19].replace(['-', ':'], ""));
    let credential = format!("local/{}/us-east-1/s3/aws4_request", &date[..8]);
    let policy = policy(&credential, &date, now);
    let signing_key = generate_signing_key(upload.secret, now, "us-east-1", "s3");
    let signature = calculate_signature(signing_key, policy.as_bytes());
    let mut form = Form::new()
        .text("key", upload.key)
        .text("Content-Type", upload.kind)
        .text("x-amz-algorithm", "AWS4-HMAC-SHA256")
        .text("x-amz-credential", credential)
        .text("x-amz-date", date)
        .text("policy", policy)
        .text("x-amz-signature", signature);
    if let Some((name, value)) = upload.extra {
        form = form.text(name, value);
    }
    let form = form.part("file", Part::text(upload.body).file_name("a.png"));
    let url = format!("{}/{BUCKET}", aws.aws_url());
    let answer = reqwest::Client::new().post(url).multipart(form).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_form_with_a_signed_policy_uploads_what_the_policy_allows() {
    let aws = start();
    assert_eq!(upload(&aws, GOOD).await.0, 204);
    let found = s3(&aws.aws_url()).get_object().bucket(BUCKET).key(GOOD.key).send().await.unwrap();
    assert_eq!(found.content_type(), Some("image/png"));
    assert_eq!(found.body.collect().await.unwrap().to_vec(), b"pixels");
}

#[tokio::test]
async fn a_form_that_breaks_its_policy_is_refused_as_s3_does() {
    let aws = start();
    for (what, wrong, status, code) in [
        ("key", Upload { key: "public/a.png", ..GOOD }, 403, "AccessDenied"),
        ("type", Upload { kind: "text/html", ..GOOD }, 403, "AccessDenied"),
        ("field", Upload { extra: Some(("x-amz-meta-more", "1")), ..GOOD }, 403, "AccessDenied"),
        ("secret", Upload { secret: "wrong", ..GOOD }, 403, "SignatureDoesNotMatch"),
        ("size", Upload { body: "eleven byte", ..GOOD }, 400, "EntityTooLarge"),
        ("nothing", Upload { body: "", ..GOOD }, 400, "EntityTooSmall"),
    ] {
        let (answered, body) = upload(&aws, wrong).await;
        assert_eq!(answered, status, "{what}: {body}");
        assert!(body.contains(&format!("<Code>{code}</Code>")), "{what}: {body}");
    }
    let client = s3(&aws.aws_url());
    assert_eq!(object(&client, GOOD.key).await, None);
    assert_eq!(object(&client, "public/a.png").await, None);
}

#[tokio::test]
async fn a_form_without_a_signature_is_refused() {
    let aws = start();
    let form = Form::new().text("key", "incoming/a").part("file", Part::text("x").file_name("a"));
    let url = format!("{}/{BUCKET}", aws.aws_url());
    let answer = reqwest::Client::new().post(url).multipart(form).send().await.unwrap();
    assert_eq!(answer.status(), 403);
    assert_eq!(object(&s3(&aws.aws_url()), "incoming/a").await, None);
}
