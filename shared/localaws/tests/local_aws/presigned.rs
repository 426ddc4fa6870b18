//! Presigned URLs.

use std::time::{Duration, SystemTime};

use aviary_localaws::{Config, LocalAws};
use aws_sdk_s3::presigning::PresigningConfig;
use reqwest::Client;

use crate::fixture::{BUCKET, object, put_object, s3, s3_as, start, template};

fn for_a_minute() -> PresigningConfig {
    PresigningConfig::expires_in(Duration::from_secs(60)).unwrap()
}

#[tokio::test]
async fn a_presigned_get_reads_a_private_object_and_no_other() {
    let aws = start();
    let client = s3(&aws.aws_url());
    put_object(&client, "private/a", "mine").await;
    put_object(&client, "private/b", "other").await;
    let signed = client.get_object().bucket(BUCKET).key("private/a").presigned(for_a_minute()).await.unwrap();
    assert_eq!(reqwest::get(signed.uri()).await.unwrap().text().await.unwrap(), "mine");

    let elsewhere = signed.uri().replace("private/a", "private/b");
    assert_eq!(reqwest::get(elsewhere).await.unwrap().status(), 403);
    let forged = s3_as(&aws.aws_url(), "local", "wrong");
    let forged = forged.get_object().bucket(BUCKET).key("private/a").presigned(for_a_minute()).await.unwrap();
    assert_eq!(reqwest::get(forged.uri()).await.unwrap().status(), 403);
}

#[tokio::test]
async fn a_presigned_put_stores_what_it_was_signed_for() {
    let aws = start();
    let client = s3(&aws.aws_url());
    let signed = client
        .put_object()
        .bucket(BUCKET)
        .key("incoming/a")
        .content_type("image/png")
        .presigned(for_a_minute())
        .await
        .unwrap();
    let put = |kind: &str| Client::new().put(signed.uri()).header("content-type", kind).body("pixels").send();
    assert_eq!(put("text/html").await.unwrap().status(), 403);
    assert_eq!(object(&client, "incoming/a").await, None);
    assert_eq!(put("image/png").await.unwrap().status(), 200);
    let found = client.get_object().bucket(BUCKET).key("incoming/a").send().await.unwrap();
    assert_eq!(found.content_type(), Some("image/png"));
    assert_eq!(found.body.collect().await.unwrap().to_vec(), b"pixels");
}

#[tokio::test]
async fn a_presigned_url_ends_with_its_time() {
    let aws = start();
    let client = s3(&aws.aws_url());
    put_object(&client, "private/a", "mine").await;
    let over = PresigningConfig::builder()
        .start_time(SystemTime::now() - Duration::from_secs(120))
        .expires_in(Duration::from_secs(60))
        .build()
        .unwrap();
    let signed = client.get_object().bucket(BUCKET).key("private/a").presigned(over).await.unwrap();
    let answer = reqwest::get(signed.uri()).await.unwrap();
    assert_eq!(answer.status(), 403);
    assert!(!answer.text().await.unwrap().contains("mine"));
}

#[tokio::test]
async fn a_reader_gets_the_headers_of_the_distribution_and_a_signed_request_those_of_s3() {
    let headers = [("x-content-type-options", "nosniff"), ("content-security-policy", "sandbox")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let mut config = Config::temporary(&template()).unwrap();
    config.served_headers = headers;
    let aws = LocalAws::start(config).unwrap();
    let client = s3(&aws.aws_url());
    put_object(&client, "public/a", "seen").await;
    let served = reqwest::get(format!("{}/{BUCKET}/public/a", aws.aws_url())).await.unwrap();
    assert_eq!(served.headers()["x-content-type-options"], "nosniff");
    assert_eq!(served.headers()["content-security-policy"], "sandbox");
    assert_eq!(served.text().await.unwrap(), "seen");
    let signed = client.get_object().bucket(BUCKET).key("public/a").presigned(for_a_minute()).await.unwrap();
    let own = reqwest::get(signed.uri()).await.unwrap();
    assert!(own.status().is_success() && !own.headers().contains_key("x-content-type-options"));
}
