//! Rotation of signing keys: a key is published first, then signs, then only verifies.

use std::sync::Arc;

use aviary_auth::{Issuer, Lifetime, Rotation, RotationOutcome, TokenError, TokenKind};
use aviary_model::{SessionId, UserId};
use aviary_runtime::OsEntropy;
use futures_util::future::join_all;
use serde_json::json;

use crate::fixture::{NOW, World};
use crate::minting::{KID, Mint, with};

const SIGNING: i64 = 7_200;
const PUBLISHED: i64 = 900;
/// A token's longest life and an hour.
const VERIFYING: i64 = 25 * 3_600;

fn rotation(world: &World) -> Rotation {
    Rotation {
        keys: world.keys.clone(),
        credentials: world.credentials.clone(),
        clock: world.clock.clone(),
        entropy: Arc::new(OsEntropy),
        signing_seconds: SIGNING,
        published_seconds: PUBLISHED,
    }
}

/// Expects this outcome exactly after `seconds`: none a millisecond earlier, and none when it is tried again.
async fn after(world: &World, seconds: i64, outcome: RotationOutcome) {
    let rotation = rotation(world);
    world.clock.advance_millis(seconds * 1_000 - 1);
    assert_eq!(rotation.advance().await.unwrap(), RotationOutcome::Unchanged, "too early for {outcome:?}");
    world.clock.advance_millis(1);
    assert_eq!(rotation.advance().await.unwrap(), outcome);
    assert_eq!(rotation.advance().await.unwrap(), RotationOutcome::Unchanged, "{outcome:?} again");
}

fn token_of(issuer: &Issuer) -> String {
    let (user, sid) = (UserId::new(NOW, &OsEntropy).unwrap(), SessionId::new(NOW, &OsEntropy).unwrap());
    issuer.access(user, sid, Lifetime::LongAccess, &OsEntropy).unwrap()
}

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

#[tokio::test]
async fn each_move_happens_once_and_on_time() {
    let world = World::start();
    assert_eq!(rotation(&world).advance().await.unwrap(), RotationOutcome::FirstKey);
    for _ in 0..2 {
        after(&world, SIGNING - PUBLISHED, RotationOutcome::Published).await;
        after(&world, PUBLISHED, RotationOutcome::Promoted).await;
    }
    assert_eq!(world.credentials.public_keys().await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_late_successor_is_published_for_its_full_time() {
    let world = World::start();
    assert_eq!(rotation(&world).advance().await.unwrap(), RotationOutcome::FirstKey);
    world.clock.advance_millis(SIGNING * 10_000);
    assert_eq!(rotation(&world).advance().await.unwrap(), RotationOutcome::Published);
    after(&world, PUBLISHED, RotationOutcome::Promoted).await;
}

#[tokio::test]
async fn an_old_key_verifies_until_its_last_token_has_expired() {
    let world = World::start();
    let old = Mint::new(1);
    old.install(&world).await;
    let token = old.token(&with("exp", json!(NOW.seconds() + 100 * 3_600)));
    let issuer = Issuer::load(world.keys.clone(), &world.credentials, world.clock.clone(), Arc::new(OsEntropy));
    let issuer = issuer.await.unwrap();
    after(&world, SIGNING - PUBLISHED, RotationOutcome::Published).await;
    issuer.freshen().await.unwrap();
    assert_eq!(kid(&token_of(&issuer)), KID, "published is not signing");
    let warm = world.verifier();
    warm.warm().await.unwrap();

    after(&world, PUBLISHED, RotationOutcome::Promoted).await;
    issuer.freshen().await.unwrap();
    let new = token_of(&issuer);
    assert_ne!(kid(&new), KID);
    for verifier in [&warm, &world.verifier()] {
        assert!(verifier.verify(&new, Some(TokenKind::Access)).await.unwrap().is_ok());
        assert!(verifier.verify(&token, Some(TokenKind::Access)).await.unwrap().is_ok());
    }
    world.clock.advance_millis(VERIFYING * 1_000 - 1);
    assert!(world.verifier().verify(&token, None).await.unwrap().is_ok());
    world.clock.advance_millis(1);
    assert_eq!(world.verifier().verify(&token, None).await.unwrap(), Err(TokenError::Invalid));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_concurrent_moves_one_happens() {
    let world = World::start();
    for (seconds, outcome) in [
        (0, RotationOutcome::FirstKey),
        (SIGNING - PUBLISHED, RotationOutcome::Published),
        (PUBLISHED, RotationOutcome::Promoted),
    ] {
        world.clock.advance_millis(seconds * 1_000);
        let rotation = rotation(&world);
        let outcomes = join_all((0..20).map(|_| rotation.advance())).await;
        let outcomes: Vec<_> = outcomes.into_iter().map(Result::unwrap).collect();
        assert_eq!(outcomes.iter().filter(|found| **found == outcome).count(), 1, "{outcomes:?}");
        assert_eq!(outcomes.iter().filter(|found| **found == RotationOutcome::Unchanged).count(), 19, "{outcomes:?}");
    }
    assert_eq!(world.credentials.public_keys().await.unwrap().len(), 2);
}
