//! `GET /api/auth/user/current_user/` (document 000): what its front-end reads at every start.

use aviary_auth::{Unconfirmed, user_not_found};
use aviary_model::UserId;
use aviary_representation::picture_url;
use aviary_web::ApiError;
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{Detail, email_of};
use crate::state::AuthState;

/// The caller's account and profile, in document 000's form.
#[derive(Debug, Serialize, ToSchema)]
pub struct CurrentUser {
    /// The user's id.
    #[schema(value_type = String)]
    pub user_id: UserId,
    /// The profile's id, which is the user's.
    #[schema(value_type = String)]
    pub profile_id: UserId,
    /// The username.
    pub username: String,
    /// The email address; empty if the account has none.
    pub email: String,
    /// The display name; empty if there is none.
    pub alias: String,
    /// The URL of the profile picture; empty if there is none.
    pub image_url: String,
    /// The client's own preference; empty if none was set.
    pub mode: String,
}

/// Returns the caller's account with the first fields of the profile.
#[utoipa::path(get, path = "/api/auth/user/current_user", tag = "originals", responses(
    (status = 200, description = "The account", body = CurrentUser),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
))]
pub async fn current_user(
    State(state): State<AuthState>,
    unconfirmed: Unconfirmed,
) -> Result<Json<CurrentUser>, ApiError> {
    let id = unconfirmed.user();
    let read = try_join(state.tables.accounts.by_id(id), state.tables.profiles.by_id(id));
    let (_, (user, profile)) = unconfirmed.confirm_with(read).await?;
    // The account may be deleted between the reads: the same error as if all had come after the deletion.
    let (user, profile) = user.zip(profile).ok_or_else(user_not_found)?;
    Ok(Json(CurrentUser {
        user_id: user.id,
        profile_id: profile.id,
        username: user.username.as_str().to_owned(),
        email: email_of(&user),
        alias: profile.alias.as_str().to_owned(),
        image_url: picture_url(&profile, &state.media).unwrap_or_default(),
        mode: user.mode.as_str().to_owned(),
    }))
}
