//! The frame of every page: the head, the navigation, the headers of the response.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_FRAME_OPTIONS};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use maud::{DOCTYPE, Markup, html};

use crate::assets::{SCRIPT, STYLE};
use crate::state::AdminState;
use crate::visitor::Staff;

/// The sections of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Dashboard,
    Users,
    Profiles,
    Tweets,
    Comments,
    Media,
    Uploads,
    Reports,
    Integers,
    Functions,
    Audit,
}

const SECTIONS: [(Section, &str, &str); 11] = [
    (Section::Dashboard, "/admin/", "Dashboard"),
    (Section::Reports, "/admin/reports/", "Reports"),
    (Section::Users, "/admin/users/", "Users"),
    (Section::Profiles, "/admin/profiles/", "Profiles"),
    (Section::Tweets, "/admin/tweets/", "Tweets"),
    (Section::Comments, "/admin/comments/", "Comments"),
    (Section::Media, "/admin/media/", "Media"),
    (Section::Uploads, "/admin/uploads/", "Uploads"),
    (Section::Integers, "/admin/integers/", "Integers"),
    (Section::Functions, "/admin/functions/", "Functions"),
    (Section::Audit, "/admin/audit/", "Audit trail"),
];

/// A page for staff.
pub(crate) fn page(state: &AdminState, staff: &Staff, section: Section, title: &str, body: &Markup) -> Response {
    page_with(StatusCode::OK, state, staff, section, title, body)
}

/// As [`page`], with another status.
pub(crate) fn page_with(
    status: StatusCode,
    state: &AdminState,
    staff: &Staff,
    section: Section,
    title: &str,
    body: &Markup,
) -> Response {
    let document = document(
        title,
        &html! {
            a.skip href="#content" { "Skip to the content" }
            header.top {
                a.brand href="/admin/" { "Aviary" span { " administration" } }
                form.who method="post" action="/admin/logout/" {
                    (csrf_field(staff))
                    span.name { (staff.user.username.as_str()) }
                    button.quiet type="submit" { "Sign out" }
                }
            }
            div.frame {
                nav.sections aria-label="Sections" {
                    ul {
                        @for (one, href, name) in SECTIONS {
                            li { a href=(href) aria-current=[(one == section).then_some("page")] { (name) } }
                        }
                    }
                }
                main #content tabindex="-1" { h1 { (title) } (body) }
            }
        },
    );
    (status, headers(Some(&state.media_url)), document.into_string()).into_response()
}

/// A page without navigation, for those who are not signed in.
pub(crate) fn bare_page(title: &str, body: &Markup) -> Markup {
    document(
        title,
        &html! { main.bare #content { p.brand { "Aviary" span { " administration" } } h1 { (title) } (body) } },
    )
}

/// The field by which a form proves that it is from one of these pages.
pub(crate) fn csrf_field(staff: &Staff) -> Markup {
    html! { input type="hidden" name="csrfmiddlewaretoken" value=(staff.csrf); }
}

fn document(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                meta name="htmx-config" content="{\"includeIndicatorCSS\":false}";
                title { (title) " – Aviary administration" }
                link rel="stylesheet" href=(STYLE.path());
                script src=(SCRIPT.path()) defer {}
            }
            body { (body) }
        }
    }
}

/// No script, style or picture but the service's own, nothing inline, no frame around the page, forms to this service
/// only. Pictures may come from where the service stores them.
pub(crate) fn headers(media_url: Option<&str>) -> HeaderMap {
    let fixed = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "same-origin"),
        (X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ];
    let mut headers: HeaderMap =
        fixed.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect();
    let media = media_url.map(origin).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' {media}; media-src \
         {media}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers
}

/// Scheme and host of a URL.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(host..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| host + at);
    url.get(..end).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn an_origin_has_no_path() {
        assert_eq!(origin("http://127.0.0.1:4601/bucket"), "http://127.0.0.1:4601");
        assert_eq!(origin("https://media.example.com"), "https://media.example.com");
    }
}
