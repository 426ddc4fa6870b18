//! Reads fields with the rules and messages of Django REST framework's serializers, collecting all errors.

use std::borrow::Cow;
use std::fmt::Display;

use serde_json::Value as Json;

use crate::error::{ApiError, FieldErrors};
use crate::form::{Form, Renaming, Value};
use crate::{raw_json_fields, surrogates};

const REQUIRED: &str = "This field is required.";
const NULL: &str = "This field may not be null.";
const BLANK: &str = "This field may not be blank.";
pub(crate) const NOT_A_STRING: &str = "Not a valid string.";
const NOT_A_BOOLEAN: &str = "Must be a valid boolean.";

/// A form that is being read. Errors are collected until [`Fields::finish`].
#[derive(Debug)]
pub struct Fields<'a> {
    form: &'a Form,
    errors: FieldErrors,
}

/// A field's text, before the rule of its type applies.
pub(crate) enum Text<'a> {
    Absent,
    Null,
    Wrong,
    Given(Cow<'a, str>),
}

impl<'a> Fields<'a> {
    /// Begins to read a form.
    #[must_use]
    pub fn of(form: &'a Form) -> Self {
        Self { form, errors: FieldErrors::default() }
    }

    /// Reads a text that must be present and not blank. `parse` is the rule of its type.
    pub fn required<T, E: Display>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, Vec<E>>) -> Option<T> {
        match self.text(name) {
            Text::Absent => self.fail(name, REQUIRED),
            Text::Given(text) if text.trim().is_empty() => self.fail(name, BLANK),
            text => self.parsed(name, text, NOT_A_STRING, parse),
        }
    }

    /// Reads a text that may be absent, but not blank.
    pub fn optional<T, E: Display>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, Vec<E>>) -> Option<T> {
        match self.text(name) {
            Text::Absent => None,
            Text::Given(text) if text.trim().is_empty() => self.fail(name, BLANK),
            text => self.parsed(name, text, NOT_A_STRING, parse),
        }
    }

    /// As [`Fields::optional`], but an empty text of a form counts as absent: DRF's rule, because a form sends a field
    /// that was left out as an empty one.
    pub fn optional_in_forms<T, E: Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, Vec<E>>,
    ) -> Option<T> {
        match self.form.get(name) {
            Some(Value::Text(text)) if text.is_empty() => None,
            _ => self.optional(name, parse),
        }
    }

    /// Reads a text that may be absent or blank. A blank one is passed to `parse`.
    pub fn blankable<T, E: Display>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, Vec<E>>) -> Option<T> {
        match self.text(name) {
            Text::Absent => None,
            text => self.parsed(name, text, NOT_A_STRING, parse),
        }
    }

    /// Reads a boolean of JSON, or one of the words that DRF takes.
    pub fn boolean(&mut self, name: &str) -> Option<bool> {
        match self.form.get(name) {
            None => None,
            Some(Value::Json(Json::Null)) => self.fail(name, NULL),
            Some(Value::Json(Json::Bool(value))) => Some(*value),
            Some(value) => match as_text(value).as_deref().map(str::to_lowercase).as_deref() {
                Some("true" | "1" | "on" | "yes" | "y" | "t") => Some(true),
                Some("false" | "0" | "off" | "no" | "n" | "f" | "") => Some(false),
                _ => self.fail(name, NOT_A_BOOLEAN),
            },
        }
    }

    /// Reads a boolean that must be there.
    pub fn required_boolean(&mut self, name: &str) -> Option<bool> {
        if self.form.get(name).is_none() { self.fail(name, REQUIRED) } else { self.boolean(name) }
    }

    /// Reads a field by a function of its own, which is handed the field's name.
    pub fn by<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Self, &'static str) -> Option<T>) -> Option<T> {
        read(self, name)
    }

    /// Names a field that another route reads under its own name for it: [`Form::renamed`] takes both.
    #[expect(clippy::unused_self, reason = "it is called as every other reader of `body!`")]
    pub fn handed_on(&mut self, name: &'static str, new_name: &'static str) -> Option<Renaming> {
        Some((name, new_name))
    }

    /// Reads a nested object: an object in JSON, or fields named `name.field` in a form. Its errors are nested below
    /// its name.
    pub fn nested<T>(&mut self, name: &str, read: impl FnOnce(&mut Fields<'_>) -> Option<T>) -> Option<T> {
        let form = match self.form.get(name) {
            Some(Value::Json(Json::Null)) => return self.fail(name, NULL),
            Some(Value::Object(form)) => form.clone(),
            Some(Value::Json(Json::Object(fields))) => {
                Form::new(fields.iter().map(|(name, value)| (name.clone(), Value::Json(value.clone()))).collect())
            }
            Some(value) => {
                let Some(form) = written_object(value) else {
                    let mut errors = FieldErrors::default();
                    let message = format!("Invalid data. Expected a dictionary, but got {}.", kind_of(value));
                    errors.push("non_field_errors", message);
                    self.errors.nest(name, errors);
                    return None;
                };
                form
            }
            None => self.form.below(name),
        };
        if self.form.get(name).is_none() && form.names().next().is_none() {
            return self.fail(name, REQUIRED);
        }
        let mut fields = Fields::of(&form);
        let value = read(&mut fields);
        self.errors.nest(name, fields.errors);
        value
    }

    /// Adds an error that the caller found.
    pub fn error(&mut self, name: &str, message: impl Display) {
        self.errors.push(name, message);
    }

    /// The form that is being read.
    #[must_use]
    pub fn form(&self) -> &'a Form {
        self.form
    }

    /// Ends the reading with the complete value, or with every error.
    ///
    /// # Errors
    /// 400 with all messages of all fields.
    pub fn finish<T>(self, complete: Option<T>) -> Result<T, ApiError> {
        self.errors.check()?;
        complete.ok_or_else(|| ApiError::internal("a required field was neither read nor refused"))
    }

    pub(crate) fn text(&self, name: &str) -> Text<'a> {
        match self.form.get(name) {
            None => Text::Absent,
            Some(Value::Json(Json::Null)) => Text::Null,
            Some(value) => as_text(value).map_or(Text::Wrong, |text| Text::Given(stripped(text))),
        }
    }

    /// Parses a text that is there. `wrong` is the message for a value that is no text.
    pub(crate) fn parsed<T, E: Display>(
        &mut self,
        name: &str,
        text: Text<'_>,
        wrong: &str,
        parse: impl FnOnce(&str) -> Result<T, Vec<E>>,
    ) -> Option<T> {
        match text {
            Text::Absent => None,
            Text::Null => self.fail(name, NULL),
            Text::Wrong => self.fail(name, wrong),
            Text::Given(text) => {
                let value = match parse(&text) {
                    Ok(value) => Some(value),
                    Err(errors) => {
                        errors.iter().for_each(|error| self.errors.push(name, error));
                        None
                    }
                };
                match surrogates::first(&text) {
                    Some(lone) => self.fail(name, &format!("Surrogate characters are not allowed: {lone}.")),
                    None => value,
                }
            }
        }
    }

    fn fail<T>(&mut self, name: &str, message: &str) -> Option<T> {
        self.errors.push(name, message);
        None
    }
}

/// The text without what Python's `str.strip` takes from its ends: white space, and the separators U+001C to U+001F.
fn stripped(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_space = |c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c);
    match text {
        Cow::Borrowed(text) => text.trim_matches(is_space).into(),
        Cow::Owned(text) => text.trim_matches(is_space).to_owned().into(),
    }
}

/// The object that a form's field holds as JSON text, if it is not too long to parse.
fn written_object(value: &Value) -> Option<Form> {
    match value {
        Value::Text(text) => raw_json_fields::form(text.as_bytes(), &[]).ok(),
        _ => None,
    }
}

/// Python's name of a value's type, which DRF's messages use.
fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Json(Json::Array(_)) => "list",
        Value::Json(Json::Bool(_)) => "bool",
        Value::Number(number) if number.is_float() => "float",
        Value::Json(Json::Number(number)) if number.is_f64() => "float",
        Value::Number(_) | Value::Json(Json::Number(_)) => "int",
        Value::Object(_) | Value::Json(Json::Object(_)) => "dict",
        Value::File(_) => "InMemoryUploadedFile",
        Value::Text(_) | Value::Raw(_) | Value::Json(_) => "str",
    }
}

/// A text, or a number as Django REST framework prints it. Its `CharField` takes both and nothing else. A file input
/// that was left empty is an empty text to Django.
fn as_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Text(text) | Value::Json(Json::String(text)) => Some(text.into()),
        Value::Number(number) => Some(number.text()),
        Value::Json(Json::Number(number)) => Some(number.to_string().into()),
        Value::File(file) if file.is_empty_input() => Some("".into()),
        Value::Json(_) | Value::Object(_) | Value::Raw(_) | Value::File(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn any(text: &str) -> Result<String, Vec<&'static str>> {
        if text == "bad" { Err(vec!["First.", "Second."]) } else { Ok(text.to_owned()) }
    }

    fn form(value: Json) -> Form {
        let Json::Object(fields) = value else { panic!("an object is needed") };
        Form::new(fields.into_iter().map(|(name, value)| (name, Value::Json(value))).collect())
    }

    #[test]
    fn all_wrong_fields_are_named_at_once() {
        let form = form(json!({"null": null, "blank": " ", "list": [], "bool": true, "bad": "bad"}));
        let mut fields = Fields::of(&form);
        for name in ["absent", "null", "blank", "list", "bool", "bad"] {
            assert_eq!(fields.required(name, any), None);
        }
        let errors = serde_json::to_value(&fields.errors);
        assert_eq!(
            errors.ok(),
            Some(json!({
                "absent": ["This field is required."],
                "null": ["This field may not be null."],
                "blank": ["This field may not be blank."],
                "list": ["Not a valid string."],
                "bool": ["Not a valid string."],
                "bad": ["First.", "Second."],
            }))
        );
    }

    #[test]
    fn numbers_are_read_as_texts() {
        let form = form(json!({"n": 12_425_451}));
        assert_eq!(Fields::of(&form).required("n", any).as_deref(), Some("12425451"));
    }

    #[test]
    fn texts_are_stripped_as_in_python() {
        let form = form(json!({"a": " x y\u{a0}\n", "b": "\u{1c}\u{1d}x\u{1e}\u{1f}", "c": "\u{1f}"}));
        let mut fields = Fields::of(&form);
        assert_eq!(fields.required("a", any).as_deref(), Some("x y"));
        assert_eq!(fields.required("b", any).as_deref(), Some("x"));
        assert_eq!(fields.required("c", any), None);
    }

    #[test]
    fn an_empty_text_of_a_form_may_count_as_absent() {
        let empty = || ("a".to_owned(), Value::Text(String::new()));
        let form = Form::new(vec![empty(), ("b".to_owned(), Value::Json(json!("")))]);
        let mut fields = Fields::of(&form);
        assert_eq!(fields.optional_in_forms("a", any), None);
        assert!(fields.errors.is_empty());
        assert_eq!(fields.optional_in_forms("b", any), None);
        assert!(!fields.errors.is_empty());
    }

    #[test]
    fn an_optional_field_may_be_absent_but_not_blank() {
        let form = form(json!({"b": ""}));
        let mut fields = Fields::of(&form);
        assert_eq!(fields.optional("a", any), None);
        assert!(fields.errors.is_empty());
        assert_eq!(fields.blankable("b", any).as_deref(), Some(""));
        assert_eq!(fields.optional("b", any), None);
        assert!(fields.finish(Some(())).is_err());
    }

    #[test]
    fn booleans_come_from_json_and_forms() {
        let json = form(json!({"a": true, "b": "False", "c": "maybe"}));
        let mut fields = Fields::of(&json);
        assert_eq!((fields.boolean("a"), fields.boolean("b"), fields.boolean("c")), (Some(true), Some(false), None));
    }
}
