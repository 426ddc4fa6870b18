//! Signup: writes all items of a new user in one transaction.

use aviary_model::Timestamp;

use crate::accounts::former::is_free_for;
use crate::accounts::{Accounts, User, name_owner_item, user_item};
use crate::credentials::idempotency_keys::{IdempotencyClaim, lapsed};
use crate::credentials::sign_in::SignIn;
use crate::credentials::{Credentials, Principal, principal_item};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::transaction::{Committed, Transaction, WriteId};
use crate::social::profiles::{Profile, Profiles, name_item, profile_item};

/// A signup under construction; [`Registration::commit`] writes it.
#[derive(Debug)]
pub struct Registration<'a> {
    accounts: &'a Accounts,
    credentials: &'a Credentials,
    profiles: &'a Profiles,
    user: User,
    profile: Profile,
    principal: Principal,
    now: Timestamp,
    sign_in: Option<SignIn>,
    claim: Option<IdempotencyClaim>,
}

/// Why a signup was refused.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    /// Another account owns the name or the address. Both are checked.
    #[error("the name or the address is taken")]
    Taken {
        /// Whether the username is taken.
        username: bool,
        /// Whether the address is taken.
        email: bool,
    },
    /// DynamoDB failed, a stored item is corrupt, or the idempotency claim has expired.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<'a> Registration<'a> {
    /// Starts with the account and its profile. The principal is an active user of epoch 0 without staff rights.
    #[must_use]
    pub fn new(
        accounts: &'a Accounts,
        credentials: &'a Credentials,
        profiles: &'a Profiles,
        user: User,
        profile: Profile,
    ) -> Self {
        let principal = Principal { epoch: 0, active: true, staff: false };
        let now = user.created_at;
        Self { accounts, credentials, profiles, user, profile, principal, now, sign_in: None, claim: None }
    }

    /// Replaces the default principal, for a user who is imported from another system.
    #[must_use]
    pub fn with_principal(mut self, principal: Principal) -> Self {
        self.principal = principal;
        self
    }

    /// Says what time it is, for a user who was created earlier. A name whose holder's time is over by then is free.
    #[must_use]
    pub fn at(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// Opens sessions in the same transaction.
    #[must_use]
    pub fn with_sign_in(mut self, sign_in: SignIn) -> Self {
        self.sign_in = Some(sign_in);
        self
    }

    /// Settles an idempotency key in the same transaction, with the user's id as its result.
    #[must_use]
    pub fn with_claim(mut self, claim: IdempotencyClaim) -> Self {
        self.claim = Some(claim);
        self
    }

    /// Writes everything or nothing. Of two concurrent signups with one name, one wins. One round trip.
    ///
    /// # Errors
    /// When the name or the address is taken, or the idempotency claim has expired.
    pub async fn commit(self) -> Result<(), RegistrationError> {
        let (user, id) = (&self.user, self.user.id);
        let mut transaction = Transaction::default();
        transaction.create(&self.accounts.table, user_item(user)?)?;
        let name = user.username.key();
        let free = is_free_for(id, self.now);
        let name_write = transaction.put_if(&self.accounts.table, name_owner_item(&name, id, None)?, &free)?;
        // If a username is its owner's own address, one item stands for both, and both are taken where it is.
        let email_write = match user.email.as_ref().map(aviary_model::Email::key) {
            Some(email) if email == name => Some(name_write),
            Some(email) => Some(transaction.put_if(&self.accounts.table, name_owner_item(&email, id, None)?, &free)?),
            None => None,
        };
        let sessions = self.sign_in.as_ref().map_or(0, SignIn::sessions);
        transaction.create(&self.credentials.table, principal_item(id, self.principal, sessions)?)?;
        transaction.create(&self.profiles.table, profile_item(&self.profile)?)?;
        transaction.create(&self.profiles.table, name_item(&name, id)?)?;
        if let Some(sign_in) = &self.sign_in {
            sign_in.write(&mut transaction)?;
        }
        let claim_write = match &self.claim {
            Some(claim) => Some(claim.settle(&mut transaction, self.credentials, &id.to_string())?),
            None => None,
        };
        let committed = transaction.commit(&self.accounts.table.db).await?;
        let refused = |write: Option<WriteId>| write.is_some_and(|write| committed.refused(write));
        let (username, email) = (committed.refused(name_write), refused(email_write));
        match &committed {
            Committed::Done => Ok(()),
            _ if username || email => Err(RegistrationError::Taken { username, email }),
            _ if refused(claim_write) => Err(lapsed().into()),
            Committed::Refused(refusals) => {
                Err(StoreError::Rejected(format!("signup was refused at {refusals:?}")).into())
            }
        }
    }
}
