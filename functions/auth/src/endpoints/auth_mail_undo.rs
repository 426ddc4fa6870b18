//! `GET` and `POST /auth/mail/undo/`: a form that takes a change of the email address back.
//!
//! Mails lead here if the deployment has no page of its own.

use aviary_web::{Client, Params, Payload};
use axum::extract::State;
use axum::response::Response;

use crate::flows::mail_page::MailPage;
use crate::flows::undo_email;
use crate::state::AuthState;

const PAGE: MailPage = MailPage {
    action: "/auth/mail/undo/",
    title: "Take the change of your address back",
    opening: "Your account gets this address back, and all devices are signed out.",
    button: "Go back to this address",
    done: (
        "Your account has this address again",
        "All devices were signed out. If somebody else changed the address, set a new password now: your app sends you \
         a mail for it.",
    ),
    password: None,
};

/// Shows a form that takes a change of the email address back, filled with the query's `uid` and `token`.
///
/// It changes nothing.
#[utoipa::path(get, path = "/auth/mail/undo", tag = "accounts",
    params(
        ("uid" = Option<String>, Query, description = "The `uid` of the mailed link"),
        ("token" = Option<String>, Query, description = "The `token` of the mailed link"),
    ),
    responses((status = 200, description = "The form", content_type = "text/html")))]
pub async fn mail_undo_form(Params(link): Params) -> Response {
    PAGE.form(&link)
}

/// Takes a change of the email address back as `POST /auth/users/undo_email/` does, and answers with a page.
#[utoipa::path(post, path = "/auth/mail/undo", tag = "accounts", responses(
    (status = 200, description = "It is done", content_type = "text/html"),
    (status = 400, description = "The form again, with what is wrong in words", content_type = "text/html"),
    (status = 429, description = "Too many requests from the client's IP address", content_type = "text/html"),
))]
pub async fn mail_undo(State(state): State<AuthState>, client: Client, Payload(form): Payload) -> Response {
    PAGE.after(&form, undo_email::undo_email(&state, &client, &form).await)
}
