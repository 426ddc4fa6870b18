//! The routes of the function.

use aviary_web::{RouteLimit, Routes, Subject, own, routes, user};

use crate::originals::{avatar, friends, friends_add, friends_remove, status, update_last_seen};
use crate::state::UsersState;
use crate::{create, delete, item};

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<UsersState> {
    routes_003(documented(Routes::default()))
}

fn documented(routes: Routes<UsersState>) -> Routes<UsersState> {
    routes
        .add(
            own()
                .creates()
                .limit(RouteLimit::ProfileChangesAccount)
                .body(r#"{"username": "$OWNER", "biography": "$MARK"}"#)
                .round_trips(4)
                .of("003"),
            routes!(create::create_user),
        )
        .add(user().about(Subject::Account).round_trips(2).of("003"), routes!(item::show_user))
        .add(
            own().about(Subject::Account).limit(RouteLimit::OtherWritesAccount).round_trips(3).of("003"),
            routes!(delete::delete_user),
        )
}

/// What document 003's clients call beside the document.
fn routes_003(routes: Routes<UsersState>) -> Routes<UsersState> {
    let shown = user().about(Subject::Account).round_trips(2).tells_message().of("003");
    let as_user = own().about(Subject::Account).not_even_staff().tells_message().of("003");
    routes
        .add(shown, routes!(status::show_status))
        .add(
            as_user.body(r#"{"isOnline": true}"#).limit(RouteLimit::OtherWritesAccount).round_trips(3),
            routes!(update_last_seen::update_last_seen),
        )
        .add(shown.round_trips(3), routes!(friends::list_friends))
        .add(as_user.limit(RouteLimit::SpreadAccount).round_trips(3), routes!(friends_add::add_friend))
        .add(as_user.limit(RouteLimit::OtherWritesAccount).round_trips(4), routes!(friends_remove::remove_friend))
        .add(shown, routes!(avatar::show_avatar))
}
