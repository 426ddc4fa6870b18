//! Sessions of all three kinds, and what a refresh does to a family.

use aviary_model::{Family, Held, SessionId, Timestamp, TokenId, UserId};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure,
};
use serde::{Deserialize, Serialize};

use crate::credentials::{WEB, pointer_key, token_pk, web_pk};
use crate::db::{Direction, metered};
use crate::item::{Item, Key, fields, number, text};
use crate::{Credentials, StoreError};

/// What a session's secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionKind {
    /// A token that never expires (000 and 004's `Token`).
    DeviceToken,
    /// A JWT pair that is refreshed.
    Refresh,
    /// A browser's cookie.
    Web,
}

/// A session: one way in which a user is signed in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    /// Its kind.
    pub kind: SessionKind,
    /// The principal's epoch when it was made.
    pub epoch: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself, in whole seconds (DynamoDB's TTL).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
    /// From where it was made.
    pub address: String,
    /// With what it was made.
    pub user_agent: String,
    /// When it was last seen, roughly: noted at most once an hour, and at each promotion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// Of a web session: the hash of its `csrftoken`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csrf_hash: Option<String>,
    /// Of a family: ended by logout or theft.
    #[serde(default)]
    pub revoked: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    current: Vec<Held>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<TokenId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    superseded: Vec<Held>,
    /// The partition key of the item that leads here from the secret's hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
}

/// What a session to be opened has beside its kind.
#[derive(Clone, Debug)]
pub struct SessionOpening {
    /// Whose it is.
    pub user: UserId,
    /// The principal's epoch, as it was read.
    pub epoch: u32,
    /// Now.
    pub now: Timestamp,
    /// From where.
    pub address: String,
    /// With what.
    pub user_agent: String,
}

/// What an optimistic promotion came to.
#[derive(Clone, Debug)]
pub enum Optimistic {
    /// `next` was presented and is current now; the session's epoch.
    Promoted(u32),
    /// It was not so simple: this is the family as it stands, with its session's epoch. None when there
    /// is none.
    Found(Option<(Family, u32)>),
}

impl Session {
    /// Where its secret's hash leads here from.
    pub(crate) fn pointer_key(&self) -> Option<Key> {
        self.pointer.as_deref().map(pointer_key)
    }

    /// Of a web session: the hash of its cookie.
    #[must_use]
    pub fn web_hash(&self) -> Option<&str> {
        self.pointer.as_deref()?.strip_prefix(WEB)
    }

    /// Is it over, by its own time or by an end?
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.revoked || self.expires_at.is_some_and(|end| end <= now.seconds())
    }

    fn family(self) -> Option<(Family, u32)> {
        let [current] = <[Held; 1]>::try_from(self.current).ok()?;
        let family = Family {
            current,
            next: self.next?,
            superseded: self.superseded,
            expires_at: Timestamp::from_millis(self.expires_at? * 1_000),
            revoked: self.revoked,
        };
        Some((family, self.epoch))
    }
}

impl SessionOpening {
    fn session(&self, kind: SessionKind) -> Session {
        Session {
            kind,
            epoch: self.epoch,
            created_at: self.now,
            expires_at: None,
            address: self.address.clone(),
            user_agent: self.user_agent.clone(),
            last_used_at: Some(self.now),
            csrf_hash: None,
            revoked: false,
            current: Vec::new(),
            next: None,
            superseded: Vec::new(),
            pointer: None,
        }
    }

    /// A refresh family.
    pub(crate) fn family(&self, family: &Family) -> Session {
        Session {
            expires_at: Some(family.expires_at.seconds()),
            current: vec![family.current.clone()],
            next: Some(family.next.clone()),
            ..self.session(SessionKind::Refresh)
        }
    }

    /// A device token, by its hash.
    pub(crate) fn device_token(&self, hash: &str) -> Session {
        Session { pointer: Some(token_pk(hash)), ..self.session(SessionKind::DeviceToken) }
    }

    /// A web session, by the hashes of its cookies.
    pub(crate) fn web(&self, hash: &str, csrf_hash: &str, expires_at: Timestamp) -> Session {
        Session {
            expires_at: Some(expires_at.seconds()),
            csrf_hash: Some(csrf_hash.to_owned()),
            pointer: Some(web_pk(hash)),
            ..self.session(SessionKind::Web)
        }
    }
}

impl Credentials {
    /// Makes `next` current if the presented token is `next` and no other promotion was lately; else says
    /// how the family stands. One step.
    ///
    /// Within the grace the list of superseded tokens must be kept, which this write can't do: then it
    /// finds the family, and [`Credentials::replace_family`] does it.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
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
            .expression_attribute_values(":promoted", held_list(&[Held { jti: presented.clone(), since: now }]))
            .expression_attribute_values(":used", number(now.millis()))
            .expression_attribute_values(":fresh", text(fresh.as_str()))
            .expression_attribute_values(":presented", text(presented.as_str()))
            .expression_attribute_values(":quiet", number(quiet_since))
            .expression_attribute_values(":no", AttributeValue::Bool(false))
            .expression_attribute_values(":now", number(now.seconds()));
        let call = call.return_values(ReturnValue::AllOld);
        let session = |item: Option<Item>| item.map(|item| fields::<Session>(&self.table, item)).transpose();
        Ok(match self.conditional(call).await? {
            Ok(old) => Optimistic::Promoted(session(old)?.map_or(0, |session| session.epoch)),
            Err(old) => Optimistic::Found(session(old)?.and_then(Session::family)),
        })
    }

    /// Writes a family's new state over exactly the state that was read. False if it has changed. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
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

    /// Ends a family and its access tokens; the item stays until its time, so that its tokens are known
    /// as blacklisted. One step. Absent is fine.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn revoke_family(&self, user: UserId, sid: SessionId) -> Result<(), StoreError> {
        let call = self
            .update_session(user, sid)
            .update_expression("SET revoked = :yes")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":yes", AttributeValue::Bool(true));
        self.conditional(call).await.map(|_| ())
    }

    /// A family as it stands, with its session's epoch. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn family(&self, user: UserId, sid: SessionId) -> Result<Option<(Family, u32)>, StoreError> {
        let session = self.db.get::<Session>(&self.table, session_key(user, sid)).await?;
        Ok(session.and_then(Session::family))
    }

    fn update_session(&self, user: UserId, sid: SessionId) -> UpdateItemFluentBuilder {
        self.db
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(session_key(user, sid).into_item()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    /// What the call returns of the item; the inner `Err` is no error: the condition failed, and this is
    /// the item that was there.
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

pub(crate) fn session_key(user: UserId, sid: SessionId) -> Key {
    Key::new(format!("U#{user}"), format!("S#{sid}"))
}

fn held_list(held: &[Held]) -> AttributeValue {
    let entry = |held: &Held| {
        AttributeValue::M(
            [("jti".to_owned(), text(held.jti.as_str())), ("since".to_owned(), number(held.since.millis()))].into(),
        )
    };
    AttributeValue::L(held.iter().map(entry).collect())
}
