//! The places of usernames and aliases in the index `lists`, by which people are found.

use aviary_model::{Alias, NameKey, UserId};

/// So much of a name is in the index, whose keys have an end; the rest is compared when it is read.
const INDEXED_CHARACTERS: usize = 64;

/// The partition, and what the sort keys begin with.
pub(crate) fn place(name: &NameKey) -> Option<(String, String)> {
    let first = name.as_str().chars().next()?;
    Some((format!("SEARCH#{first}"), name.as_str().chars().take(INDEXED_CHARACTERS).collect()))
}

/// What the index wants of a username.
pub(crate) fn name_index(name: &NameKey, user: UserId) -> Option<[(&'static str, String); 2]> {
    let (list, begin) = place(name)?;
    Some([("list_pk", list), ("list_sk", format!("{begin}#{user}"))])
}

/// What the index wants of an alias; nothing if there is none.
pub(crate) fn alias_index(alias: &Alias, user: UserId) -> Option<[(&'static str, String); 2]> {
    name_index(&NameKey::of(alias.as_str()), user)
}
