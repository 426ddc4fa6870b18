//! The `admin` function: the administration website. Its pages are rendered here and work without a script.
//!
//! The words of a URL after `/admin/` are its file, ids dropped; all methods of a URL are in one file:
//!
//! | URL | File |
//! |---|---|
//! | `/admin` | `dashboard.rs` |
//! | `/admin/login`, `/admin/logout` | `login.rs`, `logout.rs` |
//! | `/admin/users`, `/admin/users/<id>`, `/admin/users/<id>/edit` | `users.rs`, `user.rs`, `users_edit.rs` |
//! | `/admin/profiles`, `/admin/tweets`, `/admin/comments`, `/admin/media`, `/admin/uploads`, `/admin/integers` | as their words |
//! | `/admin/integers/session` | `integers_session.rs` |
//! | `/admin/functions` | `functions.rs` |
//! | `/admin/tweets/<id>`, `/admin/comments/<id>` | `tweet.rs`, `comment.rs` |
//! | `/admin/reports`, `/admin/reports/<target>` | `reports.rs`, `report.rs` |
//! | `/admin/act` | `act.rs`: what can be undone, for one thing or many |
//! | `/admin/delete` | `delete.rs`: what can't |
//! | `/admin/audit`, `/admin/audit/rows` | `audit.rs` |
//! | `/admin/assets/<name>` | `assets.rs` |
//!
//! `visitor.rs` admits staff, `refusal.rs` turns everybody else away, `page.rs` is the frame of every page, and
//! `parts.rs` has what several pages show.

mod assets;
mod audit_log;
mod chart;
mod fresh;
mod function_logs;
mod page;
mod parts;
mod people;
mod query;
mod refusal;
mod routes;
mod state;
mod target;
mod visitor;

pub mod act;
pub mod audit;
pub mod comment;
pub mod comments;
pub mod dashboard;
pub mod delete;
pub mod functions;
pub mod integers;
pub mod integers_session;
pub mod login;
pub mod logout;
pub mod media;
pub mod profiles;
pub mod report;
pub mod reports;
pub mod tweet;
pub mod tweets;
pub mod uploads;
pub mod user;
pub mod users;
pub mod users_edit;

pub use routes::routes;
pub use state::{AdminParts, AdminState};
