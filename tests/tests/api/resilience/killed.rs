//! `keys` and `media` as processes that are killed at each of their calls. The next turn of the one, and the next delivery
//! of the event to the other, finish what was begun.

use aviary_media::{Folder, PrivateKey};
use e2e::acts::integers::media_bucket;
use e2e::acts::media::{decided, media_state, send_media, start_media};
use e2e::{
    Account, Event, Fault, FaultProxy, Function, OwnAws, OwnService, PASSWORD, Service, eventually, jpeg, unique,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// More calls than a turn of the keys makes.
const CALLS_OF_KEYS: usize = 4;
/// Fewer calls would prove too little.
const FEWEST_CALLS_OF_MEDIA: usize = 5;

/// Makes all signing keys as old as they get.
async fn age(service: &Service) {
    for key in service.dynamodb().mentions("KeysTable", "SIGNING").await {
        let sk = key["sk"]["S"].as_str().unwrap();
        service.dynamodb().set("KeysTable", "SIGNING", sk, "created_at", &json!({"N": "1"})).await;
    }
}

/// A key that signs, or will, is published; and no key is published that is neither, or will end.
async fn assert_published(service: &Service) -> Vec<String> {
    let kid = |item: &Value| item["kid"]["S"].as_str().unwrap().to_owned();
    let signing: Vec<String> = service.dynamodb().mentions("KeysTable", "SIGNING").await.iter().map(kid).collect();
    let public = service.dynamodb().mentions("CredentialsTable", "KEY#PUBLIC").await;
    for key in &signing {
        assert!(public.iter().any(|item| kid(item) == *key), "{key} is not published: {public:?}");
    }
    let for_ever = public.iter().filter(|item| item.get("expires_at").is_none()).map(kid);
    assert!(for_ever.into_iter().all(|key| signing.contains(&key)), "nobody signs with one of {public:?}");
    signing
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_turn_of_the_keys_finishes_that_of_a_killed_process() {
    let own = OwnAws::start();
    let service = &own.service;
    let auth = Function::start(service, "auth");
    let signup = json!({"username": unique("wren"), "password": PASSWORD});
    auth.answer(&Event::new("POST", "/api/auth/signup/").json(&signup).into_json()).with_status(201);
    let schedule = json!({"source": "aws.events", "detail-type": "Scheduled Event"});
    let undisturbed = Function::start(service, "keys");
    let (mut killed, mut turned) = (0, Vec::new());
    // Twice, for a turn that publishes the next key and one that promotes it.
    for fault in [Fault::KillBefore, Fault::KillAfter, Fault::KillBefore, Fault::KillAfter] {
        for at in 1..=CALLS_OF_KEYS {
            age(service).await;
            let fault = fault.clone();
            let proxy = FaultProxy::start(&service.dynamodb_url, move |call| Fault::at(call.number, at, fault.clone()));
            let url = proxy.url();
            let mut keys = Function::start_with(service, "keys", &[("AWS_ENDPOINT_URL_DYNAMODB", url.as_str())]);
            proxy.aim_at(keys.pid());
            killed += usize::from(keys.output_unless_killed(&schedule).is_none());
            assert_published(service).await;

            age(service).await;
            let done: Value = serde_json::from_slice(&undisturbed.output(&schedule)).unwrap();
            turned.push(done["turned"].as_str().unwrap().to_owned());
            assert!(!assert_published(service).await.is_empty());
        }
    }
    assert!(killed >= 8, "only {killed} processes were killed");
    for turn in ["published", "promoted"] {
        assert!(turned.iter().any(|done| done == turn), "{turned:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_delivery_finishes_the_check_of_an_upload_of_a_killed_process() {
    let own = OwnService::start();
    let service = &own.service;
    let owner = service.signup().await;
    let photo = jpeg(40, 30, 1);
    let upload = async || {
        let started = start_media(service, &owner, "image/jpeg", photo.len()).await;
        assert_eq!(send_media(&started, &photo).await, 204);
        started["media_id"].as_str().unwrap().to_owned()
    };
    own.set_plan("media", |_, _| Fault::Pass);
    let media = upload().await;
    assert_eq!(decided(service, &owner, &media).await["state"], "ready");
    let calls = own.calls("media");
    assert!(calls >= FEWEST_CALLS_OF_MEDIA, "only {calls} calls");

    let mut killed = 0;
    for at in 1..=calls {
        own.set_plan("media", move |number, _| Fault::at(number, at, Fault::KillAfter));
        let media = upload().await;
        let ready = eventually(&format!("an upload is ready after a kill at call {at}"), async || {
            killed += usize::from(own.revive("media"));
            let media = media_state(service, &owner, &media).await;
            (media["state"] == "ready" && upload_is_gone(service, &owner, &media).await).then_some(media)
        })
        .await;
        assert_ready_once(service, &ready).await;
    }
    // After its last call the process may have been killed unseen.
    assert!(killed + 1 >= calls, "killed {killed} times at {calls} calls");
}

async fn upload_is_gone(service: &Service, owner: &Account, media: &Value) -> bool {
    let id = media["id"].as_str().unwrap().parse().unwrap();
    let incoming = PrivateKey::media_upload(owner.id.parse().unwrap(), id);
    media_bucket(service).private_size(&incoming).await.unwrap().is_none()
}

/// There is one picture with one thumbnail, and both can be fetched.
async fn assert_ready_once(service: &Service, ready: &Value) {
    for url in ["url", "thumbnail_url"].map(|name| ready[name].as_str().unwrap()) {
        service.fetch(url).await.with_status(200);
    }
    let id: Uuid = ready["id"].as_str().unwrap().parse().unwrap();
    for folder in [Folder::media(id), Folder::thumbnails(id)] {
        let keys = media_bucket(service).keys(&folder).await.unwrap();
        assert_eq!(keys.len(), 1, "{keys:?}");
    }
}
