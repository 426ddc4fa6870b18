//! `POST /auth/users/` (document 004).

use aviary_auth::{HeaderUnconfirmed, PasswordText, SignupForm};
use aviary_model::{UserId, Username};
use aviary_web::{ApiError, Client, Fields, IdempotencyKey, Payload};
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

/// A signup in djoser's form.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsersCreateBody {
    /// The username.
    #[schema(example = "ada")]
    pub username: String,
    /// The password.
    #[schema(example = "Zx9!quokka-7")]
    pub password: String,
    /// The password again; compared only if it is sent.
    #[schema(required = false)]
    pub re_password: String,
    /// The email address.
    #[schema(required = false, example = "ada@example.com")]
    pub email: String,
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
    let email = fields.email("email").flatten();
    let username = fields.required("username", Username::at_signup);
    let password = fields.required("password", PasswordText::parse);
    let repeated = fields.optional("re_password", PasswordText::parse);
    let (username, password) = fields.finish(username.zip(password))?;
    let same = same_passwords(&password, repeated.as_ref());
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
