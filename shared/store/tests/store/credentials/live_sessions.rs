//! The bound of a user's live sessions.

use aviary_model::{Family, SessionId, Timestamp, UserId};
use aviary_store::{AccountChange, BoundedCount, MAX_LIVE_SESSIONS, SessionOpening, SignIn, SignInError};
use aviary_telemetry::Meter;
use futures_util::future::join_all;

use crate::fixture::{NOW, Store, opening, random_token, session_id};

/// Opens a refresh family at this time, as a sign-in or for the session `keep`.
async fn open(store: &Store, user: UserId, now: Timestamp, keep: Option<SessionId>) -> SessionId {
    let (sid, family) = (session_id(), Family::new(random_token(), random_token(), now, now.plus_seconds(3_600)));
    let sign_in = SignIn::new(&store.credentials, SessionOpening { now, ..opening(user) });
    let sign_in = sign_in.with_family(sid, &family).unwrap();
    let sign_in = match keep {
        Some(keep) => sign_in.keeping(keep),
        None => sign_in,
    };
    sign_in.commit().await.unwrap();
    sid
}

async fn stored(store: &Store, user: UserId) -> Vec<SessionId> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let page = store.credentials.sessions(user, before, 100).await.unwrap();
        all.extend(page.sessions.into_iter().map(|(sid, _)| sid));
        before = page.next;
        if before.is_none() {
            return all;
        }
    }
}

#[tokio::test]
async fn the_least_lately_used_session_goes_but_never_that_of_the_request() {
    let store = Store::start().await;
    let ada = store.registered("ada").await.id;
    let at = |n: usize| NOW.plus_seconds(i64::try_from(n).unwrap());
    let mut made = Vec::new();
    for n in 0..MAX_LIVE_SESSIONS {
        made.push(open(&store, ada, at(n), None).await);
    }
    store.credentials.used(ada, made[0], at(MAX_LIVE_SESSIONS)).await.unwrap();
    let new = open(&store, ada, at(MAX_LIVE_SESSIONS), Some(made[1])).await;
    let left = stored(&store, ada).await;
    assert_eq!(left.len(), MAX_LIVE_SESSIONS);
    // The first was used since, the second makes the request.
    for (sid, is_left) in [(made[0], true), (made[1], true), (made[2], false), (made[3], true), (new, true)] {
        assert_eq!(left.contains(&sid), is_left);
    }
}

#[tokio::test]
async fn a_sign_in_reads_sessions_only_at_the_bound() {
    let store = Store::start().await;
    let ada = store.registered("ada").await.id;
    let cost = async || {
        let meter = Meter::default();
        let sid = meter.scope(open(&store, ada, NOW, None)).await;
        (meter.cost(), sid)
    };
    let mut last = None;
    for _ in 0..MAX_LIVE_SESSIONS {
        let (cost, sid) = cost().await;
        assert_eq!((cost.round_trips, cost.rcu), (1, 0.0));
        last = Some((sid, store.credentials.session(ada, sid).await.unwrap().unwrap()));
    }
    let (cost_at_bound, _) = cost().await;
    assert!(cost_at_bound.round_trips == 3 && cost_at_bound.rcu > 0.0, "{cost_at_bound:?}");
    // Sessions that have ended are counted once more, and make room for as many.
    let (sid, session) = last.unwrap();
    store.credentials.end_session(ada, sid, &session).await.unwrap();
    cost().await;
    assert_eq!(stored(&store, ada).await.len(), MAX_LIVE_SESSIONS);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_sign_ins_cannot_exceed_the_bound() {
    let store = Store::start().await;
    let ada = store.registered("ada").await.id;
    for _ in 0..MAX_LIVE_SESSIONS - 2 {
        open(&store, ada, NOW, None).await;
    }
    join_all((0..6).map(|_| open(&store, ada, NOW, None))).await;
    assert_eq!(stored(&store, ada).await.len(), MAX_LIVE_SESSIONS);
}

#[tokio::test]
async fn a_sign_in_above_its_limit_writes_nothing_until_the_window_ends() {
    let store = Store::start().await;
    let ada = store.registered("ada").await.id;
    let count = BoundedCount { counter: "logins#ada".to_owned(), most: 2, seconds: 60 };
    let sign_in = async |seconds: i64| {
        let now = NOW.plus_seconds(seconds);
        let family = Family::new(random_token(), random_token(), now, now.plus_seconds(3_600));
        let sign_in = SignIn::new(&store.credentials, SessionOpening { now, ..opening(ada) });
        sign_in.with_family(session_id(), &family).unwrap().counted(count.clone()).commit().await
    };
    for seconds in [0, 1] {
        sign_in(seconds).await.unwrap();
    }
    let refused = sign_in(59).await;
    assert!(matches!(refused, Err(SignInError::TooOften { seconds: 1 })), "{refused:?}");
    assert_eq!(stored(&store, ada).await.len(), 2);
    for seconds in [60, 61] {
        sign_in(seconds).await.unwrap();
    }
    assert!(matches!(sign_in(62).await, Err(SignInError::TooOften { seconds: 58 })));
}

/// A login reads the account and the principal at one moment each. If the password changes in between, the old one would
/// open a session of the new epoch.
#[tokio::test]
async fn a_sign_in_by_a_password_that_changed_meanwhile_writes_nothing() {
    let store = Store::start().await;
    let ada = store.registered("ada").await;
    let sign_in = |new_hash: Option<&str>| {
        let family = Family::new(random_token(), random_token(), NOW, NOW.plus_seconds(3_600));
        let sign_in = SignIn::new(&store.credentials, opening(ada.id)).with_family(session_id(), &family).unwrap();
        sign_in.by_password(&store.accounts, ada.clone(), new_hash.map(ToOwned::to_owned)).commit()
    };
    sign_in(None).await.unwrap();
    sign_in(Some("the same, hashed anew")).await.unwrap();
    // Another login read the account before that; the password is still the same.
    sign_in(None).await.unwrap();
    sign_in(Some("hashed anew by another")).await.unwrap();
    let now = store.accounts.by_id(ada.id).await.unwrap().unwrap();
    let change = AccountChange { password: Some("new".to_owned()), ..AccountChange::default() };
    store.tables().change(&now, &change, NOW).await.unwrap();
    for new_hash in [None, Some("hashed anew")] {
        let refused = sign_in(new_hash).await;
        assert!(matches!(refused, Err(SignInError::Gone)), "{refused:?}");
    }
    assert_eq!(store.accounts.by_id(ada.id).await.unwrap().unwrap().password, "new");
    assert_eq!(stored(&store, ada.id).await.len(), 4);
}
