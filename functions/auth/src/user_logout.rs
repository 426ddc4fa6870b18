//! `POST /api/auth/user/logout/` and `/logout_all/` (document 000).

use std::convert::Infallible;

use aviary_auth::{TokenError, TokenKind, Unconfirmed};
use aviary_store::{EndSessions, Task};
use aviary_web::{ApiError, Client, Fields, Payload};
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AuthState;
use crate::answers::Detail;
use crate::changing::end_sessions;
use crate::events::record;

/// A refresh token to be ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogoutBody {
    /// The refresh token; its whole family ends.
    pub refresh_token: String,
}

/// Ends a refresh token's family; needs no credential but the token. Two steps.
#[utoipa::path(post, path = "/api/auth/user/logout", tag = "accounts", request_body = LogoutBody, responses(
    (status = 205, description = "The family has ended"),
    (status = 400, description = "The token is missing or not valid"),
))]
pub async fn user_logout(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let mut fields = Fields::of(&form);
    let token = fields.required("refresh_token", |text| Ok::<_, Vec<Infallible>>(text.to_owned()));
    let token = fields.finish(token)?;
    let claims = state.authenticator.verifier.verify(&token, Some(TokenKind::Refresh)).await?;
    let claims = claims.map_err(not_valid)?;
    let credentials = &state.tables.credentials;
    let standing = credentials.standing(claims.user, claims.sid).await?;
    let session = standing.going_on(state.clock.now()).ok_or_else(|| not_valid(TokenError::Blacklisted))?;
    let (ended, ()) = futures_util::join!(
        credentials.end_session(claims.user, claims.sid, &session),
        record(&state, &client, "logout", Some(claims.user)),
    );
    ended?;
    Ok(StatusCode::RESET_CONTENT)
}

/// simplejwt's words, with the status that document 000's clients know.
pub(crate) fn not_valid(error: TokenError) -> ApiError {
    ApiError::code(StatusCode::BAD_REQUEST, &error.to_string(), "token_not_valid")
}

/// Ends everything of the caller, at once. Two steps.
#[utoipa::path(post, path = "/api/auth/user/logout_all", tag = "accounts", responses(
    (status = 205, description = "Every session and token of the caller has ended"),
    (status = 401, description = "No credential, or one that does not count", body = Detail),
))]
pub async fn logout_all(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let caller = unconfirmed.with_form(&form).confirm().await?;
    let end = EndSessions { epoch: caller.epoch, keep: None };
    end_sessions(&state, &client, caller.user, end, Task::SweepSessions { user: caller.user }).await?;
    Ok(StatusCode::RESET_CONTENT)
}
