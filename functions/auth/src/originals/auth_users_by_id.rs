//! `GET`, `PUT`, `PATCH` and `DELETE /auth/users/<id>/` (document 004's clients): the caller's own account by its id.

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, Client, Form, PathText, Payload};
use axum::Json;
use axum::extract::State;
use http::StatusCode;

use crate::bodies::{Detail, Me};
use crate::endpoints::auth_users_me::{
    CurrentPasswordBody, MeBody, delete_users_me, patch_users_me, put_users_me, users_me,
};
use crate::state::AuthState;

/// Returns the caller's account; as `GET /auth/users/me/`. Another's id is unknown.
#[utoipa::path(get, path = "/auth/users/{id}", tag = "originals",
    params(("id" = String, Path, description = "The caller's own id")), responses(
    (status = 200, description = "The account", body = Me),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
    (status = 404, description = "Not the caller's id", body = Detail),
))]
pub async fn show_user(
    state: State<AuthState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
) -> Result<Json<Me>, ApiError> {
    let unconfirmed = owner(unconfirmed, &Form::default(), &id).await?;
    users_me(state, unconfirmed).await
}

/// Changes the caller's username and email address; as `PUT /auth/users/me/`.
#[utoipa::path(put, path = "/auth/users/{id}", tag = "originals", request_body = MeBody,
    params(("id" = String, Path, description = "The caller's own id")), responses(
    (status = 200, description = "The changed account", body = Me),
    (status = 400, description = "Errors by field"),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
    (status = 404, description = "Not the caller's id", body = Detail),
))]
pub async fn put_user(
    state: State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<Me>, ApiError> {
    let unconfirmed = owner(unconfirmed, &form, &id).await?;
    put_users_me(state, client, unconfirmed, Payload(form)).await
}

/// Changes the caller's username and email address; as `PATCH /auth/users/me/`.
#[utoipa::path(patch, path = "/auth/users/{id}", tag = "originals", request_body = MeBody,
    params(("id" = String, Path, description = "The caller's own id")), responses(
    (status = 200, description = "The changed account", body = Me),
    (status = 400, description = "Errors by field"),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
    (status = 404, description = "Not the caller's id", body = Detail),
))]
pub async fn patch_user(
    state: State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<Me>, ApiError> {
    let unconfirmed = owner(unconfirmed, &form, &id).await?;
    patch_users_me(state, client, unconfirmed, Payload(form)).await
}

/// Deletes the caller's account; as `DELETE /auth/users/me/`.
#[utoipa::path(delete, path = "/auth/users/{id}", tag = "originals", request_body = CurrentPasswordBody,
    params(("id" = String, Path, description = "The caller's own id")), responses(
    (status = 204, description = "The account was deleted"),
    (status = 400, description = "The password is missing or wrong"),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
    (status = 404, description = "Not the caller's id", body = Detail),
))]
pub async fn delete_user(
    state: State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let unconfirmed = owner(unconfirmed, &form, &id).await?;
    delete_users_me(state, client, unconfirmed, Payload(form)).await
}

/// The caller, if this is the id of theirs. No round trip; one for what is refused.
///
/// # Errors
/// 404 for any other id, of staff too; before it those of the credential.
async fn owner(unconfirmed: Unconfirmed, form: &Form, id: &str) -> Result<Unconfirmed, ApiError> {
    if id.parse() == Ok(unconfirmed.user()) {
        return Ok(unconfirmed);
    }
    unconfirmed.with_form(form).confirm().await?;
    Err(ApiError::not_found())
}
