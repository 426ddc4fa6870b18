//! Names and addresses that an account no longer uses but still holds, and the address that it is to have.
//!
//! A held name or address keeps its `NAME` item, with an end: until then nobody else gets it, and it leads to nobody.

use std::collections::BTreeMap;

use aviary_model::{Email, NameKey, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::accounts::User;
use crate::dynamodb::expression::Condition;
use crate::dynamodb::item::{number, text};

/// For how long an account holds a name or an address that it has given up.
const HELD_SECONDS: i64 = 7 * 24 * 3_600;
/// For how long an address can be confirmed.
const PENDING_SECONDS: i64 = 24 * 3_600;
/// The most former names that an account holds; an older one is free at once.
const MAX_FORMER_NAMES: usize = 3;
/// The most former addresses of an account, so that its deletion fits into one transaction. The limit of changes per
/// account is reached earlier, unless a deployment raises it.
pub(crate) const MAX_FORMER_ADDRESSES: usize = 50;

/// A username that the account has given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerName {
    /// The key of the name.
    pub key: NameKey,
    /// When anyone may take it.
    pub until: Timestamp,
}

/// An address that a change replaced. As long as it is held, the change can be undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerAddress {
    /// The address.
    pub email: Email,
    /// The number of the change, which grows with each change of the account.
    pub change: u32,
    /// When anyone may take it.
    pub until: Timestamp,
}

/// The address that an account will have once its mailbox confirms it. Until then it belongs to nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingAddress {
    /// The address.
    pub email: Email,
    /// The number of the change.
    pub change: u32,
    /// Until when it can be confirmed.
    pub until: Timestamp,
    /// Whether the request for the change proved that it knows the password. Otherwise the confirmation must.
    pub password_given: bool,
}

impl PendingAddress {
    pub(crate) fn new(email: Email, change: u32, password_given: bool, now: Timestamp) -> Self {
        Self { email, change, until: now.plus_seconds(PENDING_SECONDS), password_given }
    }

    /// Until when the change can be undone, if it is confirmed as late as possible.
    #[must_use]
    pub fn undoable_until(&self) -> Timestamp {
        self.until.plus_seconds(HELD_SECONDS)
    }
}

impl User {
    /// Whether the account holds this name, which it no longer uses.
    #[must_use]
    pub fn gave_up(&self, name: &NameKey) -> bool {
        self.former_names.iter().any(|former| former.key == *name)
    }

    /// The address that waits for its confirmation.
    #[must_use]
    pub fn pending_at(&self, now: Timestamp) -> Option<&PendingAddress> {
        self.pending.as_ref().filter(|pending| lasts(pending.until, now))
    }

    /// The address that the change with this number replaced, if the change can still be undone.
    #[must_use]
    pub fn replaced_by(&self, change: u32, now: Timestamp) -> Option<&FormerAddress> {
        self.former_addresses.iter().find(|former| former.change == change && lasts(former.until, now))
    }

    /// Forgets what is no longer held at this time.
    pub(crate) fn forget_lapsed(&mut self, now: Timestamp) {
        self.former_names.retain(|former| lasts(former.until, now));
        self.former_addresses.retain(|former| lasts(former.until, now));
        self.pending = self.pending.take().filter(|pending| lasts(pending.until, now));
    }

    /// Holds a name that is given up, and the newest of those before it.
    pub(crate) fn hold_name(&mut self, key: NameKey, now: Timestamp) {
        self.former_names.retain(|former| former.key != key);
        self.former_names.push(FormerName { key, until: now.plus_seconds(HELD_SECONDS) });
        let surplus = self.former_names.len().saturating_sub(MAX_FORMER_NAMES);
        self.former_names.drain(..surplus);
    }

    /// Sets an address and holds the one that it replaces.
    pub(crate) fn replace_address(&mut self, email: Option<Email>, change: u32, now: Timestamp) {
        if let Some(email) = std::mem::replace(&mut self.email, email) {
            self.former_addresses.push(FormerAddress { email, change, until: now.plus_seconds(HELD_SECONDS) });
        }
    }

    /// The keys of all names and addresses of the account, each with the second until which it is held; `None` for those
    /// in use. A key that is a name and an address is there once, with the later end.
    pub(crate) fn held(&self, now: Timestamp) -> BTreeMap<NameKey, Option<i64>> {
        let names = self.former_names.iter().map(|former| (former.key.clone(), former.until));
        let addresses = self.former_addresses.iter().map(|former| (former.email.key(), former.until));
        let mut held = BTreeMap::new();
        for (key, until) in names.chain(addresses).filter(|(_, until)| lasts(*until, now)) {
            let end = held.entry(key).or_insert(None);
            *end = (*end).max(Some(until.seconds()));
        }
        held.insert(self.username.key(), None);
        held.extend(self.email.as_ref().map(|email| (email.key(), None)));
        held
    }
}

/// Ends count in whole seconds, as DynamoDB's TTL does, so that the account and everybody else agree on them.
fn lasts(until: Timestamp, now: Timestamp) -> bool {
    until.seconds() > now.seconds()
}

/// The condition that a name or an address is free for this account: nobody has it, its holder's time is over, or the
/// account itself has it.
pub(crate) fn is_free_for(user: UserId, now: Timestamp) -> Condition {
    Condition::item_missing().or(Condition::at_most("expires_at", number(now.seconds()))).or(is_of(user))
}

/// The condition that a name or an address is this account's own.
pub(crate) fn is_of(user: UserId) -> Condition {
    Condition::equals("user_id", text(user.to_string()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use aviary_model::Username;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_500);

    fn user(name: &str, email: Option<&str>) -> User {
        let id = "019a0000-0000-7000-8000-0000000000aa".parse().unwrap();
        let email = email.map(|email| Email::parse(email).unwrap());
        User::new(id, Username::parse(name).unwrap(), email, "hash".to_owned(), NOW)
    }

    fn held(user: &User, now: Timestamp) -> Vec<(String, Option<i64>)> {
        user.held(now).into_iter().map(|(key, until)| (key.as_str().to_owned(), until)).collect()
    }

    #[test]
    fn the_last_three_names_are_held_for_a_week() {
        let mut user = user("now", None);
        for name in ["a", "b", "c", "d", "b"] {
            user.hold_name(NameKey::of(name), NOW);
        }
        let end = Some(NOW.seconds() + HELD_SECONDS);
        let all = [("b", end), ("c", end), ("d", end), ("now", None)].map(|(name, end)| (name.to_owned(), end));
        assert_eq!(held(&user, NOW), all);
        assert_eq!(held(&user, NOW.plus_seconds(HELD_SECONDS - 1)).len(), 4);
        assert_eq!(held(&user, NOW.plus_seconds(HELD_SECONDS)), [("now".to_owned(), None)]);
    }

    #[test]
    fn a_name_that_is_a_former_address_too_is_held_as_long_as_either() {
        let mut user = user("now", Some("a@example.com"));
        user.replace_address(None, 1, NOW);
        user.hold_name(NameKey::of("A@example.com"), NOW.plus_seconds(60));
        let end = Some(NOW.seconds() + 60 + HELD_SECONDS);
        assert_eq!(held(&user, NOW), [("a@example.com".to_owned(), end), ("now".to_owned(), None)]);
        // Three later names end the name, and the address goes on.
        for name in ["b", "c", "d"] {
            user.hold_name(NameKey::of(name), NOW);
        }
        let end = Some(NOW.seconds() + HELD_SECONDS);
        assert!(held(&user, NOW).contains(&("a@example.com".to_owned(), end)));
        user.email = Some(Email::parse("A@example.com").unwrap());
        assert!(held(&user, NOW).contains(&("a@example.com".to_owned(), None)), "in use again");
    }
}
