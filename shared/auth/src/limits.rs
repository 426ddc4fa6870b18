//! Rate limits. Their counters are in DynamoDB, because each process of a function has its own memory.

use std::sync::Arc;

use aviary_model::Clock;
use aviary_runtime::{Settings, SettingsError};
use aviary_store::{Credentials, LimitCount, StoreError};
use aviary_web::ApiError;

use crate::digest::digest;

/// A maximum count within a window of seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    count: i64,
    seconds: i64,
}

/// All limits. The setting `AVIARY_LIMITS` changes them by name.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Failed logins of an account from one address.
    pub login_account_address: Limit,
    /// Failed logins of an account from any address.
    pub login_account: Limit,
    /// Failed logins from one address, to any account.
    pub login_address: Limit,
    /// Signups from one address.
    pub signup_address: Limit,
    /// Password resets for one email address.
    pub reset_email: Limit,
    /// Requests with or for mailed tokens (resets, their confirmations, undone changes) from one address.
    pub reset_address: Limit,
    /// Refreshes of one refresh family.
    pub refresh_family: Limit,
    /// POSTs of an account that create something.
    pub writes_account: Limit,
    /// Requests of an account that cause notifications or timeline entries (follows, retweets, edits), or remove them
    /// (blocks, mutes).
    pub spread_account: Limit,
    /// Uploads that an account starts.
    pub uploads_account: Limit,
    /// Bytes of an account's uploads.
    pub upload_bytes_account: Limit,
    /// Results that an account gets as files to download.
    pub downloads_account: Limit,
    /// Bytes of these files.
    pub download_bytes_account: Limit,
}

impl Default for Limits {
    fn default() -> Self {
        let limit = |count, seconds| Limit { count, seconds };
        Self {
            login_account_address: limit(10, 300),
            login_account: limit(300, 3_600),
            login_address: limit(100, 300),
            signup_address: limit(20, 3_600),
            reset_email: limit(3, 3_600),
            reset_address: limit(20, 3_600),
            refresh_family: limit(60, 60),
            writes_account: limit(120, 60),
            spread_account: limit(120, 60),
            uploads_account: limit(60, 3_600),
            upload_bytes_account: limit(2_000_000_000, 24 * 3_600),
            downloads_account: limit(60, 3_600),
            download_bytes_account: limit(10_000_000_000, 24 * 3_600),
        }
    }
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
        let limit = Limit { count: count.parse().ok()?, seconds: seconds.parse().ok()? };
        let slot = match name {
            "login_account_address" => &mut self.login_account_address,
            "login_account" => &mut self.login_account,
            "login_address" => &mut self.login_address,
            "signup_address" => &mut self.signup_address,
            "reset_email" => &mut self.reset_email,
            "reset_address" => &mut self.reset_address,
            "refresh_family" => &mut self.refresh_family,
            "writes_account" => &mut self.writes_account,
            "spread_account" => &mut self.spread_account,
            "uploads_account" => &mut self.uploads_account,
            "upload_bytes_account" => &mut self.upload_bytes_account,
            "downloads_account" => &mut self.downloads_account,
            "download_bytes_account" => &mut self.download_bytes_account,
            _ => return None,
        };
        *slot = Some(limit).filter(|limit| limit.count > 0 && limit.seconds > 0)?;
        Some(())
    }
}

/// Counts requests and refuses those above a limit.
#[derive(Clone, Debug)]
pub struct Limiter {
    credentials: Credentials,
    /// The limits in force, for callers of [`Limiter::count`].
    pub limits: Limits,
    clock: Arc<dyn Clock>,
}

/// A login that was counted before its password is verified, so that concurrent attempts cannot exceed the limit.
#[derive(Clone, Debug)]
pub struct LoginAttempt {
    counts: [(String, LimitCount); 3],
    known: String,
}

/// An address counts as known to an account for 30 days after a login.
const KNOWN_SECONDS: i64 = 30 * 24 * 3_600;

impl Limiter {
    /// Counts in the credentials table.
    #[must_use]
    pub fn new(credentials: Credentials, limits: Limits, clock: Arc<dyn Clock>) -> Self {
        Self { credentials, limits, clock }
    }

    /// Counts one request of the kind `what` by or about `whom`. One round trip.
    ///
    /// # Errors
    /// 429 above the limit.
    pub async fn count(&self, what: &str, whom: &str, limit: Limit) -> Result<(), ApiError> {
        let counted = self.credentials.count(&counter(what, whom), limit.seconds, self.clock.now()).await?;
        self.within(counted, limit)
    }

    /// Counts a request of an account against [`Limits::spread_account`]. One round trip.
    ///
    /// # Errors
    /// 429 above the limit.
    pub async fn count_spread(&self, account: &str) -> Result<(), ApiError> {
        self.count("spread", account, self.limits.spread_account).await
    }

    /// Counts the bytes of files in a request together with those of uploads. One round trip, a second one above the
    /// limit; none for no bytes.
    ///
    /// # Errors
    /// 429 above the limit.
    pub async fn count_bytes(&self, account: &str, bytes: u64) -> Result<(), ApiError> {
        if bytes == 0 {
            return Ok(());
        }
        self.count_uploaded(account, bytes, std::future::ready(Ok(()))).await
    }

    /// Counts an upload that an account starts, and its bytes. One round trip, a second one above the limit: it takes
    /// the bytes of the refused upload back, so that a smaller one may still pass.
    ///
    /// # Errors
    /// 429 above the limit.
    pub async fn begin_upload(&self, account: &str, bytes: u64) -> Result<(), ApiError> {
        self.count_uploaded(account, bytes, self.count("uploads", account, self.limits.uploads_account)).await
    }

    /// Counts uploaded bytes concurrently with another count.
    async fn count_uploaded(
        &self,
        account: &str,
        bytes: u64,
        other_count: impl Future<Output = Result<(), ApiError>>,
    ) -> Result<(), ApiError> {
        let name = counter("upload-bytes", account);
        self.count_bytes_with(name, bytes, self.limits.upload_bytes_account, other_count).await
    }

    /// Counts a result that an account gets as a file, and its bytes; call it before writing the file. Costs the same
    /// as
    /// [`Limiter::begin_upload`].
    ///
    /// # Errors
    /// 429 above the limit.
    pub async fn begin_download(&self, account: &str, bytes: u64) -> Result<(), ApiError> {
        let (name, limit) = (counter("download-bytes", account), self.limits.download_bytes_account);
        let count = self.count("downloads", account, self.limits.downloads_account);
        self.count_bytes_with(name, bytes, limit, count).await
    }

    /// Counts bytes concurrently with another count. If either is above its limit, the bytes are taken back.
    async fn count_bytes_with(
        &self,
        name: String,
        bytes: u64,
        limit: Limit,
        other_count: impl Future<Output = Result<(), ApiError>>,
    ) -> Result<(), ApiError> {
        let amount = i64::try_from(bytes).unwrap_or(i64::MAX);
        let counted = self.credentials.count_many(&name, amount, limit.seconds, self.clock.now());
        let (within, counted) = futures_util::join!(other_count, counted);
        let counted = counted?;
        let within = within.and_then(|()| self.within(counted, limit));
        if within.is_err() {
            self.credentials.uncount_many(&name, amount, counted).await?;
        }
        within
    }

    /// Counts a login to an account from an address. One round trip, a second one above a limit. An address from which
    /// the account was used lately is exempt from the account's counter, so that nobody can lock the owner out by
    /// failing on purpose from elsewhere.
    ///
    /// # Errors
    /// 429 above the limit.
    pub async fn begin_login(&self, account: &str, address: &str) -> Result<LoginAttempt, ApiError> {
        let (now, limits) = (self.clock.now(), &self.limits);
        let pair = format!("{account}|{address}");
        let names = [
            counter("login-account-address", &pair),
            counter("login-account", account),
            counter("login-address", address),
        ];
        let known = counter("known-address", &pair);
        let [pair_name, account_name, address_name] = &names;
        let (by_pair, by_account, by_address, is_known) = futures_util::join!(
            self.credentials.count(pair_name, limits.login_account_address.seconds, now),
            self.credentials.count(account_name, limits.login_account.seconds, now),
            self.credentials.count(address_name, limits.login_address.seconds, now),
            self.credentials.counted(&known, now),
        );
        let (by_pair, by_account, by_address, is_known) = (by_pair?, by_account?, by_address?, is_known?);
        let [pair_name, account_name, address_name] = names;
        let attempt = LoginAttempt {
            counts: [(pair_name, by_pair), (account_name, by_account), (address_name, by_address)],
            known,
        };
        let within = [
            self.within(by_pair, limits.login_account_address),
            if is_known { Ok(()) } else { self.within(by_account, limits.login_account) },
            self.within(by_address, limits.login_address),
        ];
        match within.into_iter().collect::<Result<Vec<()>, ApiError>>() {
            Ok(_) => Ok(attempt),
            Err(error) => {
                // A refused attempt must not use up the limits of others.
                self.take_back(&attempt).await?;
                Err(error)
            }
        }
    }

    /// Takes the counts of a successful login back and makes its address known. One round trip.
    pub async fn login_succeeded(&self, attempt: &LoginAttempt) -> Result<(), StoreError> {
        let now = self.clock.now();
        let (taken, known) =
            futures_util::join!(self.take_back(attempt), self.credentials.count(&attempt.known, KNOWN_SECONDS, now));
        taken?;
        known.map(|_| ())
    }

    async fn take_back(&self, attempt: &LoginAttempt) -> Result<(), StoreError> {
        let [a, b, c] = &attempt.counts;
        let (a, b, c) = futures_util::join!(
            self.credentials.uncount(&a.0, a.1),
            self.credentials.uncount(&b.0, b.1),
            self.credentials.uncount(&c.0, c.1)
        );
        a.and(b).and(c)
    }

    fn within(&self, counted: LimitCount, limit: Limit) -> Result<(), ApiError> {
        if counted.count > limit.count {
            Err(ApiError::throttled(counted.resets_at - self.clock.now().seconds()))
        } else {
            Ok(())
        }
    }
}

/// The key of a counter. Names and addresses are hashed, so that the table does not contain them.
fn counter(what: &str, whom: &str) -> String {
    format!("{what}#{}", digest(whom))
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
        assert_eq!(limits.signup_address, Limit { count: 1_000, seconds: 60 });
        assert_eq!(limits.login_account, Limit { count: 1, seconds: 2 });
        assert_eq!(limits.reset_email, Limits::default().reset_email);
        for wrong in ["signups=1/2", "signup_address=1", "signup_address=0/60", "signup_address=a/b"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
