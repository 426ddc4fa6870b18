//! DynamoDB: tables, keys, items; one file per aggregate.
//!
//! Every invariant is a condition on a write. No DynamoDB type leaves this crate.

mod account_change;
mod account_deletion;
mod accounts;
mod activity;
mod credentials;
mod db;
mod error;
mod health;
mod integers;
mod item;
mod jobs;
mod keys;
mod limits;
mod once;
mod one_time;
mod profiles;
mod purge;
mod registration;
mod session_list;
mod sessions;
mod sign_in;
mod staff;
mod transaction;
mod tweets;
mod user_service;

pub use account_change::{AccountChange, AccountChangeError, AccountTables, EndSessions};
pub use accounts::{Accounts, User};
pub use activity::{Activities, Activity, ActivityPage};
pub use credentials::{Credentials, Principal, Standing};
pub use db::Db;
pub use error::StoreError;
pub use integers::{
    Integers, MAX_SESSION_BYTES, MAX_SESSION_SETS, Manifest, OpenSession, SessionBound, SetContent, SetPage, SetWrite,
    StoredSet, Written,
};
pub use jobs::{Job, Jobs, Task};
pub use keys::{PublicKey, SigningKey, SigningKeys};
pub use limits::Counted;
pub use once::{Once, OnceClaim};
pub use one_time::{OneTime, OneTimeKind, Redeemable};
pub use profiles::{Picture, Profile, ProfileChange, Profiles, ServiceProfile};
pub use purge::{Purge, TweetPage};
pub use registration::{Registration, RegistrationError};
pub use session_list::SessionPage;
pub use sessions::{Optimistic, Session, SessionKind, SessionOpening};
pub use sign_in::{DeviceToken, MAX_DEVICE_TOKENS, SignIn};
pub use tweets::{Media, Tweet, Tweets};
