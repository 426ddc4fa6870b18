//! The service from end to end, over HTTP, as its clients use it. Modules are arranged like the URLs; `rules` is
//! what holds for all of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod api_auth_signup;
mod api_tweets;
mod auth_jwt;
mod auth_login;
mod auth_register;
mod auth_users_me;
mod events;
mod main_job;
mod profile;
mod races;
mod refresh_families;
mod routes;
mod rules;
mod status;
mod steps;
mod tweet;
mod tweet_images;
