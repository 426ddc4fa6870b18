//! The exchange of a refresh token, in one round trip in the usual cases.

use std::sync::Arc;

use aviary_model::{Clock, Entropy, Family, RefreshDecision, TokenId};
use aviary_store::{Credentials, Principal, Promotion, StoreError};
use aviary_web::ApiError;

use crate::token::{Claims, TokenError};

/// A family that concurrent requests keep changing is read again at most this often.
const MAX_ROUNDS: usize = 8;

/// Exchanges refresh tokens; the rules are those of [`Family`].
#[derive(Clone, Debug)]
pub struct Refresh {
    /// Reads and writes refresh families.
    pub credentials: Credentials,
    /// Tells whether a family has expired and a token is within its grace.
    pub clock: Arc<dyn Clock>,
    /// Makes the ids of new tokens.
    pub entropy: Arc<dyn Entropy>,
}

/// A successful exchange.
#[derive(Clone, Debug)]
pub struct Refreshed {
    /// The claims of the new refresh token.
    pub claims: Claims,
    /// As in [`Family::long_access`].
    pub long_access: bool,
}

/// The successor of a presented token, and what its family says.
struct Successor {
    jti: TokenId,
    epoch: u32,
    long_access: bool,
}

/// A refused exchange.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The family had ended before.
    #[error("the family has ended")]
    Ended,
    /// A token superseded too long ago was presented again: the family was revoked now.
    #[error("the family was revoked because a superseded token was presented again")]
    Stolen,
    /// DynamoDB did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Refresh {
    /// Presents a verified token to its family. One round trip; two if the family was promoted within the last 30
    /// seconds.
    ///
    /// # Errors
    /// When the family has ended or is revoked now, or DynamoDB does not answer.
    pub async fn present(&self, claims: &Claims) -> Result<Refreshed, RefreshError> {
        let now = self.clock.now();
        let fresh = TokenId::new(self.entropy.as_ref()).map_err(StoreError::from)?;
        let (promoted, principal) = futures_util::join!(
            self.credentials.promote(claims.user, claims.sid, &claims.jti, &fresh, now),
            self.credentials.principal(claims.user),
        );
        let next = match promoted? {
            Promotion::Promoted { epoch, long_access } => Successor { jti: fresh, epoch, long_access },
            Promotion::Found(found) => self.settle(claims, found, fresh).await?,
        };
        // The promotion may have been written although a raised epoch had ended the family: then it is not returned.
        match principal? {
            Some(Principal { active: true, epoch, .. }) if epoch == next.epoch => {
                Ok(Refreshed { claims: Claims { jti: next.jti, ..claims.clone() }, long_access: next.long_access })
            }
            _ => Err(RefreshError::Ended),
        }
    }

    /// Applies the state machine to the family as it was found, until a write succeeds or no write is needed.
    async fn settle(
        &self,
        claims: &Claims,
        mut found: Option<(Family, u32)>,
        fresh: TokenId,
    ) -> Result<Successor, RefreshError> {
        for _ in 0..MAX_ROUNDS {
            let Some((family, epoch)) = found else { return Err(RefreshError::Ended) };
            let long_access = family.long_access;
            match family.present(&claims.jti, self.clock.now(), fresh.clone()) {
                RefreshDecision::Repeat => return Ok(Successor { jti: family.next, epoch, long_access }),
                RefreshDecision::Ended => return Err(RefreshError::Ended),
                RefreshDecision::Promote(new) => {
                    let done = self.credentials.replace_family(claims.user, claims.sid, &family, &new);
                    if done.await? {
                        return Ok(Successor { jti: new.next, epoch, long_access });
                    }
                }
                RefreshDecision::Theft => {
                    self.credentials.revoke_family(claims.user, claims.sid).await?;
                    return Err(RefreshError::Stolen);
                }
            }
            found = self.credentials.family(claims.user, claims.sid).await?;
        }
        Err(StoreError::Contended("concurrent requests keep changing the refresh family").into())
    }
}

impl From<RefreshError> for ApiError {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Ended | RefreshError::Stolen => TokenError::Blacklisted.in_body(),
            RefreshError::Store(error) => error.into(),
        }
    }
}
