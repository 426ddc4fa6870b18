//! What a change does to an account, before it is written. No I/O.
//!
//! The numbers of the changes in `former_addresses` are a stack: undoing one undoes all that came after it, so a link
//! that undoes a later change is void, and a link that undoes an earlier one still works.

use aviary_model::{Email, Timestamp};

use crate::accounts::User;
use crate::accounts::change::{AccountChange, AccountChangeError};
use crate::accounts::former::{MAX_FORMER_ADDRESSES, PendingAddress};

/// What happens to the address of an account. Every change of it ends one that is pending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AddressChange {
    /// It stays, and so does one that is pending.
    #[default]
    Keep,
    /// It is replaced or removed at once.
    Set(Option<Email>),
    /// Another one is pending until its mailbox confirms it.
    Ask {
        /// The address.
        email: Email,
        /// Whether the request proved that it knows the password.
        password_given: bool,
    },
    /// The pending address of the change with this number replaces it.
    Confirm(u32),
    /// The address before the change with this number comes back, or the change with this number is not pending any
    /// more.
    Undo(u32),
}

impl AccountChange {
    /// The account after this change.
    ///
    /// # Errors
    /// When there is no such change to confirm or to undo, or too many addresses were replaced lately.
    pub(crate) fn applied_to(&self, old: &User, now: Timestamp) -> Result<User, AccountChangeError> {
        let mut new = User { revision: old.next_revision(), ..old.clone() };
        new.forget_lapsed(now);
        if let Some(username) = &self.username {
            let (before, after) = (old.username.key(), username.key());
            new.username = username.clone();
            new.former_names.retain(|former| former.key != after);
            if before != after {
                new.hold_name(before, now);
            }
        }
        if let Some(mode) = &self.mode {
            new.mode.clone_from(mode);
        }
        if let Some(password) = &self.password {
            new.password.clone_from(password);
            // Whoever proved the old password proved nothing about the new one.
            if let Some(pending) = &mut new.pending {
                pending.password_given = false;
            }
        }
        apply(&self.address, &mut new, now)?;
        if let (Some(oldest), true) = (new.former_addresses.first(), new.former_addresses.len() > MAX_FORMER_ADDRESSES)
        {
            return Err(AccountChangeError::TooOften { until: oldest.until, counter: None });
        }
        Ok(new)
    }
}

fn apply(change: &AddressChange, user: &mut User, now: Timestamp) -> Result<(), AccountChangeError> {
    match change {
        AddressChange::Keep => {}
        AddressChange::Set(email) => {
            user.pending = None;
            user.replace_address(email.clone(), user.revision, now);
        }
        AddressChange::Ask { email, password_given } => {
            user.pending = Some(PendingAddress::new(email.clone(), user.revision, *password_given, now));
        }
        AddressChange::Confirm(number) => {
            let pending = user.pending.take().filter(|pending| pending.change == *number);
            let pending = pending.ok_or(AccountChangeError::Redeemed)?;
            user.replace_address(Some(pending.email), pending.change, now);
        }
        AddressChange::Undo(number) => undo(*number, user, now)?,
    }
    Ok(())
}

fn undo(number: u32, user: &mut User, now: Timestamp) -> Result<(), AccountChangeError> {
    let was_pending = user.pending_at(now).is_some_and(|pending| pending.change == number);
    match user.replaced_by(number, now).map(|former| former.email.clone()) {
        Some(email) => user.email = Some(email),
        None if was_pending => {}
        None => return Err(AccountChangeError::Redeemed),
    }
    user.former_addresses.retain(|former| former.change < number);
    user.pending = None;
    user.voided = user.revision;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use aviary_model::Username;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
    const DAY: i64 = 24 * 3_600;

    fn email(name: &str) -> Email {
        Email::parse(&format!("{name}@example.com")).unwrap()
    }

    fn user() -> User {
        let id = "019a0000-0000-7000-8000-0000000000aa".parse().unwrap();
        User::new(id, Username::parse("ada").unwrap(), Some(email("a")), "hash".to_owned(), NOW)
    }

    fn changed(user: &User, address: AddressChange, days: i64) -> Result<User, AccountChangeError> {
        AccountChange { address, ..AccountChange::default() }.applied_to(user, NOW.plus_seconds(days * DAY))
    }

    fn set(user: &User, name: &str, days: i64) -> User {
        changed(user, AddressChange::Set(Some(email(name))), days).unwrap()
    }

    fn address(user: &User) -> &str {
        user.email.as_ref().unwrap().as_str().split('@').next().unwrap()
    }

    #[test]
    fn undoing_a_change_undoes_the_later_ones_and_leaves_the_earlier_ones_undoable() {
        let moved = set(&set(&set(&user(), "b", 0), "c", 0), "d", 0);
        let undone = changed(&moved, AddressChange::Undo(2), 1).unwrap();
        assert_eq!((address(&undone), undone.voided), ("b", 4));
        for void in [2, 3, 4] {
            assert!(matches!(changed(&undone, AddressChange::Undo(void), 1), Err(AccountChangeError::Redeemed)));
        }
        assert_eq!(address(&changed(&undone, AddressChange::Undo(1), 1).unwrap()), "a");
        // A change after that has a number of its own, so no void link works again.
        let again = set(&undone, "d", 1);
        assert!(changed(&again, AddressChange::Undo(3), 1).is_err());
        assert_eq!(address(&changed(&again, AddressChange::Undo(5), 1).unwrap()), "b");
    }

    #[test]
    fn a_change_can_be_undone_for_a_week() {
        let moved = set(&user(), "b", 0);
        assert_eq!(address(&changed(&moved, AddressChange::Undo(1), 6).unwrap()), "a");
        assert!(changed(&moved, AddressChange::Undo(1), 7).is_err());
    }

    #[test]
    fn a_pending_address_is_confirmed_within_a_day_and_by_its_number() {
        let ask = AddressChange::Ask { email: email("b"), password_given: true };
        let asked = changed(&user(), ask, 0).unwrap();
        assert_eq!(address(&asked), "a");
        assert!(
            asked.pending_at(NOW.plus_seconds(DAY - 1)).is_some() && asked.pending_at(NOW.plus_seconds(DAY)).is_none()
        );
        for (number, days) in [(2, 0), (1, 1)] {
            assert!(changed(&asked, AddressChange::Confirm(number), days).is_err(), "{number} {days}");
        }
        let confirmed = changed(&asked, AddressChange::Confirm(1), 0).unwrap();
        assert_eq!((address(&confirmed), &confirmed.pending), ("b", &None));
        // The week begins with the confirmation, and the link is the one of the request.
        assert_eq!(address(&changed(&confirmed, AddressChange::Undo(1), 6).unwrap()), "a");
    }

    #[test]
    fn an_undone_request_can_not_be_confirmed() {
        let ask = AddressChange::Ask { email: email("b"), password_given: true };
        let undone = changed(&changed(&user(), ask.clone(), 0).unwrap(), AddressChange::Undo(1), 0).unwrap();
        assert_eq!((address(&undone), &undone.pending, undone.voided), ("a", &None, 2));
        assert!(changed(&undone, AddressChange::Confirm(1), 0).is_err());
        let again = changed(&undone, ask, 0).unwrap();
        assert!(changed(&again, AddressChange::Confirm(1), 0).is_err(), "the next request has another number");
    }

    #[test]
    fn too_many_former_addresses_are_refused_until_the_first_is_free() {
        let mut user = user();
        for number in 0..MAX_FORMER_ADDRESSES {
            user = set(&user, &format!("x{number}"), 0);
        }
        let refused = changed(&user, AddressChange::Set(None), 0);
        assert!(
            matches!(refused, Err(AccountChangeError::TooOften { until, .. }) if until == NOW.plus_seconds(7 * DAY))
        );
        assert!(changed(&user, AddressChange::Set(None), 7).is_ok());
    }
}
