//! Reads the `in_reply_to` field of tweets and comments.

use aviary_web::{Form, Value as Field};
use serde_json::Value;

/// How many characters of an invalid id its error repeats.
const MAX_SHOWN_CHARACTERS: usize = 100;

/// The id in the field, as a text; `None` if it is absent or blank. `of` says in the error whose id is expected.
///
/// # Errors
/// What is wrong with a value that is no text.
pub(crate) fn in_reply_to(form: &Form, of: &str) -> Result<Option<String>, String> {
    match form.get("in_reply_to") {
        None | Some(Field::Json(Value::Null)) => Ok(None),
        Some(Field::Text(text) | Field::Json(Value::String(text))) => {
            let text = text.trim();
            Ok((!text.is_empty()).then(|| text.to_owned()))
        }
        Some(_) => Err(format!("Incorrect type. Expected a {of}'s id.")),
    }
}

/// The error of an id that names nothing.
pub(crate) fn no_object(id: &str) -> String {
    format!("Invalid pk \"{}\" - object does not exist.", shortened(id))
}

/// As much of an id as an error repeats.
pub(crate) fn shortened(id: &str) -> String {
    id.chars().take(MAX_SHOWN_CHARACTERS).collect()
}
