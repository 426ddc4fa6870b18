//! Private objects: written once, read within a limit, removed, and read through signed URLs.

use aviary_media::{Folder, MediaError, PrivateKey};
use aviary_model::IntegerSession;
use bytes::Bytes;

use crate::fixture::{BUCKET, Store, generation, listen, now, request, scripted, upload, user};

const JSON: &str = "application/json";

fn key(random: u128) -> PrivateKey {
    PrivateKey::integers(user(1), generation(1), random)
}

fn download(random: u128) -> PrivateKey {
    PrivateKey::download(user(1), &IntegerSession::default_name(), random)
}

fn parts(texts: &[&'static str]) -> Vec<Bytes> {
    texts.iter().map(|text| Bytes::from_static(text.as_bytes())).collect()
}

async fn status(url: &str) -> u16 {
    reqwest::get(url).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_private_object_is_read_back_and_not_served() {
    let store = Store::start();
    let bucket = store.bucket();
    for key in [key(1), PrivateKey::integers_upload(user(1), upload(1)), download(1)] {
        assert_eq!(bucket.get_private(&key, 100).await.unwrap(), None);
        bucket.put_private(&key, JSON, &parts(&["[1,", "", "2]"])).await.unwrap();
        assert_eq!(bucket.get_private(&key, 5).await.unwrap().unwrap(), "[1,2]");
        assert_eq!(status(&bucket.urls().url(&key)).await, 403, "{key}");
    }
    store.aws.stop();
}

#[tokio::test]
async fn an_object_is_written_once() {
    let store = Store::start();
    let bucket = store.bucket();
    bucket.put_private(&key(1), JSON, &parts(&["old"])).await.unwrap();
    bucket
        .put_private(&key(1), JSON, &parts(&["o", "ld"]))
        .await
        .expect("the same content is written again after a lost response");
    for other in ["new", "older"] {
        let error = bucket.put_private(&key(1), JSON, &parts(&[other])).await.unwrap_err();
        assert!(matches!(&error, MediaError::Refused { code, .. } if code == "PreconditionFailed"), "{error:?}");
    }
    assert_eq!(bucket.get_private(&key(1), 100).await.unwrap().unwrap(), "old");
    store.aws.stop();
}

#[tokio::test]
async fn a_put_asks_s3_not_to_replace_anything() {
    let (listener, bucket) = listen().await;
    let (key, content) = (key(1), parts(&["1"]));
    let responses = [("200 OK", "")];
    let (requests, put) = tokio::join!(scripted(listener, &responses), bucket.put_private(&key, JSON, &content));
    put.unwrap();
    let head = &requests[0].0;
    assert!(head.starts_with(&format!("put /{BUCKET}/{key}")), "{head}");
    assert!(head.contains("\r\nif-none-match: *\r\n"), "{head}");
    assert!(head.contains("\r\ncache-control: private, no-store\r\n"), "{head}");
}

/// AWS answers so to a role that may list only some prefixes.
#[tokio::test]
async fn a_missing_object_is_told_from_a_forbidden_one() {
    let denied = ("403 Forbidden", "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>");
    let missing = "<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>";
    let listed = format!(
        "<ListBucketResult><KeyCount>1</KeyCount><Contents><Key>{}</Key></Contents></ListBucketResult>",
        key(1)
    );
    for (list, is_listed) in [(missing, false), (listed.as_str(), true)] {
        let (listener, bucket) = listen().await;
        let (key, responses) = (key(1), [denied, ("200 OK", list)]);
        let (requests, read) = tokio::join!(scripted(listener, &responses), bucket.get_private(&key, 100));
        assert!(requests[1].0.contains("prefix=integers%2f"), "{}", requests[1].0);
        match read {
            Ok(content) => assert_eq!((content, is_listed), (None, false)),
            Err(error) => assert!(is_listed && matches!(error, MediaError::Refused { .. }), "{error:?}"),
        }
    }
}

#[tokio::test]
async fn an_object_over_the_limit_is_not_read() {
    let store = Store::start();
    let bucket = store.bucket();
    bucket.put_private(&key(1), JSON, &parts(&["123456"])).await.unwrap();
    assert_eq!(bucket.get_private(&key(1), 6).await.unwrap().unwrap(), "123456");
    let error = bucket.get_private(&key(1), 5).await.unwrap_err();
    assert!(matches!(error, MediaError::TooLarge { max: 5, .. }), "{error:?}");
    store.aws.stop();
    // No memory is allocated for it either.
    let (listener, bucket) = listen().await;
    let serve = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        request(&mut stream).await;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n1", 1_u64 << 50);
        tokio::io::AsyncWriteExt::write_all(&mut stream, head.as_bytes()).await.unwrap();
    };
    let key = key(1);
    let ((), read) = tokio::join!(serve, bucket.get_private(&key, 5));
    assert!(matches!(read, Err(MediaError::TooLarge { max: 5, .. })), "{read:?}");
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_an_error() {
    let (listener, bucket) = listen().await;
    let serve = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        request(&mut stream).await;
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\nconnection: close\r\n\r\n12345";
        tokio::io::AsyncWriteExt::write_all(&mut stream, head.as_bytes()).await.unwrap();
    };
    let key = key(1);
    let ((), read) = tokio::join!(serve, bucket.get_private(&key, 100));
    let error = read.unwrap_err();
    assert!(matches!(error, MediaError::Unreachable { .. }) && error.is_transient(), "{error:?}");
}

#[tokio::test]
async fn removing_an_object_or_a_folder_leaves_the_rest() {
    let store = Store::start();
    let bucket = store.bucket();
    let keys = [
        PrivateKey::integers(user(1), generation(1), 1),
        PrivateKey::integers(user(1), generation(1), 2),
        PrivateKey::integers(user(1), generation(2), 3),
        PrivateKey::integers(user(2), generation(1), 4),
        PrivateKey::integers_upload(user(1), upload(1)),
    ];
    for key in &keys {
        bucket.put_private(key, JSON, &parts(&["1"])).await.unwrap();
    }
    let existing = async || {
        let mut existing = Vec::new();
        for key in &keys {
            existing.push(bucket.get_private(key, 100).await.unwrap().is_some());
        }
        existing
    };
    bucket.delete_private(&keys[0]).await.unwrap();
    bucket.delete_private(&keys[0]).await.expect("a removed object can be removed again");
    assert_eq!(existing().await, [false, true, true, true, true]);
    assert_eq!(bucket.delete_all(&Folder::integers_generation(user(1), generation(1))).await.unwrap(), 1);
    assert_eq!(existing().await, [false, false, true, true, true]);
    assert_eq!(bucket.delete_all(&Folder::integers(user(1))).await.unwrap(), 1);
    assert_eq!(existing().await, [false, false, false, true, true]);
    assert_eq!(bucket.delete_all(&Folder::integers_uploads(user(1))).await.unwrap(), 1);
    assert_eq!(existing().await, [false, false, false, true, false]);
    store.aws.stop();
}

#[tokio::test]
async fn a_signed_url_reads_one_object_until_it_expires() {
    let store = Store::start();
    let bucket = store.bucket();
    let (mine, other) = (download(1), download(2));
    for key in [&mine, &other] {
        bucket.put_private(key, JSON, &parts(&["[1]"])).await.unwrap();
    }
    let signed = bucket.presign_get(&mine, now(), 3_600).await.unwrap();
    assert!(signed.expires_at > now().plus_seconds(3_590).to_string(), "{signed:?}");
    let response = reqwest::get(&signed.url).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], JSON);
    assert_eq!(response.headers()["cache-control"], "private, no-store");
    assert_eq!(response.text().await.unwrap(), "[1]");

    assert_eq!(status(&signed.url.replace(mine.as_str(), other.as_str())).await, 403);
    assert_eq!(status(&signed.url.replace("X-Amz-Expires=3600", "X-Amz-Expires=36000")).await, 403);
    let expired = bucket.presign_get(&mine, now().plus_seconds(-120), 60).await.unwrap();
    assert_eq!(status(&expired.url).await, 403);
    store.aws.stop();
}
