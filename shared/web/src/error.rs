//! Errors in the shapes of Django REST framework, which the clients of these APIs parse.

use std::borrow::Cow;
use std::fmt;

use aviary_model::EntropyError;
use aviary_store::{StoreError, WriteError};
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

const CHALLENGE: &str = "Bearer realm=\"api\"";

/// A refusal: its status, and the body that the client sees.
#[derive(Debug)]
pub struct ApiError(Box<Refusal>);

#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    body: Value,
    header: Option<(HeaderName, HeaderValue)>,
    /// What only the log learns.
    cause: Option<String>,
}

/// The cause of a 500, on its way to the log. The client gets the request's id in its place.
#[derive(Clone, Debug)]
pub(crate) struct Failure(pub(crate) String);

impl ApiError {
    /// Any refusal of the form `{"detail": …}`.
    #[must_use]
    pub fn detail(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::body(status, json!({ "detail": detail.into() }))
    }

    /// Any refusal of the form `{"detail": …, "code": …}`.
    #[must_use]
    pub fn code(status: StatusCode, detail: &str, code: &str) -> Self {
        Self::body(status, json!({ "detail": detail, "code": code }))
    }

    /// A refusal with a body of its own. A 401 always carries the challenge.
    #[must_use]
    pub fn body(status: StatusCode, body: Value) -> Self {
        let header =
            (status == StatusCode::UNAUTHORIZED).then_some((WWW_AUTHENTICATE, HeaderValue::from_static(CHALLENGE)));
        Self(Box::new(Refusal { status, body, header, cause: None }))
    }

    /// 400 for one field.
    #[must_use]
    pub fn field(name: &str, message: impl fmt::Display) -> Self {
        let mut errors = FieldErrors::default();
        errors.push(name, message);
        errors.into()
    }

    /// 401: no credential came.
    #[must_use]
    pub fn not_authenticated() -> Self {
        Self::detail(StatusCode::UNAUTHORIZED, "Authentication credentials were not provided.")
    }

    /// 403: a credential came and is not enough.
    #[must_use]
    pub fn permission_denied() -> Self {
        Self::detail(StatusCode::FORBIDDEN, "You do not have permission to perform this action.")
    }

    /// 403: somebody whom it would have reached blocks the caller.
    #[must_use]
    pub fn blocked() -> Self {
        Self::detail(StatusCode::FORBIDDEN, "You are blocked by this user.")
    }

    /// 404.
    #[must_use]
    pub fn not_found() -> Self {
        Self::detail(StatusCode::NOT_FOUND, "Not found.")
    }

    /// 405, with what the path does take.
    #[must_use]
    pub fn method_not_allowed(method: &http::Method, allow: &str) -> Self {
        let mut error = Self::detail(StatusCode::METHOD_NOT_ALLOWED, format!("Method \"{method}\" not allowed."));
        error.0.header = HeaderValue::from_str(allow).ok().map(|value| (ALLOW, value));
        error
    }

    /// 413.
    #[must_use]
    pub fn too_large() -> Self {
        Self::detail(StatusCode::PAYLOAD_TOO_LARGE, "Request body too large.")
    }

    /// 415.
    #[must_use]
    pub fn unsupported_media_type(content_type: &str) -> Self {
        Self::detail(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("Unsupported media type \"{content_type}\" in request."),
        )
    }

    /// 429, with DRF's text.
    #[must_use]
    pub fn throttled(seconds: i64) -> Self {
        let seconds = seconds.max(1);
        let unit = if seconds == 1 { "second" } else { "seconds" };
        let text = format!("Request was throttled. Expected available in {seconds} {unit}.");
        let mut error = Self::detail(StatusCode::TOO_MANY_REQUESTS, text);
        error.0.header = Some((RETRY_AFTER, HeaderValue::from(seconds)));
        error
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// 500: the cause goes to the log, the client gets the request's id.
    #[must_use]
    pub fn internal(cause: impl fmt::Display) -> Self {
        let mut error = Self::detail(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error.");
        error.0.cause = Some(cause.to_string());
        error
    }

    /// 503: a service behind us is throttled or away for longer than retries bridge.
    #[must_use]
    pub fn unavailable(cause: impl fmt::Display) -> Self {
        let mut error = Self::detail(StatusCode::SERVICE_UNAVAILABLE, "Service temporarily unavailable.");
        error.0.header = Some((RETRY_AFTER, HeaderValue::from_static("5")));
        error.0.cause = Some(cause.to_string());
        error
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Refusal { status, body, header, cause } = *self.0;
        let json = HeaderValue::from_static("application/json");
        let mut response = (status, [(CONTENT_TYPE, json)], body.to_string()).into_response();
        if let Some((name, value)) = header {
            response.headers_mut().insert(name, value);
        }
        if let Some(cause) = cause {
            response.extensions_mut().insert(Failure(cause));
        }
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        if error.is_passing() { Self::unavailable(error) } else { Self::internal(error) }
    }
}

impl From<WriteError> for ApiError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Blocked => Self::blocked(),
            WriteError::Store(error) => error.into(),
        }
    }
}

impl From<EntropyError> for ApiError {
    fn from(error: EntropyError) -> Self {
        Self::internal(error)
    }
}

/// What is wrong with which field; all of it at once, in the order of the fields.
#[derive(Debug, Default, serde::Serialize)]
#[serde(transparent)]
pub struct FieldErrors(Map<String, Value>);

impl FieldErrors {
    /// Adds a message to a field's.
    pub fn push(&mut self, field: &str, message: impl fmt::Display) {
        let messages = self.0.entry(field).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(messages) = messages {
            messages.push(Value::String(message.to_string()));
        }
    }

    /// Puts a nested serializer's errors below a field.
    pub fn nest(&mut self, field: &str, errors: Self) {
        if !errors.is_empty() {
            self.0.insert(field.to_owned(), Value::Object(errors.0));
        }
    }

    /// Nothing wrong?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Goes on only if nothing is wrong.
    ///
    /// # Errors
    /// 400 with all messages.
    pub fn check(self) -> Result<(), ApiError> {
        if self.is_empty() { Ok(()) } else { Err(self.into()) }
    }
}

impl From<FieldErrors> for ApiError {
    fn from(errors: FieldErrors) -> Self {
        Self::body(StatusCode::BAD_REQUEST, Value::Object(errors.0))
    }
}
