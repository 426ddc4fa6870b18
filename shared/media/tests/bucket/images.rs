//! Public images: stored, served at their URL, removed.

use std::io::Cursor;

use aviary_media::{Bucket, CleanImage, ImageFormat, MediaError, ObjectKey, inspect};
use bytes::Bytes;
use tokio::net::TcpListener;

use crate::fixture::{BUCKET, Store, bucket_at, listen, scripted};

const ID: u128 = 0x0190_1234_5678_7abc_8def_0123_4567_89ab;

fn key(random: u128, format: ImageFormat) -> ObjectKey {
    ObjectKey::tweet_image(uuid::Uuid::from_u128(ID), 0, random, format)
}

/// A picture of several parts: it arrives in pieces and loses its metadata.
fn picture(format: image::ImageFormat, side: u32) -> CleanImage {
    let mut state = 1_u32;
    let pixels = image::RgbImage::from_fn(side, side, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        image::Rgb([0, 8, 16].map(|shift| (state >> shift & 0xFF) as u8))
    });
    let mut file = Cursor::new(Vec::new());
    image::DynamicImage::from(pixels).write_to(&mut file, format).unwrap();
    let file = file.into_inner();
    let pieces: Vec<Bytes> = file.chunks(8_192).map(Bytes::copy_from_slice).collect();
    let image = inspect(&pieces, None).unwrap();
    assert!(image.parts.len() > 1);
    image
}

async fn get(url: &str) -> reqwest::Response {
    reqwest::get(url).await.unwrap()
}

#[tokio::test]
async fn a_stored_image_is_served_at_its_public_url() {
    let store = Store::start();
    let bucket = store.bucket();
    for (format, random) in [(image::ImageFormat::Jpeg, 1), (image::ImageFormat::Png, 2)] {
        let image = picture(format, 900);
        let key = key(random, image.format);
        bucket.put(&key, &image).await.unwrap();

        let response = get(&bucket.urls().url(&key)).await;
        assert_eq!(response.status(), 200);
        let header = |name: &str| response.headers().get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), image.format.content_type());
        assert_eq!(header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header("content-disposition"), "inline");
        assert_eq!(header("content-length"), image.length.to_string());
        assert_eq!(response.bytes().await.unwrap(), image.parts.concat());
    }
    store.aws.stop();
}

#[tokio::test]
async fn removing_images_leaves_the_rest() {
    let store = Store::start();
    let bucket = store.bucket();
    let image = picture(image::ImageFormat::Jpeg, 90);
    let keys: Vec<ObjectKey> = (0..3).map(|random| key(random, image.format)).collect();
    for key in &keys {
        bucket.put(key, &image).await.unwrap();
    }
    bucket.delete(&keys[..2]).await.unwrap();
    let mut found = Vec::new();
    for key in &keys {
        found.push(get(&bucket.urls().url(key)).await.status().as_u16());
    }
    assert_eq!(found[2], 200);
    assert!(found[..2].iter().all(|status| [403, 404].contains(status)), "{found:?}");

    bucket.delete(&keys).await.expect("removed objects can be removed again");
    bucket.delete(&[]).await.expect("an empty list of keys is allowed");
    store.aws.stop();
}

#[tokio::test]
async fn the_check_fails_for_a_bucket_that_cannot_be_used() {
    let store = Store::start();
    store.bucket().check().await.unwrap();

    let missing = bucket_at(&store.aws.aws_url(), "no-such-bucket").check().await.unwrap_err();
    assert!(matches!(missing, MediaError::Refused { .. }) && !missing.is_transient(), "{missing:?}");

    let config = aviary_aws::sdk_config_for(&store.aws.aws_url(), "local", "wrong");
    let forged = Bucket::connect(&config, BUCKET, "http://unused").check().await.unwrap_err();
    assert!(matches!(forged, MediaError::Refused { .. }), "{forged:?}");
    store.aws.stop();
}

#[tokio::test]
async fn an_unreachable_s3_is_a_transient_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = bucket_at(&endpoint, BUCKET).check().await.unwrap_err();
    assert!(matches!(error, MediaError::Unreachable { .. }) && error.is_transient(), "{error:?}");
}

#[tokio::test]
async fn a_put_sends_its_parts_with_a_checksum_and_is_retried() {
    let (listener, bucket) = listen().await;
    let image = picture(image::ImageFormat::Png, 200);
    let key = key(1, image.format);
    let responses = [("503 Service Unavailable", ""), ("200 OK", "")];
    let (requests, put) = tokio::join!(scripted(listener, &responses), bucket.put(&key, &image));
    put.unwrap();
    for (head, body) in requests {
        assert!(head.starts_with(&format!("put /{BUCKET}/{key}")), "{head}");
        assert!(head.contains(&format!("\r\ncontent-length: {}\r\n", image.length)), "{head}");
        assert!(head.contains("\r\nx-amz-content-sha256: unsigned-payload\r\n"), "{head}");
        assert!(head.contains("\r\nx-amz-checksum-crc32: "), "{head}");
        assert!(!head.contains("aws-chunked") && !head.contains("transfer-encoding"), "{head}");
        assert_eq!(body, image.parts.concat());
    }
}

#[tokio::test]
async fn an_object_that_s3_does_not_remove_is_an_error() {
    let (listener, bucket) = listen().await;
    let key = key(1, ImageFormat::Png);
    let refused = format!(
        "<DeleteResult><Error><Key>{key}</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error></DeleteResult>"
    );
    let responses = [("200 OK", refused.as_str())];
    let keys = [key.clone()];
    let (_, deleted) = tokio::join!(scripted(listener, &responses), bucket.delete(&keys));
    match deleted {
        Err(MediaError::NotRemoved { key: kept, code, .. }) => {
            assert_eq!((kept, code.as_str()), (key.to_string(), "AccessDenied"));
        }
        other => panic!("expected an object that was not removed, found {other:?}"),
    }
}

#[tokio::test]
async fn a_refusal_is_not_retried() {
    let (listener, bucket) = listen().await;
    let image = picture(image::ImageFormat::Png, 90);
    let denied = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    let key = key(1, image.format);
    let responses = [("403 Forbidden", denied)];
    let (_, put) = tokio::join!(scripted(listener, &responses), bucket.put(&key, &image));
    let error = put.unwrap_err();
    assert!(matches!(&error, MediaError::Refused { code, .. } if code == "AccessDenied"), "{error:?}");
    assert!(!error.is_transient());
}
