//! Tests of refresh families: the effect of each write, and when it is refused.

use aviary_model::{Family, FamilyToken, GRACE_MILLIS, SessionId, Timestamp, TokenId, UserId};
use aviary_store::{Promotion, SignInError, StoreError};

use crate::fixture::{NOW, Store, number, random_token, session_id};

const LIFETIME: i64 = 30 * 24 * 3_600;
/// The first time after the grace period of a promotion at `NOW`.
const QUIET: Timestamp = Timestamp::from_millis(NOW.millis() + GRACE_MILLIS);

pub(crate) struct Opened {
    pub(crate) user: UserId,
    pub(crate) sid: SessionId,
    pub(crate) family: Family,
}

pub(crate) async fn open(store: &Store) -> Opened {
    let user = store.registered("ada").await.id;
    let sid = session_id();
    let family = Family::new(random_token(), random_token(), NOW, NOW.plus_seconds(LIFETIME)).with_long_access();
    store.open_family(user, sid, &family).await.unwrap();
    Opened { user, sid, family }
}

impl Opened {
    pub(crate) async fn promote(&self, store: &Store, jti: &TokenId, fresh: &TokenId, now: Timestamp) -> Promotion {
        store.credentials.promote(self.user, self.sid, jti, fresh, now).await.unwrap()
    }

    pub(crate) async fn stored(&self, store: &Store) -> Family {
        store.credentials.family(self.user, self.sid).await.unwrap().unwrap().0
    }

    /// Asserts that the token is not promoted, and that the family stays as `expected`.
    async fn stays(&self, store: &Store, jti: &TokenId, now: Timestamp, expected: &Family) {
        let answer = self.promote(store, jti, &random_token(), now).await;
        let Promotion::Found(Some((found, 0))) = answer else { panic!("{answer:?}") };
        assert_eq!(&found, expected);
        assert_eq!(&self.stored(store).await, expected);
    }
}

#[tokio::test]
async fn presenting_next_makes_it_current() {
    let store = Store::start().await;
    let opened = open(&store).await;
    let fresh = random_token();
    let answer = opened.promote(&store, &opened.family.next, &fresh, QUIET).await;
    assert!(matches!(answer, Promotion::Promoted { epoch: 0, long_access: true }), "{answer:?}");

    let expected = Family {
        current: FamilyToken { jti: opened.family.next.clone(), since: QUIET },
        next: fresh,
        superseded: vec![opened.family.current.clone()],
        expires_at: opened.family.expires_at,
        revoked: false,
        long_access: true,
    };
    assert_eq!(opened.stored(&store).await, expected);
}

#[tokio::test]
async fn a_promotion_returns_the_epoch_of_its_session() {
    let store = Store::start().await;
    let opened = open(&store).await;
    let pk = format!("U#{}", opened.user);
    let mut item = store.raw_item(&store.names.credentials, &pk, &format!("S#{}", opened.sid)).await.unwrap();
    item.insert("epoch".to_owned(), number(5));
    store.raw_put(&store.names.credentials, item).await;

    let answer = opened.promote(&store, &random_token(), &random_token(), QUIET).await;
    assert!(matches!(answer, Promotion::Found(Some((_, 5)))), "{answer:?}");
    let answer = opened.promote(&store, &opened.family.next, &random_token(), QUIET).await;
    assert!(matches!(answer, Promotion::Promoted { epoch: 5, .. }), "{answer:?}");
}

#[tokio::test]
async fn any_other_token_leaves_the_family_unchanged() {
    let store = Store::start().await;
    let opened = open(&store).await;
    opened.stays(&store, &opened.family.current.jti, QUIET, &opened.family).await;
    opened.stays(&store, &random_token(), QUIET, &opened.family).await;
}

#[tokio::test]
async fn a_second_promotion_within_the_grace_period_is_refused() {
    let store = Store::start().await;
    let opened = open(&store).await;
    let second = random_token();
    let answer = opened.promote(&store, &opened.family.next, &second, NOW).await;
    assert!(matches!(answer, Promotion::Promoted { epoch: 0, .. }), "nothing was superseded before: {answer:?}");
    let promoted = opened.stored(&store).await;
    assert_eq!(promoted.superseded, std::slice::from_ref(&opened.family.current));
    let too_soon = Timestamp::from_millis(QUIET.millis() - 1);
    opened.stays(&store, &second, too_soon, &promoted).await;
    let answer = opened.promote(&store, &second, &random_token(), QUIET).await;
    assert!(matches!(answer, Promotion::Promoted { epoch: 0, .. }), "{answer:?}");
}

#[tokio::test]
async fn a_family_is_replaced_only_if_unchanged_since_the_read() {
    let store = Store::start().await;
    let opened = open(&store).await;
    let old = opened.family.clone();
    let promoted = |since, next| Family {
        current: FamilyToken { jti: old.next.clone(), since },
        next,
        superseded: vec![old.current.clone()],
        ..old.clone()
    };
    let first = promoted(NOW.plus_seconds(1), random_token());
    let second = promoted(NOW.plus_seconds(2), random_token());
    assert!(store.credentials.replace_family(opened.user, opened.sid, &old, &first).await.unwrap());
    assert_eq!(opened.stored(&store).await, first);
    assert!(!store.credentials.replace_family(opened.user, opened.sid, &old, &second).await.unwrap());
    assert_eq!(opened.stored(&store).await, first);
}

#[tokio::test]
async fn a_revoked_family_is_kept_and_never_changes() {
    let store = Store::start().await;
    let opened = open(&store).await;
    store.credentials.revoke_family(opened.user, opened.sid).await.unwrap();
    let revoked = Family { revoked: true, ..opened.family.clone() };
    opened.stays(&store, &opened.family.next, QUIET, &revoked).await;

    let new = Family { next: random_token(), ..opened.family.clone() };
    assert!(!store.credentials.replace_family(opened.user, opened.sid, &opened.family, &new).await.unwrap());
    assert_eq!(opened.stored(&store).await, revoked);
    let session = store.credentials.caller_state(opened.user, opened.sid).await.unwrap().session.unwrap();
    assert!(session.revoked && session.has_ended(NOW), "its access tokens end with it");
    store.credentials.revoke_family(opened.user, opened.sid).await.expect("revoking again is fine");
}

#[tokio::test]
async fn an_expired_family_is_not_promoted_before_ttl_deletion() {
    let store = Store::start().await;
    let opened = open(&store).await;
    let end = opened.family.expires_at;
    opened.stays(&store, &opened.family.next, end, &opened.family).await;
    let last = Timestamp::from_millis(end.millis() - 1);
    let answer = opened.promote(&store, &opened.family.next, &random_token(), last).await;
    assert!(matches!(answer, Promotion::Promoted { epoch: 0, .. }), "{answer:?}");
}

#[tokio::test]
async fn writes_to_a_missing_family_do_not_create_it() {
    let store = Store::start().await;
    let opened = open(&store).await;
    let before = store.items().await;
    let (user, nowhere) = (opened.user, session_id());

    let answer = store.credentials.promote(user, nowhere, &random_token(), &random_token(), QUIET).await.unwrap();
    assert!(matches!(answer, Promotion::Found(None)), "{answer:?}");
    assert!(!store.credentials.replace_family(user, nowhere, &opened.family, &opened.family).await.unwrap());
    store.credentials.revoke_family(user, nowhere).await.unwrap();
    assert_eq!(store.credentials.family(user, nowhere).await.unwrap(), None);
    assert_eq!(store.items().await, before);
}

#[tokio::test]
async fn a_family_is_not_opened_with_an_existing_id() {
    let store = Store::start().await;
    let opened = open(&store).await;
    let other = Family { next: random_token(), ..opened.family.clone() };
    let refused = store.open_family(opened.user, opened.sid, &other).await;
    assert!(matches!(refused, Err(SignInError::Store(StoreError::Rejected(_)))), "{refused:?}");
    assert_eq!(opened.stored(&store).await, opened.family);
}
