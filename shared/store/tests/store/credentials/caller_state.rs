//! Tests of a caller's state: its principal and its session.

use aviary_model::Family;
use aviary_store::{CallerState, Principal};

use crate::fixture::{NOW, Store, key, number, random_token, session_id, user};

#[tokio::test]
async fn one_read_returns_the_principal_and_the_session() {
    let store = Store::start().await;
    let ada = store.registered("ada").await;
    let sid = session_id();
    let family = Family::new(random_token(), random_token(), NOW, NOW.plus_seconds(60));
    store.open_family(ada.id, sid, &family).await.unwrap();

    let standing = store.credentials.caller_state(ada.id, sid).await.unwrap();
    assert_eq!(standing.principal, Some(Principal { epoch: 0, active: true, staff: false }));
    let session = standing.session.unwrap();
    assert!(!session.has_ended(NOW.plus_seconds(59)));
    assert!(session.has_ended(NOW.plus_seconds(60)), "what TTL has not removed yet is over all the same");
}

#[tokio::test]
async fn a_valid_session_has_the_current_epoch_and_an_active_user() {
    let store = Store::start().await;
    let ada = store.registered("ada").await;
    let sid = session_id();
    let family = Family::new(random_token(), random_token(), NOW, NOW.plus_seconds(60));
    store.open_family(ada.id, sid, &family).await.unwrap();
    let standing = store.credentials.caller_state(ada.id, sid).await.unwrap();
    let goes_on =
        |principal: Option<Principal>, now| CallerState { principal, ..standing.clone() }.live_session(now).is_some();
    let principal = Principal { epoch: 0, active: true, staff: false };
    assert!(goes_on(Some(principal), NOW));
    assert!(!goes_on(Some(principal), NOW.plus_seconds(60)), "its time is over");
    assert!(!goes_on(Some(Principal { epoch: 1, ..principal }), NOW), "of a past epoch");
    assert!(!goes_on(Some(Principal { active: false, ..principal }), NOW), "the user is inactive");
    assert!(!goes_on(None, NOW), "the user is gone");
    assert!(CallerState { session: None, ..standing.clone() }.live_session(NOW).is_none(), "it has ended");
}

#[tokio::test]
async fn missing_principals_and_sessions_are_not_errors() {
    let store = Store::start().await;
    let ada = store.registered("ada").await;
    let bob = store.registered("bob").await;
    let sid = session_id();
    let family = Family::new(random_token(), random_token(), NOW, NOW.plus_seconds(60));
    store.open_family(ada.id, sid, &family).await.unwrap();

    let without_session = store.credentials.caller_state(ada.id, session_id()).await.unwrap();
    assert!(without_session.principal.is_some() && without_session.session.is_none());
    let anothers_session = store.credentials.caller_state(bob.id, sid).await.unwrap();
    assert!(anothers_session.principal.is_some() && anothers_session.session.is_none());
    let nobody = store.credentials.caller_state(user("eve", None).id, session_id()).await.unwrap();
    assert!(nobody.principal.is_none() && nobody.session.is_none());
}

#[tokio::test]
async fn changes_of_a_principal_take_effect_at_once() {
    let store = Store::start().await;
    let ada = store.registered("ada").await;
    let pk = format!("U#{}", ada.id);
    let mut principal = store.raw_item(&store.names.credentials, &pk, "PRINCIPAL").await.unwrap();
    principal.insert("epoch".to_owned(), number(7));
    store.raw_put(&store.names.credentials, principal).await;
    assert_eq!(store.credentials.principal(ada.id).await.unwrap().unwrap().epoch, 7);
    assert_eq!(store.credentials.caller_state(ada.id, session_id()).await.unwrap().principal.unwrap().epoch, 7);

    let call = store.raw.delete_item().table_name(&store.names.credentials).set_key(Some(key(&pk, "PRINCIPAL")));
    call.send().await.unwrap();
    assert_eq!(store.credentials.principal(ada.id).await.unwrap(), None);
}

#[tokio::test]
async fn device_tokens_and_session_cookies_are_not_interchangeable() {
    let store = Store::start().await;
    let ada = user("ada", None);
    let (device, web) = (session_id(), session_id());
    let sign_in = store.sign_in(ada.id).with_device_token(device, "one", &[]).unwrap();
    let sign_in = sign_in.with_web_session(web, "two", "csrf", NOW.plus_seconds(60)).unwrap();
    store.registration(&ada).with_sign_in(sign_in).commit().await.unwrap();

    assert_eq!(store.credentials.by_device_token("one").await.unwrap(), Some((ada.id, device)));
    assert_eq!(store.credentials.by_web_session("two").await.unwrap(), Some((ada.id, web)));
    for hash in ["two", "three", "ONE"] {
        assert_eq!(store.credentials.by_device_token(hash).await.unwrap(), None, "{hash}");
    }
    for hash in ["one", "three", "TWO"] {
        assert_eq!(store.credentials.by_web_session(hash).await.unwrap(), None, "{hash}");
    }
}

#[tokio::test]
async fn the_health_check_writes_nothing() {
    let store = Store::start().await;
    store.credentials.check().await.unwrap();
    assert_eq!(store.items().await, 0);
}
