//! Profiles: what is shown of a user, and what stands between users: follows, blocks, mutes.

mod answer;
mod changing;
mod people;
mod relating;
mod routes;
mod state;

pub mod block;
pub mod blocked;
pub mod default_picture;
pub mod edit_profile;
pub mod follow;
pub mod followers;
pub mod following;
pub mod mute;
pub mod muted;
pub mod search;
pub mod show;
pub mod unblock;
pub mod unfollow;
pub mod unmute;
pub mod update;
pub mod view_profile;

pub use routes::routes;
pub use state::ProfilesState;
