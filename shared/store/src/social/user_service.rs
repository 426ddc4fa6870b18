//! The user service's view of a profile: `create` and `delete`, each a write that is conditional on the previous state.

use aviary_model::{Bio, UserId};

use crate::credentials::Credentials;
use crate::credentials::idempotency_keys::{IdempotencyClaim, lapsed};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::text;
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::social::profiles::{Profile, Profiles, profile_key};

/// The attribute and two of its values. It is absent until `create` is called.
const STATE: &str = "service_profile";
const CREATED: &str = "created";
const DELETED: &str = "deleted";

impl Profiles {
    /// Marks a profile as created, and sets the biography if one is given. If there is an idempotency key, the same
    /// transaction stores this result with it. False if the profile is created already or does not exist. One round
    /// trip.
    ///
    /// # Errors
    /// If the idempotency claim has expired.
    pub async fn create_for_service(
        &self,
        id: UserId,
        bio: Option<&Bio>,
        claim: Option<(&IdempotencyClaim, &Credentials, String)>,
    ) -> Result<bool, StoreError> {
        let create = Update::new()
            .set(STATE, text(CREATED))
            .set_some("bio", bio.map(|bio| text(bio.as_str())))
            .when(Condition::item_exists())
            .when(Condition::equals(STATE, text(CREATED)).negated());
        let mut transaction = Transaction::default();
        let at = transaction.update(&self.table, profile_key(id), &create)?;
        if let Some((claim, credentials, result)) = claim {
            claim.settle(&mut transaction, credentials, &result)?;
        }
        match transaction.commit(&self.table.db).await? {
            Committed::Done => Ok(true),
            committed if committed.refused(at) => Ok(false),
            Committed::Refused(_) => Err(lapsed()),
        }
    }

    /// Marks a profile as deleted and removes its texts and pictures. Returns the profile as it was before, so that
    /// exactly one caller learns which picture is no longer used. `None` if it was deleted already or does not exist.
    /// One round trip.
    pub async fn delete_for_service(&self, id: UserId) -> Result<Option<Profile>, StoreError> {
        let deleted = Update::new()
            .set(STATE, text(DELETED))
            .set("bio", text(""))
            .set("alias", text(""))
            .remove("picture")
            .remove("background")
            .remove("list_pk")
            .remove("list_sk")
            .when(Condition::item_exists())
            .when(Condition::equals(STATE, text(DELETED)).negated());
        let before = deleted.apply(&self.table, profile_key(id)).await?;
        before.map(|item| self.table.read(item)).transpose()
    }
}
