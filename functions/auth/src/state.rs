//! What the handlers work with.

use std::sync::Arc;

use aviary_auth::{Guard, Issuer, Passwords, Policy, Refresh, TrustedOrigins, Verifier};
use aviary_model::{Clock, Entropy};
use aviary_store::{Accounts, Credentials, Db, Profiles, SigningKeys};
use aviary_web::{Start, StartError};
use axum::extract::FromRef;

/// The function's state; cheap to clone.
#[derive(Clone, Debug)]
pub struct AuthState {
    pub(crate) db: Db,
    pub(crate) accounts: Accounts,
    pub(crate) credentials: Credentials,
    pub(crate) profiles: Profiles,
    pub(crate) guard: Guard,
    pub(crate) issuer: Issuer,
    pub(crate) passwords: Passwords,
    pub(crate) policy: Policy,
    pub(crate) refresh: Refresh,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl AuthState {
    /// Reads the settings, the signing key and the public keys; makes the first key where there is none.
    ///
    /// # Errors
    /// When a setting is missing or wrong, or DynamoDB does not answer.
    pub async fn new(start: &Start) -> Result<Self, StartError> {
        let settings = &start.settings;
        let (clock, entropy) = (start.clock.clone(), start.entropy.clone());
        let db = Db::new(&start.aws, entropy.clone());
        let accounts = Accounts::new(db.clone(), settings.required("AVIARY_ACCOUNTS_TABLE")?);
        let credentials = Credentials::new(db.clone(), settings.required("AVIARY_CREDENTIALS_TABLE")?);
        let profiles = Profiles::new(db.clone(), settings.required("AVIARY_SOCIAL_TABLE")?);
        let keys = SigningKeys::new(db.clone(), settings.required("AVIARY_KEYS_TABLE")?);
        let policy = Policy::of(settings)?;
        let issuer = Issuer::load(&keys, &credentials, clock.clone(), entropy.as_ref()).await?;
        let verifier = Verifier::new(credentials.clone(), clock.clone());
        verifier.warm().await?;
        let guard = Guard {
            verifier,
            credentials: credentials.clone(),
            trusted: TrustedOrigins::of(settings),
            clock: clock.clone(),
        };
        let refresh = Refresh { credentials: credentials.clone(), clock: clock.clone(), entropy: entropy.clone() };
        let passwords = Passwords::new(entropy.clone());
        Ok(Self { db, accounts, credentials, profiles, guard, issuer, passwords, policy, refresh, clock, entropy })
    }
}

impl FromRef<AuthState> for Guard {
    fn from_ref(state: &AuthState) -> Self {
        state.guard.clone()
    }
}
