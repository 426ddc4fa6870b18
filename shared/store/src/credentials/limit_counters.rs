//! Rate limit counters with fixed windows: `LIMIT#<counter> / LIMIT`.

use aviary_model::Timestamp;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

use crate::credentials::Credentials;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Applied, Condition, Update};
use crate::dynamodb::item::{Item, Key, number};
use crate::dynamodb::table::CredentialsTable;
use crate::dynamodb::transaction::{Committed, Transaction, WriteId};

/// A counter's state after a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitCount {
    /// The count in this window, including this one.
    pub count: i64,
    /// When the window ends, in whole seconds since 1970.
    pub resets_at: i64,
}

/// A count that a transaction makes, if its limit allows one more.
#[derive(Clone, Debug)]
pub struct BoundedCount {
    /// The counter.
    pub counter: String,
    /// The most counts within a window.
    pub most: i64,
    /// The length of a window.
    pub seconds: i64,
}

/// Whether the transaction counts within the open window or begins one.
#[derive(Clone, Copy, Debug)]
enum CountedIn {
    OpenWindow,
    NewWindow,
}

/// How often a transaction is tried while other requests change what it depends on.
pub(crate) const MAX_ATTEMPTS: usize = 8;

/// A bounded count while its transaction is tried.
#[derive(Debug)]
pub(crate) struct Counting<'a> {
    count: &'a BoundedCount,
    window: CountedIn,
    write: Option<WriteId>,
}

/// What a refused transaction says of one of its counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CountRefusal {
    /// The count did not refuse it.
    None,
    /// Its window has ended, or has begun meanwhile: the next try can count.
    TryAgain,
    /// The limit is reached, until then.
    Over(i64),
}

impl<'a> Counting<'a> {
    pub(crate) fn of(count: &'a BoundedCount) -> Self {
        Self { count, window: CountedIn::OpenWindow, write: None }
    }

    /// Adds the count to a transaction.
    pub(crate) fn write(
        &mut self,
        transaction: &mut Transaction,
        table: &CredentialsTable,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = Key::new(format!("LIMIT#{}", self.count.counter), "LIMIT");
        self.write = Some(transaction.update(table, key, &self.update(now))?);
        Ok(())
    }

    /// Looks why the transaction was refused, and chooses the window for the next try.
    pub(crate) fn after(&mut self, committed: &Committed, now: Timestamp) -> CountRefusal {
        let Some(refusal) = self.write.and_then(|write| committed.refusal(write)) else { return CountRefusal::None };
        self.window = match refusal.found.clone().and_then(counted) {
            Some(window) if window.resets_at <= now.seconds() => CountedIn::NewWindow,
            Some(window) if window.count >= self.count.most => return CountRefusal::Over(window.resets_at),
            // Another request has begun the window meanwhile.
            Some(_) | None => CountedIn::OpenWindow,
        };
        CountRefusal::TryAgain
    }

    fn update(&self, now: Timestamp) -> Update {
        let (now, end) = (number(now.seconds()), number(now.seconds() + self.count.seconds));
        match self.window {
            CountedIn::OpenWindow => {
                let room = Condition::more("expires_at", now).and(Condition::less("n", number(self.count.most)));
                Update::new()
                    .set_if_missing("expires_at", end)
                    .add("n", number(1))
                    .when(Condition::item_missing().or(room))
            }
            CountedIn::NewWindow => Update::new()
                .set("expires_at", end)
                .set("n", number(1))
                .when(Condition::item_missing().or(Condition::at_most("expires_at", now))),
        }
    }
}

#[derive(serde::Deserialize)]
struct Window {
    n: i64,
    expires_at: i64,
}

impl Credentials {
    /// Adds one to a counter. The first count starts the window. One round trip, two if an old window has ended.
    pub async fn count(&self, counter: &str, window_seconds: i64, now: Timestamp) -> Result<LimitCount, StoreError> {
        self.count_many(counter, 1, window_seconds, now).await
    }

    /// Adds `amount` to a counter, such as a number of bytes. Its cost is that of [`Credentials::count`].
    pub async fn count_many(
        &self,
        counter: &str,
        amount: i64,
        window_seconds: i64,
        now: Timestamp,
    ) -> Result<LimitCount, StoreError> {
        let (now, end) = (now.seconds(), now.seconds() + window_seconds);
        if let Some(counted) = self.count_within(counter, amount, now, end).await? {
            return Ok(counted);
        }
        match self.begin_window(counter, amount, now, end).await? {
            Some(counted) => Ok(counted),
            // Another request began the window a moment ago.
            None => self
                .count_within(counter, amount, now, end)
                .await?
                .ok_or(StoreError::Contended("a counter changes too fast")),
        }
    }

    /// Whether the current window has a count above 0. One round trip.
    pub async fn counted(&self, counter: &str, now: Timestamp) -> Result<bool, StoreError> {
        Ok(self.window(counter, now).await?.is_some_and(|window| window.count > 0))
    }

    /// The counter's current window, without counting. `None` if none is open. One round trip.
    pub async fn window(&self, counter: &str, now: Timestamp) -> Result<Option<LimitCount>, StoreError> {
        let found = self.table.get::<Window>(Key::new(format!("LIMIT#{counter}"), "LIMIT")).await?;
        let open = found.filter(|window| window.expires_at > now.seconds());
        Ok(open.map(|window| LimitCount { count: window.n, resets_at: window.expires_at }))
    }

    /// Undoes one count, if its window has not ended. One round trip.
    pub async fn uncount(&self, counter: &str, counted: LimitCount) -> Result<(), StoreError> {
        self.uncount_many(counter, 1, counted).await
    }

    /// Undoes counts of `amount`, if their window has not ended and holds as many. One round trip.
    pub async fn uncount_many(&self, counter: &str, amount: i64, counted: LimitCount) -> Result<(), StoreError> {
        let update = Update::new()
            .add("n", number(-amount))
            .when(Condition::equals("expires_at", number(counted.resets_at)))
            .when(Condition::at_least("n", number(amount)));
        self.change(counter, &update).await.map(|_| ())
    }

    async fn count_within(
        &self,
        counter: &str,
        amount: i64,
        now: i64,
        end: i64,
    ) -> Result<Option<LimitCount>, StoreError> {
        let update = Update::new()
            .set_if_missing("expires_at", number(end))
            .add("n", number(amount))
            .when(Condition::item_missing().or(Condition::more("expires_at", number(now))));
        self.change(counter, &update).await
    }

    async fn begin_window(
        &self,
        counter: &str,
        amount: i64,
        now: i64,
        end: i64,
    ) -> Result<Option<LimitCount>, StoreError> {
        let update = Update::new()
            .set("expires_at", number(end))
            .set("n", number(amount))
            .when(Condition::at_most("expires_at", number(now)));
        self.change(counter, &update).await
    }

    /// The counter as it is after the update. `None` if the condition failed.
    async fn change(&self, counter: &str, update: &Update) -> Result<Option<LimitCount>, StoreError> {
        let key = Key::new(format!("LIMIT#{counter}"), "LIMIT");
        Ok(match update.apply_once_returning(&self.table, key, ReturnValue::AllNew).await? {
            Applied::Done(item) => counted(item),
            Applied::Refused(_) => None,
        })
    }
}

fn counted(item: Item) -> Option<LimitCount> {
    let number = |name: &str| match item.get(name) {
        Some(AttributeValue::N(number)) => number.parse().ok(),
        _ => None,
    };
    Some(LimitCount { count: number("n")?, resets_at: number("expires_at")? })
}
