//! `GET` and `POST /auth/mail/confirm/`: a form that confirms a new email address.
//!
//! Mails lead here if the deployment has no page of its own.

use aviary_web::{Client, Params, Payload};
use axum::extract::State;
use axum::response::Response;

use crate::flows::confirm_email;
use crate::flows::mail_page::{MailPage, PasswordField};
use crate::state::AuthState;

const PAGE: MailPage = MailPage {
    action: "/auth/mail/confirm/",
    title: "Confirm your address",
    opening: "Confirm that this mailbox is yours. Your account has the new address then.",
    button: "Use this address",
    done: ("Your address is changed", "Your account has this address now."),
    password: Some(PasswordField {
        name: "current_password",
        label: "Your password, unless you gave it when you changed the address",
        autocomplete: "current-password",
        required: false,
    }),
};

/// Shows a form that confirms a new email address, filled with the query's `uid` and `token`.
///
/// It changes nothing.
#[utoipa::path(get, path = "/auth/mail/confirm", tag = "accounts",
    params(
        ("uid" = Option<String>, Query, description = "The `uid` of the mailed link"),
        ("token" = Option<String>, Query, description = "The `token` of the mailed link"),
    ),
    responses((status = 200, description = "The form", content_type = "text/html")))]
pub async fn mail_confirm_form(Params(link): Params) -> Response {
    PAGE.form(&link)
}

/// Confirms a new email address as `POST /auth/users/confirm_email/` does, and answers with a page.
#[utoipa::path(post, path = "/auth/mail/confirm", tag = "accounts", responses(
    (status = 200, description = "It is done", content_type = "text/html"),
    (status = 400, description = "The form again, with what is wrong in words", content_type = "text/html"),
    (status = 429, description = "Too many requests from the client's IP address", content_type = "text/html"),
))]
pub async fn mail_confirm(State(state): State<AuthState>, client: Client, Payload(form): Payload) -> Response {
    PAGE.after(&form, confirm_email::confirm_email(&state, &client, &form).await)
}
