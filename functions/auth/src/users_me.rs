//! `GET /auth/users/me/` (document 004): who one is.

use aviary_auth::Claimed;
use aviary_model::UserId;
use aviary_web::ApiError;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AuthState;
use crate::answers::Detail;

/// djoser's user, in its order.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The address; empty if none was given.
    pub email: String,
    /// The user's id.
    #[schema(value_type = String)]
    pub id: UserId,
    /// The username.
    pub username: String,
}

/// The caller's own account. One step.
#[utoipa::path(get, path = "/auth/users/me", tag = "accounts", responses(
    (status = 200, description = "The caller", body = Me),
    (status = 401, description = "No credential, or one that does not count", body = Detail),
))]
pub async fn users_me(State(state): State<AuthState>, claimed: Claimed) -> Result<Json<Me>, ApiError> {
    let id = claimed.user();
    let (_, user) = claimed.confirm_beside(state.accounts.by_id(id)).await?;
    let user = user.ok_or_else(|| ApiError::internal("a principal without its user"))?;
    Ok(Json(Me {
        email: user.email.map(|email| email.as_str().to_owned()).unwrap_or_default(),
        id: user.id,
        username: user.username.as_str().to_owned(),
    }))
}
