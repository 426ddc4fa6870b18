//! What `auth` and `admin` both do to accounts: logins, changes, deactivation, deletion, and the events that tell of them.
//!
//! There is one way to do each of these. `auth` does them for the account's owner, `admin` for staff.

mod account_change;
mod activation;
mod context;
mod login;
mod password_check;
mod security_events;

pub use account_change::{
    FIELDS, FieldNames, change, change_by, changed_meanwhile, check_new, delete, end_sessions, hash_new, invalid_token,
    taken,
};
pub use activation::{ask_reset, set_active, set_staff};
pub use context::AccountContext;
pub use login::{SignedIn, WEB_SESSION_SECONDS, authenticate, open_web, with_web_session};
pub use password_check::check_password;
pub use security_events::{audit, audit_about, audit_refused, security_event};
