//! JWT: what is in them, and what simplejwt says of those that are wrong.

use aviary_model::{SessionId, Timestamp, TokenId, UserId};
use aviary_web::ApiError;
use http::StatusCode;
use serde_json::{Map, Value, json};

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Calls the API.
    Access,
    /// Gets new tokens.
    Refresh,
}

impl TokenKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }
}

/// How long a token lives, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// Five minutes: access tokens.
    Access,
    /// Twelve hours: the access token of document 001's login, whose clients know no refresh.
    LongAccess,
    /// A day: refresh tokens.
    Refresh,
}

impl Lifetime {
    pub(crate) fn seconds(self) -> i64 {
        match self {
            Self::Access => 5 * 60,
            Self::LongAccess => 12 * 3_600,
            Self::Refresh => 24 * 3_600,
        }
    }
}

/// What a verified token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Whose it is.
    pub user: UserId,
    /// The session or family it belongs to.
    pub sid: SessionId,
    /// Its own id.
    pub jti: TokenId,
}

/// What is wrong with a token, in simplejwt's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token of ours: form, signature, algorithm, or a time in the future.
    #[error("Token is invalid")]
    Invalid,
    /// Its time is over.
    #[error("Token is expired")]
    Expired,
    /// An access token where a refresh token is wanted, or the other way round.
    #[error("Token has wrong type")]
    WrongType,
    /// No `token_type`.
    #[error("Token has no type")]
    NoType,
    /// No `jti`.
    #[error("Token has no id")]
    NoId,
    /// No `exp`.
    #[error("Token has no 'exp' claim")]
    NoExpiry,
    /// No `user_id` or `sid` of ours.
    #[error("Token contained no recognizable user identification")]
    NoUser,
    /// Its session or family has ended.
    #[error("Token is blacklisted")]
    Blacklisted,
}

impl TokenError {
    /// The answer where the token was a field of the body.
    #[must_use]
    pub fn in_body(self) -> ApiError {
        ApiError::code(StatusCode::UNAUTHORIZED, &self.to_string(), "token_not_valid")
    }

    /// The answer where the token was the credential.
    #[must_use]
    pub fn as_credential(self) -> ApiError {
        if self == Self::NoUser {
            return self.in_body();
        }
        ApiError::body(
            StatusCode::UNAUTHORIZED,
            json!({
                "detail": "Given token not valid for any token type",
                "code": "token_not_valid",
                "messages": [
                    {"token_class": "AccessToken", "token_type": "access", "message": self.to_string()}
                ],
            }),
        )
    }
}

/// The claims of a new token, in simplejwt's order.
pub(crate) fn new_claims(kind: TokenKind, lifetime: Lifetime, claims: &Claims, now: Timestamp) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("token_type".into(), kind.as_str().into());
    map.insert("exp".into(), (now.seconds() + lifetime.seconds()).into());
    map.insert("iat".into(), now.seconds().into());
    map.insert("jti".into(), claims.jti.as_str().into());
    map.insert("user_id".into(), claims.user.to_string().into());
    map.insert("sid".into(), claims.sid.to_string().into());
    map
}

/// Times first, then what must be there; in simplejwt's order, so that its clients read the same error.
pub(crate) fn check_times(claims: &Map<String, Value>, now: Timestamp) -> Result<(), TokenError> {
    #[allow(clippy::cast_precision_loss, reason = "seconds since 1970 fit a double's 53 bits")]
    let now = now.seconds() as f64;
    let number = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or(TokenError::Invalid),
    };
    if number("iat")?.is_some_and(|iat| iat > now) || number("nbf")?.is_some_and(|nbf| nbf > now) {
        return Err(TokenError::Invalid);
    }
    match number("exp")? {
        None => Err(TokenError::NoExpiry),
        Some(exp) if exp <= now => Err(TokenError::Expired),
        Some(_) if !claims.contains_key("jti") => Err(TokenError::NoId),
        Some(_) => Ok(()),
    }
}

/// Reads our claims; `kind` is `None` where either kind is fine.
pub(crate) fn read(claims: &Map<String, Value>, kind: Option<TokenKind>) -> Result<Claims, TokenError> {
    if let Some(kind) = kind {
        match claims.get("token_type") {
            None => return Err(TokenError::NoType),
            Some(value) if value != kind.as_str() => return Err(TokenError::WrongType),
            Some(_) => {}
        }
    }
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    Ok(Claims {
        user: text("user_id").and_then(|id| id.parse().ok()).ok_or(TokenError::NoUser)?,
        sid: text("sid").and_then(|sid| sid.parse().ok()).ok_or(TokenError::NoUser)?,
        jti: text("jti").and_then(|jti| jti.parse().ok()).ok_or(TokenError::Invalid)?,
    })
}
