//! Parses the sets that a session request contains.

use std::collections::HashSet;

use aviary_model::{Encoding, Entropy, SetId};
use aviary_store::MAX_SESSION_SETS;
use aviary_web::{ApiError, FieldErrors, Fields, Form, body};
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::arithmetic::cost::Budget;
use crate::arithmetic::unit::read::SentUnit;
use crate::json_list::{self, kind_of};
use crate::request::params::json_of_list;
use crate::request::parse_set::{generate_id, parse_units};
use crate::set_storage::NewSet;

/// The most errors that a response names.
const MAX_ERRORS: usize = 10;

body! {
    /// The sets of a session.
    pub(super) struct SetsFields(entropy: &dyn Entropy) {
        /// All sets of the session; they replace the existing ones. Ids are generated where they are not sent. Not
        /// needed with an upload.
        integer_sets: Result<Vec<NewSet>, ApiError> =
            by([SentSet<'_>], |fields, name| Some(read_sets(fields.form(), name, entropy))),
    }
}

/// A set of a session to store.
// Its fields stay raw: a list sent where a text belongs would take a hundred times its bytes.
#[derive(Deserialize, ToSchema)]
#[schema(as = SetOfSessionBody)]
struct SentSet<'a> {
    /// The set's id. Generated if it is not sent.
    #[serde(borrow, default, deserialize_with = "json_list::present")]
    #[schema(value_type = String, required = false, example = "first_set")]
    set_id: Option<&'a RawValue>,
    /// The encoding of texts among its integers: `base64` (the default), `decimal` or `hex`; `number` if there are no
    /// texts.
    #[serde(borrow, default, deserialize_with = "json_list::present")]
    #[schema(value_type = String, required = false)]
    encoding: Option<&'a RawValue>,
    /// The set's units, in any order.
    #[serde(borrow, default, deserialize_with = "json_list::present")]
    #[schema(value_type = Vec<SentUnit<'_>>, required = true)]
    integers: Option<&'a RawValue>,
}

/// Reads the sets of a session.
pub(super) fn parse_sets(form: &Form, entropy: &dyn Entropy) -> Result<Vec<NewSet>, ApiError> {
    let mut fields = Fields::of(form);
    let sets = SetsFields::read(&mut fields, entropy).integer_sets;
    fields.finish(sets)?
}

fn read_sets(form: &Form, name: &str, entropy: &dyn Entropy) -> Result<Vec<NewSet>, ApiError> {
    let Some(json) = json_of_list(form, name) else {
        return Err(ApiError::field(name, "This field is required."));
    };
    let (mut sets, mut errors) = (Vec::new(), Vec::new());
    let mut ids = HashSet::new();
    let (mut failure, mut budget) = (None, Budget::default());
    let max = usize::try_from(MAX_SESSION_SETS).unwrap_or(usize::MAX);
    let walked = json_list::each(&json, max, "sets", |position, raw| {
        match parse_set(raw.get(), entropy, &mut budget) {
            Ok(Ok(set)) if !ids.insert(set.id.clone()) => {
                errors.push(format!("Set {position}: set_id \"{}\" comes more than once.", set.id.as_str()));
            }
            Ok(Ok(set)) => sets.push(set),
            Ok(Err(messages)) => errors.extend(messages.iter().map(|message| format!("Set {position}: {message}"))),
            Err(error) => failure = Some(error),
        }
        errors.len() < MAX_ERRORS && failure.is_none()
    });
    if let Some(failure) = failure {
        return Err(failure);
    }
    if let Err(error) = walked {
        errors = vec![error];
    }
    let mut named = FieldErrors::default();
    errors.iter().for_each(|error| named.push(name, error));
    named.check()?;
    Ok(sets)
}

/// Parses one set. The inner error is a list of messages for the client.
fn parse_set(json: &str, entropy: &dyn Entropy, budget: &mut Budget) -> Result<Result<NewSet, Vec<String>>, ApiError> {
    if !json.starts_with('{') {
        let message = format!("Invalid data. Expected a dictionary, but got {}.", kind_of(json));
        return Ok(Err(vec![message]));
    }
    let sent: SentSet<'_> = match serde_json::from_str(json) {
        Ok(sent) => sent,
        Err(error) => return Ok(Err(vec![error.to_string()])),
    };
    let mut messages = Vec::new();
    let id = parse_text("set_id", sent.set_id, SetId::parse, &mut messages);
    let encoding = parse_text("encoding", sent.encoding, Encoding::parse, &mut messages);
    let units = match sent.integers {
        None => Err(vec!["This field is required.".to_owned()]),
        Some(json) => parse_units(json.get(), encoding, budget),
    };
    match units {
        Ok((encoding, units, json)) if messages.is_empty() => {
            let id = id.map_or_else(|| generate_id(entropy), Ok)?;
            Ok(Ok(NewSet { id, encoding, units, json: json.into() }))
        }
        Ok(_) => Ok(Err(messages)),
        Err(errors) => {
            messages.extend(errors.iter().map(|error| format!("integers: {error}")));
            Ok(Err(messages))
        }
    }
}

fn parse_text<T, E: std::fmt::Display>(
    name: &str,
    value: Option<&RawValue>,
    parse: impl FnOnce(&str) -> Result<T, Vec<E>>,
    messages: &mut Vec<String>,
) -> Option<T> {
    let json = value.map(RawValue::get).filter(|json| *json != "null")?;
    // A JSON string may be invalid, such as half of a surrogate pair. It is an error, not a missing field.
    let Ok(text) = serde_json::from_str::<String>(json) else {
        messages.push(format!("{name}: Not a valid string."));
        return None;
    };
    match parse(&text) {
        Ok(value) => Some(value),
        Err(errors) => {
            messages.extend(errors.iter().map(|error| format!("{name}: {error}")));
            None
        }
    }
}
