//! `DELETE /api/auth/delete/<username>/` (document 003).

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, Client, PathText, Payload};
use axum::extract::State;
use http::StatusCode;

use crate::bodies::Detail;
use crate::flows::account_by_name::named;
use crate::flows::account_change::delete;
use crate::state::AuthState;

/// Deletes an account by its username. Three steps.
#[utoipa::path(delete, path = "/api/auth/delete/{username}", tag = "accounts",
    params(("username" = String, Path, description = "The username")),
    responses(
        (status = 204, description = "The account is gone"),
        (status = 401, description = "No credential, or one that does not count", body = Detail),
        (status = 403, description = "Another's account", body = Detail),
        (status = 404, description = "Nobody has this name", body = Detail),
    ))]
pub async fn delete_account(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(username): PathText,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let (_, user) = named(&state, unconfirmed.with_form(&form), &username).await?;
    delete(&state, &client, &user).await?;
    Ok(StatusCode::NO_CONTENT)
}
