//! `POST /api/auth/user/logout/` (document 000).

use aviary_accounts::audit;
use aviary_auth::{BodyCredential, TokenError};
use aviary_web::{ApiError, Client, Fields, Payload};
use axum::extract::State;
use http::StatusCode;

use crate::bodies::RefreshTokenBody;
use crate::flows::refresh_token::{not_valid, verify};
use crate::state::AuthState;

/// Ends the session of a refresh token.
///
/// The token is the only credential that is needed.
#[utoipa::path(post, path = "/api/auth/user/logout", tag = "accounts", request_body = RefreshTokenBody, responses(
    (status = 205, description = "The session has ended"),
    (status = 400, description = "The token is missing or invalid, or its session has ended"),
))]
pub async fn user_logout(
    State(state): State<AuthState>,
    client: Client,
    credential: BodyCredential,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let mut fields = Fields::of(&form);
    let body = RefreshTokenBody::read(&mut fields);
    let token = fields.finish(body.refresh_token)?;
    let claims = verify(&state, &token).await?;
    let credentials = &state.tables.credentials;
    let confirmed = credential.of(&claims).confirm_with(credentials.session(claims.user, claims.sid)).await;
    let (_, session) = confirmed.map_err(|error| match error.status() {
        StatusCode::UNAUTHORIZED => not_valid(TokenError::Blacklisted),
        _ => error,
    })?;
    let session = session.ok_or_else(|| not_valid(TokenError::Blacklisted))?;
    let (ended, ()) = futures_util::join!(
        credentials.end_session(claims.user, claims.sid, &session),
        audit(&state.account, &client, "logout", Some(claims.user)),
    );
    ended?;
    Ok(StatusCode::RESET_CONTENT)
}
