//! Deactivation and reactivation of an account.

use aviary_model::UserId;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::accounts::change::AccountTables;
use crate::credentials::Principal;
use crate::credentials::keys::principal_key;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::number;
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::feed::security_events::{SecurityEvent, activity_item};
use crate::jobs::{Job, job_item};

impl AccountTables {
    /// Sets whether the account may act, and raises the epoch, so that a deactivation ends every session and a
    /// reactivation revives none. False if the principal has changed since it was read, or is gone. One round trip.
    pub async fn set_active(
        &self,
        user: UserId,
        principal: Principal,
        active: bool,
        job: &Job,
        activity: &SecurityEvent,
    ) -> Result<bool, StoreError> {
        let update = Update::new()
            .set("active", AttributeValue::Bool(active))
            .set("epoch", number(principal.epoch.saturating_add(1)))
            .when(Condition::equals("epoch", number(principal.epoch)))
            .when(Condition::equals("active", AttributeValue::Bool(principal.active)));
        let mut transaction = Transaction::default();
        transaction.update(&self.credentials.table, principal_key(user), &update)?;
        transaction.create(&self.jobs.table, job_item(job)?)?;
        transaction.create(&self.activities.table, activity_item(user, activity)?)?;
        Ok(matches!(transaction.commit(&self.accounts.table.db).await?, Committed::Done))
    }
}
