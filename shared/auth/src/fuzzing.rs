//! Properties that hold for any bytes a client sends as a credential.
//!
//! The fuzz targets call these functions; the tests below call them with random input and with the fuzzers' corpus.

use std::sync::LazyLock;

use aviary_model::Timestamp;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use jsonwebtoken::DecodingKey;

use crate::credential::{self, Credential};
use crate::keyring::{decode_with, decoding_key, kid_of};
use crate::token::{Claims, TokenError, read};

/// The time at which the corpus's tokens are valid.
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// The key that signed the corpus's tokens. It is used nowhere else.
static SIGNING: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_bytes(&[42; 32]));
static VERIFYING: LazyLock<Option<DecodingKey>> =
    LazyLock::new(|| decoding_key(&BASE64_URL_SAFE_NO_PAD.encode(SIGNING.verifying_key().as_bytes())));

/// Parses `data` as an `Authorization` header: a credential is a device token or a word that may be a JWT.
///
/// # Panics
/// When a credential has neither form.
pub fn authorization(data: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(data) else { return };
    match credential::of(&HeaderMap::from_iter([(AUTHORIZATION, value)])) {
        Ok(Some(Credential::DeviceToken(token))) => {
            let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            assert!(token.len() == 40 && token.bytes().all(hex), "not a device token: {token:?}");
        }
        Ok(Some(Credential::Jwt(token))) => {
            assert!(!token.is_empty() && token.is_ascii() && !token.contains(' '), "not a word: {token:?}");
            let _ = verified(&token);
        }
        Ok(None) | Err(_) => {}
    }
}

/// Verifies `data` as a token. If it is a header, a line feed and claims, it is also signed first, so that the code
/// behind the signature check is reached.
///
/// # Panics
/// When a token is accepted that the key has not signed.
pub fn token(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    check(text);
    if let Some((header, claims)) = text.split_once('\n') {
        check(&sign(header, claims));
    }
}

fn check(token: &str) {
    let Ok(claims) = verified(token) else { return };
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "accepted without three parts: {token}");
    let [header, payload, signature] = parts.as_slice() else { return };
    let other = if signature.starts_with('A') { "B" } else { "A" };
    let forged = format!("{header}.{payload}.{other}{}", signature.get(1..).unwrap_or_default());
    assert_eq!(verified(&forged), Err(TokenError::Invalid), "accepted with another signature: {forged}");
    let unsigned = format!("{header}.{payload}.");
    assert_eq!(verified(&unsigned), Err(TokenError::Invalid), "accepted without a signature: {unsigned}");
    assert_eq!(claims.jti.as_str().len(), 32);
}

/// Verifies a token as [`crate::Verifier`] does once it has the key.
fn verified(token: &str) -> Result<Claims, TokenError> {
    let (Some(_), Some(key)) = (kid_of(token), VERIFYING.as_ref()) else { return Err(TokenError::Invalid) };
    read(&decode_with(token, key, NOW)?, None)
}

fn sign(header: &str, claims: &str) -> String {
    let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    let message = format!("{}.{}", part(header), part(claims));
    let signature = BASE64_URL_SAFE_NO_PAD.encode(SIGNING.sign(message.as_bytes()).to_bytes());
    format!("{message}.{signature}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEADER: &str = r#"{"typ":"JWT","alg":"EdDSA","kid":"0123456789abcdef"}"#;
    const CLAIMS: &str = r#"{"token_type":"access","exp":1800000300,"iat":1800000000,"jti":"0123456789abcdef0123456789abcdef","user_id":"019a0000-0000-7000-8000-0000000000aa","sid":"019a0000-0000-7000-8000-0000000000bb"}"#;

    fn corpus(target: &str) -> Vec<Vec<u8>> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
        let files = std::fs::read_dir(folder).expect("the corpus").map(|file| file.expect("a file").path());
        let inputs: Vec<_> = files.map(|file| std::fs::read(file).expect("an input")).collect();
        assert!(!inputs.is_empty());
        inputs
    }

    #[test]
    fn the_corpus_has_every_property() {
        corpus("token").iter().for_each(|input| token(input));
        corpus("authorization").iter().for_each(|input| authorization(input));
    }

    /// Without valid tokens in the corpus the fuzzer would never get past the signature check.
    #[test]
    fn the_corpus_contains_valid_tokens() {
        let accepted =
            corpus("token").iter().filter_map(|input| verified(std::str::from_utf8(input).ok()?).ok()).count();
        assert!(accepted >= 2, "{accepted}");
        assert!(verified(&sign(HEADER, CLAIMS)).is_ok());
    }

    proptest! {
        #[test]
        fn no_changed_token_is_accepted(index in any::<prop::sample::Index>(), with in "[A-Za-z0-9_.=-]") {
            let good = sign(HEADER, CLAIMS);
            let at = index.index(good.len());
            let mut changed = good.clone();
            changed.replace_range(at..=at, &with);
            prop_assume!(changed != good);
            prop_assert_eq!(verified(&changed), Err(TokenError::Invalid));
        }

        #[test]
        fn any_claims_are_read_or_refused(
            name in "token_type|exp|iat|nbf|jti|user_id|sid|x",
            value in r#"null|true|-?[0-9]{1,25}|1e400|"[a-z0-9-]{0,40}"|\[\]|\{\}|"\\ud800""#,
        ) {
            let claims = CLAIMS.replacen('{', &format!(r#"{{"{name}":{value},"#), 1);
            token(format!("{HEADER}\n{claims}").as_bytes());
            let claims = format!("{},\"{name}\":{value}}}", CLAIMS.trim_end_matches('}'));
            token(format!("{HEADER}\n{claims}").as_bytes());
        }

        #[test]
        fn any_header_is_parsed_or_refused(
            scheme in "(?i)token|bearer|jwt|basic|",
            space in "[ \t]{0,3}",
            rest in proptest::collection::vec(any::<u8>(), 0..60),
            hex in "[0-9a-fA-F]{39,41}",
        ) {
            authorization(&[scheme.as_bytes(), space.as_bytes(), &rest].concat());
            authorization(&[scheme.as_bytes(), space.as_bytes(), hex.as_bytes()].concat());
        }
    }
}
