//! DynamoDB: tables, keys, items; one file per aggregate.
//!
//! Every invariant is a condition on a write. No DynamoDB type leaves this crate.

mod accounts;
mod credentials;
mod db;
mod error;
mod health;
mod item;
mod keys;
mod profiles;
mod registration;
mod sessions;
mod transaction;
mod tweets;

pub use accounts::{Accounts, User};
pub use credentials::{Credentials, Principal, Standing};
pub use db::Db;
pub use error::StoreError;
pub use keys::{PublicKey, SigningKey, SigningKeys};
pub use profiles::{Picture, Profile, ProfileChange, Profiles};
pub use registration::{Registration, RegistrationError};
pub use sessions::{Optimistic, Session, SessionKind, SessionOpening};
pub use tweets::{Media, Tweet, Tweets};
