//! The routes of the function.

use aviary_web::{Routes, Who};
use utoipa_axum::routes;

use crate::state::ProfilesState;
use crate::{
    block, blocked, edit, follow, followers, following, mute, muted, profile, profile_default_png, profile_update,
    search, view_profile,
};

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<ProfilesState> {
    Routes::default()
        .add(Who::Any, routes!(profile::show_profile))
        .add(Who::Any, routes!(profile_default_png::default_picture))
        .add(Who::Own, routes!(profile_update::update_profile))
        .add(Who::User, routes!(view_profile::view_profile))
        .add(Who::Own, routes!(edit::edit_profile))
        .add(Who::Own, routes!(edit::edit_profile_as_printed))
        .add(Who::User, routes!(search::search_profiles))
        .add(Who::User, routes!(follow::follow))
        .add(Who::User, routes!(follow::unfollow))
        .add(Who::User, routes!(followers::list_followers))
        .add(Who::User, routes!(following::list_following))
        .add(Who::User, routes!(block::block))
        .add(Who::User, routes!(block::unblock))
        .add(Who::User, routes!(blocked::list_blocked))
        .add(Who::User, routes!(mute::mute))
        .add(Who::User, routes!(mute::unmute))
        .add(Who::User, routes!(muted::list_muted))
}
