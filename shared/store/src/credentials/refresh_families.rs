//! Writes to refresh families: promotion, replacement and revocation.

use aviary_model::{Family, FamilyToken, SessionId, Timestamp, TokenId, UserId};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

use crate::credentials::Credentials;
use crate::credentials::keys::session_key;
use crate::credentials::session::Session;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Applied, Condition, Update};
use crate::dynamodb::item::{number, text};

/// The result of an optimistic promotion.
#[derive(Clone, Debug)]
pub enum Promotion {
    /// `next` was presented and is now current.
    Promoted {
        /// The session's epoch.
        epoch: u32,
        /// As in [`Family::long_access`].
        long_access: bool,
    },
    /// The write was refused. The value is the family as stored and its session's epoch, or `None` if there is no
    /// family.
    Found(Option<(Family, u32)>),
}

impl Credentials {
    /// Makes `next` current if it was presented, the family is valid, and no token was promoted within the grace
    /// period. Otherwise returns the family as stored. One round trip.
    ///
    /// Within the grace period the list of superseded tokens must be kept, which this write cannot do. It then returns
    /// the family, and the caller writes its new state with [`Credentials::replace_family`].
    pub async fn promote(
        &self,
        user: UserId,
        sid: SessionId,
        presented: &TokenId,
        fresh: &TokenId,
        now: Timestamp,
    ) -> Result<Promotion, StoreError> {
        let quiet_since = now.millis() - aviary_model::GRACE_MILLIS;
        let may_forget =
            Condition::missing("superseded").or(Condition::at_most("current[0].since", number(quiet_since)));
        let update = Update::new()
            .set_to_attribute("superseded", "current")
            .set("current", held_list(&[FamilyToken { jti: presented.clone(), since: now }]))
            .set("next", text(fresh.as_str()))
            .set("last_used_at", number(now.millis()))
            .when(Condition::equals("next", text(presented.as_str())))
            .when(may_forget)
            .when(Condition::equals("revoked", AttributeValue::Bool(false)))
            .when(Condition::more("expires_at", number(now.seconds())));
        let key = session_key(user, sid);
        Ok(match update.apply_once_returning(&self.table, key, ReturnValue::AllOld).await? {
            Applied::Done(was) => {
                let session = self.table.read::<Session>(was)?;
                Promotion::Promoted { epoch: session.epoch, long_access: session.long_access }
            }
            Applied::Refused(none) if none.is_empty() => Promotion::Found(None),
            Applied::Refused(found) => Promotion::Found(self.table.read::<Session>(found)?.family()),
        })
    }

    /// Writes a family's new state if the family is unchanged since `old` was read. False if it has changed. One round
    /// trip.
    pub async fn replace_family(
        &self,
        user: UserId,
        sid: SessionId,
        old: &Family,
        new: &Family,
    ) -> Result<bool, StoreError> {
        let update = Update::new()
            .set("superseded", held_list(&new.superseded))
            .set("current", held_list(std::slice::from_ref(&new.current)))
            .set("next", text(new.next.as_str()))
            .when(Condition::equals("next", text(old.next.as_str())))
            .when(Condition::equals("revoked", AttributeValue::Bool(false)));
        update.apply_once(&self.table, session_key(user, sid)).await
    }

    /// Ends a family and its access tokens. The item stays until it expires, so that its tokens are recognised as
    /// blacklisted. A missing family is not an error. One round trip.
    pub async fn revoke_family(&self, user: UserId, sid: SessionId) -> Result<(), StoreError> {
        let update = Update::new().set("revoked", AttributeValue::Bool(true)).when(Condition::item_exists());
        update.apply_once(&self.table, session_key(user, sid)).await.map(|_| ())
    }

    /// A family as stored, with its session's epoch. One round trip.
    pub async fn family(&self, user: UserId, sid: SessionId) -> Result<Option<(Family, u32)>, StoreError> {
        let session = self.table.get::<Session>(session_key(user, sid)).await?;
        Ok(session.and_then(Session::family))
    }
}

fn held_list(held: &[FamilyToken]) -> AttributeValue {
    let entry = |held: &FamilyToken| {
        AttributeValue::M(
            [("jti".to_owned(), text(held.jti.as_str())), ("since".to_owned(), number(held.since.millis()))].into(),
        )
    };
    AttributeValue::L(held.iter().map(entry).collect())
}
