//! The administration website: `/admin/…`, as a browser without JavaScript sees it.

mod access;
mod audit;
mod browser;
mod content;
mod cost;
mod functions;
mod reports;
mod users;
