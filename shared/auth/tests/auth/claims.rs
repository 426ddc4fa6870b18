//! Missing and malformed claims in a token that the service's own key has signed. Each gives simplejwt's error, which
//! clients know.

use aviary_auth::{TokenError, TokenKind, Verifier};
use serde_json::{Value, json};

use crate::fixture::{NOW, World};
use crate::minting::{Mint, access_claims, set, with};

async fn world() -> (World, Mint, Verifier) {
    let world = World::start();
    let mint = Mint::new(1);
    mint.install(&world).await;
    let verifier = world.verifier();
    (world, mint, verifier)
}

const ACCESS: Option<TokenKind> = Some(TokenKind::Access);

/// The error for a token where an access token is required; `None` if it is valid.
async fn error_of(mint: &Mint, verifier: &Verifier, claims: &Value) -> Option<String> {
    let answer = verifier.verify(&mint.token(claims), ACCESS).await.unwrap();
    answer.err().map(|error| error.to_string())
}

#[tokio::test]
async fn an_expiry_that_is_past_missing_or_malformed_is_an_error() {
    let (_world, mint, verifier) = world().await;
    let now = NOW.seconds();
    for (exp, expected) in [
        (None, Some("Token has no 'exp' claim")),
        (Some(json!(now - 1)), Some("Token is expired")),
        (Some(json!(now)), Some("Token is expired")),
        (Some(json!(now + 1)), None),
        (Some(json!(now as f64 + 100.5)), None),
        (Some(json!(now as f64 - 0.5)), Some("Token is expired")),
        (Some(json!(0)), Some("Token is expired")),
        (Some(json!(-1)), Some("Token is expired")),
        (Some(json!(1e300)), None),
        (Some(json!("soon")), Some("Token is invalid")),
        (Some(json!("")), Some("Token is invalid")),
        (Some(json!(null)), Some("Token is invalid")),
        (Some(json!(true)), Some("Token is invalid")),
        (Some(json!([now + 100])), Some("Token is invalid")),
        (Some(json!({})), Some("Token is invalid")),
    ] {
        let claims = with("exp", exp.clone());
        assert_eq!(error_of(&mint, &verifier, &claims).await.as_deref(), expected, "exp {exp:?}");
    }
}

#[tokio::test]
async fn a_token_expires_exactly_at_its_expiry() {
    let (world, mint, verifier) = world().await;
    let token = mint.token(&access_claims());
    world.clock.advance_millis(299_999);
    assert!(verifier.verify(&token, ACCESS).await.unwrap().is_ok());
    world.clock.advance_millis(1);
    assert_eq!(verifier.verify(&token, ACCESS).await.unwrap(), Err(TokenError::Expired));
}

#[tokio::test]
async fn a_token_from_the_future_is_invalid() {
    let (_world, mint, verifier) = world().await;
    let now = NOW.seconds();
    for name in ["iat", "nbf"] {
        for (value, expected) in [
            (Some(json!(now + 1)), Some("Token is invalid")),
            (Some(json!(now + 3_600)), Some("Token is invalid")),
            (Some(json!("now")), Some("Token is invalid")),
            (Some(json!(now)), None),
            (Some(json!(now - 3_600)), None),
            (None, None),
        ] {
            let claims = with(name, value.clone());
            assert_eq!(error_of(&mint, &verifier, &claims).await.as_deref(), expected, "{name} {value:?}");
        }
    }
}

#[tokio::test]
async fn an_id_that_is_missing_or_malformed_is_an_error() {
    let (_world, mint, verifier) = world().await;
    for (jti, expected) in [
        (None, Some("Token has no id")),
        (Some(json!("33f30135ca7f4a7c9236b22172b2c408")), None),
        (Some(json!("not hex")), Some("Token is invalid")),
        (Some(json!("33F30135CA7F4A7C9236B22172B2C408")), Some("Token is invalid")),
        (Some(json!("33f30135ca7f4a7c9236b22172b2c40")), Some("Token is invalid")),
        (Some(json!("")), Some("Token is invalid")),
        (Some(json!(7)), Some("Token is invalid")),
        (Some(json!(null)), Some("Token is invalid")),
    ] {
        let claims = with("jti", jti.clone());
        assert_eq!(error_of(&mint, &verifier, &claims).await.as_deref(), expected, "jti {jti:?}");
    }
}

#[tokio::test]
async fn a_type_that_is_missing_or_wrong_is_an_error() {
    let (_world, mint, verifier) = world().await;
    for (kind, expected) in [
        (None, Some("Token has no type")),
        (Some(json!("refresh")), Some("Token has wrong type")),
        (Some(json!("Access")), Some("Token has wrong type")),
        (Some(json!("")), Some("Token has wrong type")),
        (Some(json!(null)), Some("Token has wrong type")),
        (Some(json!(["access"])), Some("Token has wrong type")),
    ] {
        let claims = with("token_type", kind.clone());
        assert_eq!(error_of(&mint, &verifier, &claims).await.as_deref(), expected, "token_type {kind:?}");
        let either = verifier.verify(&mint.token(&claims), None).await.unwrap();
        assert!(either.is_ok(), "{kind:?} is valid where both kinds are allowed");
    }
    let refresh = mint.token(&with("token_type", json!("refresh")));
    assert!(verifier.verify(&refresh, Some(TokenKind::Refresh)).await.unwrap().is_ok());
}

#[tokio::test]
async fn a_user_or_session_that_is_malformed_is_an_error() {
    let (_world, mint, verifier) = world().await;
    let good = access_claims();
    for name in ["user_id", "sid"] {
        let upper = json!(good[name].as_str().unwrap().to_uppercase());
        let bare = json!(good[name].as_str().unwrap().replace('-', ""));
        for value in
            [None, Some(json!(33)), Some(json!("33")), Some(json!("")), Some(json!(null)), Some(upper), Some(bare)]
        {
            let claims = with(name, value.clone());
            let error_of = error_of(&mint, &verifier, &claims).await;
            let expected = "Token contained no recognizable user identification";
            assert_eq!(error_of.as_deref(), Some(expected), "{name} {value:?}");
        }
    }
}

/// A token with several mistakes gets the error that simplejwt finds first.
#[tokio::test]
async fn mistakes_are_found_in_simplejwts_order() {
    let (_world, mint, verifier) = world().await;
    let now = NOW.seconds();
    let mut claims = with("iat", json!(now + 60));
    for (name, value, expected) in [
        ("exp", Some(json!(now - 1)), "Token is invalid"),
        ("iat", Some(json!(now - 60)), "Token is expired"),
        ("jti", None, "Token is expired"),
        ("exp", None, "Token has no 'exp' claim"),
        ("token_type", None, "Token has no 'exp' claim"),
        ("exp", Some(json!(now + 60)), "Token has no id"),
        ("user_id", None, "Token has no id"),
        ("jti", Some(json!("33f30135ca7f4a7c9236b22172b2c408")), "Token has no type"),
        ("token_type", Some(json!("refresh")), "Token has wrong type"),
        ("token_type", Some(json!("access")), "Token contained no recognizable user identification"),
    ] {
        set(&mut claims, name, value.clone());
        assert_eq!(error_of(&mint, &verifier, &claims).await.as_deref(), Some(expected), "after {name} = {value:?}");
    }
}

#[tokio::test]
async fn unknown_claims_are_ignored() {
    let (_world, mint, verifier) = world().await;
    for (name, value) in [("aud", json!("someone")), ("iss", json!("else")), ("_id", json!("x")), ("sub", json!("y"))] {
        assert_eq!(error_of(&mint, &verifier, &with(name, value)).await, None, "{name}");
    }
    let all = verifier.decode(&mint.token(&with("_id", json!("x")))).await.unwrap().unwrap();
    assert_eq!(all["_id"], "x");
}
