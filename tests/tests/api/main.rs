//! The service from end to end, over HTTP, as its clients use it.
//!
//! A folder holds the tests of one function. A file in it has the words of the URL that follow the folder's name:
//! `/api/profiles/<id>/follow/` is `profiles/follow.rs`, `/integers/set/` is `integers/set.rs`. In `auth` a file has the
//! whole URL, because `/auth/login/` and `/api/auth/login/` differ: `auth/auth_login.rs`, `auth/api_auth_login.rs`.
//! `contracts`, `originals`, `resilience`, `scenarios` and `tools` hold tests of more than one function.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod admin;
mod auth;
mod contracts;
mod docs;
mod integers;
mod notifications;
mod originals;
mod profiles;
mod resilience;
mod scenarios;
mod status;
mod tools;
mod tweets;
mod users;
