//! `GET /api/auth/<username>/` and `DELETE /api/auth/delete/<username>/` (document 003).

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, PathText};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{Detail, email_of};
use crate::flows::account_by_name::named;
use crate::state::AuthState;

/// Document 003's user.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountResponse {
    /// The username.
    pub username: String,
    /// The algorithm of the password's hash and a mask; the hash is never shown.
    #[schema(example = "argon2id$********")]
    pub password: String,
    /// The address; empty if there is none.
    pub email: String,
}

/// An account by its username. Two steps.
#[utoipa::path(get, path = "/api/auth/{username}", tag = "accounts",
    params(("username" = String, Path, description = "The username")),
    responses(
        (status = 200, description = "The account", body = AccountResponse),
        (status = 401, description = "No credential, or one that does not count", body = Detail),
        (status = 403, description = "Another's account", body = Detail),
        (status = 404, description = "Nobody has this name", body = Detail),
    ))]
pub async fn account(
    State(state): State<AuthState>,
    unconfirmed: Unconfirmed,
    PathText(username): PathText,
) -> Result<Json<AccountResponse>, ApiError> {
    let (_, user) = named(&state, unconfirmed, &username).await?;
    let algorithm = user.password.trim_start_matches('$').split('$').next().unwrap_or_default();
    Ok(Json(AccountResponse {
        username: user.username.as_str().to_owned(),
        password: format!("{algorithm}$********"),
        email: email_of(&user),
    }))
}
