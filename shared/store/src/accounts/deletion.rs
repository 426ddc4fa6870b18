//! Deletion of an account: its user, principal, profile and names in one transaction. Jobs do the rest.

use aviary_model::Timestamp;

use crate::accounts::change::AccountTables;
use crate::accounts::former::is_of;
use crate::accounts::{User, name_owner_key, unchanged, user_key};
use crate::credentials::keys::principal_key;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::jobs::{Job, job_item};
use crate::social::profiles::{name_key, profile_key};

impl AccountTables {
    /// Deletes an account that is unchanged since the read, and writes the jobs that follow from it. Without the
    /// principal every token is invalid; without the profile everything the user wrote is hidden. Every name and address
    /// that the account used or held is free. One round trip. False if the account has changed or is gone.
    pub async fn delete(&self, user: &User, jobs: &[Job], now: Timestamp) -> Result<bool, StoreError> {
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
        Ok(matches!(transaction.commit(&self.accounts.table.db).await?, Committed::Done))
    }
}
