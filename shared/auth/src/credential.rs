//! Parsing of the `Authorization` header.
//!
//! The form of the credential decides its kind, not the scheme, because the documents mix them (000 `JWT`, 001 `Bearer`
//! and `Token`, 004 `Bearer <auth_token>`).

use aviary_web::ApiError;
use http::{HeaderMap, StatusCode, header::AUTHORIZATION};

use crate::token::TokenError;

/// A credential, told apart by its form; not verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// 40 hex digits.
    DeviceToken(String),
    /// Anything else: only a JWT can be valid.
    Jwt(String),
}

/// Reads the header. `None` if it is absent or has another scheme than `Token`, `Bearer` or `JWT`.
///
/// # Errors
/// 401 for a malformed header, in the words of Django REST framework or simplejwt, by scheme.
pub(crate) fn of(headers: &HeaderMap) -> Result<Option<Credential>, ApiError> {
    let Some(value) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let text = String::from_utf8_lossy(value.as_bytes());
    let is_utf8 = matches!(text, std::borrow::Cow::Borrowed(_));
    let mut words = text.split_ascii_whitespace();
    let scheme = words.next().unwrap_or_default().to_ascii_lowercase();
    let is_token = match scheme.as_str() {
        "token" => true,
        "bearer" | "jwt" => false,
        _ => return Ok(None),
    };
    match (words.next(), words.next()) {
        (Some(credential), None) => read(credential, is_token, is_utf8).map(Some),
        (None, _) if is_token => Err(refused("Invalid token header. No credentials provided.")),
        (Some(_), Some(_)) if is_token => Err(refused("Invalid token header. Token string should not contain spaces.")),
        _ => Err(ApiError::code(
            StatusCode::UNAUTHORIZED,
            "Authorization header must contain two space-delimited values",
            "bad_authorization_header",
        )),
    }
}

fn read(credential: &str, is_token: bool, is_utf8: bool) -> Result<Credential, ApiError> {
    let lower = credential.to_ascii_lowercase();
    if lower.len() == 40 && lower.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(Credential::DeviceToken(lower))
    } else if is_token && !is_utf8 {
        Err(refused("Invalid token header. Token string should not contain invalid characters."))
    } else if is_token && (!credential.is_ascii() || credential.split('.').count() != 3) {
        Err(refused("Invalid token."))
    } else if !credential.is_ascii() {
        Err(TokenError::Invalid.as_credential())
    } else {
        Ok(Credential::Jwt(credential.to_owned()))
    }
}

/// 401 with this text.
pub(crate) fn refused(detail: &'static str) -> ApiError {
    ApiError::detail(StatusCode::UNAUTHORIZED, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(value: &str) -> HeaderMap {
        let value = http::HeaderValue::from_bytes(value.as_bytes()).expect("a value");
        HeaderMap::from_iter([(AUTHORIZATION, value)])
    }

    #[test]
    fn the_form_decides_the_kind_of_a_credential_under_any_scheme() {
        let hex = "0b26247231851c198b59fd6a5a13b5ae2ac20e61";
        for scheme in ["Token", "bearer", "JWT"] {
            let device = of(&header(&format!("{scheme} {hex}"))).expect("a credential");
            assert_eq!(device, Some(Credential::DeviceToken(hex.into())));
            let jwt = of(&header(&format!("{scheme} a.b.c"))).expect("a credential");
            assert_eq!(jwt, Some(Credential::Jwt("a.b.c".into())));
        }
        for other in ["", "Basic YTpi", "a.b.c"] {
            assert_eq!(of(&header(other)).expect("no refusal"), None);
        }
    }

    #[test]
    fn a_malformed_header_is_refused() {
        for broken in
            ["Token", "Token a b", "Token deadbeef", "Bearer", "Bearer a b", "JWT a b c", "Token ÿ", "Bearer ÿ"]
        {
            assert!(of(&header(broken)).is_err(), "{broken}");
        }
        assert!(of(&header("Bearer garbage")).is_ok(), "the verifier refuses it later");
    }

    #[test]
    fn what_is_no_token_is_named_as_by_django_rest_framework() {
        let refusal = |value: &[u8]| {
            let value = http::HeaderValue::from_bytes(value).expect("a value");
            format!("{:?}", of(&HeaderMap::from_iter([(AUTHORIZATION, value)])))
        };
        for text in ["Token deadbeef", "Token ÿ", "token 日本"] {
            assert!(refusal(text.as_bytes()).contains("Invalid token."), "{text}");
        }
        assert!(refusal(b"Token \xff").contains("Token string should not contain invalid characters."));
        assert!(refusal(b"Bearer \xff").contains("Token is invalid"));
    }
}
