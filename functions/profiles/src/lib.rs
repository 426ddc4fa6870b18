//! The `profiles` function: profiles, and the relations between users: follows, blocks and mutes.
//!
//! A URL names its file, which holds all methods of the URL. Drop `/api/profiles/` and ids from the URL; the words that
//! remain, joined by `_`, are the file:
//!
//! | URL | File |
//! |---|---|
//! | `/profile`, `/profile/update` | `profile.rs`, `profile_update.rs` |
//! | `/profile/default.png` | `profile_default_png.rs` |
//! | `/api/profiles/view_profile/<id>/` | `view_profile.rs` |
//! | `/api/profiles/<id>/follow/`, `/api/profiles/<id>/followers/` | `follow.rs`, `followers.rs` |
//! | what the documents' own front-ends call beside the documents | `originals/`, a folder for each document |

mod apply_change;
mod people_lists;
mod relation_target;
mod response;
mod routes;
mod state;

pub mod block;
pub mod blocked;
pub mod edit;
pub mod follow;
pub mod followers;
pub mod following;
pub mod mute;
pub mod muted;
pub mod originals;
pub mod profile;
pub mod profile_default_png;
pub mod profile_update;
pub mod report;
pub mod search;
pub mod view_profile;

pub use routes::routes;
pub use state::{ProfilesParts, ProfilesState};
