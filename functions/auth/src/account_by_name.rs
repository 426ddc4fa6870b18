//! `GET /api/auth/<username>/` and `DELETE /api/auth/delete/<username>/` (document 003).

use aviary_auth::{Caller, Unconfirmed};
use aviary_model::NameKey;
use aviary_store::User;
use aviary_web::{ApiError, Client, PathText, Payload};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AuthState;
use crate::answers::{Detail, email_of};
use crate::deleting::delete;

/// Document 003's user.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountAnswer {
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
        (status = 200, description = "The account", body = AccountAnswer),
        (status = 401, description = "No credential, or one that does not count", body = Detail),
        (status = 403, description = "Another's account", body = Detail),
        (status = 404, description = "Nobody has this name", body = Detail),
    ))]
pub async fn account(
    State(state): State<AuthState>,
    unconfirmed: Unconfirmed,
    PathText(username): PathText,
) -> Result<Json<AccountAnswer>, ApiError> {
    let (_, user) = named(&state, unconfirmed, &username).await?;
    let algorithm = user.password.trim_start_matches('$').split('$').next().unwrap_or_default();
    Ok(Json(AccountAnswer {
        username: user.username.as_str().to_owned(),
        password: format!("{algorithm}$********"),
        email: email_of(&user),
    }))
}

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

/// The account that has this username (an address names nobody here), if the caller may act on it.
async fn named(state: &AuthState, unconfirmed: Unconfirmed, username: &str) -> Result<(Caller, User), ApiError> {
    let key = NameKey::of(username);
    let (caller, owner) = unconfirmed.confirm_with(state.tables.accounts.owner_of(&key)).await?;
    let owner = owner.ok_or_else(ApiError::not_found)?;
    caller.must_own(owner)?;
    let user = state.tables.accounts.by_id(owner).await?.filter(|user| user.username.key() == key);
    Ok((caller, user.ok_or_else(ApiError::not_found)?))
}
