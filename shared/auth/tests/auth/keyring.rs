//! Keys in memory: the first key is made once, and keys are read only when they are needed.

use std::sync::Arc;

use aviary_auth::{Claims, Issuer, KeyError, Lifetime, TokenError, TokenKind, Verifier};
use aviary_model::{SessionId, TokenId, UserId};
use aviary_runtime::OsEntropy;
use aviary_store::{Credentials, CredentialsTable, KeysTable, PublicKey, SigningKey, SigningKeys, StoreError};
use aviary_telemetry::Meter;
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::join_all;
use serde_json::json;

use crate::fixture::{CREDENTIALS, NOW, World, db, token_id};
use crate::minting::{Mint, access_claims};

fn claims() -> Claims {
    let user = UserId::new(NOW, &OsEntropy).unwrap();
    Claims { user, sid: SessionId::new(NOW, &OsEntropy).unwrap(), jti: token_id() }
}

async fn issuer(world: &World) -> Result<Issuer, KeyError> {
    Issuer::load(world.keys.clone(), &world.credentials, world.clock.clone(), Arc::new(OsEntropy)).await
}

/// Publishes a key as a rotation would.
async fn publish(world: &World, key: &PublicKey) {
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let call = world.raw.put_item().table_name(CREDENTIALS).item("pk", text("KEY#PUBLIC")).item("sk", text(&key.kid));
    call.item("kid", text(&key.kid)).item("x", text(&key.x)).send().await.unwrap();
}

/// The result of a verification and the number of its calls to DynamoDB.
async fn verify(verifier: &Verifier, token: &str) -> (Result<(), TokenError>, u32) {
    let meter = Meter::default();
    let answer = meter.scope(verifier.verify(token, None)).await.unwrap();
    (answer.map(|_| ()), meter.cost().calls)
}

#[tokio::test]
async fn an_issued_token_verifies_only_as_its_own_kind() {
    let world = World::start();
    let (issuer, verifier) = (issuer(&world).await.unwrap(), world.verifier());
    for (kind, other, lifetime, seconds) in [
        (TokenKind::Access, TokenKind::Refresh, Lifetime::Access, 300),
        (TokenKind::Refresh, TokenKind::Access, Lifetime::Refresh, 86_400),
    ] {
        let claims = claims();
        let token = issuer.issue(kind, lifetime, &claims).unwrap();
        assert_eq!(verifier.verify(&token, Some(kind)).await.unwrap(), Ok(claims.clone()));
        assert_eq!(verifier.verify(&token, Some(other)).await.unwrap(), Err(TokenError::WrongType));
        let all = verifier.decode(&token).await.unwrap().unwrap();
        let names: Vec<_> = all.keys().collect();
        assert_eq!(names, ["token_type", "exp", "iat", "jti", "user_id", "sid"], "simplejwt's, in its order");
        assert_eq!((&all["iat"], &all["exp"]), (&json!(NOW.seconds()), &json!(NOW.seconds() + seconds)));
    }
}

#[tokio::test]
async fn each_access_token_has_a_new_id_and_the_long_one_names_its_user() {
    let world = World::start();
    let (issuer, verifier) = (issuer(&world).await.unwrap(), world.verifier());
    let Claims { user, sid, .. } = claims();
    let mut ids: Vec<TokenId> = Vec::new();
    for (lifetime, seconds) in [(Lifetime::Access, 300), (Lifetime::LongAccess, 43_200)] {
        let token = issuer.access(user, sid, lifetime, &OsEntropy).unwrap();
        let read = verifier.verify(&token, Some(TokenKind::Access)).await.unwrap().unwrap();
        assert_eq!((read.user, read.sid), (user, sid));
        assert!(!ids.contains(&read.jti));
        ids.push(read.jti);
        let all = verifier.decode(&token).await.unwrap().unwrap();
        assert_eq!(all["exp"], NOW.seconds() + seconds);
        let id = (lifetime == Lifetime::LongAccess).then(|| json!(user.to_string()));
        assert_eq!(all.get("_id"), id.as_ref());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_concurrent_first_starts_make_one_key() {
    let world = World::start();
    let load = async || {
        let db = db(&world.url);
        let keys = SigningKeys::new(&KeysTable::new(&db, "aviary-local-KeysTable"));
        let credentials = Credentials::new(&CredentialsTable::new(&db, CREDENTIALS));
        let issuer = Issuer::load(keys, &credentials, world.clock.clone(), Arc::new(OsEntropy)).await.unwrap();
        (issuer, Verifier::new(credentials, world.clock.clone()))
    };
    let processes = join_all(std::iter::repeat_with(load).take(20)).await;

    assert_eq!(world.credentials.public_keys().await.unwrap().len(), 1);
    for (issuer, _) in &processes {
        let claims = claims();
        let token = issuer.issue(TokenKind::Access, Lifetime::Access, &claims).unwrap();
        for (_, verifier) in &processes {
            assert_eq!(verifier.verify(&token, Some(TokenKind::Access)).await.unwrap(), Ok(claims.clone()));
        }
    }
}

#[tokio::test]
async fn loading_costs_three_round_trips_at_the_first_start_and_then_one() {
    let world = World::start();
    for round_trips in [3, 1, 1] {
        let meter = Meter::default();
        meter.scope(issuer(&world)).await.unwrap();
        assert_eq!((meter.cost().round_trips, meter.cost().calls), (round_trips, round_trips));
    }
}

#[tokio::test]
async fn a_malformed_signing_key_stops_the_start() {
    for seed in ["", "zz", "17", &"17".repeat(33), &"zz".repeat(32)] {
        let world = World::start();
        let private = SigningKey { kid: "k".to_owned(), seed: seed.to_owned(), created_at: NOW };
        let public = Mint::new(1).public("k");
        assert!(world.keys.create_first(&world.credentials, &private, &public).await.unwrap());
        let error = issuer(&world).await.unwrap_err();
        assert!(matches!(error, KeyError::Broken), "{seed:?}: {error:?}");
    }
}

#[tokio::test]
async fn the_keys_are_read_once_for_all_tokens() {
    let world = World::start();
    let mint = Mint::new(1);
    mint.install(&world).await;
    let verifier = world.verifier();
    let token = mint.token(&access_claims());
    assert_eq!(verify(&verifier, &token).await, (Ok(()), 1));
    for _ in 0..3 {
        assert_eq!(verify(&verifier, &token).await, (Ok(()), 0));
        assert_eq!(verify(&verifier.clone(), &token).await, (Ok(()), 0), "clones share them");
    }
    let warm = world.verifier();
    warm.warm().await.unwrap();
    assert_eq!(verify(&warm, &token).await, (Ok(()), 0));
}

#[tokio::test]
async fn a_token_that_needs_no_key_reads_none() {
    let world = World::start();
    let verifier = world.verifier();
    let unnamed = Mint::new(1).token_under(&json!({"alg": "EdDSA"}), &access_claims());
    for token in ["", "garbage", &unnamed] {
        assert_eq!(verify(&verifier, token).await, (Err(TokenError::Invalid), 0));
    }
}

#[tokio::test]
async fn an_unknown_key_causes_one_read_in_five_seconds() {
    let world = World::start();
    let (first, second) = (Mint::new(1), Mint::new(2));
    first.install(&world).await;
    let verifier = world.verifier();
    verifier.warm().await.unwrap();
    let under = |name: &str| second.token_under(&json!({"alg": "EdDSA", "kid": name}), &access_claims());
    let unknown = (Err(TokenError::Invalid), 0);

    publish(&world, &second.public("second")).await;
    assert_eq!(verify(&verifier, &under("second")).await, unknown, "read a moment ago");
    world.clock.advance_millis(4_999);
    assert_eq!(verify(&verifier, &under("second")).await, unknown);
    world.clock.advance_millis(1);
    assert_eq!(verify(&verifier, &under("second")).await, (Ok(()), 1));

    world.clock.advance_millis(5_000);
    let fresh = |n: u32| under(&format!("unknown-{n}"));
    assert_eq!(verify(&verifier, &fresh(0)).await, (Err(TokenError::Invalid), 1));
    for n in 1..50 {
        assert_eq!(verify(&verifier, &fresh(n)).await, unknown, "unknown names cause no further reads");
    }
    let still_good = first.token_under(&json!({"alg": "EdDSA", "kid": crate::minting::KID}), &{
        let mut claims = access_claims();
        crate::minting::set(&mut claims, "exp", json!(NOW.seconds() + 3_600));
        claims
    });
    assert_eq!(verify(&verifier, &still_good).await, (Ok(()), 0));
}

#[tokio::test]
async fn a_withdrawn_key_is_forgotten_at_the_next_read() {
    let world = World::start();
    let (first, second) = (Mint::new(1), Mint::new(2));
    first.install(&world).await;
    publish(&world, &second.public("second")).await;
    let verifier = world.verifier();
    let token = second.token_under(&json!({"alg": "EdDSA", "kid": "second"}), &access_claims());
    assert_eq!(verify(&verifier, &token).await, (Ok(()), 1));

    let text = |value: &str| AttributeValue::S(value.to_owned());
    let call = world.raw.delete_item().table_name(CREDENTIALS).key("pk", text("KEY#PUBLIC"));
    call.key("sk", text("second")).send().await.unwrap();
    verifier.warm().await.unwrap();
    assert_eq!(verify(&verifier, &token).await, (Err(TokenError::Invalid), 0));
}

#[tokio::test]
async fn a_token_that_was_verified_before_expires_and_vouches_for_no_other() {
    let world = World::start();
    let (issuer, verifier) = (issuer(&world).await.unwrap(), world.verifier());
    let token = issuer.issue(TokenKind::Access, Lifetime::Access, &claims()).unwrap();
    for _ in 0..2 {
        assert_eq!(verify(&verifier, &token).await.0, Ok(()));
        assert_eq!(verifier.verify(&token, Some(TokenKind::Refresh)).await.unwrap(), Err(TokenError::WrongType));
    }
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let other = issuer.issue(TokenKind::Access, Lifetime::Access, &claims()).unwrap();
    let (_, foreign) = other.rsplit_once('.').unwrap();
    for forged in [format!("{signed}.{foreign}"), format!("{signed}."), format!("{signed}.{signature}A")] {
        assert_eq!(verify(&verifier, &forged).await.0, Err(TokenError::Invalid), "{forged}");
    }
    world.clock.advance_millis(299_000);
    assert_eq!(verify(&verifier, &token).await.0, Ok(()));
    world.clock.advance_millis(1_000);
    assert_eq!(verify(&verifier, &token).await.0, Err(TokenError::Expired));
}

#[tokio::test]
async fn a_malformed_public_key_does_not_affect_others() {
    let world = World::start();
    let mint = Mint::new(1);
    mint.install(&world).await;
    for x in ["", "not base64!", "AAAA"] {
        publish(&world, &PublicKey { kid: format!("broken {x}"), x: x.to_owned(), expires_at: None }).await;
    }
    let verifier = world.verifier();
    assert_eq!(verify(&verifier, &mint.token(&access_claims())).await.0, Ok(()));
    let broken = mint.token_under(&json!({"alg": "EdDSA", "kid": "broken AAAA"}), &access_claims());
    assert_eq!(verify(&verifier, &broken).await.0, Err(TokenError::Invalid));
}

#[tokio::test]
async fn an_unreachable_dynamodb_makes_no_token_invalid() {
    let world = World::start();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nowhere = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let verifier =
        Verifier::new(Credentials::new(&CredentialsTable::new(&db(&nowhere), "none")), Arc::clone(&world.clock) as _);
    let answer = verifier.verify(&Mint::new(1).token(&access_claims()), None).await;
    assert!(matches!(answer, Err(StoreError::Passing(_))), "{answer:?}");
}
