//! Refresh families: what a presented refresh token means (RFC 9700 §4.14.2, tolerant of lost responses).
//!
//! A family always has one `current` token and its successor, `next`. Presenting `next` makes it `current`. Presenting
//! `current` returns the same `next` again, however often. So a client may keep its first token, two tabs agree, and a
//! lost response does no harm. A token that was superseded 30 s ago or earlier counts as copied: presenting it ends the
//! family.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, TokenId};

/// For this long after it was superseded a token may come from a slow tab; later it counts as stolen.
pub const GRACE_MILLIS: i64 = 30_000;

/// A token that is or was current.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FamilyToken {
    /// The token's id.
    pub jti: TokenId,
    /// The time at which it became current.
    pub since: Timestamp,
}

/// The state of a refresh family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// The token that clients are expected to present.
    pub current: FamilyToken,
    /// Its successor, which every refresh returns.
    pub next: TokenId,
    /// Tokens that were current, oldest first: at least those superseded within the last 30 s.
    pub superseded: Vec<FamilyToken>,
    /// The family ends at this time in any case.
    pub expires_at: Timestamp,
    /// Was the family ended by a logout or a stolen token?
    pub revoked: bool,
    /// Do the access tokens of its refreshes live for twelve hours, where the endpoint gives such tokens?
    pub long_access: bool,
}

/// The result of presenting a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefreshDecision {
    /// The response is the family's `next`; nothing changes.
    Repeat,
    /// `next` was presented: this is the new state of the family, and its `next` is the response.
    Promote(Family),
    /// The token was superseded too long ago, or is unknown: the family must be revoked.
    Theft,
    /// The family has expired or was revoked.
    Ended,
}

impl Family {
    /// A new family, whose first refresh token is `current`.
    #[must_use]
    pub fn new(current: TokenId, next: TokenId, now: Timestamp, expires_at: Timestamp) -> Self {
        let current = FamilyToken { jti: current, since: now };
        Self { current, next, superseded: Vec::new(), expires_at, revoked: false, long_access: false }
    }

    /// The family, with access tokens that live for twelve hours.
    #[must_use]
    pub fn with_long_access(self) -> Self {
        Self { long_access: true, ..self }
    }

    /// What presenting `jti` means. `fresh` becomes the family's `next` if its `next` is promoted.
    #[must_use]
    pub fn present(&self, jti: &TokenId, now: Timestamp, fresh: TokenId) -> RefreshDecision {
        if self.revoked || self.expires_at <= now {
            RefreshDecision::Ended
        } else if *jti == self.next {
            RefreshDecision::Promote(self.promoted(now, fresh))
        } else if *jti == self.current.jti || self.was_superseded_recently(jti, now) {
            RefreshDecision::Repeat
        } else {
            RefreshDecision::Theft
        }
    }

    fn promoted(&self, now: Timestamp, fresh: TokenId) -> Self {
        let mut superseded: Vec<FamilyToken> =
            self.endings().filter(|(_, at)| is_recent(*at, now)).map(|(held, _)| held.clone()).collect();
        superseded.push(self.current.clone());
        Self {
            current: FamilyToken { jti: self.next.clone(), since: now },
            next: fresh,
            superseded,
            expires_at: self.expires_at,
            revoked: false,
            long_access: self.long_access,
        }
    }

    fn was_superseded_recently(&self, jti: &TokenId, now: Timestamp) -> bool {
        self.endings().any(|(held, at)| held.jti == *jti && is_recent(at, now))
    }

    /// Each superseded token with the time at which it was superseded.
    fn endings(&self) -> impl Iterator<Item = (&FamilyToken, Timestamp)> {
        let successors = self.superseded.iter().skip(1).chain(std::iter::once(&self.current));
        self.superseded.iter().zip(successors.map(|held| held.since))
    }
}

fn is_recent(at: Timestamp, now: Timestamp) -> bool {
    now.millis() - at.millis() < GRACE_MILLIS
}

#[cfg(test)]
mod tests;
