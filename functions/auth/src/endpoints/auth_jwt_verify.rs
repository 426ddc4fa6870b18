//! `POST /auth/jwt/verify/` (document 004): whether a token is valid.

use aviary_auth::{TokenError, TokenKind, is_long_access, user_inactive, user_not_found};
use aviary_web::{ApiError, Fields, Payload, body};
use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value};

use crate::bodies::Detail;
use crate::flows::form_fields::any_text;
use crate::state::AuthState;

body! {
    /// The token to check.
    pub struct VerifyBody {
        /// An access token or a refresh token.
        token: String = required(any_text),
    }
}

/// Checks whether a token is valid.
///
/// Of an access token of 5 minutes only signature and times are checked, without a round trip. Of a refresh token and
/// of an access token that lives longer also whether its session has ended, in one round trip.
#[utoipa::path(post, path = "/auth/jwt/verify", tag = "accounts", request_body = VerifyBody, responses(
    (status = 200, description = "The token is valid; the body is an empty object"),
    (status = 400, description = "The token is missing"),
    (status = 401, description = "The token is invalid or expired, or its session has ended", body = Detail),
))]
pub async fn jwt_verify(State(state): State<AuthState>, Payload(form): Payload) -> Result<Json<Value>, ApiError> {
    let mut fields = Fields::of(&form);
    let body = VerifyBody::read(&mut fields);
    let token = fields.finish(body.token)?;
    let claims = state.authenticator.verifier.decode(&token).await?.map_err(TokenError::in_body)?;
    let is_refresh = claims.get("token_type").is_some_and(|kind| kind == "refresh");
    if is_refresh || is_long_access(&claims) {
        let kind = if is_refresh { TokenKind::Refresh } else { TokenKind::Access };
        let claims = state.authenticator.verifier.verify(&token, Some(kind)).await?.map_err(TokenError::in_body)?;
        let caller_state = state.tables.credentials.caller_state(claims.user, claims.sid).await?;
        if kind == TokenKind::Access {
            let principal = caller_state.principal.ok_or_else(user_not_found)?;
            if !principal.active {
                return Err(user_inactive());
            }
        }
        caller_state.live_session(state.clock.now()).ok_or_else(|| TokenError::Blacklisted.in_body())?;
    }
    Ok(Json(Value::Object(Map::new())))
}
