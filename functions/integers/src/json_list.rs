//! Reads a JSON list item by item, without building the list in memory.

use std::fmt;

use serde::de::{DeserializeSeed, Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Calls `item` with the position and the raw JSON of each item until it returns false. The list is not stored, so a
/// list of millions of items takes no memory. `max` is the most items, and `items` their name in the error.
///
/// # Errors
/// A message for the client: not a list, an empty list, or more than `max` items.
pub(crate) fn each<'a>(
    json: &'a str,
    max: usize,
    items: &str,
    item: impl FnMut(usize, &'a RawValue) -> bool,
) -> Result<(), String> {
    if walk(json, max, items, item)? { Err("This list may not be empty.".to_owned()) } else { Ok(()) }
}

/// Does the same for a list that may be empty. Returns whether it is empty.
///
/// # Errors
/// A message for the client: not a list, or more than `max` items.
pub(crate) fn walk<'a>(
    json: &'a str,
    max: usize,
    items: &str,
    item: impl FnMut(usize, &'a RawValue) -> bool,
) -> Result<bool, String> {
    let json = json.trim_start();
    if !json.starts_with('[') {
        return Err(match kind_of(json) {
            "null" => "This field may not be null.".to_owned(),
            kind => format!("Expected a list of items but got type \"{kind}\"."),
        });
    }
    let mut state = State::Going;
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let list = List { max, item, state: &mut state };
    let read = list.deserialize(&mut deserializer).and_then(|()| deserializer.end());
    match (state, read) {
        (State::Empty, Ok(())) => Ok(true),
        (State::Full, _) => Err(format!("There may be {max} {items}.")),
        (State::Stopped, _) | (State::Going, Ok(())) => Ok(false),
        (_, Err(error)) => Err(error.to_string()),
    }
}

/// How the walk ended. `Going` includes JSON that does not parse.
enum State {
    Going,
    Empty,
    Full,
    Stopped,
}

struct List<'s, F> {
    max: usize,
    item: F,
    state: &'s mut State,
}

impl<'de, F: FnMut(usize, &'de RawValue) -> bool> DeserializeSeed<'de> for List<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(usize, &'de RawValue) -> bool> Visitor<'de> for List<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let mut position = 0_usize;
        while let Some(raw) = list.next_element::<&'de RawValue>()? {
            if position == self.max {
                *self.state = State::Full;
                return Err(A::Error::custom("too many"));
            }
            if !(self.item)(position, raw) {
                *self.state = State::Stopped;
                return Err(A::Error::custom("enough"));
            }
            position += 1;
        }
        if position == 0 {
            *self.state = State::Empty;
        }
        Ok(())
    }
}

/// Deserializes a field that is present, so that `null` differs from a missing field.
pub(crate) fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// The Python name of a JSON value's type, as Django REST framework's messages have it.
pub(crate) fn kind_of(json: &str) -> &'static str {
    match json.bytes().next() {
        Some(b'{') => "dict",
        Some(b'[') => "list",
        Some(b'"') => "str",
        Some(b't' | b'f') => "bool",
        Some(b'n') => "null",
        _ if json.contains(['.', 'e', 'E']) => "float",
        _ => "int",
    }
}
