//! The parameters of document 001's requests, which stand in the query.

use std::convert::Infallible;

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, Fields, Form};

/// A parameter that must be there.
///
/// # Errors
/// 400 naming it.
pub(crate) fn parameter(form: &Form, name: &str) -> Result<String, ApiError> {
    let mut fields = Fields::of(form);
    let text = fields.required(name, |text| Ok::<_, Vec<Infallible>>(text.trim().to_owned()));
    fields.finish(text)
}

/// As [`parameter`], for a caller who must be confirmed: an invalid credential is reported first. One round trip for what
/// is refused, else none.
///
/// # Errors
/// 401 and others of the credential, 400 naming the parameter.
pub(crate) async fn own_parameter(unconfirmed: &Unconfirmed, form: &Form, name: &str) -> Result<String, ApiError> {
    match parameter(form, name) {
        Ok(text) => Ok(text),
        Err(error) => Err(refused(unconfirmed, form, error).await),
    }
}

/// The error of a request that can't be handed on: that of the credential, if it has one, else this one.
pub(crate) async fn refused(unconfirmed: &Unconfirmed, form: &Form, error: ApiError) -> ApiError {
    match unconfirmed.clone().with_form(form).confirm().await {
        Ok(_) => error,
        Err(of_credential) => of_credential,
    }
}
