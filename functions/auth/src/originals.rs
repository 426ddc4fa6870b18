//! What the documents' own front-ends call beside the documents. A layer that translates names and shapes: it has no
//! store operation, no rule and no limit of its own (`docs/decisions/0022-originals-and-ranked-lists.md`).

pub mod api_auth_user_current_user;
pub mod auth_users_by_id;

use aviary_web::{RouteLimit, Routes, Subject, own, routes, user};

use crate::state::AuthState;

/// Adds the route of document 000's front-end.
pub(crate) fn routes_000(routes: Routes<AuthState>) -> Routes<AuthState> {
    routes.add(user().round_trips(1).tells_message().of("000"), routes!(api_auth_user_current_user::current_user))
}

/// Adds the routes of document 004's clients.
pub(crate) fn routes_004(routes: Routes<AuthState>) -> Routes<AuthState> {
    let one = own().about(Subject::Profile).refuses(404).not_even_staff().tells_message().of("004").round_trips(3);
    let written = one.limit(RouteLimit::OtherWritesAccount);
    routes
        .add(one.round_trips(1), routes!(auth_users_by_id::show_user))
        .add(written, routes!(auth_users_by_id::put_user))
        .add(written, routes!(auth_users_by_id::patch_user))
        .add(
            written.body(r#"{"current_password": "$PASSWORD"}"#).round_trips(5),
            routes!(auth_users_by_id::delete_user),
        )
}
