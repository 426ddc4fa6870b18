//! Deletion of an account: its user, principal, profile and names in one transaction. Jobs do the rest.

use aviary_model::Timestamp;

use crate::accounts::change::AccountTables;
use crate::accounts::former::is_of;
use crate::accounts::notice::{Notice, Noticing};
use crate::accounts::{User, name_owner_key, unchanged, user_key};
use crate::credentials::keys::principal_key;
use crate::credentials::limit_counters::MAX_ATTEMPTS;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::jobs::{Job, job_item};
use crate::social::profiles::{name_key, profile_key};

impl AccountTables {
    /// Deletes an account that is unchanged since the read, and writes the jobs that follow from it. Without the
    /// principal every token is invalid; without the profile everything the user wrote is hidden. Every name and
    /// address that the account used or held is free. One round trip, one more if the last window of the notice's count
    /// has ended, or if the notice is left out. False if the account has changed or is gone.
    pub async fn delete(
        &self,
        user: &User,
        jobs: &[Job],
        notice: Option<&Notice>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut notice = notice.map(Noticing::of);
        for _ in 0..MAX_ATTEMPTS {
            let mut transaction = self.deletion(user, jobs, now)?;
            if let Some(notice) = &mut notice {
                notice.write(&mut transaction, self, now)?;
            }
            let committed = transaction.commit(&self.accounts.table.db).await?;
            if matches!(committed, Committed::Done) {
                return Ok(true);
            }
            if !Noticing::after(&mut notice, &committed, now) {
                return Ok(false);
            }
        }
        Err(StoreError::Contended("other requests keep counting mails to the account's mailbox"))
    }

    fn deletion(&self, user: &User, jobs: &[Job], now: Timestamp) -> Result<Transaction, StoreError> {
        let mut transaction = Transaction::default();
        transaction.delete_if(&self.accounts.table, user_key(user.id), &unchanged(user))?;
        for key in user.held(now).keys() {
            transaction.delete_if(&self.accounts.table, name_owner_key(key), &is_of(user.id))?;
        }
        transaction.delete(&self.credentials.table, principal_key(user.id))?;
        transaction.delete(&self.profiles.table, profile_key(user.id))?;
        transaction.delete(&self.profiles.table, name_key(&user.username.key()))?;
        for job in jobs {
            transaction.create(&self.jobs.table, job_item(job)?)?;
        }
        Ok(transaction)
    }
}
