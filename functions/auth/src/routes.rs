//! The table of routes: path, access, sample, limit and cost of every endpoint.

use aviary_web::{RouteLimit, RouteSpec, Routes, Subject, any, own, routes, user};

use crate::endpoints::{
    api_auth_activity, api_auth_by_username, api_auth_change_password_by_username, api_auth_del_logout,
    api_auth_delete_by_username, api_auth_export, api_auth_login, api_auth_logout, api_auth_obtain,
    api_auth_obtain_token, api_auth_refresh, api_auth_refresh_token, api_auth_sessions, api_auth_sessions_by_id,
    api_auth_signup, api_auth_token, api_auth_update_by_username, api_auth_user_delete, api_auth_user_edit,
    api_auth_user_logout, api_auth_user_logout_all, api_auth_user_register, api_jwt, api_jwt_refresh, api_jwt_verify,
    auth_jwt_create, auth_jwt_refresh, auth_jwt_verify, auth_login, auth_mail_confirm, auth_mail_reset, auth_mail_undo,
    auth_register, auth_token_login, auth_token_logout, auth_users, auth_users_confirm_email, auth_users_me,
    auth_users_reset_password, auth_users_reset_password_confirm, auth_users_set_password, auth_users_set_username,
    auth_users_undo_email, well_known_jwks_json,
};
use crate::originals::{routes_000, routes_004};
use crate::state::AuthState;

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<AuthState> {
    let documented = own_account(sessions(mailed(tokens(signups(Routes::default())))));
    routes_004(routes_000(documented)).asks_first("/auth/users")
}

fn signups(routes: Routes<AuthState>) -> Routes<AuthState> {
    let signup = any().creates().limit(RouteLimit::SignupAddress).round_trips(2);
    let with = |body| signup.body(body);
    let form = r#"{"username": "$MARK", "email": "$MARK@example.com", "password": "$PASSWORD"}"#;
    let nested = r#"{"username": "$MARK", "email": "$MARK@example.com", "password": "$PASSWORD",
        "profile": {"date_of_birth": "1990-01-02"}}"#;
    routes
        .add(with(form).of("002, 003"), routes!(api_auth_signup::signup))
        .add(with(form).of("001"), routes!(auth_register::register))
        .add(with(nested).of("000"), routes!(api_auth_user_register::user_register))
        .add(with(form).of("004"), routes!(auth_users::users_create))
}

fn tokens(routes: Routes<AuthState>) -> Routes<AuthState> {
    let login = login_spec();
    let refresh = any()
        .repeatable("The same token gives the same successor, however often it is sent.")
        .limit(RouteLimit::RefreshFamily)
        .body(r#"{"refresh": "$CALLER_REFRESH"}"#)
        .round_trips(1);
    let verify = any().reads().body(r#"{"token": "$CALLER_ACCESS"}"#);
    let pair = user().of("002").limit(RouteLimit::OtherWritesAccount).round_trips(3);
    routes
        .add(login.of("001"), routes!(auth_login::login))
        .add(login.of("002, 003"), routes!(api_auth_login::web_login))
        .add(login.of("003"), routes!(api_auth_token::api_token))
        .add(login.of("004"), routes!(auth_jwt_create::jwt_create))
        .add(login.of("000"), routes!(api_auth_obtain_token::obtain_token))
        .add(refresh.of("004"), routes!(auth_jwt_refresh::jwt_refresh))
        .add(refresh.of("002"), routes!(api_jwt_refresh::api_jwt_refresh))
        .add(refresh.of("003"), routes!(api_auth_refresh::api_refresh))
        .add(refresh.of("000"), routes!(api_auth_refresh_token::refresh_token))
        .add(verify.of("004"), routes!(auth_jwt_verify::jwt_verify))
        .add(verify.of("002"), routes!(api_jwt_verify::api_jwt_verify))
        .add(login.of("004"), routes!(auth_token_login::token_login))
        .add(login.of("002"), routes!(api_auth_obtain::obtain))
        .add(any().round_trips(1), routes!(well_known_jwks_json::jwks))
        .add(pair, routes!(api_jwt::get_jwt))
        .add(pair.repeatable(NEW_SESSION), routes!(api_jwt::post_jwt))
}

/// The reason why a login needs no `Idempotency-Key`.
const NEW_SESSION: &str = "Each request makes a session of its own; its credentials are stored nowhere.";
/// The reason why a logout needs none.
const ENDED: &str = "A session that has ended stays ended.";
/// The reason why a change needs none.
const SAME_CHANGE: &str = "The same change again leads to the same state, or is refused.";

fn login_spec() -> RouteSpec {
    any()
        .repeatable(NEW_SESSION)
        .limit(RouteLimit::Logins)
        .body(r#"{"username": "$CALLER", "password": "$PASSWORD"}"#)
        .round_trips(3)
}

fn sessions(routes: Routes<AuthState>) -> Routes<AuthState> {
    let limit = RouteLimit::OtherWritesAccount;
    let ends = user().repeatable(ENDED).limit(limit).round_trips(4);
    let mine = own().round_trips(1);
    let ends_mine = own().limit(limit).round_trips(3);
    routes
        .add(
            any()
                .repeatable(ENDED)
                .limit(limit)
                .body(r#"{"refresh_token": "$CALLER_REFRESH"}"#)
                .of("000")
                .round_trips(3),
            routes!(api_auth_user_logout::user_logout),
        )
        .add(ends.of("000").round_trips(3), routes!(api_auth_user_logout_all::logout_all))
        .add(ends.of("002, 003").round_trips(3), routes!(api_auth_logout::logout))
        .add(ends.answers(401).of("002"), routes!(api_auth_del_logout::del_logout))
        .add(ends.of("004"), routes!(auth_token_logout::token_logout))
        .add(mine, routes!(api_auth_sessions::list_sessions))
        .add(
            ends_mine.about(Subject::Session).refuses(404).not_even_staff(),
            routes!(api_auth_sessions_by_id::end_session),
        )
        .add(ends_mine, routes!(api_auth_sessions::end_other_sessions))
        .add(mine, routes!(api_auth_activity::list_activity))
        // Before the first one there is none.
        .add(mine.answers(404), routes!(api_auth_export::show_export))
        .add(
            own()
                .repeatable("An export is made once a day, however often it is asked for.")
                .limit(RouteLimit::OtherWritesAccount)
                .round_trips(3),
            routes!(api_auth_export::ask_export),
        )
}

fn mailed(routes: Routes<AuthState>) -> Routes<AuthState> {
    let reset = any().limit(RouteLimit::ResetAddress);
    let redeems = reset.repeatable("A mailed token works once.").answers(400).round_trips(4);
    routes
        .add(
            reset
                .repeatable("Each request sends a mail; the limits bound them.")
                .body(r#"{"email": "$MARK@example.com"}"#)
                .of("004")
                .round_trips(3),
            routes!(auth_users_reset_password::reset_password),
        )
        .add(redeems.of("004"), routes!(auth_users_reset_password_confirm::reset_password_confirm))
        .add(redeems, routes!(auth_users_confirm_email::confirm_email))
        .add(redeems, routes!(auth_users_undo_email::undo_email))
        .add(any(), routes!(auth_mail_reset::mail_reset_form))
        .add(redeems, routes!(auth_mail_reset::mail_reset))
        .add(any(), routes!(auth_mail_confirm::mail_confirm_form))
        .add(redeems, routes!(auth_mail_confirm::mail_confirm))
        .add(any(), routes!(auth_mail_undo::mail_undo_form))
        .add(redeems, routes!(auth_mail_undo::mail_undo))
}

fn own_account(routes: Routes<AuthState>) -> Routes<AuthState> {
    let limit = RouteLimit::OtherWritesAccount;
    let password = own().repeatable(SAME_CHANGE).limit(limit).round_trips(5);
    let me = own().of("004").limit(limit).round_trips(3);
    let named = own().about(Subject::Account).of("003").round_trips(2);
    let as_user = named.limit(limit).not_even_staff().tells_message();
    routes
        .add(own().of("004").round_trips(1), routes!(auth_users_me::users_me))
        .add(me, routes!(auth_users_me::put_users_me))
        .add(me, routes!(auth_users_me::patch_users_me))
        .add(me.body(r#"{"current_password": "$PASSWORD"}"#).round_trips(5), routes!(auth_users_me::delete_users_me))
        .add(own().of("000").limit(limit).round_trips(3), routes!(api_auth_user_edit::user_edit))
        .add(
            own()
                .limit(limit)
                .body(r#"{"refresh_token": "$OWNER_REFRESH"}"#)
                .refuses(400)
                .not_even_staff()
                .of("000")
                .round_trips(3),
            routes!(api_auth_user_delete::user_delete),
        )
        .add(named.round_trips(1), routes!(api_auth_by_username::account))
        .add(named.limit(limit).round_trips(3), routes!(api_auth_delete_by_username::delete_account))
        .add(
            as_user.body(r#"{"new_username": "$MARK"}"#).round_trips(4),
            routes!(api_auth_update_by_username::update_username),
        )
        .add(
            as_user
                .body(r#"{"password": "$PASSWORD", "new_password": "$MARK-Zx9!", "new_password2": "$MARK-Zx9!"}"#)
                .round_trips(5),
            routes!(api_auth_change_password_by_username::change_password),
        )
        .add(
            password.body(r#"{"current_password": "$PASSWORD", "new_password": "$MARK-Zx9!"}"#),
            routes!(auth_users_set_password::set_password),
        )
        .add(
            password.body(r#"{"current_password": "$PASSWORD", "new_username": "$MARK"}"#),
            routes!(auth_users_set_username::set_username),
        )
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::{Path, PathBuf};

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
        let folders = ["endpoints", "originals"];
        let folders = folders.map(|name| Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name));
        let entries = folders.iter().flat_map(|folder| std::fs::read_dir(folder).expect("the folder"));
        let entries = entries.map(|entry| entry.expect("an entry").path());
        let files: BTreeMap<String, PathBuf> =
            entries.map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), path)).collect();
        let routes = routes();
        let expected: BTreeSet<String> = routes.table().iter().map(|route| file_of(&route.path)).collect();
        assert_eq!(files.keys().cloned().collect::<BTreeSet<String>>(), expected);
        for route in routes.table() {
            let text = std::fs::read_to_string(&files[&file_of(&route.path)]).expect("a file");
            let annotation = format!("{}, path = \"{}\"", route.method.as_str().to_lowercase(), route.path);
            assert!(text.contains(&annotation), "{} has no {annotation}", file_of(&route.path));
        }
    }
}
