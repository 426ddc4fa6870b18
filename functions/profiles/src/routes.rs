//! The table of routes.

use aviary_web::{Routes, Who};
use utoipa_axum::routes;

use crate::{
    ProfilesState, block, blocked, default_picture, edit_profile, follow, followers, following, mute, muted, search,
    show, unblock, unfollow, unmute, update, view_profile,
};

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<ProfilesState> {
    Routes::default()
        .add(Who::Any, routes!(show::show))
        .add(Who::Any, routes!(default_picture::default_picture))
        .add(Who::Own, routes!(update::update))
        .add(Who::User, routes!(view_profile::view_profile))
        .add(Who::Own, routes!(edit_profile::edit_profile))
        .add(Who::Own, routes!(edit_profile::edit_profile_as_printed))
        .add(Who::User, routes!(search::search))
        .add(Who::User, routes!(follow::follow))
        .add(Who::User, routes!(unfollow::unfollow))
        .add(Who::User, routes!(followers::followers))
        .add(Who::User, routes!(following::following))
        .add(Who::User, routes!(block::block))
        .add(Who::User, routes!(unblock::unblock))
        .add(Who::User, routes!(blocked::blocked))
        .add(Who::User, routes!(mute::mute))
        .add(Who::User, routes!(unmute::unmute))
        .add(Who::User, routes!(muted::muted))
}
