//! Refresh tokens that document 000's clients send to end something.

use aviary_auth::{Claims, TokenError, TokenKind};
use aviary_web::ApiError;
use http::StatusCode;

use crate::state::AuthState;

/// The claims of a refresh token of ours.
pub(crate) async fn verify(state: &AuthState, token: &str) -> Result<Claims, ApiError> {
    let claims = state.authenticator.verifier.verify(token, Some(TokenKind::Refresh)).await?;
    claims.map_err(not_valid)
}

/// simplejwt's words, with the status that document 000's clients know.
pub(crate) fn not_valid(error: TokenError) -> ApiError {
    ApiError::code(StatusCode::BAD_REQUEST, &error.to_string(), "token_not_valid")
}
