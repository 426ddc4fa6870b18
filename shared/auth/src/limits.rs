//! How much of something is too much. Counters lie in DynamoDB: a process knows nothing of its neighbours.

use std::sync::Arc;

use aviary_model::Clock;
use aviary_runtime::{Settings, SettingsError};
use aviary_store::{Counted, Credentials, StoreError};
use aviary_web::ApiError;

use crate::digest::digest;

/// So many in so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    count: i64,
    seconds: i64,
}

/// All limits; each is a parameter of the deployment.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Failed logins of an account from one address.
    pub login_account_address: Limit,
    /// Failed logins of an account from anywhere.
    pub login_account: Limit,
    /// Failed logins from an address.
    pub login_address: Limit,
    /// Signups from an address.
    pub signup_address: Limit,
    /// Reset mails to one mail address.
    pub reset_email: Limit,
    /// Resets and their confirmations from an address.
    pub reset_address: Limit,
    /// Refreshes of a family.
    pub refresh_family: Limit,
    /// POSTs that make things, of an account.
    pub writes_account: Limit,
    /// What an account does that others are told of or that is brought to them: follows, retweets, edits; and
    /// blocks and mutes, which take such things back.
    pub spread_account: Limit,
    /// Uploads that an account starts.
    pub uploads_account: Limit,
    /// Bytes that an account's uploads may have together.
    pub upload_bytes_account: Limit,
    /// Answers that are lent to an account as files.
    pub downloads_account: Limit,
    /// Bytes that those may have together.
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
    /// The defaults with what `AVIARY_LIMITS` changes: `signup_address=1000/3600,login_address=…`.
    ///
    /// # Errors
    /// When there is no such limit, or its value is none.
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

/// Counts against the limits.
#[derive(Clone, Debug)]
pub struct Limiter {
    credentials: Credentials,
    /// The limits in force, for callers of [`Limiter::count`].
    pub limits: Limits,
    clock: Arc<dyn Clock>,
}

/// A login that was counted before it was tried, so that many at once can't pass together.
#[derive(Clone, Debug)]
pub struct LoginAttempt {
    counts: [(String, Counted); 3],
    known: String,
}

/// A known address stays known for so long.
const KNOWN_SECONDS: i64 = 30 * 24 * 3_600;

impl Limiter {
    /// Counts in the credentials table.
    #[must_use]
    pub fn new(credentials: Credentials, limits: Limits, clock: Arc<dyn Clock>) -> Self {
        Self { credentials, limits, clock }
    }

    /// Counts one. One step.
    ///
    /// # Errors
    /// 429 when it is too much.
    pub async fn count(&self, what: &str, whom: &str, limit: Limit) -> Result<(), ApiError> {
        let counted = self.credentials.count(&counter(what, whom), limit.seconds, self.clock.now()).await?;
        self.within(counted, limit)
    }

    /// Counts something of an account's that spreads. One step.
    ///
    /// # Errors
    /// 429 when it is too much.
    pub async fn count_spread(&self, account: &str) -> Result<(), ApiError> {
        self.count("spread", account, self.limits.spread_account).await
    }

    /// Counts the bytes of files that come in a request with those of uploads. One step, and one more when it is too
    /// much; none where there are no bytes.
    ///
    /// # Errors
    /// 429 when it is too much.
    pub async fn count_bytes(&self, account: &str, bytes: u64) -> Result<(), ApiError> {
        if bytes == 0 {
            return Ok(());
        }
        self.count_uploaded(account, bytes, std::future::ready(Ok(()))).await
    }

    /// Counts an upload that an account starts, and its bytes. One step, and one more when it is too much: what is turned
    /// away does not use up the bytes, so that a smaller one may still pass.
    ///
    /// # Errors
    /// 429 when it is too much.
    pub async fn begin_upload(&self, account: &str, bytes: u64) -> Result<(), ApiError> {
        self.count_uploaded(account, bytes, self.count("uploads", account, self.limits.uploads_account)).await
    }

    /// Counts bytes beside another count; those of what is turned away by either are taken back.
    async fn count_uploaded(
        &self,
        account: &str,
        bytes: u64,
        beside: impl Future<Output = Result<(), ApiError>>,
    ) -> Result<(), ApiError> {
        let name = counter("upload-bytes", account);
        self.count_bytes_beside(name, bytes, self.limits.upload_bytes_account, beside).await
    }

    /// Counts an answer that is lent to an account as a file, and its bytes; to be called before it is written. One step,
    /// and one more when it is too much, as for uploads.
    ///
    /// # Errors
    /// 429 when it is too much.
    pub async fn begin_download(&self, account: &str, bytes: u64) -> Result<(), ApiError> {
        let (name, limit) = (counter("download-bytes", account), self.limits.download_bytes_account);
        let beside = self.count("downloads", account, self.limits.downloads_account);
        self.count_bytes_beside(name, bytes, limit, beside).await
    }

    async fn count_bytes_beside(
        &self,
        name: String,
        bytes: u64,
        limit: Limit,
        beside: impl Future<Output = Result<(), ApiError>>,
    ) -> Result<(), ApiError> {
        let amount = i64::try_from(bytes).unwrap_or(i64::MAX);
        let counted = self.credentials.count_many(&name, amount, limit.seconds, self.clock.now());
        let (within, counted) = futures_util::join!(beside, counted);
        let counted = counted?;
        let within = within.and_then(|()| self.within(counted, limit));
        if within.is_err() {
            self.credentials.uncount_many(&name, amount, counted).await?;
        }
        within
    }

    /// Counts a login of an account from an address. One step, and one more when it is too much. Beside the
    /// account's own counter, an address from which the account was used lately is not held up by what
    /// others do from elsewhere: nobody can lock an owner out by failing on purpose.
    ///
    /// # Errors
    /// 429 when it is too much.
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
                // What was turned away must not count against others' limits.
                self.take_back(&attempt).await?;
                Err(error)
            }
        }
    }

    /// A login that succeeded counts for nothing, and makes its address known. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
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

    fn within(&self, counted: Counted, limit: Limit) -> Result<(), ApiError> {
        if counted.count > limit.count {
            Err(ApiError::throttled(counted.resets_at - self.clock.now().seconds()))
        } else {
            Ok(())
        }
    }
}

/// Whom a counter is about is kept as a hash: names and addresses are nobody's business here.
fn counter(what: &str, whom: &str) -> String {
    format!("{what}#{}", digest(whom))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_is_a_parameter_and_a_wrong_one_stops_the_start() {
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
