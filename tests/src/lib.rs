//! What the end-to-end tests are written with: the running service, its clients, accounts and photos.
//!
//! Everything here is for tests, so whatever goes wrong panics with a sentence that says what it was.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod acts;
pub mod ids;
pub mod limits;
pub mod messages;

mod account;
mod answer;
mod audit_trail;
mod call;
mod cipher;
mod dynamodb;
mod event;
mod eventually;
mod fault;
mod fault_proxy;
mod forge;
mod form;
mod function;
mod mail;
mod names;
mod own_aws;
mod photo;
mod service;
mod video;

pub use account::{Account, Cookies, PASSWORD};
pub use answer::{Answer, SetCookie};
pub use call::Call;
pub use cipher::Cipher;
pub use dynamodb::Dynamodb;
pub use event::Event;
pub use eventually::eventually;
pub use fault::{AwsError, Fault};
pub use fault_proxy::{AwsCall, FaultProxy};
pub use forge::{Forge, claims_of, now, unsigned};
pub use form::Form;
pub use function::{Function, Invoked, environment_of};
pub use mail::Mail;
pub use names::unique;
pub use own_aws::OwnAws;
pub use photo::{is_same_picture, jpeg, jpeg_with_gps, png, says_where_it_was_taken};
pub use service::{Service, event_files};
pub use video::{mp4_with_position, says_where_it_was_filmed};
