//! `POST /auth/login/` (document 001).

use aviary_model::UserId;
use aviary_representation::ShownProfile;
use aviary_web::{ApiError, Client, Payload};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::bodies::{Detail, LoginBody, email_of};
use crate::flows::login::{NO_ACTIVE_ACCOUNT, NewPair, SessionsToOpen, authenticate, open, opened};
use crate::state::AuthState;

/// The tokens, in document 001's form.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoginResponse {
    /// Always `login successfull`, as the document spells it.
    pub message: &'static str,
    /// The access token, valid for 12 hours, with the user's id in the claim `_id`.
    pub token: String,
    /// The refresh token, valid for 24 hours.
    pub refresh: String,
    /// The user.
    pub user_info: UserInfo,
}

/// The user who logged in, in document 001's form.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserInfo {
    /// The user's id.
    #[serde(rename = "_id")]
    #[schema(value_type = String)]
    pub id: UserId,
    /// The display name; empty if the user has none.
    pub name: String,
    /// The username.
    pub username: String,
    /// The email address; empty if the account has none.
    pub email: String,
    /// The profile.
    pub profile: ShownProfile,
}

/// The body of a failed login.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoginRefusal {
    /// The reason.
    pub detail: String,
    /// The reason, where the document's clients read it.
    pub message: String,
}

/// Logs in and returns an access token and a refresh token.
#[utoipa::path(post, path = "/auth/login", tag = "accounts", request_body = LoginBody, responses(
    (status = 200, description = "The new tokens", body = LoginResponse),
    (status = 400, description = "A field is missing or is not a string"),
    (status = 401, description = "The username or the password is wrong", body = LoginRefusal),
    (status = 429, description = "Too many failed logins", body = Detail),
))]
pub async fn login(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<Json<LoginResponse>, ApiError> {
    let (name, password) = LoginBody::name_and_password(&form)?;
    let signed_in = authenticate(&state, &client, &name, password).await?.ok_or_else(refused)?;
    let to_open = SessionsToOpen { pair: Some(NewPair::LongFirst), ..SessionsToOpen::default() };
    let profile = state.tables.profiles.by_id(signed_in.user.id);
    let (opening, profile) = futures_util::join!(open(&state, &client, signed_in, to_open), profile);
    let ((user, sessions), profile) = (opening?, profile?);
    // The account may be deleted between the check of its password and this read.
    let profile = profile.ok_or_else(refused)?;
    let tokens = opened(sessions.pair)?;
    Ok(Json(LoginResponse {
        message: "login successfull",
        token: tokens.access,
        refresh: tokens.refresh,
        user_info: UserInfo {
            id: user.id,
            name: profile.alias.as_str().to_owned(),
            username: user.username.as_str().to_owned(),
            email: email_of(&user),
            profile: ShownProfile::of(&profile, &state.media, &client),
        },
    }))
}

/// The 401 of a failed login, with its text also where document 001's clients read it.
fn refused() -> ApiError {
    ApiError::body(StatusCode::UNAUTHORIZED, json!({ "detail": NO_ACTIVE_ACCOUNT, "message": NO_ACTIVE_ACCOUNT }))
}
