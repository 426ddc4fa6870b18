//! Readers of form fields that several endpoints share.

use aviary_auth::{PasswordText, PasswordTextError};
use aviary_model::{Email, NameKey, Secret, Username};
use aviary_store::User;
use aviary_web::{ApiError, Fields, Form};

/// What a field without a rule of its own can break: DRF's `CharField` takes no NUL.
type TextErrors = Vec<&'static str>;

/// Accepts any text, for fields without a rule of their own.
pub(crate) fn any_text(text: &str) -> Result<String, TextErrors> {
    if text.contains('\0') { Err(vec!["Null characters are not allowed."]) } else { Ok(text.to_owned()) }
}

/// Reads the `uid` or `token` of a mailed link.
pub(crate) fn secret(text: &str) -> Result<Secret, TextErrors> {
    any_text(text).map(Secret::new)
}

/// Reads the name of a login: a username or an email address.
pub(crate) fn login_name(text: &str) -> Result<NameKey, TextErrors> {
    any_text(text).map(|text| NameKey::of(&text))
}

/// Whether a login names its account by `email`, as clients do that know their users by address, and by no `username`.
pub(crate) fn is_by_email(form: &Form) -> bool {
    form.get("username").is_none() && form.get("email").is_some()
}

/// The names of a change. `None` leaves one as it is.
#[derive(Debug, Default)]
pub(crate) struct NewNames {
    pub(crate) username: Option<Username>,
    /// `Some(None)` removes the address.
    pub(crate) email: Option<Option<Email>>,
}

/// Whether a change sets another address than the account's.
pub(crate) fn changes_address(email: Option<&Option<Email>>, own: &User) -> bool {
    email.is_some_and(|email| *email != own.email)
}

/// The names that a change would set if all its fields are valid, so that its limits can be counted while the caller is
/// confirmed. Whether they are reserved shows only when the account's own name is known.
pub(crate) fn wanted_names(form: &Form) -> NewNames {
    let mut fields = Fields::of(form);
    let names = NewNames { username: fields.optional("username", Username::valid), email: fields.email("email") };
    fields.finish(Some(names)).unwrap_or_default()
}

/// As [`wanted_names`], for a change of the username alone.
pub(crate) fn wanted_username(form: &Form, field: &str) -> Option<Username> {
    Fields::of(form).optional(field, Username::valid)
}

/// Reads the password that confirms a change, and may be blank; blank is `None`.
pub(crate) fn optional_password(text: &str) -> Result<Option<PasswordText>, Vec<PasswordTextError>> {
    if text.is_empty() { Ok(None) } else { PasswordText::attempt(text).map(Some) }
}

/// Demands that the repetition of a new password, if one was sent, is equal to it.
///
/// # Errors
/// 400 as djoser's, which names no field.
pub(crate) fn same_passwords(password: &PasswordText, repeated: Option<&PasswordText>) -> Result<(), ApiError> {
    match repeated {
        Some(repeated) if repeated.expose() != password.expose() => {
            Err(ApiError::field("non_field_errors", "The two password fields didn't match."))
        }
        _ => Ok(()),
    }
}

/// Adds the error of the field `password2` if it differs from the password. Its apostrophe is Django's.
pub(crate) fn compare_with_password2(
    fields: &mut Fields<'_>,
    password: Option<&PasswordText>,
    password2: Option<&PasswordText>,
) {
    if let (Some(password), Some(password2)) = (password, password2)
        && password.expose() != password2.expose()
    {
        fields.error("password2", "The two password fields didn’t match.");
    }
}
