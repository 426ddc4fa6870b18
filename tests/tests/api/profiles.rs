//! Profiles and relations between people: `/profile…` and `/api/profiles/…`.

mod block;
mod follow;
mod lists;
mod profile;
mod search;
mod view_profile;
