//! Notices: mails that say what happened to an account, at most so many for each mailbox.

use aviary_model::Timestamp;

use crate::accounts::change::AccountTables;
use crate::credentials::limit_counters::{BoundedCount, CountRefusal, Counting};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::jobs::{Job, job_item};

/// A mail that says what happened. Above the limit of its mailbox it is left out, and the change happens without it.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The job that sends it.
    pub job: Job,
    /// The count of the mailbox.
    pub count: BoundedCount,
}

/// A notice while its transaction is tried.
#[derive(Debug)]
pub(crate) struct Noticing<'a> {
    job: &'a Job,
    count: Counting<'a>,
}

impl<'a> Noticing<'a> {
    pub(crate) fn of(notice: &'a Notice) -> Self {
        Self { job: &notice.job, count: Counting::of(&notice.count) }
    }

    /// Adds the job and the count to a transaction.
    pub(crate) fn write(
        &mut self,
        transaction: &mut Transaction,
        tables: &AccountTables,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        transaction.create(&tables.jobs.table, job_item(self.job)?)?;
        self.count.write(transaction, &tables.credentials.table, now)
    }

    /// Whether the transaction can be tried again after a refusal, without the notice if its mailbox has had too many.
    pub(crate) fn after(notice: &mut Option<Self>, committed: &Committed, now: Timestamp) -> bool {
        let Some(noticing) = notice else { return false };
        match noticing.count.after(committed, now) {
            CountRefusal::None => false,
            CountRefusal::TryAgain => true,
            CountRefusal::Over(_) => {
                *notice = None;
                true
            }
        }
    }
}
