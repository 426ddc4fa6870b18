//! Raven, the front-end of document 000.

mod browser;
mod client;
mod costs;
mod people;
mod ranked;
mod replies;
mod screens;
mod tweets;
