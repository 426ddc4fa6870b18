//! `GET /`: the front door, which says what this is and leads to the rest.

use aviary_web::Client;
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::{CACHE_CONTROL, VARY};
use maud::html;
use serde::Serialize;
use utoipa::ToSchema;

use crate::accepts;
use crate::page::page;

const WHAT: &str = "A social backend: accounts, profiles, tweets with pictures and videos, and arithmetic on encrypted \
    integers.";

/// What this service is, and where its parts are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FrontDoor {
    /// The service's name.
    name: &'static str,
    /// What it is.
    description: &'static str,
    /// The running version.
    version: &'static str,
    /// The URL of the page that shows the API.
    documentation: String,
    /// The URL of the OpenAPI document.
    openapi: String,
    /// The URL of the administration.
    administration: String,
    /// The URL of the status.
    status: String,
}

/// Says what this is and where its parts are: as a page, or as JSON to a client that asks for it.
#[utoipa::path(get, path = "/", responses(
    (status = 200, description = "The front door", content(
        (FrontDoor = "application/json"),
        (String = "text/html"),
    )),
))]
pub(crate) async fn front_door(client: Client, headers: HeaderMap) -> Response {
    let mut response = if accepts::json(&headers) { json(&client) } else { html_page() };
    response.headers_mut().insert(VARY, http::HeaderValue::from_static("accept"));
    response
}

fn json(client: &Client) -> Response {
    let at = |path: &str| format!("{}{path}", client.base_url);
    let door = FrontDoor {
        name: "Aviary",
        description: WHAT,
        version: env!("CARGO_PKG_VERSION"),
        documentation: at("/docs/"),
        openapi: at("/openapi.json"),
        administration: at("/admin/"),
        status: at("/status/"),
    };
    ([(CACHE_CONTROL, "public, no-cache")], Json(door)).into_response()
}

fn html_page() -> Response {
    let links = [
        ("/docs/", "Documentation", "Every operation of the API, to read and to try."),
        ("/openapi.json", "OpenAPI document", "The same for programs."),
        ("/admin/", "Administration", "For staff."),
        ("/status/", "Status", "Whether the service works."),
    ];
    let body = html! {
        main.door {
            h1 { "Aviary" }
            p { (WHAT) }
            ul { @for (href, name, what) in links { li { a href=(href) { (name) } span { (what) } } } }
            p.version { "Version " (env!("CARGO_PKG_VERSION")) }
        }
    };
    page("Aviary", &html! {}, &body)
}
