//! Error responses in the shapes of Django REST framework, which clients parse.

use std::borrow::Cow;
use std::fmt;

use aviary_model::EntropyError;
use aviary_store::{SignInError, StoreError, WriteError};
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

const CHALLENGE: &str = "Bearer realm=\"api\"";

/// An error response: the status, the body, and the cause for the log.
#[derive(Debug)]
pub struct ApiError(Box<Refusal>);

#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    body: Value,
    header: Option<(HeaderName, HeaderValue)>,
    /// Written to the log only.
    cause: Option<String>,
}

/// The cause of a 500 or 503, carried to the log in the response's extensions.
#[derive(Clone, Debug)]
pub(crate) struct Failure(pub(crate) String);

impl ApiError {
    /// An error with the body `{"detail": …}`.
    #[must_use]
    pub fn detail(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::body(status, json!({ "detail": detail.into() }))
    }

    /// An error with the body `{"detail": …, "code": …}`.
    #[must_use]
    pub fn code(status: StatusCode, detail: &str, code: &str) -> Self {
        Self::body(status, json!({ "detail": detail, "code": code }))
    }

    /// An error with any body. A 401 always has the `WWW-Authenticate` challenge.
    #[must_use]
    pub fn body(status: StatusCode, body: Value) -> Self {
        let header =
            (status == StatusCode::UNAUTHORIZED).then_some((WWW_AUTHENTICATE, HeaderValue::from_static(CHALLENGE)));
        Self(Box::new(Refusal { status, body, header, cause: None }))
    }

    /// 400 with one message for one field.
    #[must_use]
    pub fn field(name: &str, message: impl fmt::Display) -> Self {
        let mut errors = FieldErrors::default();
        errors.push(name, message);
        errors.into()
    }

    /// 401: the request has no credential.
    #[must_use]
    pub fn not_authenticated() -> Self {
        Self::detail(StatusCode::UNAUTHORIZED, "Authentication credentials were not provided.")
    }

    /// 403: the caller is known and lacks the permission.
    #[must_use]
    pub fn permission_denied() -> Self {
        Self::detail(StatusCode::FORBIDDEN, "You do not have permission to perform this action.")
    }

    /// 403: a user whom the write would notify blocks the caller.
    #[must_use]
    pub fn blocked() -> Self {
        Self::detail(StatusCode::FORBIDDEN, "You are blocked by this user.")
    }

    /// 404, in DRF's words.
    #[must_use]
    pub fn not_found() -> Self {
        Self::detail(StatusCode::NOT_FOUND, "Not found.")
    }

    /// 405, with the path's methods in `Allow`.
    #[must_use]
    pub fn method_not_allowed(method: &http::Method, allow: &str) -> Self {
        let mut error = Self::detail(StatusCode::METHOD_NOT_ALLOWED, format!("Method \"{method}\" not allowed."));
        error.0.header = HeaderValue::from_str(allow).ok().map(|value| (ALLOW, value));
        error
    }

    /// 413: the event would exceed what Lambda accepts.
    #[must_use]
    pub fn too_large() -> Self {
        Self::detail(StatusCode::PAYLOAD_TOO_LARGE, "Request body too large.")
    }

    /// 415: no parser for this content type.
    #[must_use]
    pub fn unsupported_media_type(content_type: &str) -> Self {
        Self::detail(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("Unsupported media type \"{content_type}\" in request."),
        )
    }

    /// 429 with DRF's text. `seconds` is also the value of `Retry-After`, at least 1.
    #[must_use]
    pub fn throttled(seconds: i64) -> Self {
        let seconds = seconds.max(1);
        let unit = if seconds == 1 { "second" } else { "seconds" };
        let text = format!("Request was throttled. Expected available in {seconds} {unit}.");
        let mut error = Self::detail(StatusCode::TOO_MANY_REQUESTS, text);
        error.0.header = Some((RETRY_AFTER, HeaderValue::from(seconds)));
        error
    }

    /// The same error with the messages of one field under another name, for clients that sent it under that name.
    #[must_use]
    pub fn renaming(mut self, field: &str, sent_as: &str) -> Self {
        if let Value::Object(errors) = &mut self.0.body
            && let Some(messages @ Value::Array(_)) = errors.get(field).cloned()
        {
            errors.remove(field);
            errors.insert(sent_as.to_owned(), messages);
        }
        self
    }

    /// The HTTP status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The body, for a response in another form.
    #[must_use]
    pub fn json(&self) -> &Value {
        &self.0.body
    }

    /// 500: the cause goes to the log, and the client gets the request's id.
    #[must_use]
    pub fn internal(cause: impl fmt::Display) -> Self {
        let mut error = Self::detail(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error.");
        error.0.cause = Some(cause.to_string());
        error
    }

    /// 503: an AWS service was throttled or did not answer, after all retries. `Retry-After` is 5 seconds.
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
        match error {
            StoreError::Contended(_) => Self::throttled(1),
            error if error.is_passing() => Self::unavailable(error),
            error => Self::internal(error),
        }
    }
}

impl From<WriteError> for ApiError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Blocked => Self::blocked(),
            // Only if it changes again and again.
            WriteError::MediaChanged => Self::unavailable(error),
            WriteError::Store(error) => error.into(),
        }
    }
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Gone => Self::code(StatusCode::UNAUTHORIZED, "User not found", "user_not_found"),
            SignInError::TooOften { seconds } => Self::throttled(seconds),
            SignInError::Store(error) => error.into(),
        }
    }
}

impl From<EntropyError> for ApiError {
    fn from(error: EntropyError) -> Self {
        Self::internal(error)
    }
}

/// Messages by field, in the order in which the fields were read. A response has all of them at once.
#[derive(Debug, Default, serde::Serialize)]
#[serde(transparent)]
pub struct FieldErrors(Map<String, Value>);

impl FieldErrors {
    /// Adds a message for a field.
    pub fn push(&mut self, field: &str, message: impl fmt::Display) {
        let messages = self.0.entry(field).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(messages) = messages {
            messages.push(Value::String(message.to_string()));
        }
    }

    /// Adds the errors of a nested object below its field.
    pub fn nest(&mut self, field: &str, errors: Self) {
        if !errors.is_empty() {
            self.0.insert(field.to_owned(), Value::Object(errors.0));
        }
    }

    /// Whether no field has a message.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Fails if any field has a message.
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
