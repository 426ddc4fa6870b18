//! Rate limits. Their counters are in DynamoDB, because each process of a function has its own memory.

mod account;
mod bounded;
mod logins;
mod refused_addresses;
mod row;
mod settings;

use std::sync::Arc;

use aviary_model::{Clock, NameKey, SessionId};
use aviary_store::{Credentials, LimitCount};
use aviary_web::{ApiError, Client, network};

use crate::digest::digest;
use crate::limits::refused_addresses::RefusedAddresses;

pub use account::AccountCounts;
pub use logins::LoginAttempt;
pub(crate) use row::RowCount;
pub use settings::{Limit, Limits};

/// Counts requests and refuses those above a limit.
#[derive(Clone, Debug)]
pub struct Limiter {
    credentials: Credentials,
    limits: Limits,
    clock: Arc<dyn Clock>,
    refused: Arc<RefusedAddresses>,
}

/// A count that was made.
#[derive(Clone, Debug)]
pub(crate) struct Counted {
    key: String,
    limit: Limit,
    amount: i64,
    at: LimitCount,
}

impl Counted {
    /// When the window ends, if the count is over its limit.
    fn over(&self) -> Option<i64> {
        (self.at.count > self.limit.count).then_some(self.at.resets_at)
    }
}

impl Limiter {
    /// Counts in the credentials table.
    #[must_use]
    pub fn new(credentials: Credentials, limits: Limits, clock: Arc<dyn Clock>) -> Self {
        Self { credentials, limits, clock, refused: Arc::default() }
    }

    /// Counts a signup from the client's address. One round trip.
    ///
    /// # Errors
    /// 429 above the limit.
    pub async fn count_signup(&self, client: &Client) -> Result<(), ApiError> {
        self.count_within(&network(&client.address), self.limits.signup_address).await
    }

    /// Counts a request with or for a mailed token from the client's address. One round trip.
    ///
    /// # Errors
    /// 429 above the limit.
    pub async fn count_reset(&self, client: &Client) -> Result<(), ApiError> {
        self.count_within(&network(&client.address), self.limits.reset_address).await
    }

    /// Counts a reset mail to an email address. Count the client first: one that is over its own limit must not use up
    /// those of mailboxes. One round trip.
    ///
    /// # Errors
    /// 429 above the limit.
    pub async fn count_reset_mail(&self, email: &NameKey) -> Result<(), ApiError> {
        self.count_within(email.as_str(), self.limits.reset_email).await
    }

    /// Counts a refresh of a family. One round trip.
    ///
    /// # Errors
    /// 429 above the limit.
    pub async fn count_refresh(&self, family: SessionId) -> Result<(), ApiError> {
        self.count_within(&family.to_string(), self.limits.refresh_family).await
    }

    async fn count_within(&self, whom: &str, limit: Limit) -> Result<(), ApiError> {
        let (counter, now) = (counter(limit.name, whom), self.clock.now().seconds());
        if let Some(until) = self.refused.until(&counter, now) {
            return Err(self.throttled(until));
        }
        let counted = self.count_key(counter.clone(), limit, 1).await?;
        let Some(until) = counted.over() else { return Ok(()) };
        self.refused.remember(counter, now, until);
        Err(self.throttled(until))
    }

    async fn count_one(&self, whom: &str, limit: Limit, amount: i64) -> Result<Counted, ApiError> {
        self.count_key(counter(limit.name, whom), limit, amount).await
    }

    async fn count_key(&self, key: String, limit: Limit, amount: i64) -> Result<Counted, ApiError> {
        let at = self.credentials.count_many(&key, amount, limit.seconds, self.clock.now()).await?;
        Ok(Counted { key, limit, amount, at })
    }

    fn throttled(&self, until: i64) -> ApiError {
        ApiError::throttled(until - self.clock.now().seconds())
    }
}

/// The name of a counter. Names and addresses are hashed, so that the table does not contain them.
fn counter(what: &str, whom: &str) -> String {
    format!("{what}#{}", digest(whom))
}
