//! The routes of the function.

use aviary_web::{RouteLimit, Routes, Subject, own, routes, user};

use crate::state::UsersState;
use crate::{create, delete, item};

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<UsersState> {
    Routes::default()
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
