//! Who a caller is: passwords, tokens, sessions, CSRF, and the [`Unconfirmed`] and [`Caller`] that handlers
//! take.
//!
//! A [`Unconfirmed`] has shown a credential whose form and signature hold. A [`Caller`] has been looked up:
//! the account is active and the session goes on. Writes want a `Caller`.

mod caller;
mod common_passwords;
mod credential;
mod csrf;
mod digest;
mod django;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod keyring;
mod limits;
mod mail_link;
mod password;
mod policy;
mod refresh;
mod rotation;
mod similarity;
mod token;
mod unconfirmed;

pub use caller::Caller;
pub use csrf::TrustedOrigins;
pub use digest::digest;
pub use django::{from_django, is_django_hash};
pub use keyring::{Issuer, KeyError, Verifier, fresh_seconds};
pub use limits::{Limit, Limiter, Limits, LoginAttempt};
pub use mail_link::{from_uid, reset_state, uid};
pub use password::{PasswordError, PasswordText, PasswordTextError, Passwords, is_outdated};
pub use policy::{Policy, PolicyError, SignupForm, at_change, without_owner};
pub use refresh::{Refresh, RefreshError, Refreshed};
pub use rotation::{PUBLISHED_SECONDS, Rotation, SIGNING_SECONDS, Turned};
pub use token::{Claims, Lifetime, TokenError, TokenKind};
pub use unconfirmed::{Authenticator, HeaderUnconfirmed, MaybeUnconfirmed, Unconfirmed};
