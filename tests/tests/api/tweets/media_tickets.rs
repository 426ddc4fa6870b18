//! Tickets of `POST /api/tweets/media/` that are expired, forged or used again: the bucket or the check refuses them,
//! and nothing is stored.

use aviary_media::{Bucket, PresignedPost, PrivateKey, UploadTerms};
use aviary_model::Clock;
use aviary_runtime::SystemClock;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use e2e::acts::media::{decided, media_state, send_media, start_media};
use e2e::{Account, Service, environment_of, eventually, is_same_picture, jpeg};
use serde_json::{Value, json};

fn field<'a>(ticket: &'a Value, name: &str) -> &'a str {
    ticket["upload"]["fields"][name].as_str().unwrap_or_else(|| panic!("no {name} in {ticket}"))
}

fn id_of(ticket: &Value) -> String {
    ticket["media_id"].as_str().unwrap().to_owned()
}

fn key_of(ticket: &Value) -> PrivateKey {
    field(ticket, "key").parse().unwrap()
}

/// The bucket, as somebody with this pair of keys calls it.
fn bucket_of(service: &Service, access_key: &str, secret: &str, bucket: Option<&str>) -> Bucket {
    let environment = environment_of(service, "media");
    let config = aviary_aws::sdk_config_for(&service.aws_url, access_key, secret);
    Bucket::connect(&config, bucket.unwrap_or(&environment["AVIARY_MEDIA_BUCKET"]), "http://unused")
}

/// The ticket with another form.
fn with_form(ticket: &Value, form: &PresignedPost) -> Value {
    let mut ticket = ticket.clone();
    ticket["upload"] = json!({"method": form.method, "url": form.url, "fields": form.fields});
    ticket
}

/// The ticket with a changed policy, and the signature of the old one.
fn with_policy(ticket: &Value, change: impl FnOnce(&mut Value)) -> Value {
    let decoded = BASE64_STANDARD.decode(field(ticket, "policy")).unwrap();
    let mut policy: Value = serde_json::from_slice(&decoded).unwrap();
    change(&mut policy);
    let mut ticket = ticket.clone();
    let encoded = BASE64_STANDARD.encode(policy.to_string());
    assert_ne!(field(&ticket, "policy"), encoded, "nothing was changed");
    ticket["upload"]["fields"]["policy"] = json!(encoded);
    ticket
}

async fn stored(service: &Service, key: &PrivateKey) -> bool {
    bucket_of(service, "local", "local-secret", None).private_size(key).await.unwrap().is_some()
}

#[tokio::test]
async fn an_expired_or_forged_ticket_stores_nothing() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let photo = jpeg(40, 30, 1);
    let ticket = start_media(&service, &account, "image/jpeg", photo.len()).await;
    let others = start_media(&service, &other, "image/jpeg", photo.len()).await;
    let key = key_of(&ticket);
    let now = SystemClock.now();
    let terms = UploadTerms { key: &key, content_type: "image/jpeg", max_bytes: 1_000_000, now, seconds: 3_600 };
    let root = bucket_of(&service, "local", "local-secret", None);
    let expired = root.presign_post(&UploadTerms { now: now.plus_seconds(-3_660), ..terms }).await.unwrap();
    let guessed = bucket_of(&service, "local-tweets", "guessed", None).presign_post(&terms).await.unwrap();
    let unknown = bucket_of(&service, "AKIAUNKNOWN", "local-secret", None).presign_post(&terms).await.unwrap();
    // A function that has nothing to do with uploads: the role of `tweets` decides what its tickets allow.
    let of_users = bucket_of(&service, "local-notifications", "local-secret", None).presign_post(&terms).await.unwrap();
    let elsewhere = bucket_of(&service, "local", "local-secret", Some("another")).presign_post(&terms).await.unwrap();
    let mut in_our_bucket = with_form(&ticket, &elsewhere);
    in_our_bucket["upload"]["url"] = ticket["upload"]["url"].clone();
    let mut with_others_key = ticket.clone();
    with_others_key["upload"]["fields"]["key"] = json!(field(&others, "key"));
    let mut with_others_policy = ticket.clone();
    for name in ["policy", "x-amz-signature"] {
        with_others_policy["upload"]["fields"][name] = json!(field(&others, name));
    }
    let later = |policy: &mut Value| policy["expiration"] = json!("2100-01-01T00:00:00.000Z");
    let wider = |policy: &mut Value| {
        let conditions = policy["conditions"].as_array_mut().unwrap();
        conditions.retain(|condition| condition[0] != "content-length-range");
    };
    for (what, forged) in [
        ("expired", with_form(&ticket, &expired)),
        ("of a guessed secret", with_form(&ticket, &guessed)),
        ("of an unknown key pair", with_form(&ticket, &unknown)),
        ("of a role without the right", with_form(&ticket, &of_users)),
        ("for another bucket", in_our_bucket),
        ("with another's key", with_others_key),
        ("prolonged", with_policy(&ticket, later)),
        ("without a bound", with_policy(&ticket, wider)),
    ] {
        assert_eq!(send_media(&forged, &photo).await, 403, "{what}");
    }
    // The local S3 answers by what it compares first, a date or the key.
    let status = send_media(&with_others_policy, &photo).await;
    assert!([400, 403].contains(&status), "with another's policy: {status}");
    for (account, ticket) in [(&account, &ticket), (&other, &others)] {
        assert!(!stored(&service, &key_of(ticket)).await);
        assert_eq!(media_state(&service, account, &id_of(ticket)).await["state"], "waiting");
    }
    assert_eq!(send_media(&ticket, &photo).await, 204, "the ticket itself is valid");
    assert_eq!(decided(&service, &account, &id_of(&ticket)).await["state"], "ready");
}

async fn upload_is_removed(service: &Service, ticket: &Value) {
    let key = key_of(ticket);
    eventually("the later upload is removed", async || (!stored(service, &key).await).then_some(())).await;
}

async fn show(service: &Service, account: &Account, media: &str) -> Value {
    let body = json!({"message": "look", "media": [media]});
    service.post_as(account, "/api/tweets/", &body).await.with_status(201).json()
}

#[tokio::test]
async fn a_ticket_that_is_used_again_changes_nothing() {
    let service = Service::running();
    let account = service.signup().await;
    let (first, second) = (jpeg(40, 30, 2), jpeg(40, 30, 3));
    let size = first.len().max(second.len());

    // After a tweet shows it.
    let ticket = start_media(&service, &account, "image/jpeg", size).await;
    assert_eq!(send_media(&ticket, &first).await, 204);
    let media = decided(&service, &account, &id_of(&ticket)).await;
    let tweet = show(&service, &account, &id_of(&ticket)).await;
    assert_eq!(send_media(&ticket, &second).await, 204);
    upload_is_removed(&service, &ticket).await;
    assert_eq!(media_state(&service, &account, &id_of(&ticket)).await, media);
    let path = format!("/api/tweets/{}/", tweet["id"].as_str().unwrap());
    assert_eq!(service.get(&path).send().await.with_status(200).json()["media"], tweet["media"]);
    let served = service.fetch(media["url"].as_str().unwrap()).await.with_status(200);
    assert!(is_same_picture(&served.body, &first));

    // After a rejection: a good file does not revive it.
    let ticket = start_media(&service, &account, "image/jpeg", size).await;
    assert_eq!(send_media(&ticket, b"no picture").await, 204);
    let rejected = decided(&service, &account, &id_of(&ticket)).await;
    assert_eq!(rejected["state"], "rejected");
    assert_eq!(send_media(&ticket, &second).await, 204);
    upload_is_removed(&service, &ticket).await;
    assert_eq!(media_state(&service, &account, &id_of(&ticket)).await, rejected);

    // After the deletion of its account.
    let ticket = start_media(&service, &account, "image/jpeg", size).await;
    let path = format!("/api/auth/delete/{}/", account.username);
    service.delete(&path).bearer(&account.access).send().await.with_status(204);
    assert_eq!(send_media(&ticket, &first).await, 204, "the bucket knows no accounts");
    upload_is_removed(&service, &ticket).await;
}

/// On AWS CloudFront adds these; here the local S3 does.
#[tokio::test]
async fn what_is_served_can_not_run() {
    let service = Service::running();
    let account = service.signup().await;
    let ticket = start_media(&service, &account, "image/jpeg", 100_000).await;
    assert_eq!(send_media(&ticket, &jpeg(40, 30, 4)).await, 204);
    let media = decided(&service, &account, &id_of(&ticket)).await;
    for url in ["url", "thumbnail_url"] {
        let served = service.fetch(media[url].as_str().unwrap()).await.with_status(200);
        assert_eq!(served.header("x-content-type-options"), Some("nosniff"), "{url}");
        assert_eq!(served.header("referrer-policy"), Some("no-referrer"), "{url}");
        assert_eq!(served.header("cross-origin-resource-policy"), Some("cross-origin"), "{url}");
        let policy = served.header("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'") && policy.ends_with("sandbox"), "{url}: {policy}");
    }
}
