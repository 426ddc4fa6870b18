//! The table of routes.

use aviary_web::{CreationLimit, Routes, Who};
use utoipa_axum::routes;

use crate::endpoints::{
    api_auth_activity, api_auth_by_username, api_auth_del_logout, api_auth_delete_by_username, api_auth_login,
    api_auth_logout, api_auth_obtain, api_auth_obtain_token, api_auth_refresh_token, api_auth_sessions,
    api_auth_sessions_by_id, api_auth_signup, api_auth_user_delete, api_auth_user_edit, api_auth_user_logout,
    api_auth_user_logout_all, api_auth_user_register, api_jwt, api_jwt_refresh, api_jwt_verify, auth_jwt_create,
    auth_jwt_refresh, auth_jwt_verify, auth_login, auth_register, auth_token_login, auth_token_logout, auth_users,
    auth_users_me, auth_users_reset_password, auth_users_reset_password_confirm, auth_users_set_password,
    auth_users_set_username, auth_users_undo_email, well_known_jwks_json,
};
use crate::state::AuthState;

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<AuthState> {
    own(tokens(signups(Routes::default()))).asks_first("/auth/users")
}

fn signups(routes: Routes<AuthState>) -> Routes<AuthState> {
    routes
        .add_creating(Who::Any, CreationLimit::SignupAddress, routes!(api_auth_signup::signup))
        .add_creating(Who::Any, CreationLimit::SignupAddress, routes!(auth_register::register))
        .add_creating(Who::Any, CreationLimit::SignupAddress, routes!(api_auth_user_register::user_register))
        .add_creating(Who::Any, CreationLimit::SignupAddress, routes!(auth_users::users_create))
}

fn tokens(routes: Routes<AuthState>) -> Routes<AuthState> {
    routes
        .add(Who::Any, routes!(auth_login::login))
        .add(Who::Any, routes!(api_auth_login::web_login))
        .add(Who::Any, routes!(auth_jwt_create::jwt_create))
        .add(Who::Any, routes!(api_auth_obtain_token::obtain_token))
        .add(Who::Any, routes!(auth_jwt_refresh::jwt_refresh))
        .add(Who::Any, routes!(api_jwt_refresh::api_jwt_refresh))
        .add(Who::Any, routes!(api_auth_refresh_token::refresh_token))
        .add(Who::Any, routes!(auth_jwt_verify::jwt_verify))
        .add(Who::Any, routes!(api_jwt_verify::api_jwt_verify))
        .add(Who::Any, routes!(auth_token_login::token_login))
        .add(Who::Any, routes!(api_auth_obtain::obtain))
        .add(Who::Any, routes!(api_auth_user_logout::user_logout))
        .add(Who::Any, routes!(well_known_jwks_json::jwks))
        .add(Who::User, routes!(api_jwt::get_jwt))
        .add(Who::User, routes!(api_jwt::post_jwt))
        .add(Who::User, routes!(api_auth_logout::logout))
        .add(Who::User, routes!(api_auth_del_logout::del_logout))
        .add(Who::User, routes!(auth_token_logout::token_logout))
        .add(Who::User, routes!(api_auth_user_logout_all::logout_all))
}

fn own(routes: Routes<AuthState>) -> Routes<AuthState> {
    routes
        .add(Who::Own, routes!(auth_users_me::users_me))
        .add(Who::Own, routes!(auth_users_me::put_users_me))
        .add(Who::Own, routes!(auth_users_me::patch_users_me))
        .add(Who::Own, routes!(auth_users_me::delete_users_me))
        .add(Who::Own, routes!(api_auth_user_edit::user_edit))
        .add(Who::Own, routes!(api_auth_user_delete::user_delete))
        .add(Who::Own, routes!(api_auth_by_username::account))
        .add(Who::Own, routes!(api_auth_delete_by_username::delete_account))
        .add(Who::Own, routes!(auth_users_set_password::set_password))
        .add(Who::Own, routes!(auth_users_set_username::set_username))
        .add(Who::Own, routes!(api_auth_sessions::list_sessions))
        .add(Who::Own, routes!(api_auth_sessions_by_id::end_session))
        .add(Who::Own, routes!(api_auth_sessions::end_other_sessions))
        .add(Who::Own, routes!(api_auth_activity::list_activity))
        .add(Who::Any, routes!(auth_users_reset_password::reset_password))
        .add(Who::Any, routes!(auth_users_reset_password_confirm::reset_password_confirm))
        .add(Who::Any, routes!(auth_users_undo_email::undo_email))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::routes;

    /// The file of a path, by the rule in the crate's documentation.
    fn file_of(path: &str) -> String {
        let name_of = |segment: &str| match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(parameter) => format!("by_{parameter}"),
            None => segment.replace(['-', '.'], "_"),
        };
        let names: Vec<String> = path.trim_start_matches(['/', '.']).split('/').map(name_of).collect();
        format!("{}.rs", names.join("_"))
    }

    #[test]
    fn every_path_has_a_file_named_after_it() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/endpoints");
        let entries = std::fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("an entry").file_name());
        let files: BTreeSet<String> = entries.map(|name| name.into_string().expect("a name")).collect();
        let routes = routes();
        let expected: BTreeSet<String> = routes.table().iter().map(|route| file_of(&route.path)).collect();
        assert_eq!(files, expected);
        for route in routes.table() {
            let text = std::fs::read_to_string(folder.join(file_of(&route.path))).expect("a file");
            let annotation = format!("{}, path = \"{}\"", route.method.as_str().to_lowercase(), route.path);
            assert!(text.contains(&annotation), "{} has no {annotation}", file_of(&route.path));
        }
    }
}
