//! Fields that Django REST framework reads by another class than `CharField`, with messages of their own.

use aviary_model::{BirthDate, BirthDateError, Email, EmailError, Timestamp};

use crate::fields::{Fields, Text};

impl Fields<'_> {
    /// Reads an address that may be absent or blank (`EmailField`); a blank one is `Some(None)`.
    pub fn email(&mut self, name: &str) -> Option<Option<Email>> {
        let text = self.text(name);
        self.parsed(name, text, &EmailError::Invalid.to_string(), |text| match text {
            "" => Ok(None),
            text => Email::parse(text).map(Some),
        })
    }

    /// Reads an address that must be there (`EmailField`).
    pub fn required_email(&mut self, name: &str) -> Option<Email> {
        match self.text(name) {
            Text::Wrong => {
                self.error(name, EmailError::Invalid);
                None
            }
            _ => self.required(name, Email::parse),
        }
    }

    /// Reads a date of birth that must be there (`DateField`): what is no date has one message, whatever it is.
    pub fn birth_date(&mut self, name: &str, now: Timestamp) -> Option<BirthDate> {
        match self.text(name) {
            Text::Absent => self.required(name, |text| BirthDate::parse(text, now)),
            text => self.parsed(name, text, &BirthDateError::Format.to_string(), |text| BirthDate::parse(text, now)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::form::{Form, Value};

    fn form(value: &Json) -> Form {
        Form::new(vec![("field".to_owned(), Value::Json(value.clone()))])
    }

    #[test]
    fn what_is_no_address_has_one_message() {
        for wrong in [json!(true), json!([]), json!({}), json!("nope")] {
            let form = form(&wrong);
            let mut fields = Fields::of(&form);
            assert_eq!((fields.email("field"), fields.required_email("field")), (None, None));
            let error = format!("{:?}", fields.finish(Some(())).err());
            assert_eq!(error.matches("Enter a valid email address.").count(), 2, "{error}");
        }
        assert_eq!(Fields::of(&form(&json!(" "))).email("field"), Some(None));
        assert_eq!(Fields::of(&Form::default()).email("field"), None);
    }

    #[test]
    fn what_is_no_date_has_one_message() {
        let now = Timestamp::from_millis(1_604_391_401_000);
        for wrong in [json!(""), json!(" "), json!([]), json!(true), json!(19_900_102), json!("1990-02-30")] {
            let form = form(&wrong);
            let mut fields = Fields::of(&form);
            assert_eq!(fields.birth_date("field", now), None);
            let error = format!("{:?}", fields.finish(Some(())).err());
            assert!(error.contains("Date has wrong format."), "{wrong}: {error}");
            assert!(!error.contains("blank") && !error.contains("string"), "{wrong}: {error}");
        }
    }
}
