//! `GET /api/auth/<username>/` (document 003).

use aviary_auth::{Caller, Unconfirmed};
use aviary_web::{ApiError, PathText};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{Detail, email_of, pending_email_of};
use crate::flows::account_by_name::account_by_name;
use crate::state::AuthState;

/// An account, as document 003 shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountResponse {
    /// The username.
    pub username: String,
    /// The algorithm of the password's hash, then a mask. The hash itself is never shown.
    #[schema(example = "argon2id$********")]
    pub password: String,
    /// The email address; empty if the account has none.
    pub email: String,
    /// The email address that waits for its confirmation; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending_email: Option<String>,
}

/// Returns an account by its username.
#[utoipa::path(get, path = "/api/auth/{username}", tag = "accounts",
    params(("username" = String, Path, description = "The username")),
    responses(
        (status = 200, description = "The account", body = AccountResponse),
        (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
        (status = 403, description = "The account belongs to another user", body = Detail),
        (status = 404, description = "No account has this username", body = Detail),
    ))]
pub async fn account(
    State(state): State<AuthState>,
    unconfirmed: Unconfirmed,
    PathText(username): PathText,
) -> Result<Json<AccountResponse>, ApiError> {
    let (_, user) = account_by_name(&state, unconfirmed, &username, Caller::must_own, None).await?;
    let algorithm = user.password.trim_start_matches('$').split('$').next().unwrap_or_default();
    Ok(Json(AccountResponse {
        username: user.username.as_str().to_owned(),
        password: format!("{algorithm}$********"),
        email: email_of(&user),
        pending_email: pending_email_of(&user, state.clock.now()),
    }))
}
