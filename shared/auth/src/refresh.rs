//! Refreshing: one step in the common cases.

use std::sync::Arc;

use aviary_model::{Clock, Entropy, Family, RefreshDecision, TokenId};
use aviary_store::{Credentials, Optimistic, Principal, StoreError};
use aviary_web::ApiError;

use crate::token::{Claims, TokenError};

/// How often a family that changes under our hands is looked at again.
const MAX_ROUNDS: usize = 8;

/// Presents refresh tokens to their families.
#[derive(Clone, Debug)]
pub struct Refresh {
    /// Where families are.
    pub credentials: Credentials,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// A family has answered.
#[derive(Clone, Debug)]
pub struct Refreshed {
    /// The claims of the new refresh token.
    pub claims: Claims,
}

/// Why there are no new tokens.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The family has ended before.
    #[error("the family has ended")]
    Ended,
    /// A superseded token came back: the family was revoked now.
    #[error("the family was revoked, since a superseded token came back")]
    Stolen,
    /// DynamoDB did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Refresh {
    /// Presents a verified token to its family. One step; two where the family was promoted within the
    /// last half minute.
    ///
    /// # Errors
    /// When the family has ended or ends now, or DynamoDB does not answer.
    pub async fn present(&self, claims: &Claims) -> Result<Refreshed, RefreshError> {
        let now = self.clock.now();
        let fresh = TokenId::new(self.entropy.as_ref()).map_err(StoreError::from)?;
        let (promoted, principal) = futures_util::join!(
            self.credentials.promote(claims.user, claims.sid, &claims.jti, &fresh, now),
            self.credentials.principal(claims.user),
        );
        let (next, made_in) = match promoted? {
            Optimistic::Promoted(epoch) => (fresh, epoch),
            Optimistic::Found(found) => self.settle(claims, found, fresh).await?,
        };
        // The promotion may have been written for a family that a raised epoch has ended: nobody hears of it.
        match principal? {
            Some(Principal { active: true, epoch, .. }) if epoch == made_in => {
                Ok(Refreshed { claims: Claims { jti: next, ..claims.clone() } })
            }
            _ => Err(RefreshError::Ended),
        }
    }

    /// What the state machine says of the family as it was found.
    async fn settle(
        &self,
        claims: &Claims,
        mut found: Option<(Family, u32)>,
        fresh: TokenId,
    ) -> Result<(TokenId, u32), RefreshError> {
        for _ in 0..MAX_ROUNDS {
            let Some((family, epoch)) = found else { return Err(RefreshError::Ended) };
            match family.present(&claims.jti, self.clock.now(), fresh.clone()) {
                RefreshDecision::Repeat => return Ok((family.next, epoch)),
                RefreshDecision::Ended => return Err(RefreshError::Ended),
                RefreshDecision::Promote(new) => {
                    let done = self.credentials.replace_family(claims.user, claims.sid, &family, &new);
                    if done.await? {
                        return Ok((new.next, epoch));
                    }
                }
                RefreshDecision::Theft => {
                    self.credentials.revoke_family(claims.user, claims.sid).await?;
                    return Err(RefreshError::Stolen);
                }
            }
            found = self.credentials.family(claims.user, claims.sid).await?;
        }
        Err(StoreError::Passing("the family changes too fast".to_owned()).into())
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
