//! What every signup has in common: the second and third stage of its errors, and the account itself.

use aviary_auth::{PasswordText, SignupForm};
use aviary_model::{Alias, Email, UserId, Username};
use aviary_store::{Profile, Registration, RegistrationError, User};
use aviary_web::{ApiError, FieldErrors};

use crate::AuthState;

/// A signup whose fields are valid by themselves.
#[derive(Debug)]
pub(crate) struct Applicant {
    pub(crate) username: Username,
    pub(crate) email: Option<Email>,
    pub(crate) alias: Alias,
    pub(crate) password: PasswordText,
    /// Which document's form it came in.
    pub(crate) form: SignupForm,
    /// The field that the password's errors belong to.
    pub(crate) password_field: &'static str,
}

/// Applies the password policy, then makes the account in memory. Costs the hash of the password.
pub(crate) async fn admit(state: &AuthState, applicant: Applicant) -> Result<(User, Profile), ApiError> {
    let Applicant { username, email, alias, password, form, password_field } = applicant;
    let mut errors = FieldErrors::default();
    for broken in state.policy.at_signup(form, &password, &username, email.as_ref()) {
        errors.push(password_field, broken);
    }
    errors.check()?;
    let password = state.passwords.hash(password).await?;
    let now = state.clock.now();
    let id = UserId::new(now, state.entropy.as_ref())?;
    let profile = Profile::new(id, username.clone(), alias, now);
    Ok((User { id, username, email, password, created_at: now }, profile))
}

/// Writes a signup: of two for one name, one wins. One step.
pub(crate) async fn commit(state: &AuthState, registration: Registration<'_>) -> Result<(), ApiError> {
    registration.commit(&state.db).await.map_err(|error| match error {
        RegistrationError::Taken { username, email } => {
            let mut errors = FieldErrors::default();
            if username {
                errors.push("username", "A user with that username already exists.");
            }
            if email {
                errors.push("email", "A user with that email already exists.");
            }
            errors.into()
        }
        RegistrationError::Store(error) => error.into(),
    })
}
