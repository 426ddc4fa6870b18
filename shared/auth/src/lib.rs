//! Authentication: passwords, tokens, sessions, CSRF, rate limits, and the caller of a request.
//!
//! A handler takes an [`Unconfirmed`]: the form and the signature of its credential are valid. Confirming it gives a
//! [`Caller`]: the account is active, the session has not ended, and the request is within the limit of its row in the
//! table of routes. Only a `Caller` may write, and only a `Caller` counts against the limits of its account.

mod audit_trail;
mod authenticator;
mod body_credential;
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
mod optional_credential;
mod password;
mod policy;
mod refresh;
mod rotation;
mod similarity;
mod token;
mod unconfirmed;
mod verified_tokens;

pub use audit_trail::{AuditTrail, StaffAct};
pub use authenticator::{Authenticates, Authenticator, AuthenticatorParts};
pub use body_credential::BodyCredential;
pub use caller::Caller;
pub use csrf::TrustedOrigins;
pub use digest::digest;
pub use django::{from_django, is_django_hash};
pub use keyring::{Issuer, KeyError, Verifier, fresh_seconds};
pub use limits::{AccountCounts, Limit, Limiter, Limits, LoginAttempt};
pub use mail_link::{from_uid, reset_state, uid};
pub use optional_credential::{HeaderUnconfirmed, MaybeUnconfirmed};
pub use password::{PasswordError, PasswordText, PasswordTextError, Passwords, is_outdated};
pub use policy::{Policy, PolicyError, SignupForm, at_change, without_owner};
pub use refresh::{Refresh, RefreshError, Refreshed};
pub use rotation::{PUBLISHED_SECONDS, Rotation, RotationOutcome, SIGNING_SECONDS};
pub use token::{Claims, Lifetime, TokenError, TokenKind, is_long_access};
pub use unconfirmed::{Unconfirmed, user_inactive, user_not_found};
