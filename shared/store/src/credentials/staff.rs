//! Writes to the staff flag of a principal.

use aviary_model::UserId;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

use crate::credentials::keys::principal_key;
use crate::credentials::{Credentials, Principal};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Applied, Condition, Update};

impl Credentials {
    /// Sets or clears a user's staff flag, and returns the principal as it was before. `None` if there is no such user.
    /// The flag takes effect with the user's next request, because each request reads the principal. One round trip.
    pub async fn set_staff(&self, user: UserId, staff: bool) -> Result<Option<Principal>, StoreError> {
        // Without this condition the update would recreate the principal of a deleted account.
        let update = Update::new().set("staff", AttributeValue::Bool(staff)).when(Condition::item_exists());
        match update.apply_once_returning(&self.table, principal_key(user), ReturnValue::AllOld).await? {
            Applied::Done(was) => self.table.read(was).map(Some),
            Applied::Refused(_) => Ok(None),
        }
    }
}
