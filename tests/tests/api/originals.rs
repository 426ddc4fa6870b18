//! Acting clients: what the front-ends that were written for the documents do, screen by screen, reading only the fields
//! that they read.

mod djoser_by_id;
mod new_twitter;
mod transcendence;
