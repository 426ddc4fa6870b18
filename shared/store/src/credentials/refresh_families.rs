//! Writes to refresh families: promotion, replacement and revocation.

use aviary_model::{Family, FamilyToken, SessionId, Timestamp, TokenId, UserId};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure,
};

use crate::credentials::Credentials;
use crate::credentials::keys::session_key;
use crate::credentials::session::Session;
use crate::dynamodb::client::{Direction, metered};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, number, text};

/// The result of an optimistic promotion.
#[derive(Clone, Debug)]
pub enum Optimistic {
    /// `next` was presented and is now current. The value is the session's epoch.
    Promoted(u32),
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
    ) -> Result<Optimistic, StoreError> {
        let quiet_since = now.millis() - aviary_model::GRACE_MILLIS;
        let call = self
            .update_session(user, sid)
            .update_expression("SET superseded = #current, #current = :promoted, #next = :fresh, last_used_at = :used")
            .condition_expression(
                "#next = :presented AND (attribute_not_exists(superseded) OR #current[0].since <= :quiet) \
                 AND revoked = :no AND expires_at > :now",
            )
            .expression_attribute_names("#current", "current")
            .expression_attribute_names("#next", "next")
            .expression_attribute_values(":promoted", held_list(&[FamilyToken { jti: presented.clone(), since: now }]))
            .expression_attribute_values(":used", number(now.millis()))
            .expression_attribute_values(":fresh", text(fresh.as_str()))
            .expression_attribute_values(":presented", text(presented.as_str()))
            .expression_attribute_values(":quiet", number(quiet_since))
            .expression_attribute_values(":no", AttributeValue::Bool(false))
            .expression_attribute_values(":now", number(now.seconds()));
        let call = call.return_values(ReturnValue::AllOld);
        let session = |item: Option<Item>| item.map(|item| self.table.read::<Session>(item)).transpose();
        Ok(match self.conditional(call).await? {
            Ok(old) => Optimistic::Promoted(session(old)?.map_or(0, |session| session.epoch)),
            Err(old) => Optimistic::Found(session(old)?.and_then(Session::family)),
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
        let call = self
            .update_session(user, sid)
            .update_expression("SET superseded = :superseded, #current = :current, #next = :next")
            .condition_expression("#next = :old AND revoked = :no")
            .expression_attribute_names("#current", "current")
            .expression_attribute_names("#next", "next")
            .expression_attribute_values(":superseded", held_list(&new.superseded))
            .expression_attribute_values(":current", held_list(std::slice::from_ref(&new.current)))
            .expression_attribute_values(":next", text(new.next.as_str()))
            .expression_attribute_values(":old", text(old.next.as_str()))
            .expression_attribute_values(":no", AttributeValue::Bool(false));
        Ok(self.conditional(call).await?.is_ok())
    }

    /// Ends a family and its access tokens. The item stays until it expires, so that its tokens are recognised as
    /// blacklisted. A missing family is not an error. One round trip.
    pub async fn revoke_family(&self, user: UserId, sid: SessionId) -> Result<(), StoreError> {
        let call = self
            .update_session(user, sid)
            .update_expression("SET revoked = :yes")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":yes", AttributeValue::Bool(true));
        self.conditional(call).await.map(|_| ())
    }

    /// A family as stored, with its session's epoch. One round trip.
    pub async fn family(&self, user: UserId, sid: SessionId) -> Result<Option<(Family, u32)>, StoreError> {
        let session = self.table.get::<Session>(session_key(user, sid)).await?;
        Ok(session.and_then(Session::family))
    }

    fn update_session(&self, user: UserId, sid: SessionId) -> UpdateItemFluentBuilder {
        self.table
            .db
            .client
            .update_item()
            .table_name(&self.table.name)
            .set_key(Some(session_key(user, sid).into_item()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    /// The attributes that the call returns. The inner `Err` is not a failure: it holds the existing item when the
    /// condition failed.
    async fn conditional(
        &self,
        call: UpdateItemFluentBuilder,
    ) -> Result<Result<Option<Item>, Option<Item>>, StoreError> {
        let sent = metered(call.send(), Direction::Write, |o| o.consumed_capacity.as_slice()).await;
        match sent {
            Ok(output) => Ok(Ok(output.attributes)),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => Ok(Err(failed.item.clone())),
                _ => Err(error.into()),
            },
        }
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
