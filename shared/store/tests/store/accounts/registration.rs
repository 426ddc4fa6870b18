//! Tests of registration: everything is written, or nothing.

use aviary_model::{Family, NameKey};
use aviary_store::{RegistrationError, SessionKind, User};

use crate::fixture::{NOW, Store, number, random_token, session_id, text, user};

const MONTH: i64 = 30 * 24 * 3_600;

/// Asserts that the registration is refused and writes nothing. Returns whether username and address were taken.
async fn taken(store: &Store, user: &User) -> (bool, bool) {
    let before = store.items().await;
    let refused = store.register(user).await.unwrap_err();
    assert_eq!(store.items().await, before, "something of the refused one is left");
    assert!(store.accounts.by_id(user.id).await.unwrap().is_none());
    assert!(store.credentials.principal(user.id).await.unwrap().is_none());
    assert!(store.profiles.by_id(user.id).await.unwrap().is_none());
    match refused {
        RegistrationError::Taken { username, email } => (username, email),
        other @ RegistrationError::Store(_) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn registration_writes_account_profile_and_name_owners() {
    let store = Store::start().await;
    let ada = user("Ada", Some("Ada@Example.com"));
    store.register(&ada).await.unwrap();

    let found = store.accounts.by_id(ada.id).await.unwrap().unwrap();
    assert_eq!((found.id, &found.username, &found.email), (ada.id, &ada.username, &ada.email));
    assert_eq!((&found.password, found.created_at), (&ada.password, NOW));
    for name in ["ada", "ADA", "ａｄａ", "ada@example.COM"] {
        assert_eq!(store.accounts.owner_of(&NameKey::of(name)).await.unwrap(), Some(ada.id), "{name}");
    }
    let principal = store.credentials.principal(ada.id).await.unwrap().unwrap();
    assert_eq!((principal.epoch, principal.active, principal.staff), (0, true, false));
    let profile = store.profiles.by_name(&NameKey::of("aDa")).await.unwrap().unwrap();
    assert_eq!((profile.id, profile.username, profile.created_at), (ada.id, ada.username, NOW));
    assert_eq!((profile.followers, profile.following, profile.picture), (0, 0, None));
    assert!(store.profiles.owner_of(&NameKey::of("ada@example.com")).await.unwrap().is_none(), "addresses are private");
    assert_eq!(store.items().await, 6);
}

#[tokio::test]
async fn a_new_user_has_its_index_entries() {
    let store = Store::start().await;
    let ada = user("Ada", None);
    store.register(&ada).await.unwrap();
    let id = ada.id.to_string();
    let shard = |list: &str| format!("{list}#{}", id.chars().last().unwrap());
    let pk = format!("U#{id}");

    let account = store.raw_item(&store.names.accounts, &pk, "USER").await.unwrap();
    assert_eq!((&account["time_pk"], &account["time_sk"]), (&text(&shard("USERS")), &text(&id)));
    let name = store.raw_item(&store.names.accounts, "NAME#ada", "NAME").await.unwrap();
    assert_eq!((&name["name_pk"], &name["name_sk"]), (&text(&shard("NAMES")), &text("ada")));
    let profile = store.raw_item(&store.names.social, &pk, "PROFILE").await.unwrap();
    assert_eq!((&profile["time_pk"], &profile["time_sk"]), (&text(&shard("PROFILES")), &text(&id)));
}

#[tokio::test]
async fn registration_can_open_sessions_of_every_kind() {
    let store = Store::start().await;
    let ada = user("ada", None);
    let (refresh, device, web) = (session_id(), session_id(), session_id());
    let family = Family::new(random_token(), random_token(), NOW, NOW.plus_seconds(MONTH));
    let sign_in = store.sign_in(ada.id).with_family(refresh, &family).unwrap();
    let sign_in = sign_in.with_device_token(device, "device-hash", &[]).unwrap();
    let sign_in = sign_in.with_web_session(web, "web-hash", "csrf-hash", NOW.plus_seconds(60)).unwrap();
    store.registration(&ada).with_sign_in(sign_in).commit().await.unwrap();

    assert_eq!(store.credentials.family(ada.id, refresh).await.unwrap(), Some((family, 0)));
    assert_eq!(store.credentials.by_device_token("device-hash").await.unwrap(), Some((ada.id, device)));
    assert_eq!(store.credentials.by_web_session("web-hash").await.unwrap(), Some((ada.id, web)));
    for (sid, kind) in [(refresh, SessionKind::Refresh), (device, SessionKind::DeviceToken), (web, SessionKind::Web)] {
        let session = store.credentials.caller_state(ada.id, sid).await.unwrap().session.unwrap();
        assert_eq!((session.kind, session.epoch, session.created_at, session.revoked), (kind, 0, NOW, false));
        assert_eq!((&*session.address, &*session.user_agent), ("192.0.2.7", "tests"));
        let csrf_hash = (kind == SessionKind::Web).then_some("csrf-hash");
        assert_eq!(session.csrf_hash.as_deref(), csrf_hash);
    }
    // 3 items of the account without an address, 2 of its profile with the name, 1 family, 3 of the device token, 2 of
    // the web session.
    assert_eq!(store.items().await, 3 + 2 + 1 + 3 + 2);
}

#[tokio::test]
async fn expiring_items_have_the_ttl_attribute() {
    let store = Store::start().await;
    let ada = user("ada", None);
    let (refresh, device, web) = (session_id(), session_id(), session_id());
    let family = Family::new(random_token(), random_token(), NOW, NOW.plus_seconds(MONTH));
    let sign_in = store.sign_in(ada.id).with_family(refresh, &family).unwrap();
    let sign_in = sign_in.with_device_token(device, "device", &[]).unwrap();
    let sign_in = sign_in.with_web_session(web, "web", "csrf", NOW.plus_seconds(60)).unwrap();
    store.registration(&ada).with_sign_in(sign_in).commit().await.unwrap();

    let pk = format!("U#{}", ada.id);
    let month = Some(number(NOW.seconds() + MONTH));
    let minute = Some(number(NOW.seconds() + 60));
    for (pk, sk, expires_at) in [
        (&*pk, &*format!("S#{refresh}"), month),
        (&*pk, &*format!("S#{web}"), minute.clone()),
        ("WEB#web", "POINTER", minute),
        (&*pk, &*format!("S#{device}"), None),
        ("TOKEN#device", "POINTER", None),
        (&*pk, "PRINCIPAL", None),
    ] {
        let item = store.raw_item(&store.names.credentials, pk, sk).await.unwrap();
        assert_eq!(item.get("expires_at"), expires_at.as_ref(), "{pk} / {sk}");
    }
    let call = store.raw.describe_time_to_live().table_name(&store.names.credentials);
    let ttl = call.send().await.unwrap().time_to_live_description.unwrap();
    assert_eq!(ttl.attribute_name(), Some("expires_at"));
}

#[tokio::test]
async fn a_refusal_names_both_a_taken_name_and_address() {
    let store = Store::start().await;
    store.register(&user("Ada", Some("ada@example.com"))).await.unwrap();

    assert_eq!(taken(&store, &user("aDA", Some("other@example.com"))).await, (true, false));
    assert_eq!(taken(&store, &user("ada", None)).await, (true, false));
    assert_eq!(taken(&store, &user("other", Some("ADA@EXAMPLE.COM"))).await, (false, true));
    assert_eq!(taken(&store, &user("ADA", Some("Ada@example.com"))).await, (true, true));
    store.register(&user("other", Some("other@example.com"))).await.unwrap();
}

#[tokio::test]
async fn names_and_addresses_are_one_namespace() {
    let store = Store::start().await;
    store.register(&user("ada", Some("ada@example.com"))).await.unwrap();
    store.register(&user("bob@example.com", None)).await.unwrap();

    assert_eq!(taken(&store, &user("ADA@example.com", None)).await, (true, false));
    assert_eq!(taken(&store, &user("eve", Some("Bob@Example.com"))).await, (false, true));
    assert_eq!(taken(&store, &user("ada@example.com", Some("bob@example.com"))).await, (true, true));
}

#[tokio::test]
async fn a_name_can_be_its_owners_address() {
    let store = Store::start().await;
    let ada = user("Ada@Example.com", Some("ada@example.com"));
    store.register(&ada).await.unwrap();

    assert_eq!(store.accounts.owner_of(&ada.username.key()).await.unwrap(), Some(ada.id));
    assert_eq!(store.items().await, 5, "one guard for both");
    assert_eq!(taken(&store, &user("eve", Some("ADA@example.com"))).await, (false, true));
    assert_eq!(taken(&store, &user("ada@EXAMPLE.com", None)).await, (true, false));
    assert!(taken(&store, &user("ada@EXAMPLE.com", Some("ada@example.com"))).await.0);
}

#[tokio::test]
async fn registration_with_an_existing_id_is_refused() {
    let store = Store::start().await;
    let ada = store.registered("ada").await;
    let mut eve = user("eve", None);
    eve.id = ada.id;

    let refused = store.register(&eve).await.unwrap_err();
    assert!(matches!(refused, RegistrationError::Store(_)), "{refused:?}");
    assert_eq!(store.accounts.by_id(ada.id).await.unwrap().unwrap().username, ada.username);
    assert!(store.accounts.owner_of(&eve.username.key()).await.unwrap().is_none());
}
