//! Reads Django's `dumpdata auth.user`: a JSON list of objects, of which those of the model `auth.user` matter.

use std::io::Read;

use aviary_model::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const MODEL: &str = "auth.user";

/// A user of the dump, not converted yet.
#[derive(Debug)]
pub struct DjangoUser {
    /// Django's primary key, for messages.
    pub pk: String,
    /// The fields of `auth.user`.
    pub fields: Fields,
    /// `date_joined`, if the dump has it.
    pub joined: Option<Timestamp>,
}

/// The fields of `auth.user` that are imported.
#[derive(Debug, Deserialize)]
pub struct Fields {
    /// The username, as Django stored it.
    pub username: String,
    /// The password's hash, or a text beginning with `!`, which no password matches.
    pub password: String,
    /// The mail address; often blank.
    #[serde(default)]
    pub email: String,
    /// Whether the user may log in.
    #[serde(default = "yes")]
    pub is_active: bool,
    /// Whether the user may use Django's administration.
    #[serde(default)]
    pub is_staff: bool,
    /// The first name; often blank.
    #[serde(default)]
    pub first_name: String,
    /// The last name; often blank.
    #[serde(default)]
    pub last_name: String,
    #[serde(default)]
    date_joined: Option<String>,
}

/// The content of a dump.
#[derive(Debug)]
pub struct Dump {
    /// The users, in the file's order.
    pub users: Vec<DjangoUser>,
    /// The number of objects of other models, which are left out.
    pub others: usize,
}

/// Why a file is not a dump of users.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// The file is not a JSON list of objects.
    #[error("it is not the JSON of `manage.py dumpdata auth.user`: {0}")]
    Json(#[from] serde_json::Error),
    /// A user lacks a field, or has one of another type.
    #[error("its object {place} (auth.user {pk}) is not as Django writes it: {cause}")]
    User {
        /// Its position in the list, from 1.
        place: usize,
        /// Django's primary key.
        pk: String,
        /// The first mistake in it.
        cause: String,
    },
    /// The file holds no users.
    #[error("it holds no object of the model auth.user")]
    Empty,
}

#[derive(Deserialize)]
struct Object {
    model: String,
    #[serde(default)]
    pk: Value,
    fields: Value,
}

/// Reads a whole dump, so that a malformed one is refused before anything is written.
///
/// # Errors
/// The first mistake in the file.
pub fn read(file: impl Read) -> Result<Dump, DumpError> {
    let objects: Vec<Object> = serde_json::from_reader(file)?;
    let mut dump = Dump { users: Vec::new(), others: 0 };
    for (object, place) in objects.into_iter().zip(1..) {
        if object.model == MODEL {
            dump.users.push(user(object, place)?);
        } else {
            dump.others += 1;
        }
    }
    if dump.users.is_empty() { Err(DumpError::Empty) } else { Ok(dump) }
}

fn user(object: Object, place: usize) -> Result<DjangoUser, DumpError> {
    let pk = match object.pk {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let wrong = |cause: String| DumpError::User { place, pk: pk.clone(), cause };
    let fields: Fields = serde_json::from_value(object.fields).map_err(|error| wrong(error.to_string()))?;
    let joined = match fields.date_joined.as_deref() {
        None => None,
        Some(text) => Some(moment(text).ok_or_else(|| wrong(format!("{text:?} is not a time")))?),
    };
    Ok(DjangoUser { pk, fields, joined })
}

/// Parses a time in RFC 3339. Without a zone, as Django writes it with `USE_TZ = False`, it is taken as UTC.
fn moment(text: &str) -> Option<Timestamp> {
    let parse = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
    let moment = parse(text).or_else(|| parse(&format!("{text}Z")))?;
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok().map(Timestamp::from_millis)
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Dump, DumpError> {
        read(text.as_bytes())
    }

    #[test]
    fn users_are_read_and_other_models_counted() {
        let dump = read_text(
            r#"[{"model": "auth.group", "pk": 1, "fields": {"name": "g"}},
                {"model": "auth.user", "pk": 7, "fields": {"username": "ada", "password": "!x", "email": "",
                 "date_joined": "2020-11-03T08:16:41.007Z", "groups": [], "last_login": null}}]"#,
        )
        .unwrap();
        assert_eq!((dump.users.len(), dump.others), (1, 1));
        assert_eq!((&*dump.users[0].pk, &*dump.users[0].fields.username), ("7", "ada"));
        assert!(dump.users[0].fields.is_active && !dump.users[0].fields.is_staff);
        assert_eq!(dump.users[0].joined, Some(Timestamp::from_millis(1_604_391_401_007)));
    }

    #[test]
    fn times_are_read_in_every_form_that_django_writes() {
        let wanted = Some(Timestamp::from_millis(1_604_391_401_007));
        for text in ["2020-11-03T08:16:41.007", "2020-11-03T09:16:41.007+01:00", "2020-11-03T08:16:41.007999Z"] {
            assert_eq!(moment(text), wanted, "{text}");
        }
        for text in ["", "yesterday", "2020-11-03", "2020-13-03T08:16:41Z"] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn a_malformed_dump_says_what_is_wrong_with_it() {
        let user = |fields: &str| format!(r#"[{{"model": "auth.user", "pk": 7, "fields": {fields}}}]"#);
        for (text, said) in [
            (String::new(), "is not the JSON of"),
            ("{}".to_owned(), "expected a sequence"),
            ("[1]".to_owned(), "expected struct Object at line 1"),
            ("[]".to_owned(), "no object of the model auth.user"),
            (r#"[{"pk": 1, "fields": {}}]"#.to_owned(), "missing field `model`"),
            (
                user(r#"{"password": "!"}"#),
                "object 1 (auth.user 7) is not as Django writes it: missing field `username`",
            ),
            (user(r#"{"username": 3, "password": "!"}"#), "expected a string"),
            (user(r#"{"username": "a", "password": "!", "date_joined": "x"}"#), "\"x\" is not a time"),
        ] {
            let error = read_text(&text).unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
