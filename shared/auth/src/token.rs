//! The claims of JWTs, and simplejwt's errors for invalid ones.

use aviary_model::{SessionId, Timestamp, TokenId, UserId};
use aviary_web::ApiError;
use http::StatusCode;
use serde_json::{Map, Value, json};

/// The kind of a token, its claim `token_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Authenticates requests.
    Access,
    /// Is exchanged for new tokens.
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

/// The life of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// Five minutes: access tokens.
    Access,
    /// Twelve hours: access tokens of documents 000 and 001, whose clients refresh seldom or never.
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

/// The claims of a verified token that handlers use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The user.
    pub user: UserId,
    /// The session or refresh family.
    pub sid: SessionId,
    /// The token's own id.
    pub jti: TokenId,
}

/// The reason why a token is invalid, in simplejwt's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Form, signature or algorithm is wrong, or `iat` or `nbf` is in the future.
    #[error("Token is invalid")]
    Invalid,
    /// `exp` has passed.
    #[error("Token is expired")]
    Expired,
    /// An access token where a refresh token is required, or the other way round.
    #[error("Token has wrong type")]
    WrongType,
    /// `token_type` is missing.
    #[error("Token has no type")]
    NoType,
    /// `jti` is missing.
    #[error("Token has no id")]
    NoId,
    /// `exp` is missing.
    #[error("Token has no 'exp' claim")]
    NoExpiry,
    /// `user_id` or `sid` is missing or malformed.
    #[error("Token contained no recognizable user identification")]
    NoUser,
    /// The session or the refresh family has ended.
    #[error("Token is blacklisted")]
    Blacklisted,
}

impl TokenError {
    /// The 401 for a token in a field of the body.
    #[must_use]
    pub fn in_body(self) -> ApiError {
        ApiError::code(StatusCode::UNAUTHORIZED, &self.to_string(), "token_not_valid")
    }

    /// The 401 for a token in the `Authorization` header.
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

/// Checks times first, then required claims: simplejwt's order, so that its clients get the same errors.
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

/// Whether a verified token is an access token that lives for longer than five minutes, so that it may outlive its
/// session by much. One that does not say when it was issued counts as such.
#[must_use]
pub fn is_long_access(claims: &Map<String, Value>) -> bool {
    let time = |name: &str| claims.get(name).and_then(Value::as_f64);
    let lives = time("exp").zip(time("iat")).map(|(exp, iat)| exp - iat);
    #[allow(clippy::cast_precision_loss, reason = "a few thousand seconds")]
    let short = Lifetime::Access.seconds() as f64;
    claims.get("token_type").is_some_and(|kind| kind == TokenKind::Access.as_str())
        && lives.is_none_or(|lives| lives > short)
}

/// Reads the claims that handlers use. `kind` is `None` where both kinds are allowed.
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
