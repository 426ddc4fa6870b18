//! The HTTP layer that every function shares: one place for each rule that holds for all endpoints.
//!
//! A function builds its [`Routes`], and [`serve`] puts the cross-cutting rules around them: request
//! ids and logs, trailing slashes, the size limit, CORS, cookies, errors in Django REST framework's
//! shapes.

mod body;
mod client;
mod cookies;
mod cors;
mod creating;
mod error;
mod events;
mod fields;
mod form;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod gateway;
mod idempotency;
mod observe;
mod page;
mod path;
mod routes;
mod serve;
mod settings;
mod start;
mod surrogates;
mod system;
mod unread;

pub use body::{Params, Payload};
pub use client::Client;
pub use cookies::{Cookies, SessionCookies};
pub use creating::CreationLimit;
pub use error::{ApiError, FieldErrors};
pub use events::{EventHandler, run_events};
pub use fields::Fields;
pub use form::{File, Form, Value};
pub use idempotency::{IdempotencyKey, IdempotentRequest};
pub use observe::RequestLog;
pub use page::{Page, PageQuery};
pub use path::PathText;
pub use routes::{Route, Routes, Who};
pub use serve::{Layers, serve};
pub use settings::{Settings, SettingsError};
pub use start::{Start, StartError, run};
pub use system::{OsEntropy, SystemClock};

/// The cookie that names a web session.
pub const SESSION_COOKIE: &str = "sessionid";
/// The cookie that a form or a script repeats to prove that it read it.
pub const CSRF_COOKIE: &str = "csrftoken";
