//! What the documents' own front-ends call: for each a client that acts as the front-end does, screen by screen, and the
//! rules of its routes.

mod browser;
mod costs;
mod djoser_by_id;
mod new_twitter;
mod raven;
mod transcendence;
