//! Refresh tokens presented one after the other.

use aviary_auth::{Claims, Refresh, RefreshError};
use aviary_model::{GRACE_MILLIS, SessionId, TokenId, UserId};
use aviary_runtime::OsEntropy;
use aviary_store::{Credentials, CredentialsTable, StoreError};
use aviary_telemetry::Meter;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::fixture::{MONTH, NOW, SignedIn, World, db, token_id};

/// The id of the new refresh token.
async fn next(refresh: &Refresh, claims: &Claims) -> TokenId {
    let answer = refresh.present(claims).await.unwrap().claims;
    assert_eq!((answer.user, answer.sid), (claims.user, claims.sid));
    answer.jti
}

async fn ends(refresh: &Refresh, claims: &Claims) {
    let answer = refresh.present(claims).await;
    assert!(matches!(answer, Err(RefreshError::Ended)), "{answer:?}");
}

/// Presents a token whose reuse revokes the family.
async fn is_theft(refresh: &Refresh, claims: &Claims) {
    let answer = refresh.present(claims).await;
    assert!(matches!(answer, Err(RefreshError::Stolen)), "{answer:?}");
}

async fn is_revoked(world: &World, of: &SignedIn) -> bool {
    world.credentials.caller_state(of.user, of.sid).await.unwrap().session.unwrap().revoked
}

#[tokio::test]
async fn a_client_that_keeps_its_first_token_always_gets_the_same_successor() {
    let world = World::start();
    let ada = world.sign_in().await;
    let refresh = world.refresh();
    for _ in 0..10 {
        assert_eq!(next(&refresh, &ada.first()).await, ada.family.next);
        world.clock.advance_millis(3_600_000);
    }
}

#[tokio::test]
async fn a_client_that_takes_every_new_token_stays_logged_in() {
    for pace in [0, 1, 1_000, GRACE_MILLIS - 1, GRACE_MILLIS, 3_600_000] {
        let world = World::start();
        let ada = world.sign_in().await;
        let refresh = world.refresh();
        let mut token = next(&refresh, &ada.first()).await;
        let mut seen = vec![ada.family.current.jti.clone(), token.clone()];
        for _ in 0..5 {
            world.clock.advance_millis(pace);
            token = next(&refresh, &ada.token(&token)).await;
            assert!(!seen.contains(&token), "each promotion mints a new one");
            seen.push(token.clone());
        }
    }
}

#[tokio::test]
async fn the_current_token_always_gives_the_same_next() {
    let world = World::start();
    let ada = world.sign_in().await;
    let refresh = world.refresh();
    let first = next(&refresh, &ada.next()).await;
    world.clock.advance_millis(GRACE_MILLIS * 10);
    for _ in 0..3 {
        assert_eq!(next(&refresh, &ada.next()).await, first, "a lost answer is harmless");
    }
}

#[tokio::test]
async fn a_superseded_token_works_within_the_grace() {
    for before in [0, GRACE_MILLIS] {
        let world = World::start();
        let ada = world.sign_in().await;
        let refresh = world.refresh();
        world.clock.advance_millis(before);
        let current_next = next(&refresh, &ada.next()).await;
        world.clock.advance_millis(GRACE_MILLIS - 1);
        assert_eq!(next(&refresh, &ada.first()).await, current_next);
        assert!(!is_revoked(&world, &ada).await);
    }
}

#[tokio::test]
async fn a_superseded_token_after_the_grace_revokes_the_family() {
    let world = World::start();
    let ada = world.sign_in().await;
    let refresh = world.refresh();
    let newest = next(&refresh, &ada.next()).await;
    world.clock.advance_millis(GRACE_MILLIS);
    is_theft(&refresh, &ada.first()).await;

    assert!(is_revoked(&world, &ada).await, "its access tokens have ended too");
    for jti in [&ada.family.current.jti, &ada.family.next, &newest, &token_id()] {
        ends(&refresh, &ada.token(jti)).await;
    }
}

#[tokio::test]
async fn quick_promotions_keep_each_superseded_token_for_its_grace() {
    let world = World::start();
    let ada = world.sign_in().await;
    let refresh = world.refresh();
    let mut tokens = vec![ada.family.current.jti.clone(), ada.family.next.clone()];
    for _ in 0..4 {
        world.clock.advance_millis(5_000);
        tokens.push(next(&refresh, &ada.token(tokens.last().unwrap())).await);
    }
    // Promoted 5, 10, 15 and 20 s after the start: all are within their grace until 35 s.
    world.clock.advance_millis(14_999);
    for jti in &tokens[..tokens.len() - 1] {
        assert_eq!(next(&refresh, &ada.token(jti)).await, *tokens.last().unwrap());
    }
    world.clock.advance_millis(1);
    assert_eq!(next(&refresh, &ada.token(&tokens[1])).await, *tokens.last().unwrap(), "superseded at 10 s");
    is_theft(&refresh, &ada.token(&tokens[0])).await;
}

#[tokio::test]
async fn an_unknown_token_revokes_the_family() {
    let world = World::start();
    let ada = world.sign_in().await;
    let refresh = world.refresh();
    is_theft(&refresh, &ada.token(&token_id())).await;
    assert!(is_revoked(&world, &ada).await);
    ends(&refresh, &ada.first()).await;
    ends(&refresh, &ada.next()).await;
}

#[tokio::test]
async fn a_family_ends_exactly_after_thirty_days() {
    let world = World::start();
    let ada = world.sign_in().await;
    let refresh = world.refresh();
    world.clock.advance_millis(MONTH * 1_000 - 1);
    let last = next(&refresh, &ada.next()).await;
    world.clock.advance_millis(1);
    for jti in [&ada.family.next, &last] {
        ends(&refresh, &ada.token(jti)).await;
    }
    assert!(!is_revoked(&world, &ada).await, "expiry is not theft");
}

#[tokio::test]
async fn an_inactive_or_deleted_account_gets_no_tokens() {
    let inactive = ("active", AttributeValue::Bool(false));
    let raised = ("epoch", AttributeValue::N("1".to_owned()));
    for (name, value) in [inactive, raised] {
        let world = World::start();
        let ada = world.sign_in().await;
        let refresh = world.refresh();
        world.set_principal(ada.user, name, value).await;
        world.clock.advance_millis(GRACE_MILLIS);
        for claims in [ada.first(), ada.next(), ada.next()] {
            ends(&refresh, &claims).await;
        }
    }
    let world = World::start();
    let ada = world.sign_in().await;
    world.remove_principal(ada.user).await;
    ends(&world.refresh(), &ada.first()).await;
    world.clock.advance_millis(GRACE_MILLIS);
    ends(&world.refresh(), &ada.next()).await;
}

#[tokio::test]
async fn a_deleted_or_foreign_family_has_ended() {
    let world = World::start();
    let ada = world.sign_in().await;
    let elsewhere = SignedIn { sid: SessionId::new(NOW, &OsEntropy).unwrap(), ..ada.clone() };
    ends(&world.refresh(), &elsewhere.first()).await;
    let stranger = SignedIn { user: UserId::new(NOW, &OsEntropy).unwrap(), ..ada.clone() };
    ends(&world.refresh(), &stranger.first()).await;
    let other_kind = SignedIn { sid: ada.device, ..ada.clone() };
    ends(&world.refresh(), &other_kind.first()).await;
    assert!(!is_revoked(&world, &ada).await);
}

#[tokio::test]
async fn a_refresh_costs_one_round_trip_and_two_shortly_after_a_promotion() {
    let world = World::start();
    let ada = world.sign_in().await;
    let refresh = world.refresh();
    let cost = async |claims: Claims| {
        let meter = Meter::default();
        let answer = meter.scope(refresh.present(&claims)).await;
        (meter.cost().calls, meter.cost().round_trips, answer.is_ok())
    };
    assert_eq!(cost(ada.first()).await, (2, 1, true), "a repetition");
    assert_eq!(cost(ada.next()).await, (2, 1, true), "the first promotion");
    let second = next(&refresh, &ada.next()).await;
    assert_eq!(cost(ada.token(&second)).await, (3, 2, true), "a promotion within the grace");
    world.clock.advance_millis(GRACE_MILLIS);
    let third = next(&refresh, &ada.token(&second)).await;
    assert_eq!(cost(ada.token(&third)).await, (2, 1, true), "a promotion");
    world.clock.advance_millis(GRACE_MILLIS);
    assert_eq!(cost(ada.first()).await, (3, 2, false), "a theft");
    assert_eq!(cost(ada.first()).await, (2, 1, false), "an ended family");
}

#[tokio::test]
async fn an_unreachable_dynamodb_ends_no_family() {
    let world = World::start();
    let ada = world.sign_in().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nowhere = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let away =
        Refresh { credentials: Credentials::new(&CredentialsTable::new(&db(&nowhere), "none")), ..world.refresh() };
    let answer = away.present(&ada.first()).await;
    assert!(matches!(answer, Err(RefreshError::Store(StoreError::Passing(_)))), "{answer:?}");
    assert_eq!(next(&world.refresh(), &ada.first()).await, ada.family.next);
}
