//! Idempotency keys, kept for a day. The key is `ONCE#U#<user> / <hash>`, so that keys are removed with their user. At
//! signup there is no user yet, so the key is `ONCE#<hash> / <hash>`.
//!
//! A request claims its key before the work, and settles it in the transaction of the work. So work that was committed
//! is always known as done. A process that dies before leaves a claim that expires.

use aviary_model::{Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::credentials::Credentials;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Key, item, number, text};
use crate::dynamodb::transaction::{Committed, Transaction, WriteId};

const KEPT_SECONDS: i64 = 24 * 3_600;
/// Longer than any request lives. When a claim has expired, the request that made it has ended.
const CLAIM_SECONDS: i64 = 60;

/// A request's claim of an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyClaim {
    key: Key,
    body: String,
    until: i64,
}

/// The result of claiming an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// The key was free. The request does the work.
    New(IdempotencyClaim),
    /// The work was done. This is the stored result.
    Done(String),
    /// The first request with this key is still in progress.
    UnderWay,
    /// The first request with this key had another body.
    OtherBody,
}

/// A claim, the table it is stored in, and the result that settles it.
pub type IdempotencyResult<'a> = (&'a IdempotencyClaim, &'a Credentials, String);

#[derive(Debug, Serialize, Deserialize)]
struct Record {
    body: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    claimed_until: i64,
    expires_at: i64,
}

impl Credentials {
    /// Claims a key for a request. `hash` identifies caller, operation and key; `body` is the body's hash. One round
    /// trip, two if an earlier claim has expired.
    pub async fn claim_idempotency_key(
        &self,
        user: Option<UserId>,
        hash: &str,
        body: &str,
        now: Timestamp,
    ) -> Result<ClaimOutcome, StoreError> {
        let now = now.seconds();
        let until = now + CLAIM_SECONDS;
        let record =
            Record { body: body.to_owned(), result: None, claimed_until: until, expires_at: now + KEPT_SECONDS };
        let mut transaction = Transaction::default();
        let key = key(user, hash);
        transaction.create(&self.table, item(key.clone(), &record, [])?)?;
        let claim = IdempotencyClaim { key, body: body.to_owned(), until };
        let Committed::Refused(mut refusals) = transaction.commit(&self.table.db).await? else {
            return Ok(ClaimOutcome::New(claim));
        };
        let Some(found) = refusals.pop().and_then(|refusal| refusal.found) else { return Ok(ClaimOutcome::UnderWay) };
        let found: Record = self.table.read(found)?;
        let lapsed = found.expires_at <= now || (found.result.is_none() && found.claimed_until <= now);
        match found.result {
            _ if lapsed => self.take_over(claim, &record, found.claimed_until, now).await,
            _ if found.body != body => Ok(ClaimOutcome::OtherBody),
            Some(result) => Ok(ClaimOutcome::Done(result)),
            None => Ok(ClaimOutcome::UnderWay),
        }
    }

    /// Takes over an expired claim, unless its owner settles it at the same time.
    async fn take_over(
        &self,
        claim: IdempotencyClaim,
        record: &Record,
        lapsed: i64,
        now: i64,
    ) -> Result<ClaimOutcome, StoreError> {
        let update = Update::new()
            .set("body", text(&*record.body))
            .set("claimed_until", number(record.claimed_until))
            .set("expires_at", number(record.expires_at))
            .remove("result")
            .when(Condition::equals("claimed_until", number(lapsed)))
            .when(Condition::missing("result").or(Condition::at_most("expires_at", number(now))));
        let mut transaction = Transaction::default();
        transaction.update(&self.table, claim.key.clone(), &update)?;
        match transaction.commit(&self.table.db).await? {
            Committed::Done => Ok(ClaimOutcome::New(claim)),
            Committed::Refused(_) => Ok(ClaimOutcome::UnderWay),
        }
    }

    /// Releases the key of a request that was refused, so that the client can use it again. One round trip.
    pub async fn release_idempotency_key(&self, claim: &IdempotencyClaim) -> Result<(), StoreError> {
        let mut transaction = Transaction::default();
        transaction.delete_if(&self.table, claim.key.clone(), &claim.is_held())?;
        transaction.commit(&self.table.db).await.map(|_| ())
    }
}

impl IdempotencyClaim {
    /// Settles the key in the transaction of the work. The write is refused if the claim has expired and another
    /// request has taken it over.
    pub(crate) fn settle(
        &self,
        transaction: &mut Transaction,
        credentials: &Credentials,
        result: &str,
    ) -> Result<WriteId, StoreError> {
        let update = Update::new().set("result", text(result)).when(self.is_held());
        transaction.update(&credentials.table, self.key.clone(), &update)
    }

    /// Nobody has taken the claim over, and it has no result yet.
    fn is_held(&self) -> Condition {
        Condition::equals("claimed_until", number(self.until))
            .and(Condition::equals("body", text(&*self.body)))
            .and(Condition::missing("result"))
    }
}

/// The idempotency claim expired before the request finished.
pub(crate) fn lapsed() -> StoreError {
    StoreError::Passing("the idempotency key's claim has lapsed".to_owned())
}

fn key(user: Option<UserId>, hash: &str) -> Key {
    match user {
        Some(user) => Key::new(format!("ONCE#U#{user}"), hash),
        None => Key::new(format!("ONCE#{hash}"), hash),
    }
}
