//! Who a caller is: passwords, tokens, sessions, CSRF, and the [`Claimed`] and [`Caller`] that handlers
//! take.
//!
//! A [`Claimed`] has shown a credential whose form and signature hold. A [`Caller`] has been looked up:
//! the account is active and the session goes on. Writes want a `Caller`.

mod caller;
mod claimed;
mod common_passwords;
mod credential;
mod csrf;
mod digest;
mod keyring;
mod password;
mod policy;
mod refresh;
mod similarity;
mod token;

pub use caller::Caller;
pub use claimed::{Claimed, Guard};
pub use csrf::TrustedOrigins;
pub use digest::digest;
pub use keyring::{Issuer, KeyError, Verifier};
pub use password::{PasswordError, PasswordText, PasswordTextError, Passwords};
pub use policy::{Policy, PolicyError, SignupForm};
pub use refresh::{Refresh, RefreshError, Refreshed};
pub use token::{Claims, Lifetime, TokenError, TokenKind};
