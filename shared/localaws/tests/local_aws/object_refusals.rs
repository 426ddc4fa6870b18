//! Keys and requests that the local S3 refuses.

use aws_sdk_s3::error::ProvideErrorMetadata;

use crate::fixture::{BUCKET, object, put_object, s3, start};

async fn refused(client: &aws_sdk_s3::Client, key: &str) -> String {
    let put = client.put_object().bucket(BUCKET).key(key).body(b"x".to_vec().into());
    put.send().await.unwrap_err().code().unwrap().to_owned()
}

#[tokio::test]
async fn a_key_too_long_for_files_is_refused_by_name() {
    let aws = start();
    let client = s3(&aws.aws_url());
    assert_eq!(refused(&client, &"k".repeat(200)).await, "KeyTooLongError");
    let longest = format!("public/{}", "k".repeat(130));
    put_object(&client, &longest, "fits").await;
    assert_eq!(object(&client, &longest).await.unwrap(), "fits");
}

#[tokio::test]
async fn a_key_that_is_a_folder_of_another_is_refused() {
    let aws = start();
    let client = s3(&aws.aws_url());
    put_object(&client, "a/b", "below").await;
    put_object(&client, "c", "file").await;
    assert_eq!(refused(&client, "a").await, "InvalidArgument");
    assert_eq!(refused(&client, "c/d").await, "InvalidArgument");
    assert_eq!(refused(&client, "c/d/e").await, "InvalidArgument");
    assert_eq!(object(&client, "a/b").await.unwrap(), "below");
    assert_eq!(object(&client, "c").await.unwrap(), "file");
    // The folder itself is not an object.
    assert_eq!(object(&client, "a").await, None);
    assert!(client.head_object().bucket(BUCKET).key("a").send().await.is_err());
}

#[tokio::test]
async fn keys_with_path_segments_are_refused() {
    let aws = start();
    let client = s3(&aws.aws_url());
    for key in ["folder/", "a//b", "a/./b"] {
        assert_eq!(refused(&client, key).await, "InvalidArgument", "{key}");
    }
}

#[tokio::test]
async fn a_missing_bucket_is_an_error_and_a_full_one_cannot_be_deleted() {
    let aws = start();
    let client = s3(&aws.aws_url());
    let missing = client.put_object().bucket("no-such-bucket").key("a").body(b"x".to_vec().into()).send().await;
    assert_eq!(missing.unwrap_err().code(), Some("NoSuchBucket"));
    put_object(&client, "a/b", "x").await;
    let refused = client.delete_bucket().bucket(BUCKET).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("BucketNotEmpty"));
    assert_eq!(object(&client, "a/b").await.unwrap(), "x");
}

#[tokio::test]
async fn a_body_with_a_wrong_checksum_does_not_replace_the_object() {
    let aws = start();
    let client = s3(&aws.aws_url());
    put_object(&client, "a", "good").await;
    let wrong = client.put_object().bucket(BUCKET).key("a").checksum_crc32("AAAAAA==").body(b"bad".to_vec().into());
    assert_eq!(wrong.send().await.unwrap_err().code(), Some("BadDigest"));
    assert_eq!(object(&client, "a").await.unwrap(), "good");
}
