//! The table of routes.

use aviary_web::{Routes, Who};
use utoipa_axum::routes;

use crate::{AuthState, jwt_create, jwt_refresh, jwt_verify, login, register, signup, users_me};

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<AuthState> {
    Routes::default()
        .add(Who::Any, routes!(signup::signup))
        .add(Who::Any, routes!(register::register))
        .add(Who::Any, routes!(login::login))
        .add(Who::Any, routes!(jwt_create::jwt_create))
        .add(Who::Any, routes!(jwt_refresh::jwt_refresh))
        .add(Who::Any, routes!(jwt_verify::jwt_verify))
        .add(Who::Own, routes!(users_me::users_me))
}
