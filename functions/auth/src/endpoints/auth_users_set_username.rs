//! `POST /auth/users/set_username/`, as in djoser.

use aviary_accounts::{FIELDS, FieldNames, change_by};
use aviary_auth::Unconfirmed;
use aviary_model::Username;
use aviary_store::AccountChange;
use aviary_web::{ApiError, Client, Fields, Payload};
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::Detail;
use crate::flows::form_fields::{NewNames, any_text, wanted_username};
use crate::flows::own_account::{current_password, own_account_to_change};
use crate::state::AuthState;

/// The current password and the new username.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetUsernameBody {
    /// The current password.
    pub current_password: String,
    /// The new username.
    pub new_username: String,
    /// The new username again; compared only if it is sent.
    #[schema(required = false)]
    pub re_new_username: String,
}

/// Sets a new username.
#[utoipa::path(post, path = "/auth/users/set_username", tag = "accounts", request_body = SetUsernameBody, responses(
    (status = 204, description = "The new username is set"),
    (status = 400, description = "Errors by field"),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
))]
pub async fn set_username(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let wanted = NewNames { username: wanted_username(&form, "new_username"), email: None };
    let (caller, user) = own_account_to_change(&state, unconfirmed.with_form(&form), &wanted).await?;
    let mut fields = Fields::of(&form);
    let confirmed = current_password(&state, &client, (&caller, &user), &mut fields, "current_password").await?;
    let valid = |text: &str| Username::at_rename(text, &user.username);
    let username = fields.required("new_username", valid);
    let repeated = fields.optional("re_new_username", any_text);
    let (username, ()) = fields.finish(username.zip(confirmed))?;
    if repeated.is_some_and(|repeated| valid(&repeated).ok().as_ref() != Some(&username)) {
        return Err(ApiError::field("non_field_errors", "The two username fields didn't match."));
    }
    let set = AccountChange { username: Some(username), ..AccountChange::default() };
    let fields = FieldNames { username: "new_username", ..FIELDS };
    change_by(&state.account, &client, (&caller, &user), set, fields).await?;
    Ok(StatusCode::NO_CONTENT)
}
