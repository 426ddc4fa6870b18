//! `POST /api/tweets/media/` and what follows: upload, check, tweet, removal.

use aviary_media::{Bucket, Folder, PrivateKey};
use e2e::acts::integers::media_bucket;
use e2e::acts::media::{decided, media_state, send_media, start_media, upload_media};
use e2e::{
    Account, Form, Service, eventually, filmed_samples, is_same_picture, jpeg, jpeg_with_gps, mov_with_position,
    mp4_with_position, png, samples_of, says_where_it_was_filmed, says_where_it_was_taken,
};
use serde_json::{Value, json};
use uuid::Uuid;

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

async fn tweet_with(service: &Service, account: &Account, media: &[&str]) -> Value {
    let body = json!({"message": "look", "media": media});
    service.post_as(account, "/api/tweets/", &body).await.with_status(201).json()
}

fn incoming(account: &Account, media: &str) -> PrivateKey {
    PrivateKey::media_upload(account.id.parse().unwrap(), media.parse().unwrap())
}

/// The sizes of a media item's objects: the upload, and whether its folders hold anything.
async fn objects_of(service: &Service, account: &Account, media: &str) -> (bool, bool, bool) {
    let bucket = media_bucket(service);
    let id: Uuid = media.parse().unwrap();
    let upload = bucket.private_size(&incoming(account, media)).await.unwrap().is_some();
    (upload, holds(&bucket, &Folder::media(id)).await, holds(&bucket, &Folder::thumbnails(id)).await)
}

async fn holds(bucket: &Bucket, folder: &Folder) -> bool {
    !bucket.keys(folder).await.unwrap().is_empty()
}

#[tokio::test]
async fn a_photo_goes_straight_to_the_bucket_and_comes_out_clean() {
    let service = Service::running();
    let account = service.signup().await;
    let photo = jpeg_with_gps(900, 600, 1);
    let started = start_media(&service, &account, "image/jpeg", photo.len()).await;
    let id = text(&started, "media_id").to_owned();
    let waiting = media_state(&service, &account, &id).await;
    assert_eq!(
        (&waiting["state"], &waiting["url"], &waiting["alt"]),
        (&json!("waiting"), &Value::Null, &json!("A wren"))
    );
    assert_eq!(send_media(&started, &photo).await, 204);
    let media = decided(&service, &account, &id).await;
    assert_eq!(media["state"], "ready", "{media}");
    assert_eq!((&media["kind"], &media["width"], &media["height"]), (&json!("image"), &json!(900), &json!(600)));
    assert!(text(&media, "blurhash").len() > 6);
    let stored = service.fetch(text(&media, "url")).await.with_status(200);
    assert!(is_same_picture(&stored.body, &photo) && !says_where_it_was_taken(&stored.body));
    assert_eq!(stored.header("content-type"), Some("image/jpeg"));
    assert_eq!(stored.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert!(!text(&media, "url").contains(&account.id), "the URL names the person");
    let thumbnail = service.fetch(text(&media, "thumbnail_url")).await.with_status(200);
    let small = image::load_from_memory(&thumbnail.body).unwrap();
    assert_eq!((small.width(), small.height()), (400, 267));
    eventually("the upload is removed", async || {
        (objects_of(&service, &account, &id).await == (false, true, true)).then_some(())
    })
    .await;
    // In the tweet and in lists it is what it is by itself.
    let tweet = tweet_with(&service, &account, &[&id]).await;
    let mut expected = media.clone();
    for own in ["created_at", "reason"] {
        expected.as_object_mut().unwrap().remove(own);
    }
    assert_eq!(tweet["media"], json!([expected]));
    assert_eq!(tweet["imagelinks"], json!([media["url"]]));
    let list = service.get(&format!("/api/tweets/by/{}/media/", account.username)).send().await.with_status(200).json();
    assert_eq!(list["results"][0]["media"], json!([expected]));
}

#[tokio::test]
async fn a_movie_of_a_telephone_becomes_an_mp4_that_starts_fast() {
    let service = Service::running();
    let account = service.signup().await;
    for (kind, film) in
        [("video/quicktime", mov_with_position(9, 640, 360)), ("video/mp4", mp4_with_position(9, 640, 360))]
    {
        let media = upload_media(&service, &account, kind, &film).await;
        assert_eq!(media["state"], "ready", "{media}");
        assert_eq!((&media["kind"], &media["width"], &media["height"]), (&json!("video"), &json!(640), &json!(360)));
        assert_eq!((&media["thumbnail_url"], &media["blurhash"]), (&Value::Null, &Value::Null));
        let url = text(&media, "url");
        let stored = service.fetch(url).await.with_status(200);
        assert_eq!(stored.header("content-type"), Some("video/mp4"));
        assert!(!says_where_it_was_filmed(&stored.body));
        let position = |kind: &[u8]| stored.body.windows(4).position(|window| window == kind).unwrap();
        assert!(position(b"moov") < position(b"mdat"));
        assert_eq!(samples_of(&stored.body), filmed_samples());
        let part = reqwest::Client::new().get(url).header("range", "bytes=4-7").send().await.unwrap();
        assert_eq!((part.status().as_u16(), &part.bytes().await.unwrap()[..]), (206, b"ftyp".as_slice()));
        let tweet = tweet_with(&service, &account, &[text(&media, "id")]).await;
        assert_eq!((&tweet["videolinks"], &tweet["imagelinks"]), (&json!([url]), &json!([])));
    }
}

#[tokio::test]
async fn every_kind_of_picture_is_taken() {
    let service = Service::running();
    let account = service.signup().await;
    let picture = |format: image::ImageFormat| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::load_from_memory(&png(50, 40, 1)).unwrap().write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    };
    for (kind, format) in [
        ("image/png", image::ImageFormat::Png),
        ("image/gif", image::ImageFormat::Gif),
        ("image/webp", image::ImageFormat::WebP),
        ("image/jpg", image::ImageFormat::Jpeg),
    ] {
        let media = upload_media(&service, &account, kind, &picture(format)).await;
        assert_eq!((&media["state"], &media["width"]), (&json!("ready"), &json!(50)), "{kind}: {media}");
        service.fetch(text(&media, "thumbnail_url")).await.with_status(200);
    }
}

#[tokio::test]
async fn a_bad_file_is_rejected_with_a_reason_and_nothing_of_it_stays() {
    let service = Service::running();
    let account = service.signup().await;
    let photo = jpeg(40, 30, 2);
    let mut huge = png(8, 8, 1);
    // The sides in the header, with the checksum that belongs to them.
    huge[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
    let mut checksum = flate2::Crc::new();
    checksum.update(&huge[12..29]);
    huge[29..33].copy_from_slice(&checksum.sum().to_be_bytes());
    for (kind, file, reason) in [
        ("image/png", photo.clone(), "claims to be image/png but is image/jpeg"),
        ("image/jpeg", photo[..photo.len() / 2].to_vec(), "corrupted image"),
        ("image/jpeg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>".to_vec(), "not an image"),
        ("image/gif", b"GIF89a\x05\0\x05\0\0\0\0<html><script>alert(1)</script>".to_vec(), "corrupted image"),
        ("image/png", huge, "60000 by 60000 pixels"),
        ("video/mp4", photo.clone(), "not an MP4"),
        ("video/mp4", mp4_with_position(141, 64, 48), "no more than 140 seconds"),
        ("video/mp4", mp4_with_position(5, 64, 48)[..900].to_vec(), "corrupted video"),
    ] {
        let media = upload_media(&service, &account, kind, &file).await;
        assert_eq!(media["state"], "rejected", "{kind}: {media}");
        assert!(text(&media, "reason").contains(reason), "{kind}: {media}");
        let id = text(&media, "id");
        eventually("a rejected upload is removed", async || {
            (objects_of(&service, &account, id).await == (false, false, false)).then_some(())
        })
        .await;
        let answer = service.post_as(&account, "/api/tweets/", &json!({"message": "x", "media": [id]})).await;
        let answer = answer.with_status(400).json();
        assert!(answer["media"][0].as_str().unwrap().contains("was rejected: "), "{answer}");
    }
}

#[tokio::test]
async fn only_what_the_form_allows_is_stored() {
    let service = Service::running();
    let account = service.signup().await;
    let photo = jpeg(40, 30, 3);
    let started = start_media(&service, &account, "image/jpeg", photo.len()).await;
    let with = |name: &str, value: &str| {
        let mut changed = started.clone();
        changed["upload"]["fields"][name] = json!(value);
        changed
    };
    let other = text(&started["upload"]["fields"], "key").replace("incoming/media", "public/media");
    assert!([400, 403].contains(&send_media(&started, &[&photo[..], b"!"].concat()).await), "too many bytes");
    assert!([400, 403].contains(&send_media(&started, b"").await), "no bytes");
    assert_eq!(send_media(&with("key", &other), &photo).await, 403);
    assert_eq!(send_media(&with("Content-Type", "text/html"), &photo).await, 403);
    assert_eq!(send_media(&with("acl", "public-read"), &photo).await, 403);
    assert_eq!(media_state(&service, &account, text(&started, "media_id")).await["state"], "waiting");
    let origin = "http://localhost:5173";
    let asked = reqwest::Client::new().request(reqwest::Method::OPTIONS, text(&started["upload"], "url"));
    let asked = asked.header("origin", origin).header("access-control-request-method", "POST").send().await.unwrap();
    assert_eq!(asked.headers()["access-control-allow-origin"], origin, "a browser may not post");
}

/// A form's boundary begins with such a byte, and a file may have any bytes.
#[tokio::test]
async fn a_file_of_line_ends_arrives() {
    let service = Service::running();
    let account = service.signup().await;
    let file = vec![b'\r'; 2_000_000];
    let media = upload_media(&service, &account, "image/png", &file).await;
    assert_eq!(media["state"], "rejected", "{media}");
}

#[tokio::test]
async fn the_fields_of_a_ticket_are_checked() {
    let service = Service::running();
    let account = service.signup().await;
    let ask = async |body: Value| service.post_as(&account, "/api/tweets/media/", &body).await.with_status(400).json();
    let all = ask(json!({})).await;
    for field in ["filename", "content_type", "size"] {
        assert_eq!(all[field], json!(["This field is required."]), "{all}");
    }
    let file = |kind: &str, size: u64| json!({"filename": "a", "content_type": kind, "size": size});
    for kind in ["image/svg+xml", "text/html", "video/webm", "image/*", "application/octet-stream"] {
        let answer = ask(file(kind, 10)).await;
        assert_eq!(answer["content_type"], json!(["Only JPEG, PNG, GIF, WebP, MP4 and QuickTime are supported."]));
    }
    let answer = ask(file("image/png", 20 * 1024 * 1024 + 1)).await;
    assert_eq!(answer["size"], json!(["Ensure this value is less than or equal to 20971520."]));
    let answer = ask(file("video/mp4", 512 * 1024 * 1024 + 1)).await;
    assert_eq!(answer["size"], json!(["Ensure this value is less than or equal to 536870912."]));
    assert_eq!(ask(file("video/mp4", 0)).await["size"], json!(["Ensure this value is greater than or equal to 1."]));
}

#[tokio::test]
async fn media_is_shown_by_one_tweet_of_its_owner() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let photo = upload_media(&service, &account, "image/jpeg", &jpeg(20, 20, 4)).await;
    let film = upload_media(&service, &account, "video/mp4", &mp4_with_position(2, 64, 48)).await;
    let (photo, film) = (text(&photo, "id"), text(&film, "id"));
    let refused = async |who: &Account, media: Value| {
        let body = json!({"message": "x", "media": media});
        let answer = service.post_as(who, "/api/tweets/", &body).await.with_status(400).json();
        answer["media"][0].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    };
    let unknown = format!("Invalid pk \"{photo}\" - object does not exist.");
    assert_eq!(refused(&other, json!([photo])).await, unknown);
    service.get_as(&other, &format!("/api/tweets/media/{photo}/")).await.with_status(404);
    let waiting = start_media(&service, &account, "image/jpeg", 10).await;
    assert!(refused(&account, json!([waiting["media_id"]])).await.ends_with("is not uploaded yet."));
    assert_eq!(refused(&account, json!([photo, film])).await, "A tweet shows images or a video, not both.");
    assert_eq!(refused(&account, json!([photo, photo])).await, format!("Media \"{photo}\" is named twice."));
    assert_eq!(refused(&account, json!(["x"])).await, "Invalid pk \"x\" - object does not exist.");
    // In a form, without a message, beside a file.
    let form = Form::default().text("media", photo).file("imagelinks", "a.png", "image/png", &png(8, 8, 5));
    let tweet =
        service.post("/tweet").bearer(&account.access).multipart(&form).send().await.with_status(200).json()["tweet"]
            .clone();
    assert_eq!(tweet["media"].as_array().unwrap().len(), 2);
    assert_eq!(tweet["media"][1]["id"], photo);
    assert_eq!(refused(&account, json!([photo])).await, format!("Media \"{photo}\" is shown by a tweet already."));
}

#[tokio::test]
async fn one_of_two_tweets_at_once_gets_the_media() {
    let service = Service::running();
    let account = service.signup().await;
    let photo = upload_media(&service, &account, "image/jpeg", &jpeg(20, 20, 6)).await;
    let body = json!({"message": "mine", "media": [photo["id"]]});
    let posts = (0..4).map(|_| service.post_as(&account, "/api/tweets/", &body));
    let statuses: Vec<u16> = futures_util::future::join_all(posts).await.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [201, 400].contains(status)), "{statuses:?}");
}

#[tokio::test]
async fn an_event_that_comes_again_changes_nothing() {
    let service = Service::running();
    let account = service.signup().await;
    let photo = jpeg(30, 20, 7);
    let media = upload_media(&service, &account, "image/jpeg", &photo).await;
    let key = incoming(&account, text(&media, "id"));
    let event = |key: &str, etag: &str| {
        let mut event: Value =
            serde_json::from_str(&std::fs::read_to_string(e2e::event_files().join("media-upload.json")).unwrap())
                .unwrap();
        event["detail"]["object"] = json!({"key": key, "size": photo.len(), "etag": etag, "sequencer": "1"});
        event
    };
    let done = async |key: &str| {
        let answer = service.deliver("media", &event(key, "0123456789abcdef0123456789abcdef")).await;
        serde_json::from_slice::<Value>(&answer).unwrap()["done"].as_str().unwrap().to_owned()
    };
    assert_eq!(done(key.as_str()).await, "decided before");
    assert_eq!(media_state(&service, &account, text(&media, "id")).await, media);
    service.fetch(text(&media, "url")).await.with_status(200);
    // A second upload with the same form, after the check.
    let started = start_media(&service, &account, "image/jpeg", photo.len()).await;
    let id = text(&started, "media_id").to_owned();
    assert_eq!(send_media(&started, &photo).await, 204);
    let first = decided(&service, &account, &id).await;
    let later = jpeg(30, 20, 8);
    assert_eq!(send_media(&started, &later[..later.len().min(photo.len())]).await, 204);
    eventually("the second upload is removed", async || (!objects_of(&service, &account, &id).await.0).then_some(()))
        .await;
    assert_eq!(media_state(&service, &account, &id).await, first);
    assert!(is_same_picture(&service.fetch(text(&first, "url")).await.with_status(200).body, &photo));
    // An upload of nobody, as after the deletion of an account.
    let nobody = PrivateKey::media_upload(Uuid::max().to_string().parse().unwrap(), id.parse().unwrap());
    assert_eq!(done(nobody.as_str()).await, "no such media");
    assert_eq!(done("public/avatars/x").await, "ignored");
}

#[tokio::test]
async fn pictures_of_a_request_get_thumbnails_too() {
    let service = Service::running();
    let account = service.signup().await;
    let form = Form::default().file("imagelinks", "a.jpg", "image/jpeg", &jpeg(600, 800, 9)).file(
        "imagelinks",
        "b.png",
        "image/png",
        &png(30, 20, 9),
    );
    let tweet =
        service.post("/tweet").bearer(&account.access).multipart(&form).send().await.with_status(200).json()["tweet"]
            .clone();
    let path = format!("/api/tweets/{}/", text(&tweet, "id"));
    let shown = eventually("both have thumbnails", async || {
        let shown = service.get(&path).send().await.with_status(200).json();
        let media = shown["media"].as_array().unwrap().clone();
        media.iter().all(|media| media["thumbnail_url"].is_string()).then_some(media)
    })
    .await;
    for (media, sides) in shown.iter().zip([(300, 400), (30, 20)]) {
        let thumbnail = service.fetch(text(media, "thumbnail_url")).await.with_status(200);
        let small = image::load_from_memory(&thumbnail.body).unwrap();
        assert_eq!((small.width(), small.height()), sides);
        assert!(media["blurhash"].is_string());
    }
    service.delete(&path).bearer(&account.access).send().await.with_status(204);
    for media in shown {
        eventually("the thumbnail of a deleted tweet is gone", async || {
            (service.fetch(text(&media, "thumbnail_url")).await.status != 200).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn media_of_deleted_tweets_and_accounts_disappear() {
    let service = Service::running();
    let account = service.signup().await;
    let mut ids = Vec::new();
    for seed in 10..13 {
        let media = upload_media(&service, &account, "image/jpeg", &jpeg(20, 20, seed)).await;
        ids.push(text(&media, "id").to_owned());
    }
    let tweet = tweet_with(&service, &account, &[&ids[0]]).await;
    tweet_with(&service, &account, &[&ids[1]]).await;
    let gone = async |id: &str| {
        eventually("the objects of removed media are gone", async || {
            (objects_of(&service, &account, id).await == (false, false, false)).then_some(())
        })
        .await;
    };
    let path = format!("/api/tweets/{}/", text(&tweet, "id"));
    service.delete(&path).bearer(&account.access).send().await.with_status(204);
    gone(&ids[0]).await;
    service.get_as(&account, &format!("/api/tweets/media/{}/", ids[0])).await.with_status(404);
    assert!(objects_of(&service, &account, &ids[2]).await.1);
    let path = format!("/api/auth/delete/{}/", account.username);
    service.delete(&path).bearer(&account.access).send().await.with_status(204);
    gone(&ids[1]).await;
    gone(&ids[2]).await;
}
