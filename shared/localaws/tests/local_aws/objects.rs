//! Reading, writing, copying, listing and deleting objects of S3.

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, Delete, MetadataDirective, ObjectIdentifier};
use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::stream;
use http_body_util::StreamBody;
use hyper::body::Frame;

use crate::fixture::{BUCKET, object, put_object, s3, start};

#[tokio::test]
async fn an_object_comes_back_with_the_headers_it_was_given() {
    let aws = start();
    let client = s3(&aws.aws_url());
    client
        .put_object()
        .bucket(BUCKET)
        .key("public/a.jpg")
        .content_type("image/jpeg")
        .cache_control("public, max-age=31536000, immutable")
        .content_disposition("inline")
        .metadata("owner", "u1")
        .body(b"pixels".to_vec().into())
        .send()
        .await
        .unwrap();

    let found = client.get_object().bucket(BUCKET).key("public/a.jpg").send().await.unwrap();
    assert_eq!(found.content_type(), Some("image/jpeg"));
    assert_eq!(found.cache_control(), Some("public, max-age=31536000, immutable"));
    assert_eq!(found.content_disposition(), Some("inline"));
    assert_eq!(found.metadata().unwrap()["owner"], "u1");
    assert_eq!(found.content_length(), Some(6));
    let etag = found.e_tag().unwrap().to_owned();
    assert_eq!(found.body.collect().await.unwrap().to_vec(), b"pixels");

    let head = client.head_object().bucket(BUCKET).key("public/a.jpg").send().await.unwrap();
    assert_eq!(head.content_type(), Some("image/jpeg"));
    assert_eq!(head.cache_control(), Some("public, max-age=31536000, immutable"));
    assert_eq!(head.content_disposition(), Some("inline"));
    assert_eq!(head.e_tag(), Some(etag.as_str()));
}

#[tokio::test]
async fn a_body_that_comes_in_pieces_is_stored_whole() {
    let aws = start();
    let client = s3(&aws.aws_url());
    let pieces: Vec<Bytes> = (0..40u8).map(|n| Bytes::from(vec![n; 10_000])).collect();
    let whole = pieces.concat();
    let frames = pieces.into_iter().map(|piece| Ok::<_, std::io::Error>(Frame::data(piece)));
    let body = ByteStream::from_body_1_x(StreamBody::new(stream::iter(frames)));
    let length = i64::try_from(whole.len()).unwrap();
    client.put_object().bucket(BUCKET).key("a").content_length(length).body(body).send().await.unwrap();

    let found = client.get_object().bucket(BUCKET).key("a").send().await.unwrap();
    assert_eq!(found.content_length(), Some(length));
    assert!(found.body.collect().await.unwrap().to_vec() == whole);
}

#[tokio::test]
async fn a_reader_never_sees_the_headers_of_another_version() {
    let aws = start();
    let client = s3(&aws.aws_url());
    let put = async |n: usize| {
        let body = n.to_string().repeat(1 + n * 1000).into_bytes();
        let put = client.put_object().bucket(BUCKET).key("a").content_type(format!("text/{n}"));
        put.body(body.into()).send().await.unwrap();
    };
    put(0).await;
    let write = async {
        for n in 1..30 {
            put(n % 10).await;
        }
    };
    let read = async {
        for _ in 0..60 {
            let found = client.get_object().bucket(BUCKET).key("a").send().await.unwrap();
            let n: usize = found.content_type().unwrap().trim_start_matches("text/").parse().unwrap();
            let body = found.body.collect().await.unwrap().to_vec();
            assert!(body == n.to_string().repeat(1 + n * 1000).into_bytes(), "{n}");
        }
    };
    tokio::join!(write, read);
}

#[tokio::test]
async fn a_range_is_part_of_an_object_and_a_missing_one_is_an_error() {
    let aws = start();
    let client = s3(&aws.aws_url());
    put_object(&client, "a", "0123456789").await;
    let part = client.get_object().bucket(BUCKET).key("a").range("bytes=2-4").send().await.unwrap();
    assert_eq!(part.content_range(), Some("bytes 2-4/10"));
    assert_eq!(part.body.collect().await.unwrap().to_vec(), b"234");
    assert_eq!(object(&client, "b").await, None);
}

#[tokio::test]
async fn deleting_removes_an_object_and_leaves_its_folder_free_for_a_key() {
    let aws = start();
    let client = s3(&aws.aws_url());
    put_object(&client, "a/b/c", "1").await;
    client.delete_object().bucket(BUCKET).key("a/b/c").send().await.unwrap();
    assert_eq!(object(&client, "a/b/c").await, None);
    put_object(&client, "a", "2").await;
    assert_eq!(object(&client, "a").await.unwrap(), "2");
    // Deleting a missing object is no error.
    client.delete_object().bucket(BUCKET).key("never").send().await.unwrap();
}

#[tokio::test]
async fn many_are_listed_in_pages_and_deleted_at_once() {
    let aws = start();
    let client = s3(&aws.aws_url());
    for key in ["public/1", "public/2", "public/3", "incoming/1"] {
        put_object(&client, key, "x").await;
    }
    let mut keys = Vec::new();
    let mut pages = client.list_objects_v2().bucket(BUCKET).prefix("public/").max_keys(2).into_paginator().send();
    while let Some(page) = pages.next().await {
        keys.extend(page.unwrap().contents().iter().map(|object| object.key().unwrap().to_owned()));
    }
    assert_eq!(keys, ["public/1", "public/2", "public/3"]);

    let objects = keys.iter().map(|key| ObjectIdentifier::builder().key(key).build().unwrap()).collect();
    let delete = Delete::builder().set_objects(Some(objects)).build().unwrap();
    let answer = client.delete_objects().bucket(BUCKET).delete(delete).send().await.unwrap();
    assert_eq!(answer.deleted().len(), 3);
    let left = client.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    let head = client.head_object().bucket(BUCKET).key("incoming/1").send().await.unwrap();
    assert!(head.e_tag().is_some());
    assert_eq!(left.contents()[0].e_tag(), head.e_tag());
    assert_eq!(left.contents().iter().map(|object| object.key().unwrap()).collect::<Vec<_>>(), ["incoming/1"]);
}

#[tokio::test]
async fn a_copy_takes_exactly_the_version_that_was_checked() {
    let aws = start();
    let client = s3(&aws.aws_url());
    put_object(&client, "incoming/a", "first").await;
    let checked = client.head_object().bucket(BUCKET).key("incoming/a").send().await.unwrap().e_tag.unwrap();
    let copy = || {
        client
            .copy_object()
            .bucket(BUCKET)
            .key("public/a")
            .copy_source(format!("{BUCKET}/incoming/a"))
            .copy_source_if_match(&checked)
            .metadata_directive(MetadataDirective::Replace)
            .content_type("image/png")
    };
    copy().send().await.unwrap();
    assert_eq!(object(&client, "public/a").await.unwrap(), "first");
    let head = client.head_object().bucket(BUCKET).key("public/a").send().await.unwrap();
    assert_eq!(head.content_type(), Some("image/png"));

    put_object(&client, "incoming/a", "second").await;
    let error = copy().send().await.unwrap_err();
    assert_eq!(error.code(), Some("PreconditionFailed"));
    assert_eq!(object(&client, "public/a").await.unwrap(), "first");
}

#[tokio::test]
async fn an_upload_in_parts_becomes_one_object_with_its_type() {
    let aws = start();
    let client = s3(&aws.aws_url());
    // Replaces an object; its checksums must not stay for the new one.
    put_object(&client, "big", "small").await;
    let upload = client.create_multipart_upload().bucket(BUCKET).key("big").content_type("video/mp4").send().await;
    let upload_id = upload.unwrap().upload_id.unwrap();
    let mut parts = Vec::new();
    for (number, body) in [(1, vec![b'a'; 5 * 1024 * 1024]), (2, b"end".to_vec())] {
        let part = client.upload_part().bucket(BUCKET).key("big").upload_id(&upload_id).part_number(number);
        let etag = part.body(body.into()).send().await.unwrap().e_tag.unwrap();
        parts.push(CompletedPart::builder().part_number(number).e_tag(etag).build());
    }
    let complete = |key: &str| {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts.clone())).build();
        client.complete_multipart_upload().bucket(BUCKET).key(key).upload_id(&upload_id).multipart_upload(parts).send()
    };
    assert_eq!(complete("other").await.unwrap_err().code(), Some("NoSuchUpload"));
    assert_eq!(object(&client, "big").await.unwrap(), "small");
    let completed = complete("big").await.unwrap();
    assert_eq!(completed.key(), Some("big"));
    assert_eq!(completed.bucket(), Some(BUCKET));

    let found = client.get_object().bucket(BUCKET).key("big").send().await.unwrap();
    assert_eq!(found.content_type(), Some("video/mp4"));
    let body = found.body.collect().await.unwrap().to_vec();
    assert_eq!(body.len(), 5 * 1024 * 1024 + 3);
    assert!(body.ends_with(b"aend"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_concurrent_first_puts_exactly_one_wins() {
    let aws = start();
    let client = s3(&aws.aws_url());
    // A single round would often pass without a lock.
    for round in 0..15 {
        let key = format!("round/{round}");
        let attempts = (0..20).map(|n| {
            let put = client.put_object().bucket(BUCKET).key(&key).if_none_match("*");
            async move { (n, put.body(format!("writer {n}").into_bytes().into()).send().await) }
        });
        let mut winners = Vec::new();
        for (n, answer) in join_all(attempts).await {
            match answer {
                Ok(_) => winners.push(n),
                Err(error) => assert_eq!(error.code(), Some("PreconditionFailed")),
            }
        }
        assert_eq!(winners.len(), 1, "{winners:?}");
        assert_eq!(object(&client, &key).await.unwrap(), format!("writer {}", winners[0]));
    }
}

#[tokio::test]
async fn a_put_for_another_version_is_refused() {
    let aws = start();
    let client = s3(&aws.aws_url());
    put_object(&client, "a", "1").await;
    let etag = client.head_object().bucket(BUCKET).key("a").send().await.unwrap().e_tag.unwrap();
    let put = |key: &str, body: &'static str| {
        client.put_object().bucket(BUCKET).key(key).if_match(&etag).body(body.as_bytes().to_vec().into()).send()
    };
    put("a", "2").await.unwrap();
    assert_eq!(put("a", "3").await.unwrap_err().code(), Some("PreconditionFailed"));
    assert_eq!(put("none", "3").await.unwrap_err().code(), Some("NoSuchKey"));
    assert_eq!(object(&client, "a").await.unwrap(), "2");
}

#[tokio::test]
async fn a_client_with_the_same_version_gets_304() {
    let aws = start();
    let client = s3(&aws.aws_url());
    put_object(&client, "public/a", "1").await;
    let url = format!("{}/{BUCKET}/public/a", aws.aws_url());
    let first = reqwest::get(&url).await.unwrap();
    let etag = first.headers()["etag"].clone();
    let modified = first.headers()["last-modified"].clone();
    let http = reqwest::Client::new();
    let unchanged = http.get(&url).header("if-none-match", &etag).send().await.unwrap();
    assert_eq!(unchanged.status(), 304);
    assert_eq!(unchanged.headers()["etag"], etag);
    assert_eq!(unchanged.bytes().await.unwrap().len(), 0);
    assert_eq!(http.get(&url).header("if-modified-since", &modified).send().await.unwrap().status(), 304);
    assert_eq!(http.get(&url).header("if-none-match", "\"other\"").send().await.unwrap().status(), 200);
    assert_eq!(http.get(&url).header("if-match", "\"other\"").send().await.unwrap().status(), 412);
}
