//! Signup: everything that makes a user, in one transaction.

use aviary_model::{Family, SessionId, Timestamp};

use crate::accounts::{guard_item, user_item};
use crate::credentials::principal_item;
use crate::profiles::{name_item, profile_item};
use crate::sessions::{Opened, SessionOpening};
use crate::transaction::{Committed, Transaction};
use crate::{Accounts, Credentials, Db, Principal, Profile, Profiles, StoreError, User};

/// A signup that is being put together.
#[derive(Debug)]
pub struct Registration<'a> {
    accounts: &'a Accounts,
    credentials: &'a Credentials,
    profiles: &'a Profiles,
    user: User,
    profile: Profile,
    opened: Vec<Opened>,
}

/// Why nobody was registered.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    /// Somebody has the name or the address; both are looked at.
    #[error("the name or the address is taken")]
    Taken {
        /// The username is.
        username: bool,
        /// The address is.
        email: bool,
    },
    /// DynamoDB did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<'a> Registration<'a> {
    /// Starts with the account and its profile.
    #[must_use]
    pub fn new(
        accounts: &'a Accounts,
        credentials: &'a Credentials,
        profiles: &'a Profiles,
        user: User,
        profile: Profile,
    ) -> Self {
        Self { accounts, credentials, profiles, user, profile, opened: Vec::new() }
    }

    /// Opens a refresh family with it.
    ///
    /// # Errors
    /// When the session can't be written.
    pub fn with_family(
        mut self,
        opening: &SessionOpening,
        sid: SessionId,
        family: &Family,
    ) -> Result<Self, StoreError> {
        self.opened.push(opening.family(sid, family)?);
        Ok(self)
    }

    /// Makes a device token with it, by the token's hash.
    ///
    /// # Errors
    /// When the session can't be written.
    pub fn with_device_token(
        mut self,
        opening: &SessionOpening,
        sid: SessionId,
        hash: &str,
    ) -> Result<Self, StoreError> {
        self.opened.push(opening.device_token(sid, hash)?);
        Ok(self)
    }

    /// Starts a web session with it, by the hashes of its two cookies.
    ///
    /// # Errors
    /// When the session can't be written.
    pub fn with_web_session(
        mut self,
        opening: &SessionOpening,
        sid: SessionId,
        hash: &str,
        csrf_hash: &str,
        expires_at: Timestamp,
    ) -> Result<Self, StoreError> {
        self.opened.push(opening.web(sid, hash, csrf_hash, expires_at)?);
        Ok(self)
    }

    /// Writes all of it or nothing. One step; of two for one name, one wins.
    ///
    /// # Errors
    /// When the name or the address is taken, or DynamoDB does not answer.
    pub async fn commit(self, db: &Db) -> Result<(), RegistrationError> {
        let (user, id) = (&self.user, self.user.id);
        let mut transaction = Transaction::default();
        transaction.create(&self.accounts.table, user_item(user)?)?;
        let name = user.username.key();
        let username_at = transaction.create(&self.accounts.table, guard_item(&name, id)?)?;
        // A name that is its owner's own address has one guard for both.
        let email = user.email.as_ref().map(aviary_model::Email::key).filter(|email| *email != name);
        let email_at = match &email {
            Some(email) => Some(transaction.create(&self.accounts.table, guard_item(email, id)?)?),
            None => None,
        };
        let principal = Principal { epoch: 0, active: true, staff: false };
        transaction.create(&self.credentials.table, principal_item(id, principal)?)?;
        transaction.create(&self.profiles.table, profile_item(&self.profile)?)?;
        transaction.create(&self.profiles.table, name_item(&name, id)?)?;
        for item in self.opened.into_iter().flat_map(|opened| opened.items) {
            transaction.create(&self.credentials.table, item)?;
        }
        match transaction.commit(db).await? {
            Committed::Done => Ok(()),
            Committed::Refused(places) => {
                let refused = |at: usize| places.iter().any(|(place, _)| *place == at);
                let (username, email) = (refused(username_at), email_at.is_some_and(refused));
                if username || email {
                    Err(RegistrationError::Taken { username, email })
                } else {
                    let why = format!("signup was refused at {places:?}");
                    Err(StoreError::Rejected(why).into())
                }
            }
        }
    }
}
