//! Readers of form fields that several endpoints share.

use std::convert::Infallible;

use aviary_auth::{PasswordText, PasswordTextError};
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

/// Reads a password that may be blank; blank is `None`.
pub(crate) fn optional_password(text: &str) -> Result<Option<PasswordText>, Vec<PasswordTextError>> {
    if text.is_empty() { Ok(None) } else { PasswordText::parse(text).map(Some) }
}

/// The fields of a change that its form has, by the rules of a signup.
#[derive(Debug)]
pub(crate) struct NewNames {
    pub(crate) username: Option<Username>,
    /// `Some(None)` removes the address.
    pub(crate) email: Option<Option<Email>>,
    /// The password, if the form has it: then the change of the address needs no other proof of it.
    pub(crate) current_password: Option<PasswordText>,
}

impl NewNames {
    /// A change of the username alone.
    pub(crate) fn of_username(username: &Username) -> Self {
        Self { username: Some(username.clone()), email: None, current_password: None }
    }
}

/// Reads the fields of a change.
pub(crate) fn new_names(form: &Form) -> Result<NewNames, ApiError> {
    let mut fields = Fields::of(form);
    let username = fields.optional("username", Username::parse);
    let email = fields.blankable("email", optional_email);
    let current_password = fields.blankable("current_password", optional_password).flatten();
    fields.finish(Some(NewNames { username, email, current_password }))
}
