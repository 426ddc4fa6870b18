//! What a visitor gets who may not see a page, or asks for one that is not there.

use aviary_model::EntropyError;
use aviary_store::StoreError;
use aviary_web::ApiError;
use axum::body::Body;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::html;

use crate::page::{bare_page, headers};
use crate::query::url;

/// Why a page is not shown.
#[derive(Debug)]
pub enum Refusal {
    /// Nobody is signed in. The login leads back to this place.
    Login(Option<String>),
    /// A page that says so.
    Page(StatusCode, String),
    /// Another error of the service.
    Error(ApiError),
}

impl Refusal {
    /// What an error means to a browser, which is here.
    pub(crate) fn of(error: ApiError, here: Option<String>) -> Self {
        match error.status() {
            StatusCode::UNAUTHORIZED => Self::Login(here),
            _ => Self::Error(error),
        }
    }

    pub(crate) fn page(status: StatusCode, text: &str) -> Self {
        Self::Page(status, text.to_owned())
    }

    pub(crate) fn not_found() -> Self {
        Self::page(StatusCode::NOT_FOUND, "There is no such thing, or it was deleted.")
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Error(error)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Error(error.into())
    }
}

impl From<EntropyError> for Refusal {
    fn from(error: EntropyError) -> Self {
        Self::Error(error.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Login(here) => {
                let next = here.iter().map(|here| ("next", here.as_str()));
                Redirect::to(&url("/admin/login/", next)).into_response()
            }
            Self::Page(status, text) => told(status.into_response(), status, &text),
            Self::Error(error) => {
                let status = error.status();
                let detail = error.json().get("detail").and_then(|detail| detail.as_str()).unwrap_or("Not possible.");
                let text = detail.to_owned();
                told(error.into_response(), status, &text)
            }
        }
    }
}

/// The same response with a page as its body. Its other headers, such as `Retry-After`, stay.
fn told(mut response: Response, status: StatusCode, text: &str) -> Response {
    let title = match status {
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::TOO_MANY_REQUESTS => "Too many requests",
        status if status.is_server_error() => "That did not work",
        _ => "Not possible",
    };
    let body = html! {
        p { (text) }
        p { a href="/admin/" { "To the administration" } " or "
            a href="/admin/login/" { "sign in with another account" } }
    };
    response.headers_mut().extend(headers(None));
    *response.body_mut() = Body::from(bare_page(title, &body).into_string());
    response
}
