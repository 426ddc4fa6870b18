//! The message of a tweet or a comment.

use aviary_model::{NameKey, TweetText};
use aviary_web::{ApiError, Fields, Form};

/// Whom a form's message mentions; nobody if there is none, or a wrong one, which is refused later: the names are
/// looked up beside the first read.
pub(crate) fn mentions(form: &Form) -> Vec<NameKey> {
    let text = Fields::of(form).blankable("message", TweetText::parse);
    text.map(|text| text.mentions()).unwrap_or_default()
}

/// Reads the message; it may be blank or absent only where something else is shown.
pub(crate) fn message(fields: &mut Fields<'_>, may_be_blank: bool) -> Option<TweetText> {
    if may_be_blank {
        Some(fields.blankable("message", TweetText::parse).unwrap_or_default())
    } else {
        fields.required("message", TweetText::parse)
    }
}

/// Reads a form that is nothing but a message.
///
/// # Errors
/// 400 with what is wrong with it.
pub(crate) fn only_message(form: &Form) -> Result<TweetText, ApiError> {
    let mut fields = Fields::of(form);
    let text = message(&mut fields, false);
    fields.finish(text)
}
