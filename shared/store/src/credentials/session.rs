//! Sessions of all three kinds: device tokens, refresh families and web sessions.

use aviary_model::{Family, FamilyToken, Timestamp, TokenId, UserId};
use serde::{Deserialize, Serialize};

use crate::credentials::keys::{WEB, pointer_key, token_pk, web_pk};
use crate::dynamodb::item::Key;

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
    current: Vec<FamilyToken>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<TokenId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    superseded: Vec<FamilyToken>,
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

    pub(crate) fn family(self) -> Option<(Family, u32)> {
        let [current] = <[FamilyToken; 1]>::try_from(self.current).ok()?;
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
