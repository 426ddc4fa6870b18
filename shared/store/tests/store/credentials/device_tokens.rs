//! Tests of device tokens: a user keeps the newest ones, up to the limit.

use aviary_model::{SessionId, UserId};
use aviary_store::{MAX_DEVICE_TOKENS, SessionOpening, SignIn};

use crate::fixture::{NOW, Store, opening, session_id};

/// Signs in on another device, `n` seconds after `NOW`.
async fn sign_in(store: &Store, user: UserId, n: usize) -> SessionId {
    let now = NOW.plus_seconds(i64::try_from(n).unwrap());
    let sid = session_id();
    let others = store.credentials.device_tokens(user).await.unwrap();
    let sign_in = SignIn::new(&store.credentials, SessionOpening { now, ..opening(user) });
    let sign_in = sign_in.with_device_token(sid, &hash(user, n), &others).unwrap();
    sign_in.commit().await.unwrap();
    sid
}

fn hash(user: UserId, n: usize) -> String {
    format!("{user} {n}")
}

async fn is_there(store: &Store, user: UserId, n: usize, sid: SessionId) -> bool {
    let pointed = store.credentials.by_device_token(&hash(user, n)).await.unwrap();
    let session = store.credentials.session(user, sid).await.unwrap();
    assert_eq!(pointed.is_some(), session.is_some(), "a token and its session live and die together");
    pointed == Some((user, sid))
}

#[tokio::test]
async fn a_token_above_the_limit_ends_the_oldest() {
    let store = Store::start().await;
    let (ada, bob) = (store.registered("ada").await.id, store.registered("bob").await.id);
    let bobs = sign_in(&store, bob, 0).await;
    let before = store.items().await;
    let mut sids = Vec::new();
    for n in 0..MAX_DEVICE_TOKENS {
        sids.push(sign_in(&store, ada, n).await);
    }
    let full = store.items().await;
    assert_eq!(full, before + 3 * i32::try_from(MAX_DEVICE_TOKENS).unwrap());
    assert!(is_there(&store, ada, 0, sids[0]).await);

    for gone in 0..2 {
        let n = MAX_DEVICE_TOKENS + gone;
        sids.push(sign_in(&store, ada, n).await);
        assert!(!is_there(&store, ada, gone, sids[gone]).await);
        assert!(is_there(&store, ada, gone + 1, sids[gone + 1]).await);
        assert!(is_there(&store, ada, n, sids[n]).await);
        assert_eq!(store.items().await, full, "nothing of the oldest is left");
    }
    assert!(is_there(&store, bob, 0, bobs).await, "another's do not count");
}

#[tokio::test]
async fn ending_all_device_tokens_keeps_other_sessions() {
    let store = Store::start().await;
    let ada = store.registered("ada").await.id;
    let web = session_id();
    let sign_in_web = store.sign_in(ada).with_web_session(web, "web", "csrf", NOW.plus_seconds(60)).unwrap();
    sign_in_web.commit().await.unwrap();
    let before = store.items().await;
    let (one, two) = (sign_in(&store, ada, 0).await, sign_in(&store, ada, 1).await);
    let tokens = store.credentials.device_tokens(ada).await.unwrap();
    store.credentials.end_device_tokens(ada, &tokens).await.unwrap();

    assert!(!is_there(&store, ada, 0, one).await && !is_there(&store, ada, 1, two).await);
    assert!(store.credentials.device_tokens(ada).await.unwrap().is_empty());
    assert_eq!(store.items().await, before);
    assert_eq!(store.credentials.by_web_session("web").await.unwrap(), Some((ada, web)));
}

#[tokio::test]
async fn ending_a_device_session_removes_its_list_entry() {
    let store = Store::start().await;
    let ada = store.registered("ada").await.id;
    let before = store.items().await;
    let sid = sign_in(&store, ada, 7).await;
    let session = store.credentials.session(ada, sid).await.unwrap().unwrap();
    store.credentials.end_session(ada, sid, &session).await.unwrap();
    assert_eq!(store.items().await, before);
}
