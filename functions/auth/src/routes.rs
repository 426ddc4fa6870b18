//! The table of routes.

use aviary_web::{CreationLimit, Routes, Who};
use utoipa_axum::routes;

use crate::{
    AuthState, account_by_name, activities, jwks, jwt_create, jwt_for_token, jwt_refresh, jwt_verify, login, logout,
    register, reset_password, sessions, set_password, signup, token_login, token_logout, user_edit, user_logout,
    user_register, users_create, users_me, web_login,
};

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<AuthState> {
    own(tokens(signups(Routes::default()))).asks_first("/auth/users")
}

fn signups(routes: Routes<AuthState>) -> Routes<AuthState> {
    routes
        .add_creating(Who::Any, CreationLimit::SignupAddress, routes!(signup::signup))
        .add_creating(Who::Any, CreationLimit::SignupAddress, routes!(register::register))
        .add_creating(Who::Any, CreationLimit::SignupAddress, routes!(user_register::user_register))
        .add_creating(Who::Any, CreationLimit::SignupAddress, routes!(users_create::users_create))
}

fn tokens(routes: Routes<AuthState>) -> Routes<AuthState> {
    routes
        .add(Who::Any, routes!(login::login))
        .add(Who::Any, routes!(web_login::web_login))
        .add(Who::Any, routes!(jwt_create::jwt_create))
        .add(Who::Any, routes!(jwt_create::obtain_token))
        .add(Who::Any, routes!(jwt_refresh::jwt_refresh))
        .add(Who::Any, routes!(jwt_refresh::api_jwt_refresh))
        .add(Who::Any, routes!(jwt_refresh::refresh_token))
        .add(Who::Any, routes!(jwt_verify::jwt_verify))
        .add(Who::Any, routes!(jwt_verify::api_jwt_verify))
        .add(Who::Any, routes!(token_login::token_login))
        .add(Who::Any, routes!(token_login::obtain))
        .add(Who::Any, routes!(user_logout::user_logout))
        .add(Who::Any, routes!(jwks::jwks))
        .add(Who::User, routes!(jwt_for_token::get_jwt))
        .add(Who::User, routes!(jwt_for_token::post_jwt))
        .add(Who::User, routes!(logout::logout))
        .add(Who::User, routes!(logout::del_logout))
        .add(Who::User, routes!(token_logout::token_logout))
        .add(Who::User, routes!(user_logout::logout_all))
}

fn own(routes: Routes<AuthState>) -> Routes<AuthState> {
    routes
        .add(Who::Own, routes!(users_me::users_me))
        .add(Who::Own, routes!(users_me::put_users_me))
        .add(Who::Own, routes!(users_me::patch_users_me))
        .add(Who::Own, routes!(users_me::delete_users_me))
        .add(Who::Own, routes!(user_edit::user_edit))
        .add(Who::Own, routes!(user_edit::user_delete))
        .add(Who::Own, routes!(account_by_name::account))
        .add(Who::Own, routes!(account_by_name::delete_account))
        .add(Who::Own, routes!(set_password::set_password))
        .add(Who::Own, routes!(set_password::set_username))
        .add(Who::Own, routes!(sessions::list_sessions))
        .add(Who::Own, routes!(sessions::end_session))
        .add(Who::Own, routes!(sessions::end_other_sessions))
        .add(Who::Own, routes!(activities::list_activity))
        .add(Who::Any, routes!(reset_password::reset_password))
        .add(Who::Any, routes!(reset_password::reset_password_confirm))
        .add(Who::Any, routes!(reset_password::undo_email))
}
