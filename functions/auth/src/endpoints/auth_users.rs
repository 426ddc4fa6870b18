//! `POST /auth/users/` (document 004).

use aviary_auth::{HeaderUnconfirmed, PasswordText, SignupForm};
use aviary_model::{Email, UserId, Username};
use aviary_web::{ApiError, Client, Fields, IdempotencyKey, Payload, body};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{Detail, email_of};
use crate::flows::form_fields::same_passwords;
use crate::flows::login::SessionsToOpen;
use crate::flows::signup::{Applicant, Signup};
use crate::state::AuthState;

body! {
    /// A signup in djoser's form.
    pub struct UsersCreateBody {
        /// The email address.
        #[schema(example = "ada@example.com")]
        email: Option<Email> = email(),
        /// The username.
        #[schema(example = "ada")]
        username: Username = required(Username::at_signup),
        /// The password.
        #[schema(example = "Zx9!quokka-7")]
        password: PasswordText = required(PasswordText::parse),
        /// The password again; compared only if it is sent.
        re_password: PasswordText = optional(PasswordText::parse),
    }
}

/// The new user, in djoser's order of fields.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewUser {
    /// The email address; empty if the account has none.
    pub email: String,
    /// The username.
    pub username: String,
    /// The user's id.
    #[schema(value_type = String)]
    pub id: UserId,
}

/// Makes an account with a profile.
#[utoipa::path(post, path = "/auth/users", tag = "accounts", request_body = UsersCreateBody, responses(
    (status = 201, description = "The new user", body = NewUser),
    (status = 400, description = "Errors by field"),
    (status = 401, description = "The credential in the header is invalid or has ended", body = Detail),
    (status = 429, description = "Too many signups from this address", body = Detail),
))]
pub async fn users_create(
    State(state): State<AuthState>,
    client: Client,
    HeaderUnconfirmed(unconfirmed): HeaderUnconfirmed,
    key: IdempotencyKey,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<NewUser>), ApiError> {
    if let Some(unconfirmed) = unconfirmed {
        unconfirmed.confirm().await?;
    }
    let mut fields = Fields::of(&form);
    let body = UsersCreateBody::read(&mut fields);
    let (username, password) = fields.finish(body.username.zip(body.password))?;
    let same = same_passwords(&password, body.re_password.as_ref());
    let email = body.email.flatten();
    let applicant = Applicant { username, email, password, form: SignupForm::Retyped, password_field: "password" };
    let signup = Signup {
        state: &state,
        client: &client,
        operation: "users",
        key,
        form: &form,
        to_open: SessionsToOpen::default(),
    };
    if same.is_err() {
        // The policy's errors come before the mismatch, as in djoser.
        signup.check_policy(&applicant)?;
    }
    same?;
    let registered = signup.register(applicant, |_| ()).await?;
    let user = registered.user;
    Ok((
        StatusCode::CREATED,
        Json(NewUser { email: email_of(&user), username: user.username.as_str().to_owned(), id: user.id }),
    ))
}
