//! The service from end to end, over HTTP, as its clients use it. Modules are arranged like the URLs; `rules` is
//! what holds for all of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod api_auth_account;
mod api_auth_login;
mod api_auth_sessions;
mod api_auth_signup;
mod api_auth_user;
mod api_tweets;
mod api_users;
mod auth_jwt;
mod auth_login;
mod auth_register;
mod auth_token;
mod auth_users;
mod auth_users_me;
mod auth_users_me_change;
mod auth_users_reset_password;
mod auth_users_set_password;
mod auth_users_undo_email;
mod events;
mod idempotency;
mod limits;
mod main_job;
mod profile;
mod purge;
mod races;
mod refresh_families;
mod routes;
mod rules;
mod status;
mod steps;
mod tweet;
mod tweet_images;
