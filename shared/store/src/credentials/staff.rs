//! Writes to the staff flag of a principal.

use aviary_model::UserId;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity, ReturnValue};

use crate::credentials::keys::principal_key;
use crate::credentials::{Credentials, Principal};
use crate::dynamodb::client::{Direction, metered};
use crate::dynamodb::error::StoreError;

impl Credentials {
    /// Sets or clears a user's staff flag, and returns the principal as it was before. `None` if there is no such user.
    /// The flag takes effect with the user's next request, because each request reads the principal. One round trip.
    pub async fn set_staff(&self, user: UserId, staff: bool) -> Result<Option<Principal>, StoreError> {
        let call = self
            .table
            .db
            .client
            .update_item()
            .table_name(&self.table.name)
            .set_key(Some(principal_key(user).into_item()))
            // Without this condition the update would recreate the principal of a deleted account.
            .condition_expression("attribute_exists(pk)")
            .update_expression("SET #staff = :staff")
            .expression_attribute_names("#staff", "staff")
            .expression_attribute_values(":staff", AttributeValue::Bool(staff))
            .return_values(ReturnValue::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        match metered(call.send(), Direction::Write, |o| o.consumed_capacity.as_slice()).await {
            Ok(output) => output.attributes.map(|item| self.table.read(item)).transpose(),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(None),
                _ => Err(error.into()),
            },
        }
    }
}
