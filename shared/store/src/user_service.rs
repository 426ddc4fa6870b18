//! The user service's view of a profile: `create` and `delete`, each a write on the condition of the state
//! before.

use aviary_model::{Bio, UserId};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValue};

use crate::db::{Direction, metered};
use crate::item::{fields, text};
use crate::profiles::profile_key;
use crate::transaction::{Committed, Expression, Transaction};
use crate::{Credentials, OnceClaim, Profile, Profiles, StoreError};

/// The attribute, and two of its values; the third is its absence.
const STATE: &str = "service_profile";
const CREATED: &str = "created";
const DELETED: &str = "deleted";

impl Profiles {
    /// Marks a profile as created, with a biography if one is given. With an idempotency key, which is
    /// settled in the same transaction with this result. False if it was created before and not deleted
    /// since, or there is none. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the key's claim has lapsed.
    pub async fn create_for_service(
        &self,
        id: UserId,
        bio: Option<&Bio>,
        claim: Option<(&OnceClaim, &Credentials, String)>,
    ) -> Result<bool, StoreError> {
        let create = Expression::new("", "attribute_exists(pk) AND NOT #service_profile = :service_profile")
            .set(STATE, Some(text(CREATED)))
            .set("bio", bio.map(|bio| text(bio.as_str())));
        let mut transaction = Transaction::default();
        let at = transaction.update(&self.table, profile_key(id), &create)?;
        if let Some((claim, credentials, result)) = claim {
            claim.settle(&mut transaction, credentials, &result)?;
        }
        match transaction.commit(&self.db).await? {
            Committed::Done => Ok(true),
            committed if committed.refused_at(Some(at)) => Ok(false),
            Committed::Refused(_) => Err(StoreError::Passing("the idempotency key's claim has lapsed".to_owned())),
        }
    }

    /// Marks a profile as deleted, takes texts and pictures from it, and answers it as it was before, so that exactly
    /// one caller learns which picture nothing names any more. None if it was deleted before, or there is
    /// none. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn delete_for_service(&self, id: UserId) -> Result<Option<Profile>, StoreError> {
        let call = self
            .db
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(profile_key(id).into_item()))
            .update_expression("SET #state = :deleted, bio = :empty, alias = :empty REMOVE picture, background")
            .condition_expression("attribute_exists(pk) AND NOT #state = :deleted")
            .expression_attribute_names("#state", STATE)
            .expression_attribute_values(":deleted", text(DELETED))
            .expression_attribute_values(":empty", text(""))
            .return_values(ReturnValue::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        match metered(call.send(), Direction::Write, |o| o.consumed_capacity.as_slice()).await {
            Ok(output) => output.attributes.map(|item| fields(&self.table, item)).transpose(),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(None),
                _ => Err(error.into()),
            },
        }
    }
}
