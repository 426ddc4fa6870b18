//! Forged and damaged tokens: each gives the same error, `Token is invalid`.

use aviary_auth::{TokenError, TokenKind, Verifier};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::fixture::World;
use crate::minting::{KID, Mint, access_claims, base64, unsigned};

async fn world() -> (World, Mint, Verifier) {
    let world = World::start();
    let mint = Mint::new(1);
    mint.install(&world).await;
    let verifier = world.verifier();
    (world, mint, verifier)
}

async fn refused(verifier: &Verifier, what: &str, token: &str) {
    for kind in [Some(TokenKind::Access), Some(TokenKind::Refresh), None] {
        let answer = verifier.verify(token, kind).await.unwrap();
        assert_eq!(answer, Err(TokenError::Invalid), "{what}");
    }
    assert_eq!(TokenError::Invalid.to_string(), "Token is invalid");
}

fn header(alg: &str) -> Value {
    json!({"typ": "JWT", "alg": alg, "kid": KID})
}

#[tokio::test]
async fn a_token_of_the_services_own_key_is_valid() {
    let (_world, mint, verifier) = world().await;
    let claims = access_claims();
    let read = verifier.verify(&mint.token(&claims), Some(TokenKind::Access)).await.unwrap().unwrap();
    assert_eq!(read.user.to_string(), claims["user_id"]);
    assert_eq!(read.sid.to_string(), claims["sid"]);
    assert_eq!(read.jti.as_str(), claims["jti"]);
}

#[tokio::test]
async fn no_other_algorithm_is_accepted() {
    let (_world, mint, verifier) = world().await;
    let claims = access_claims();
    for none in ["none", "None", "NONE", ""] {
        refused(&verifier, none, &format!("{}.", unsigned(&header(none), &claims))).await;
        refused(&verifier, none, &mint.token_under(&header(none), &claims)).await;
    }
    let public = mint.public(KID);
    let raw = mint.public_bytes();
    for secret in [&raw[..], public.x.as_bytes(), b""] {
        for algorithm in [Algorithm::HS256, Algorithm::HS512] {
            let header = Header { kid: Some(KID.to_owned()), ..Header::new(algorithm) };
            let token = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(secret)).unwrap();
            refused(&verifier, "signed with the public key", &token).await;
        }
    }
    for other in ["ES256", "RS256", "eddsa", "Ed448"] {
        refused(&verifier, other, &mint.token_under(&header(other), &claims)).await;
    }
    let without = json!({"typ": "JWT", "kid": KID});
    refused(&verifier, "no algorithm", &mint.token_under(&without, &claims)).await;
}

#[tokio::test]
async fn only_the_key_named_in_the_header_verifies() {
    let (_world, mint, verifier) = world().await;
    let claims = access_claims();
    let stranger = Mint::new(2);
    refused(&verifier, "another key", &stranger.token(&claims)).await;
    let other_name = json!({"alg": "EdDSA", "kid": "another"});
    refused(&verifier, "an unknown name", &mint.token_under(&other_name, &claims)).await;
    refused(&verifier, "no name", &mint.token_under(&json!({"alg": "EdDSA"}), &claims)).await;
    for name in [json!(null), json!(7), json!([KID]), json!("")] {
        let header = json!({"alg": "EdDSA", "kid": name});
        refused(&verifier, "a malformed name", &mint.token_under(&header, &claims)).await;
    }
    let own = json!({"alg": "EdDSA", "kid": KID, "jwk": {"kty": "OKP", "crv": "Ed25519", "x": stranger.public("").x}});
    refused(&verifier, "a key of its own in the header", &stranger.token_under(&own, &claims)).await;
}

#[tokio::test]
async fn a_changed_token_is_refused() {
    let (_world, mint, verifier) = world().await;
    let token = mint.token(&access_claims());
    let [head, body, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    let other = mint.token(&access_claims());
    let other_body = other.split('.').nth(1).unwrap();
    for (what, token) in [
        ("another's claims", format!("{head}.{other_body}.{signature}")),
        ("no signature", format!("{head}.{body}.")),
        ("no third part", format!("{head}.{body}")),
        ("four parts", format!("{token}.{signature}")),
        ("padding", format!("{token}==")),
        ("a line's end", format!("{token}\n")),
        ("a space before", format!(" {token}")),
        ("a dot before", format!(".{token}")),
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
        ("words", "garbage".to_owned()),
        ("not ASCII", format!("ü{token}")),
        ("not ASCII in its claims", format!("{head}.{body}é.{signature}")),
        ("NUL", format!("{token}\0")),
    ] {
        refused(&verifier, what, &token).await;
    }
}

#[tokio::test]
async fn a_truncated_token_is_refused_at_every_length() {
    let (_world, mint, verifier) = world().await;
    let token = mint.token(&access_claims());
    for length in 0..token.len() {
        let answer = verifier.verify(token.get(..length).unwrap(), None).await.unwrap();
        assert_eq!(answer, Err(TokenError::Invalid), "cut at {length}");
    }
    assert!(verifier.verify(&token, None).await.unwrap().is_ok());
}

#[tokio::test]
async fn a_huge_token_is_refused() {
    let (_world, mint, verifier) = world().await;
    let huge = "a".repeat(100_000);
    let token = mint.token(&access_claims());
    let mut header = header("EdDSA");
    header["kid"] = json!(huge);
    for (what, token) in [
        ("one word", huge.clone()),
        ("a long signature", format!("{token}{huge}")),
        ("a long name", mint.token_under(&header, &access_claims())),
        ("dots", ".".repeat(100_000)),
    ] {
        refused(&verifier, what, &token).await;
    }
}

#[tokio::test]
async fn a_signed_text_that_is_not_a_set_of_claims_is_refused() {
    let (_world, mint, verifier) = world().await;
    for claims in [json!([]), json!("text"), json!(7), json!(null), json!([access_claims()])] {
        refused(&verifier, "no object", &mint.token(&claims)).await;
    }
    let signed = format!("{}.{}", base64(header("EdDSA").to_string()), base64("{\"exp\":"));
    refused(&verifier, "no JSON", &mint.sign(&signed)).await;
}
