//! Sessions of all three kinds: device tokens, refresh families and web sessions.

use aviary_model::{Family, FamilyToken, Timestamp, TokenId, UserId};
use serde::{Deserialize, Serialize};

use crate::credentials::keys::{WEB, pointer_key, token_pk, web_pk};
use crate::dynamodb::item::Key;

/// The kind of secret that a session has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionKind {
    /// A token that never expires (`Token` of the services 000 and 004).
    DeviceToken,
    /// A pair of JWTs, an access and a refresh token.
    Refresh,
    /// A browser's session cookie.
    Web,
}

/// A session: one sign-in of a user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    /// The kind of its secret.
    pub kind: SessionKind,
    /// The principal's epoch when the session was made.
    pub epoch: u32,
    /// When the session was made.
    pub created_at: Timestamp,
    /// When the session expires, in whole seconds (DynamoDB's TTL). `None` if it never does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
    /// The client's address at sign-in.
    pub address: String,
    /// The client's user agent at sign-in.
    pub user_agent: String,
    /// The approximate time of its last use, written at most once an hour and at each promotion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// The hash of a web session's `csrftoken`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csrf_hash: Option<String>,
    /// Whether a refresh family was ended by logout or theft.
    #[serde(default)]
    pub revoked: bool,
    /// Whether the refreshed access tokens of a family live for twelve hours.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub long_access: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    current: Vec<FamilyToken>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<TokenId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    superseded: Vec<FamilyToken>,
    /// The partition key of the pointer that leads from the secret's hash to this session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
}

/// The properties of new sessions that do not depend on their kind.
#[derive(Clone, Debug)]
pub struct SessionOpening {
    /// The session's user.
    pub user: UserId,
    /// The principal's epoch as it was read.
    pub epoch: u32,
    /// The time at which the session is made.
    pub now: Timestamp,
    /// The client's address.
    pub address: String,
    /// The client's user agent.
    pub user_agent: String,
}

impl Session {
    /// The key of the pointer that leads from the secret's hash to this session.
    pub(crate) fn pointer_key(&self) -> Option<Key> {
        self.pointer.as_deref().map(pointer_key)
    }

    /// The hash of a web session's cookie. `None` for other kinds.
    #[must_use]
    pub fn web_hash(&self) -> Option<&str> {
        self.pointer.as_deref()?.strip_prefix(WEB)
    }

    /// Whether the session has expired or was revoked.
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
            long_access: self.long_access,
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
            long_access: false,
            current: Vec::new(),
            next: None,
            superseded: Vec::new(),
            pointer: None,
        }
    }

    /// A session of a refresh family.
    pub(crate) fn family(&self, family: &Family) -> Session {
        Session {
            expires_at: Some(family.expires_at.seconds()),
            current: vec![family.current.clone()],
            next: Some(family.next.clone()),
            long_access: family.long_access,
            ..self.session(SessionKind::Refresh)
        }
    }

    /// A session of a device token with this hash.
    pub(crate) fn device_token(&self, hash: &str) -> Session {
        Session { pointer: Some(token_pk(hash)), ..self.session(SessionKind::DeviceToken) }
    }

    /// A web session, with the hashes of its two cookies.
    pub(crate) fn web(&self, hash: &str, csrf_hash: &str, expires_at: Timestamp) -> Session {
        Session {
            expires_at: Some(expires_at.seconds()),
            csrf_hash: Some(csrf_hash.to_owned()),
            pointer: Some(web_pk(hash)),
            ..self.session(SessionKind::Web)
        }
    }
}
