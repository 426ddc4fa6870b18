//! `PATCH /api/auth/update/<username>/` (clients of document 003).

use aviary_accounts::{FIELDS, FieldNames, change_by};
use aviary_auth::{Caller, Unconfirmed};
use aviary_model::Username;
use aviary_store::AccountChange;
use aviary_web::{ApiError, Client, Fields, PathText, Payload, body};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::Detail;
use crate::flows::account_by_name::account_by_name;
use crate::flows::form_fields::wanted_username;
use crate::flows::login::open_pair;
use crate::state::AuthState;

body! {
    /// The new username.
    pub struct UpdateBody(own: &Username) {
        /// The new username.
        new_username: Username = required(|text| Username::at_rename(text, own)),
    }
}

/// The tokens of a new session: the clients keep the username in their tokens, and change both together.
#[derive(Debug, Serialize, ToSchema)]
pub struct UpdateResponse {
    /// Says that the name was changed.
    pub message: &'static str,
    /// An access token, valid for 5 minutes.
    pub access: String,
    /// A refresh token, valid for 24 hours.
    pub refresh: String,
}

/// Changes the caller's username and opens a new session.
///
/// Earlier tokens stay valid. Errors have their text in `message` too.
#[utoipa::path(patch, path = "/api/auth/update/{username}", tag = "accounts", request_body = UpdateBody,
    params(("username" = String, Path, description = "The caller's username")),
    responses(
        (status = 200, description = "The username is changed", body = UpdateResponse),
        (status = 400, description = "Errors by field"),
        (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
        (status = 403, description = "The account belongs to another user", body = Detail),
        (status = 404, description = "No account has this username", body = Detail),
    ))]
pub async fn update_username(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(username): PathText,
    Payload(form): Payload,
) -> Result<Json<UpdateResponse>, ApiError> {
    let wanted = wanted_username(&form, "new_username");
    let unconfirmed = unconfirmed.with_form(&form);
    let (caller, user) = account_by_name(&state, unconfirmed, &username, Caller::must_be, wanted.as_ref()).await?;
    let mut fields = Fields::of(&form);
    let body = UpdateBody::read(&mut fields, &user.username);
    let set = AccountChange { username: Some(fields.finish(body.new_username)?), ..AccountChange::default() };
    change_by(&state.account, &client, (&caller, &user), set, FieldNames { username: "new_username", ..FIELDS })
        .await?;
    let pair = open_pair(&state, &client, &caller).await?;
    Ok(Json(UpdateResponse { message: "The username was changed.", access: pair.access, refresh: pair.refresh }))
}
