//! Addresses that mails came back from: `MAIL#<user> / RETURNED#<hash>`. They are removed with their user.

use aviary_model::{Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::credentials::keys::{mail_pk, principal_key};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::Condition;
use crate::dynamodb::item::{Key, item, number};
use crate::dynamodb::table::{CredentialsTable, FeedTable};
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::feed::security_events::{SecurityEvent, activity_item};

/// As long as the security event is shown. After that an address is tried once more, and if a mail comes back again,
/// its owner is told again.
const KEPT_SECONDS: i64 = 90 * 24 * 3_600;

#[derive(Debug, Serialize, Deserialize)]
struct Record {
    expires_at: i64,
}

/// The mark of an address to which an account gets no more mails.
#[derive(Clone, Debug)]
pub struct ReturnedMail {
    table: CredentialsTable,
    feed: FeedTable,
}

impl ReturnedMail {
    /// Uses these tables. Makes no call.
    #[must_use]
    pub fn new(credentials: &CredentialsTable, feed: &FeedTable) -> Self {
        Self { table: credentials.clone(), feed: feed.clone() }
    }

    /// Whether a mail of this account to the address with this hash came back in the last 90 days. One round trip.
    pub async fn is_marked(&self, user: UserId, hash: &str, now: Timestamp) -> Result<bool, StoreError> {
        let found: Option<Record> = self.table.get(key(user, hash)).await?;
        Ok(found.is_some_and(|record| record.expires_at > now.seconds()))
    }

    /// Marks an address, and writes the security event that tells the account's owner. False if it is marked already,
    /// or the account is gone. One round trip.
    pub async fn mark(
        &self,
        user: UserId,
        hash: &str,
        now: Timestamp,
        event: &SecurityEvent,
    ) -> Result<bool, StoreError> {
        let record = Record { expires_at: now.plus_seconds(KEPT_SECONDS).seconds() };
        // One that has expired may not be removed yet.
        let unmarked = Condition::item_missing().or(Condition::at_most("expires_at", number(now.seconds())));
        let mut transaction = Transaction::default();
        // The notice of a deletion can come back after the purge, which must leave nothing.
        transaction.check(&self.table, principal_key(user), &Condition::item_exists())?;
        transaction.put_if(&self.table, item(key(user, hash), &record, [])?, &unmarked)?;
        transaction.create(&self.feed, activity_item(user, event)?)?;
        Ok(matches!(transaction.commit(&self.table.db).await?, Committed::Done))
    }
}

fn key(user: UserId, hash: &str) -> Key {
    Key::new(mail_pk(user), format!("RETURNED#{hash}"))
}
