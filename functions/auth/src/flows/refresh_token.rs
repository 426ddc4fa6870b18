//! The refresh token in the body of document 000's logout and deletion.

use aviary_auth::{Claims, TokenError, TokenKind};
use aviary_web::ApiError;
use http::StatusCode;

use crate::state::AuthState;

/// Verifies form, signature and times of a refresh token. Mostly no round trip.
///
/// # Errors
/// As [`not_valid`].
pub(crate) async fn verify(state: &AuthState, token: &str) -> Result<Claims, ApiError> {
    let claims = state.authenticator.verifier.verify(token, Some(TokenKind::Refresh)).await?;
    claims.map_err(not_valid)
}

/// simplejwt's error with the status 400, which document 000's clients expect.
pub(crate) fn not_valid(error: TokenError) -> ApiError {
    ApiError::code(StatusCode::BAD_REQUEST, &error.to_string(), "token_not_valid")
}
