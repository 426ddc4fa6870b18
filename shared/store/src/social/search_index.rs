//! The index keys in `lists` by which users are found by username or alias.

use aviary_model::{Alias, NameKey, UserId};

/// The number of a name's characters in its index key, whose length DynamoDB limits. The rest is compared when the
/// profile is read.
const INDEXED_CHARACTERS: usize = 64;

/// The index partition of a name, and the beginning of its sort key. `None` for an empty name.
pub(crate) fn place(name: &NameKey) -> Option<(String, String)> {
    let first = name.as_str().chars().next()?;
    Some((format!("SEARCH#{first}"), name.as_str().chars().take(INDEXED_CHARACTERS).collect()))
}

/// The index attributes of a username.
pub(crate) fn name_index(name: &NameKey, user: UserId) -> Option<[(&'static str, String); 2]> {
    let (list, begin) = place(name)?;
    Some([("list_pk", list), ("list_sk", format!("{begin}#{user}"))])
}

/// The index attributes of an alias; `None` if the alias is empty.
pub(crate) fn alias_index(alias: &Alias, user: UserId) -> Option<[(&'static str, String); 2]> {
    name_index(&NameKey::of(alias.as_str()), user)
}
