//! Tests of concurrent writes to one refresh family.

use aviary_model::{Family, FamilyToken, GRACE_MILLIS, Timestamp, TokenId};
use aviary_store::Promotion;
use futures_util::future::{join, join_all};

use crate::credentials::refresh_families::open;
use crate::fixture::{NOW, Store, random_token};

const HOLDERS: usize = 20;
const QUIET: Timestamp = Timestamp::from_millis(NOW.millis() + GRACE_MILLIS);

fn tokens() -> Vec<TokenId> {
    std::iter::repeat_with(random_token).take(HOLDERS).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_promotions_one_wins_and_all_return_its_successor() {
    let store = Store::start().await;
    let opened = open(&store).await;
    let fresh = tokens();

    let presented = &opened.family.next;
    let answers = join_all(fresh.iter().map(|fresh| opened.promote(&store, presented, fresh, QUIET))).await;

    let mut promoted = Vec::new();
    let mut found = Vec::new();
    for (fresh, answer) in fresh.iter().zip(answers) {
        match answer {
            Promotion::Promoted { epoch: 0, .. } => promoted.push(fresh.clone()),
            Promotion::Found(Some((family, 0))) => found.push(family),
            other => panic!("{other:?}"),
        }
    }
    let [next] = &promoted[..] else { panic!("{} promotions", promoted.len()) };
    let stored = opened.stored(&store).await;
    assert_eq!((&stored.current.jti, &stored.next), (presented, next));
    assert_eq!(found.len(), HOLDERS - 1);
    for family in found {
        assert_eq!(family, stored, "the others saw what the one wrote and nothing else");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_replacements_of_one_state_one_wins() {
    let store = Store::start().await;
    let opened = open(&store).await;
    let old = &opened.family;
    let new = tokens().into_iter().map(|next| Family {
        current: FamilyToken { jti: old.next.clone(), since: NOW },
        next,
        superseded: vec![old.current.clone()],
        ..old.clone()
    });
    let new: Vec<_> = new.collect();

    let replace = |new| store.credentials.replace_family(opened.user, opened.sid, old, new);
    let done = join_all(new.iter().map(replace)).await;

    let winners: Vec<_> = new.iter().zip(done).filter_map(|(new, done)| done.unwrap().then_some(new)).collect();
    assert_eq!(winners, [&opened.stored(&store).await]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_during_promotions_is_final() {
    let store = Store::start().await;
    let opened = open(&store).await;
    let fresh = tokens();
    let presented = &opened.family.next;
    let promotions = join_all(fresh.iter().map(|fresh| opened.promote(&store, presented, fresh, QUIET)));
    let (_, revoked) = join(promotions, store.credentials.revoke_family(opened.user, opened.sid)).await;
    revoked.unwrap();

    let stored = opened.stored(&store).await;
    assert!(stored.revoked);
    let much_later = QUIET.plus_seconds(3_600);
    let answer = opened.promote(&store, &stored.next, &random_token(), much_later).await;
    assert!(matches!(answer, Promotion::Found(Some((family, 0))) if family == stored));
}
