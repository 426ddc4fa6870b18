//! `GET /docs/`: the page that shows the OpenAPI document and sends requests.

use axum::response::Response;
use maud::html;

use crate::docs_assets::{SCRIPT, SWAGGER_LICENCE, SWAGGER_NOTICE, SWAGGER_SCRIPT, SWAGGER_STYLE, path};
use crate::page::page;

/// Shows the documentation as a page.
#[utoipa::path(get, path = "/docs", responses((status = 200, description = "The page", content_type = "text/html",
    body = String)))]
pub(crate) async fn show_docs() -> Response {
    let head = html! {
        link rel="stylesheet" href=(path(&SWAGGER_STYLE));
        script src=(path(&SWAGGER_SCRIPT)) defer {}
        script src=(path(&SCRIPT)) defer {}
    };
    let body = html! {
        a.skip href="#operations" { "Skip to the operations" }
        header.top {
            a.brand href="/" { "Aviary" span { " API" } }
            form #sign-in autocomplete="on" {
                label { span { "Username or email" } input name="username" autocomplete="username" required; }
                label {
                    span { "Password" }
                    input name="password" type="password" autocomplete="current-password" required;
                }
                button type="submit" { "Sign in" }
            }
            form #sign-out hidden { p #who {} button type="submit" { "Sign out" } }
        }
        p #message role="status" {}
        noscript { p.note { "This page needs JavaScript. " a href="/openapi.json" { "The document itself" } " does not." } }
        main #operations tabindex="-1" {}
        footer {
            a href="/openapi.json" { "openapi.json" } " · shown by Swagger UI ("
            a href=(path(&SWAGGER_LICENCE)) { "licence" } ", " a href=(path(&SWAGGER_NOTICE)) { "notice" } ")"
        }
    };
    page("Aviary API", &head, &body)
}
