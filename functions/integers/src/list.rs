//! A list of JSON, item by item.

use std::fmt;

use serde::de::{DeserializeSeed, Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Hands each item of a list to `item`, with its place and unread, until that answers false. Nothing is kept of the
/// list, so one of millions takes no memory. At most `max` items, which are called `items`.
///
/// # Errors
/// Why it is no such list, in words for the client.
pub(crate) fn each<'a>(
    json: &'a str,
    max: usize,
    items: &str,
    item: impl FnMut(usize, &'a RawValue) -> bool,
) -> Result<(), String> {
    if walk(json, max, items, item)? { Err("This list may not be empty.".to_owned()) } else { Ok(()) }
}

/// The same of a list that may be empty. True if it is.
///
/// # Errors
/// Why it is no such list, in words for the client.
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

/// How the walk ended.
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
        let mut place = 0_usize;
        while let Some(raw) = list.next_element::<&'de RawValue>()? {
            if place == self.max {
                *self.state = State::Full;
                return Err(A::Error::custom("too many"));
            }
            if !(self.item)(place, raw) {
                *self.state = State::Stopped;
                return Err(A::Error::custom("enough"));
            }
            place += 1;
        }
        if place == 0 {
            *self.state = State::Empty;
        }
        Ok(())
    }
}

/// A field that is there and null is something else than one that is not there.
pub(crate) fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// A value's type by Python's name, as the peer has it.
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
