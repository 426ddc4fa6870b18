//! Refresh families: what a presented refresh token means (RFC 9700 §4.14.2, made kind to lost answers).
//!
//! A family always has one `current` token and its `next`. Whoever presents `next` makes it `current`;
//! whoever presents `current` gets the same `next` again, however often; so clients that keep their first
//! token go on, two tabs agree, and a lost answer is harmless. A token that was superseded more than half
//! a minute ago was copied: the family ends.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, TokenId};

/// For how long after its supersession a token is still a slow tab's and not a thief's.
pub const GRACE_MILLIS: i64 = 30_000;

/// A token that is or was current, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The token.
    pub jti: TokenId,
    /// When it became current.
    pub since: Timestamp,
}

/// The state of a family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// The token that holders are expected to have.
    pub current: Held,
    /// Its successor, known to whoever has refreshed.
    pub next: TokenId,
    /// Tokens that were current, oldest first; those of the last half minute at least.
    pub superseded: Vec<Held>,
    /// When the family ends in any case.
    pub expires_at: Timestamp,
    /// Ended by logout or theft.
    pub revoked: bool,
}

/// What presenting a token comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presented {
    /// Answer with the family's `next`; nothing changes.
    Repeat,
    /// `next` was presented: the family becomes this, and its new `next` is the answer.
    Promote(Family),
    /// A superseded or unknown token of this family: revoke it.
    Theft,
    /// The family has ended before.
    Ended,
}

impl Family {
    /// A new family; the first refresh token is `current`.
    #[must_use]
    pub fn new(current: TokenId, next: TokenId, now: Timestamp, expires_at: Timestamp) -> Self {
        let current = Held { jti: current, since: now };
        Self { current, next, superseded: Vec::new(), expires_at, revoked: false }
    }

    /// What presenting `jti` means; `fresh` is the `next` of the family if it is promoted.
    #[must_use]
    pub fn present(&self, jti: &TokenId, now: Timestamp, fresh: TokenId) -> Presented {
        if self.revoked || self.expires_at <= now {
            Presented::Ended
        } else if *jti == self.next {
            Presented::Promote(self.promoted(now, fresh))
        } else if *jti == self.current.jti || self.was_superseded_lately(jti, now) {
            Presented::Repeat
        } else {
            Presented::Theft
        }
    }

    fn promoted(&self, now: Timestamp, fresh: TokenId) -> Self {
        let mut superseded: Vec<Held> =
            self.endings().filter(|(_, at)| is_recent(*at, now)).map(|(held, _)| held.clone()).collect();
        superseded.push(self.current.clone());
        Self {
            current: Held { jti: self.next.clone(), since: now },
            next: fresh,
            superseded,
            expires_at: self.expires_at,
            revoked: false,
        }
    }

    fn was_superseded_lately(&self, jti: &TokenId, now: Timestamp) -> bool {
        self.endings().any(|(held, at)| held.jti == *jti && is_recent(at, now))
    }

    /// Each superseded token with the time at which its successor took its place.
    fn endings(&self) -> impl Iterator<Item = (&Held, Timestamp)> {
        let successors = self.superseded.iter().skip(1).chain(std::iter::once(&self.current));
        self.superseded.iter().zip(successors.map(|held| held.since))
    }
}

fn is_recent(at: Timestamp, now: Timestamp) -> bool {
    now.millis() - at.millis() < GRACE_MILLIS
}

#[cfg(test)]
mod tests;
