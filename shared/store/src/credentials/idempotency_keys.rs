//! Idempotency keys, for a day: `ONCE#U#<user> / <hash>`, so that they go with their user; at signup, where there is no
//! user yet, `ONCE#<hash> / <hash>`.
//!
//! A key is claimed before the work, and settled in the transaction of the work itself: what was done once is known as
//! done, and a process that dies before leaves a claim that lapses.

use aviary_model::{Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::credentials::Credentials;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::item::{Key, item, number, text};
use crate::dynamodb::transaction::{Committed, Transaction, WriteId};

const KEPT_SECONDS: i64 = 24 * 3_600;
/// Longer than any request lives, so that a lapsed claim's owner is gone.
const CLAIM_SECONDS: i64 = 60;

/// A claimed key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyClaim {
    key: Key,
    body: String,
    until: i64,
}

/// What a key says to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// Nobody had it: do the work.
    New(IdempotencyClaim),
    /// The work was done; this is what was kept of its result.
    Done(String),
    /// The first request with it is under way.
    UnderWay,
    /// The first request with it had another body.
    OtherBody,
}

/// An idempotency key that is settled with a result, and the table it lies in.
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
    /// Claims a key for a request. `hash` names caller, operation and key, `body` is the body's hash. One round trip,
    /// two where a claim has lapsed.
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

    /// Of a claim that its owner settles this very moment nothing is taken over.
    async fn take_over(
        &self,
        claim: IdempotencyClaim,
        record: &Record,
        lapsed: i64,
        now: i64,
    ) -> Result<ClaimOutcome, StoreError> {
        let update = Expression::new(
            "SET #body = :body, claimed_until = :until, expires_at = :expires REMOVE #result",
            "claimed_until = :lapsed AND (attribute_not_exists(#result) OR expires_at <= :now)",
        )
        .name("#body", "body")
        .name("#result", "result")
        .value(":body", text(&*record.body))
        .value(":until", number(record.claimed_until))
        .value(":expires", number(record.expires_at))
        .value(":lapsed", number(lapsed))
        .value(":now", number(now));
        let mut transaction = Transaction::default();
        transaction.update(&self.table, claim.key.clone(), &update)?;
        match transaction.commit(&self.table.db).await? {
            Committed::Done => Ok(ClaimOutcome::New(claim)),
            Committed::Refused(_) => Ok(ClaimOutcome::UnderWay),
        }
    }

    /// Gives a key back whose request was refused: what was refused is not kept. One round trip.
    pub async fn release_idempotency_key(&self, claim: &IdempotencyClaim) -> Result<(), StoreError> {
        let mine = Expression::new("", "claimed_until = :until AND #body = :body AND attribute_not_exists(#result)")
            .name("#body", "body")
            .name("#result", "result")
            .value(":until", number(claim.until))
            .value(":body", text(&*claim.body));
        let mut transaction = Transaction::default();
        transaction.delete_if(&self.table, claim.key.clone(), &mine)?;
        transaction.commit(&self.table.db).await.map(|_| ())
    }
}

impl IdempotencyClaim {
    /// Settles the key in the transaction of the work: refused if the claim has lapsed and another took over.
    pub(crate) fn settle(
        &self,
        transaction: &mut Transaction,
        credentials: &Credentials,
        result: &str,
    ) -> Result<WriteId, StoreError> {
        let update = Expression::new("", "claimed_until = :until AND #body = :body AND attribute_not_exists(#result)")
            .name("#body", "body")
            .value(":until", number(self.until))
            .value(":body", text(&*self.body))
            .set("result", Some(text(result)));
        transaction.update(&credentials.table, self.key.clone(), &update)
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
