//! The user service's view of a profile: `create` and `delete`, each a write on the condition of the state before.

use aviary_model::{Bio, UserId};

use crate::credentials::Credentials;
use crate::credentials::idempotency_keys::{IdempotencyClaim, lapsed};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::item::text;
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::social::profiles::{Profile, Profiles, profile_key};

/// The attribute, and two of its values; the third is its absence.
const STATE: &str = "service_profile";
const CREATED: &str = "created";
const DELETED: &str = "deleted";

impl Profiles {
    /// Marks a profile as created, with a biography if one is given. With an idempotency key, which is settled in the
    /// same transaction with this result. False if it was created before and not deleted since, or there is none. One
    /// round trip.
    ///
    /// # Errors
    /// When the key's claim has lapsed.
    pub async fn create_for_service(
        &self,
        id: UserId,
        bio: Option<&Bio>,
        claim: Option<(&IdempotencyClaim, &Credentials, String)>,
    ) -> Result<bool, StoreError> {
        let create = Expression::new("", "attribute_exists(pk) AND NOT #service_profile = :service_profile")
            .set(STATE, Some(text(CREATED)))
            .set("bio", bio.map(|bio| text(bio.as_str())));
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

    /// Marks a profile as deleted, takes texts and pictures from it, and answers it as it was before, so that exactly
    /// one caller learns which picture nothing names any more. None if it was deleted before, or there is none. One
    /// round trip.
    pub async fn delete_for_service(&self, id: UserId) -> Result<Option<Profile>, StoreError> {
        let deleted = Expression::new(
            "SET #state = :deleted, bio = :empty, alias = :empty REMOVE picture, background, list_pk, list_sk",
            "attribute_exists(pk) AND NOT #state = :deleted",
        )
        .name("#state", STATE)
        .value(":deleted", text(DELETED))
        .value(":empty", text(""));
        let before = deleted.apply(&self.table, profile_key(id)).await?;
        before.map(|item| self.table.read(item)).transpose()
    }
}
