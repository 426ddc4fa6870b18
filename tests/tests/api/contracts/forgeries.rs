//! Forged and broken tokens, cookies and CSRF tokens, at every route that requires a caller and under every name of a
//! token in a body.

mod cookies;
mod in_body;
mod tokens;

use aviary_web::{Route, Who};
use e2e::{Account, Forge, Service, claims_of, now, unsigned};
use serde_json::{Value, json};

use crate::contracts::routes::rows;

/// An invalid token, and the message that simplejwt has for it.
struct Forged {
    how: &'static str,
    token: String,
    message: &'static str,
}

const INVALID: &str = "Token is invalid";

/// The text of a refusal at this route. Where the row says so, the detail is told as `message` too.
fn told(route: &Route, refusal: &Value) -> String {
    let mut refusal = refusal.clone();
    if route.spec.tells_message {
        refusal["message"] = refusal["detail"].clone();
    }
    refusal.to_string()
}

/// Every route that requires a caller, with its function.
fn guarded() -> impl Iterator<Item = (&'static str, Route)> {
    rows().into_iter().filter(|(_, route)| route.spec.who != Who::Any)
}

/// Forgeries of a valid token by somebody who has seen it, by somebody who has the public keys, and by the signer.
async fn forged_of(service: &Service, token: &str) -> Vec<Forged> {
    let own = Forge::with_the_key_of(service).await;
    let kid = own.kid().to_owned();
    let claims = claims_of(token);
    let header = |alg: &str, kid: &str| json!({"typ": "JWT", "alg": alg, "kid": kid});
    let (message, signature) = token.rsplit_once('.').expect("a JWT");
    let half = signature.len() / 2;
    let without = |name: &str| {
        let mut claims = claims.clone();
        claims.as_object_mut().expect("claims").shift_remove(name);
        own.sign(&claims)
    };
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        own.sign(&claims)
    };
    let mut staff = claims.clone();
    staff["staff"] = json!(true);
    let other_claims = own.sign(&staff);
    let (other_message, _) = other_claims.rsplit_once('.').expect("a JWT");
    let rows = [
        ("alg none", unsigned(&claims), INVALID),
        ("alg none, signed", own.sign_under(&header("none", &kid), &claims), INVALID),
        ("HS256 with the public key", own.sign_with_the_public_key_as_secret(&claims), INVALID),
        ("another alg in the header", own.sign_under(&header("HS256", &kid), &claims), INVALID),
        ("another kid", own.sign_under(&header("EdDSA", "another"), &claims), INVALID),
        ("no kid", own.sign_under(&json!({"typ": "JWT", "alg": "EdDSA"}), &claims), INVALID),
        ("other claims under its signature", format!("{other_message}.{signature}"), INVALID),
        ("without signature", format!("{message}."), INVALID),
        ("without its third part", message.to_owned(), INVALID),
        ("cut off in the signature", format!("{message}.{}", first(signature, half)), INVALID),
        ("cut off by a character", first(token, token.len() - 1).to_owned(), INVALID),
        ("cut off at its beginning", token.get(1..).expect("ASCII").to_owned(), INVALID),
        ("without exp", without("exp"), "Token has no 'exp' claim"),
        ("without jti", without("jti"), "Token has no id"),
        ("expired", with("exp", json!(now() - 1)), "Token is expired"),
        ("of the future", with("iat", json!(now() + 3_600)), INVALID),
    ];
    let mut rows = Vec::from(rows.map(|(how, token, message)| Forged { how, token, message }));
    let another_key = own.with_another_key().sign(&claims);
    rows.push(Forged { how: "another key under its name", token: another_key, message: INVALID });
    rows
}

/// The first characters of a token or cookie.
fn first(text: &str, count: usize) -> &str {
    text.get(..count).expect("ASCII")
}

/// A deleted account with its former credentials.
async fn deleted(service: &Service) -> Account {
    let account = service.signup().await;
    let call = service.delete("/api/auth/user/delete/").bearer(&account.access);
    call.json(&json!({"refresh_token": account.refresh})).send().await.with_status(204);
    account
}
