//! [`Authenticator`]: the state from which the extractors authenticate a request; every function with HTTP has one.

use std::ops::Deref;
use std::sync::Arc;

use aviary_model::Clock;
use aviary_runtime::{Start, StartError};
use aviary_store::{Credentials, CredentialsTable, Db};
use axum::extract::FromRef;

use crate::csrf::TrustedOrigins;
use crate::keyring::{Verifier, fresh_seconds};
use crate::limits::{Limiter, Limits};

/// Verifies credentials and looks sessions up. A clone is a pointer.
#[derive(Clone, Debug)]
pub struct Authenticator(Arc<AuthenticatorParts>);

/// What an [`Authenticator`] needs.
#[derive(Debug)]
pub struct AuthenticatorParts {
    /// Verifies tokens with the public keys.
    pub verifier: Verifier,
    /// Reads principals and sessions.
    pub credentials: Credentials,
    /// The origins whose pages may send requests with a session cookie.
    pub trusted: TrustedOrigins,
    /// Counts the requests of confirmed callers.
    pub limiter: Limiter,
    /// Tells whether a session has ended.
    pub clock: Arc<dyn Clock>,
}

impl Authenticator {
    /// Reads the settings and the public keys, during init. Costs one round trip, which opens the connection to
    /// DynamoDB.
    ///
    /// # Errors
    /// When a setting is missing, or DynamoDB does not answer.
    pub async fn start(start: &Start, db: &Db) -> Result<Self, StartError> {
        let credentials =
            Credentials::new(&CredentialsTable::new(db, start.settings.required("AVIARY_CREDENTIALS_TABLE")?));
        let fresh = fresh_seconds(&start.settings)?;
        let verifier = Verifier::new(credentials.clone(), start.clock.clone()).fresh_for(fresh);
        verifier.warm().await?;
        let trusted = TrustedOrigins::of(&start.settings);
        let limiter = Limiter::new(credentials.clone(), Limits::of(&start.settings)?, start.clock.clone());
        Ok(Self::of(AuthenticatorParts { verifier, credentials, trusted, limiter, clock: start.clock.clone() }))
    }

    /// Of these parts.
    #[must_use]
    pub fn of(parts: AuthenticatorParts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for Authenticator {
    type Target = AuthenticatorParts;

    fn deref(&self) -> &AuthenticatorParts {
        &self.0
    }
}

/// A function's state that has an authenticator.
pub trait Authenticates {
    /// The authenticator.
    fn authenticator(&self) -> &Authenticator;
}

impl<S: Authenticates> FromRef<Arc<S>> for Authenticator {
    fn from_ref(state: &Arc<S>) -> Self {
        state.authenticator().clone()
    }
}
