//! `DELETE /api/auth/delete/<username>/` (document 003).

use aviary_accounts::delete;
use aviary_auth::{Caller, Unconfirmed};
use aviary_web::{ApiError, Client, PathText, UnreadBody};
use axum::extract::State;
use http::StatusCode;

use crate::bodies::Detail;
use crate::flows::account_by_name::account_by_name;
use crate::state::AuthState;

/// Deletes an account by its username.
#[utoipa::path(delete, path = "/api/auth/delete/{username}", tag = "accounts",
    params(("username" = String, Path, description = "The username")),
    responses(
        (status = 204, description = "The account was deleted"),
        (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
        (status = 403, description = "The account belongs to another user", body = Detail),
        (status = 404, description = "No account has this username", body = Detail),
    ))]
pub async fn delete_account(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(username): PathText,
    UnreadBody(form): UnreadBody,
) -> Result<StatusCode, ApiError> {
    let (_, user) = account_by_name(&state, unconfirmed.with_form(&form), &username, Caller::must_own, None).await?;
    delete(&state.account, &client, &user).await?;
    Ok(StatusCode::NO_CONTENT)
}
