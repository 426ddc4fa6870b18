//! `GET` and `POST /auth/mail/reset/`: a form that sets a new password.
//!
//! Mails lead here if the deployment has no page of its own.

use aviary_web::{Client, Params, Payload};
use axum::extract::State;
use axum::response::Response;

use crate::flows::mail_page::{MailPage, PasswordField};
use crate::flows::reset_password;
use crate::state::AuthState;

const PAGE: MailPage = MailPage {
    action: "/auth/mail/reset/",
    title: "Set a new password",
    opening: "Choose a new password for your account. All devices are signed out then.",
    button: "Set the password",
    done: ("Your password is set", "You can sign in with it now. All devices were signed out."),
    password: Some(PasswordField {
        name: "new_password",
        label: "New password",
        autocomplete: "new-password",
        required: true,
    }),
};

/// Shows a form that sets a new password, filled with the query's `uid` and `token`.
///
/// It changes nothing.
#[utoipa::path(get, path = "/auth/mail/reset", tag = "accounts",
    params(
        ("uid" = Option<String>, Query, description = "The `uid` of the mailed link"),
        ("token" = Option<String>, Query, description = "The `token` of the mailed link"),
    ),
    responses((status = 200, description = "The form", content_type = "text/html")))]
pub async fn mail_reset_form(Params(link): Params) -> Response {
    PAGE.form(&link)
}

/// Sets a new password as `POST /auth/users/reset_password_confirm/` does, and answers with a page.
#[utoipa::path(post, path = "/auth/mail/reset", tag = "accounts", responses(
    (status = 200, description = "It is done", content_type = "text/html"),
    (status = 400, description = "The form again, with what is wrong in words", content_type = "text/html"),
    (status = 429, description = "Too many requests from the client's IP address", content_type = "text/html"),
))]
pub async fn mail_reset(State(state): State<AuthState>, client: Client, Payload(form): Payload) -> Response {
    PAGE.after(&form, reset_password::reset_password(&state, &client, &form).await)
}
