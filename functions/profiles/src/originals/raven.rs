//! The routes of Raven, the front-end of document 000, below `/api/profiles/`. The files are named after what their URLs
//! are about.
//!
//! | URL | File |
//! |---|---|
//! | `follow_status/<id>/`, `get_followers/<id>/`, `get_following/<id>/` | `follows.rs` |
//! | `most_popular/`, `who_to_follow/` | `suggestions.rs` |
//! | `search/` by `POST` | `search.rs` |

pub mod follows;
pub mod search;
pub mod suggestions;

use aviary_representation::Brief;
use aviary_store::Profile;
use aviary_web::{RouteLimit, RouteSpec, Routes, Subject, routes, user};

use crate::state::ProfilesState;

/// How many entries a list has.
const NEWEST: i32 = 100;

/// Adds the routes of document 000's front-end.
pub(crate) fn routes_000(routes: Routes<ProfilesState>) -> Routes<ProfilesState> {
    let list = reads(2).about(Subject::Profile);
    let search = reads(2).reads().limit(RouteLimit::SearchAddress).body(r#"{"search_input": "@$MARK"}"#);
    routes
        .add(reads(3).about(Subject::Profile).limit(RouteLimit::SpreadAccount), routes!(follows::toggle_follow))
        .add(list, routes!(follows::list_followers))
        .add(list, routes!(follows::list_following))
        .add(reads(3), routes!(suggestions::list_popular))
        .add(reads(3), routes!(suggestions::list_suggested))
        .add(search, routes!(search::search))
}

fn reads(round_trips: u8) -> RouteSpec {
    user().round_trips(round_trips).tells_message().of("000")
}

/// Shows the people of lists as document 000's front-end reads them.
fn brief(state: &ProfilesState) -> impl Fn(&Profile, bool) -> Brief {
    let media = state.bucket.urls();
    move |profile, is_followed| Brief::of(profile, is_followed, media)
}
