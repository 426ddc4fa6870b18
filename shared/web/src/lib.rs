//! The HTTP layer that all functions share: the rules that hold for every endpoint, each in one file.
//!
//! A function builds its [`Routes`], and [`run`] puts the common rules around them: request ids and logs, trailing
//! slashes, the size limit, CORS, cookies, and errors in Django REST framework's shapes.

mod body;
mod charset;
mod client_info;
mod cookies;
mod cors;
mod deadline;
mod described;
mod error;
mod error_message;
mod fields;
mod form;
mod form_digest;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod gateway;
mod health;
mod idempotency;
mod idempotent_post;
mod json_number;
mod line_breaks;
mod logged_caller;
mod media;
mod media_type;
mod multipart;
mod network;
pub mod openapi;
mod origins;
mod page;
mod path;
mod raw_json_fields;
mod read_budget;
mod request_body;
mod request_log;
mod route_spec;
mod routes;
mod row_limit;
mod serve;
mod surrogates;
mod trusted_proxy;
mod typed_fields;
mod unread_body;

pub use body::{Params, Payload};
pub use client_info::Client;
pub use cookies::{CSRF_COOKIE, Cookies, SESSION_COOKIE, SessionCookies};
pub use described::Described;
pub use error::{ApiError, FieldErrors};
pub use fields::Fields;
pub use form::{File, Form, Renaming, Value};
pub use health::{Check, Checks};
pub use idempotency::{IdempotencyKey, IdempotentRequest};
pub use json_number::JsonNumber;
pub use logged_caller::RequestLog;
pub use media::{inspect_file, inspect_video_file};
pub use network::network;
pub use origins::Origins;
pub use page::{Page, PageQuery};
#[doc(hidden)]
pub use pastey::paste;
pub use path::{PathText, PathTexts};
pub use read_budget::READ_UNITS_ADDRESS;
pub use route_spec::{Repeats, RouteLimit, RouteSpec, Subject, Who, any, own, staff, user};
pub use routes::{Route, Routes};
pub use row_limit::RowLimit;
pub use serve::{Layers, Served, run};
pub use unread_body::UnreadBody;
