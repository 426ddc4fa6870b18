//! Readers of form fields that several endpoints share.

use std::convert::Infallible;

use aviary_auth::PasswordText;
use aviary_model::{Email, EmailError, NameKey, Secret, Username};
use aviary_web::{ApiError, Fields, Form};

/// Accepts any text, for fields without a rule of their own.
pub(crate) fn any_text(text: &str) -> Result<String, Vec<Infallible>> {
    Ok(text.to_owned())
}

/// Reads the `uid` or `token` of a mailed link.
pub(crate) fn secret(text: &str) -> Result<Secret, Vec<Infallible>> {
    Ok(Secret::new(text.trim().to_owned()))
}

/// Reads the name of a login: a username or an email address.
pub(crate) fn login_name(text: &str) -> Result<NameKey, Vec<&'static str>> {
    if text.contains('\0') { Err(vec!["Null characters are not allowed."]) } else { Ok(NameKey::of(text)) }
}

/// Reads the fields of a login: `username` and `password`.
pub(crate) fn name_and_password(form: &Form) -> Result<(NameKey, PasswordText), ApiError> {
    let mut fields = Fields::of(form);
    let name = fields.required("username", login_name);
    let password = fields.required("password", PasswordText::parse);
    fields.finish(name.zip(password))
}

/// Reads an email address that may be blank; blank is `None`.
pub(crate) fn optional_email(text: &str) -> Result<Option<Email>, Vec<EmailError>> {
    if text.trim().is_empty() { Ok(None) } else { Email::parse(text).map(Some) }
}

type UsernameAndEmail = (Option<Username>, Option<Option<Email>>);

/// Reads the fields of a change, by the rules of a signup. `None` leaves a field as it is, `Some(None)` removes the
/// address.
pub(crate) fn username_and_email(form: &Form) -> Result<UsernameAndEmail, ApiError> {
    let mut fields = Fields::of(form);
    let username = fields.optional("username", Username::parse);
    let email = fields.blankable("email", optional_email);
    fields.finish(Some((username, email)))
}
