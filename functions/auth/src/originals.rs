//! What the documents' own front-ends call beside the documents. A layer that translates names and shapes: it has no
//! store operation, no rule and no limit of its own (`docs/decisions/0022-originals-and-ranked-lists.md`).

pub mod api_auth_user_current_user;

use aviary_web::{Routes, user};
use utoipa_axum::routes;

use crate::state::AuthState;

/// Adds the route of document 000's front-end.
pub(crate) fn routes_000(routes: Routes<AuthState>) -> Routes<AuthState> {
    routes.add(user().round_trips(1).tells_message().of("000"), routes!(api_auth_user_current_user::current_user))
}
