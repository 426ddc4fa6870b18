//! Deletion of an account: its user, principal, profile and names in one transaction. A job removes the rest.

use aviary_model::Email;

use crate::accounts::change::AccountTables;
use crate::accounts::{User, name_owner_key, unchanged, user_key};
use crate::credentials::keys::principal_key;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::jobs::{Job, job_item};
use crate::social::profiles::{name_key, profile_key};

impl AccountTables {
    /// Deletes an account that is unchanged since the read. Without the principal every token is invalid; without the
    /// profile everything the user wrote is hidden. One round trip. False if the account has changed or is gone.
    pub async fn delete(&self, user: &User, purge: &Job) -> Result<bool, StoreError> {
        let mut transaction = Transaction::default();
        transaction.delete_if(&self.accounts.table, user_key(user.id), &unchanged(user))?;
        let name = user.username.key();
        transaction.delete(&self.accounts.table, name_owner_key(&name))?;
        if let Some(email) = user.email.as_ref().map(Email::key).filter(|email| *email != name) {
            transaction.delete(&self.accounts.table, name_owner_key(&email))?;
        }
        transaction.delete(&self.credentials.table, principal_key(user.id))?;
        transaction.delete(&self.profiles.table, profile_key(user.id))?;
        transaction.delete(&self.profiles.table, name_key(&name))?;
        transaction.create(&self.jobs.table, job_item(purge)?)?;
        Ok(matches!(transaction.commit(&self.accounts.table.db).await?, Committed::Done))
    }
}
