//! The client, the local AWS and the requests that the end-to-end tests are written with.
//!
//! Everything here is for tests: a failure panics with a sentence that says what went wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod acts;
pub mod chromium;
pub mod ids;
pub mod limits;
pub mod messages;
pub mod raw_socket;

mod client;
mod clock;
mod eventually;
mod files;
mod forge;
mod jwt;
mod local_aws;
mod names;
mod secrets;
mod seen;
mod things;

pub use client::{Account, Answer, Browser, Call, Cipher, Cookies, Form, PASSWORD, Service, SetCookie};
pub use clock::now;
pub use eventually::{eventually, eventually_is};
pub use files::{
    filmed_samples, is_same_picture, jpeg, jpeg_with_gps, mov_with_position, mp4_with_position, png, samples_of,
    says_where_it_was_filmed, says_where_it_was_taken,
};
pub use forge::Forge;
pub use jwt::{claims_of, unsigned};
pub use local_aws::{
    AwsCall, AwsError, Dynamodb, Event, Fault, FaultProxy, Function, Invoked, Mail, OwnAws, OwnFront, OwnService,
    environment_of, event_files,
};
pub use names::unique;
pub use things::{Sample, Things};
