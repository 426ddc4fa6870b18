//! The administration website: `/admin/…`, as a browser without JavaScript sees it.

mod access;
mod acts_by_api;
mod audit;
mod browser;
mod content;
mod cost;
mod functions;
mod reports;
mod users;
