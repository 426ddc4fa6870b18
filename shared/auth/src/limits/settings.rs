//! The limits by name, and the setting that changes them.

use aviary_runtime::{Settings, SettingsError};
use aviary_web::{READ_UNITS_ADDRESS, RouteLimit};

/// A maximum count within a window of seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The name in `AVIARY_LIMITS`, which is also the beginning of its counters' names.
    pub(crate) name: &'static str,
    pub(crate) count: i64,
    pub(crate) seconds: i64,
}

/// Whom the limit of a row counts, and who counts it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CountedBy {
    /// The account of the confirmed caller, when it is confirmed.
    Account(Limit),
    /// The address of the request, beside the first read.
    Address(Limit),
    /// Something else, by the flow that is bounded.
    Flow,
}

macro_rules! limits {
    ($($(#[$doc:meta])+ $name:ident: $count:literal / $seconds:expr,)+) => {
        /// All limits. The setting `AVIARY_LIMITS` changes them by name.
        #[derive(Clone, Copy, Debug)]
        pub struct Limits {
            $($(#[$doc])+ pub $name: Limit,)+
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($name: Limit { name: stringify!($name), count: $count, seconds: $seconds },)+ }
            }
        }

        impl Limits {
            fn by_name(&mut self, name: &str) -> Option<&mut Limit> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)+
                    _ => None,
                }
            }
        }
    };
}

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

limits! {
    /// Failed logins of an account, or by a name, from one address.
    login_account_address: 10 / 5 * MINUTE,
    /// Failed logins of an account, or by a name, from any address.
    login_account: 300 / HOUR,
    /// Failed logins from one address, to any account.
    login_address: 100 / 5 * MINUTE,
    /// Signups from one address.
    signup_address: 20 / HOUR,
    /// Password resets for one email address.
    reset_email: 3 / HOUR,
    /// Notices to one email address that a password was changed or an account deleted. Those above it are left out.
    notice_email: 5 / DAY,
    /// Mails to one email address with a link that takes a change of the address back.
    undo_email: 10 / DAY,
    /// Requests with or for mailed tokens (resets, their confirmations, undone changes) from one address.
    reset_address: 20 / HOUR,
    /// Refreshes of one refresh family.
    refresh_family: 60 / MINUTE,
    /// Searches from one address.
    search_address: 60 / MINUTE,
    /// POSTs of an account that make tweets, comments, sets and operations.
    writes_account: 120 / MINUTE,
    /// Reactions, follows, blocks, mutes and edits of an account.
    spread_account: 120 / MINUTE,
    /// Every other write of an account.
    other_writes_account: 300 / MINUTE,
    /// Sessions that an account opens: logins, and pairs of tokens for another session's token.
    sessions_account: 300 / HOUR,
    /// Tags and mentions in the texts that an account writes. Each is an item or a notification of its own.
    tags_and_mentions_account: 1_200 / HOUR,
    /// Changes of an account's profile.
    profile_changes_account: 60 / HOUR,
    /// Changes of an account's username.
    username_changes_account: 20 / HOUR,
    /// Changes of an account's email address.
    address_changes_account: 5 / DAY,
    /// Changes of an account's name or address that are refused because it is taken.
    taken_names_account: 60 / HOUR,
    /// Uploads that an account starts.
    uploads_account: 60 / HOUR,
    /// Bytes of an account's uploads, and of the files in its requests.
    upload_bytes_account: 2_000_000_000 / DAY,
    /// Results that an account gets as files to download.
    downloads_account: 60 / HOUR,
    /// Bytes of these files.
    download_bytes_account: 10_000_000_000 / DAY,
    /// Bytes of encrypted integers that an account stores: sent in requests, uploaded, or computed.
    integers_sent_account: 2_000_000_000 / DAY,
    /// Bytes of encrypted integers that an account reads, also as operands.
    integers_read_account: 4_000_000_000 / DAY,
    /// The work of an account's equations, in work units: a minute of one processor.
    integer_work_account: 60_000_000_000 / MINUTE,
}

impl Limits {
    /// The defaults, changed by `AVIARY_LIMITS`: `signup_address=1000/3600,login_address=…` (count per seconds).
    ///
    /// # Errors
    /// When a name is unknown, or a value is not two numbers above zero.
    pub fn of(settings: &Settings) -> Result<Self, SettingsError> {
        let mut limits = Self::default();
        let text = settings.optional("AVIARY_LIMITS").unwrap_or_default();
        for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            limits.set(entry).ok_or_else(|| SettingsError::Invalid {
                name: "AVIARY_LIMITS",
                value: entry.to_owned(),
                takes: "entries like signup_address=20/3600 (count per seconds), separated by commas",
            })?;
        }
        Ok(limits)
    }

    fn set(&mut self, entry: &str) -> Option<()> {
        let (name, value) = entry.split_once('=')?;
        let (count, seconds) = value.split_once('/')?;
        let (count, seconds) = (count.parse().ok()?, seconds.parse().ok()?);
        if name == READ_UNITS_ADDRESS {
            // It has no counter; every process has read it already.
            return Some(());
        }
        let limit = self.by_name(name)?;
        if count <= 0 || seconds <= 0 {
            return None;
        }
        *limit = Limit { name: limit.name, count, seconds };
        Some(())
    }

    /// The limit of a row, and who counts it.
    pub(crate) fn of_row(&self, limit: RouteLimit) -> CountedBy {
        match limit {
            RouteLimit::WritesAccount => CountedBy::Account(self.writes_account),
            RouteLimit::SpreadAccount => CountedBy::Account(self.spread_account),
            RouteLimit::ProfileChangesAccount => CountedBy::Account(self.profile_changes_account),
            RouteLimit::UploadsAccount => CountedBy::Account(self.uploads_account),
            RouteLimit::OtherWritesAccount => CountedBy::Account(self.other_writes_account),
            RouteLimit::SearchAddress => CountedBy::Address(self.search_address),
            RouteLimit::Logins | RouteLimit::SignupAddress | RouteLimit::ResetAddress | RouteLimit::RefreshFamily => {
                CountedBy::Flow
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_changes_a_limit_and_a_malformed_one_is_an_error() {
        let of = |text: &str| {
            Settings::of([("AVIARY_LIMITS".to_owned(), text.to_owned())]).and_then(|settings| Limits::of(&settings))
        };
        let limits = of("signup_address=1000/60, login_account=1/2").expect("limits");
        assert_eq!(limits.signup_address, Limit { name: "signup_address", count: 1_000, seconds: 60 });
        assert_eq!(limits.login_account, Limit { name: "login_account", count: 1, seconds: 2 });
        assert_eq!(limits.reset_email, Limits::default().reset_email);
        for wrong in ["signups=1/2", "signup_address=1", "signup_address=0/60", "signup_address=a/b"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_row_names_a_limit_as_the_setting_does() {
        let limits = Limits::default();
        for row in [
            RouteLimit::WritesAccount,
            RouteLimit::SpreadAccount,
            RouteLimit::ProfileChangesAccount,
            RouteLimit::UploadsAccount,
            RouteLimit::OtherWritesAccount,
            RouteLimit::SearchAddress,
        ] {
            match limits.of_row(row) {
                CountedBy::Account(limit) | CountedBy::Address(limit) => assert_eq!(limit.name, row.setting()),
                CountedBy::Flow => unreachable!("{row:?} is counted by nobody"),
            }
        }
    }
}
