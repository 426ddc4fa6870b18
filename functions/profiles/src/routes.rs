//! The routes of the function.

use aviary_web::{RouteLimit, Routes, Subject, any, own, routes, user};

use crate::originals::avatar;
use crate::originals::raven::routes_000;
use crate::state::ProfilesState;
use crate::{
    block, blocked, edit, follow, followers, following, mute, muted, profile, profile_default_png, profile_update,
    report, search, view_profile,
};

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<ProfilesState> {
    routes_003(routes_000(relations(profiles(Routes::default()))))
}

fn profiles(routes: Routes<ProfilesState>) -> Routes<ProfilesState> {
    let limit = RouteLimit::ProfileChangesAccount;
    let edit = own().body(r#"{"profile_id": "$OWNER_ID", "bio": "taken over"}"#).limit(limit).round_trips(3).of("000");
    routes
        .add(any().query("username=$OWNER").round_trips(2).of("001"), routes!(profile::show_profile))
        .add(any(), routes!(profile_default_png::default_picture))
        .add(
            own().query("username=$OWNER").body(r#"{"bio": "taken over"}"#).limit(limit).round_trips(3).of("001"),
            routes!(profile_update::update_profile),
        )
        .add(user().about(Subject::Profile).round_trips(1).of("000"), routes!(view_profile::view_profile))
        .add(edit, routes!(edit::edit_profile))
        .add(edit, routes!(edit::edit_profile_as_printed))
        .add(user().query("q=$OWNER").limit(RouteLimit::SearchAddress).round_trips(2), routes!(search::search_profiles))
}

fn relations(routes: Routes<ProfilesState>) -> Routes<ProfilesState> {
    let relation = user().about(Subject::Profile).round_trips(3);
    let undone = relation.limit(RouteLimit::OtherWritesAccount);
    let done = relation
        .repeatable("Two people have at most one such relation, however often it is asked for.")
        .limit(RouteLimit::SpreadAccount);
    let list = user().round_trips(2);
    routes
        .add(done, routes!(follow::follow))
        .add(undone, routes!(follow::unfollow))
        .add(
            relation
                .body(r#"{"reason": "abuse", "note": "$MARK"}"#)
                .repeatable("A user reports a thing at most once; the first report is the answer again.")
                .limit(RouteLimit::OtherWritesAccount),
            routes!(report::report_profile),
        )
        .add(list.about(Subject::Profile), routes!(followers::list_followers))
        .add(list.about(Subject::Profile), routes!(following::list_following))
        .add(done, routes!(block::block))
        .add(undone, routes!(block::unblock))
        .add(list, routes!(blocked::list_blocked))
        .add(done, routes!(mute::mute))
        .add(undone, routes!(mute::unmute))
        .add(list, routes!(muted::list_muted))
}

/// What document 003's clients call beside the document. The sample has no picture, which JSON cannot hold.
fn routes_003(routes: Routes<ProfilesState>) -> Routes<ProfilesState> {
    let own_picture = own().limit(RouteLimit::ProfileChangesAccount).round_trips(3).answers(400);
    routes.add(own_picture.tells_message().of("003"), routes!(avatar::patch_avatar))
}
