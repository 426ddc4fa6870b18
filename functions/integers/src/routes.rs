//! The route table.

use aviary_web::{RouteLimit, Routes, own, routes};

use crate::state::IntegersState;
use crate::{operation, session, set, upload};

/// Every route of the function. Staff reach no one's integers here.
#[must_use]
pub fn routes() -> Routes<IntegersState> {
    let integers = own().not_even_staff().of("002");
    let creates = integers.creates().limit(RouteLimit::WritesAccount).round_trips(4);
    let deletes = integers.limit(RouteLimit::OtherWritesAccount).round_trips(4);
    let a_set = r#"{"user_id": "$OWNER_ID", "session_id": "theirs", "set_id": "a"}"#;
    let a_session = r#"{"user_id": "$OWNER_ID", "session_id": "theirs"}"#;
    Routes::default()
        .add(
            creates.body(
                r#"{"user_id": "$OWNER_ID", "session_id": "theirs", "set_id": "$MARK",
                    "integers": [{"index": 0, "X": 2, "q": 2}]}"#,
            ),
            routes!(set::store_set),
        )
        .add(integers.body(a_set).round_trips(3), routes!(set::show_set))
        .add(deletes.body(a_set), routes!(set::delete_set))
        .add(
            creates
                .body(r#"{"user_id": "$OWNER_ID", "session_id": "theirs", "set_id": "$MARK", "equation": "a+a"}"#)
                .round_trips(7),
            routes!(operation::compute_set),
        )
        .add(
            creates
                .body(
                    r#"{"user_id": "$OWNER_ID", "session_id": "theirs",
                    "integer_sets": [{"set_id": "$MARK", "integers": [{"index": 0, "X": 1, "q": 1}]}]}"#,
                )
                .round_trips(5),
            routes!(session::replace_session),
        )
        .add(integers.body(a_session).round_trips(3), routes!(session::show_session))
        .add(deletes.body(a_session), routes!(session::delete_session))
        .add(
            own().creates().limit(RouteLimit::UploadsAccount).body(r#"{"size": 100}"#).round_trips(3),
            routes!(upload::create_upload),
        )
}
