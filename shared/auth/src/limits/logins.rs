//! Limits of failed logins.
//!
//! An attempt counts for the address of the client, for the name that was typed, and for the account that it leads to.
//! Only the first two give a 429. An account that is over by another of its names is not tried, and the answer is that
//! of a wrong password: otherwise the answers would tell which address belongs to which username.

use aviary_model::{NameKey, UserId};
use aviary_store::{BoundedCount, StoreError};
use aviary_web::{ApiError, Client};
use futures_util::future::try_join_all;

use crate::caller::Caller;
use crate::limits::bounded::bounded;
use crate::limits::{Counted, Limiter, counter, network};

/// A login that was counted before its password is verified, so that concurrent attempts cannot exceed the limit.
#[derive(Clone, Debug)]
pub struct LoginAttempt {
    counted: Vec<Counted>,
    /// What an attempt that must not be tried has counted for its account.
    untried: Vec<Counted>,
    known: String,
    may_try: bool,
}

impl LoginAttempt {
    /// Whether the password may be verified. If not, the attempt fails as one with a wrong password.
    #[must_use]
    pub fn may_try(&self) -> bool {
        self.may_try
    }
}

/// The counter that says whether an address is known to an account.
fn known_address(account: &str, network: &str) -> String {
    counter("known-address", &format!("{account}|{network}"))
}

/// An address counts as known to an account for 30 days after a login.
const KNOWN_SECONDS: i64 = 30 * 24 * 3_600;

impl Limiter {
    /// Counts a login by a name from an address, to the account that has the name. One round trip, a second one above a
    /// limit, and none if the address, or the name from it, was refused a moment ago. An address from which the account
    /// was used lately is exempt from the counters over all addresses, so that nobody can lock the owner out by failing
    /// on purpose from elsewhere.
    ///
    /// # Errors
    /// 429 if the address or the name is above its limit.
    pub async fn begin_login(
        &self,
        name: &NameKey,
        owner: Option<UserId>,
        address: &str,
    ) -> Result<LoginAttempt, ApiError> {
        // A name that nobody has counts for an account of its own, so that it costs the same.
        let account = owner.map_or_else(|| format!("nobody:{}", name.as_str()), |owner| owner.to_string());
        self.begin(Some(&format!("name:{}", name.as_str())), &account, address).await
    }

    /// Makes an address known as one of the account's owner, who has just signed up there or set the password by a
    /// mailed link. One round trip.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn know_address(&self, account: UserId, client: &Client) -> Result<(), ApiError> {
        let known = known_address(&account.to_string(), &network(&client.address));
        self.credentials.count(&known, KNOWN_SECONDS, self.clock.now()).await?;
        Ok(())
    }

    /// Counts a check of the caller's own password as a login.
    ///
    /// # Errors
    /// 429 above a limit.
    pub async fn begin_password_check(&self, caller: &Caller, address: &str) -> Result<LoginAttempt, ApiError> {
        self.begin(None, &caller.user.to_string(), address).await
    }

    /// The count of the sessions that a login opens, for the transaction that writes them.
    #[must_use]
    pub fn sessions_count(&self, user: UserId) -> BoundedCount {
        bounded(self.limits.sessions_account, &user.to_string())
    }

    async fn begin(&self, name: Option<&str>, account: &str, address: &str) -> Result<LoginAttempt, ApiError> {
        let (limits, network) = (&self.limits, network(address));
        let now = self.clock.now().seconds();
        let named_here = name.map(|name| format!("{name}|{network}"));
        let lately = [Some(&network), named_here.as_ref()].into_iter().flatten();
        if let Some(until) = lately.filter_map(|whom| self.refused.until(whom, now)).max() {
            return Err(self.throttled(until));
        }
        let pair = |whom: &str| format!("{whom}|{network}");
        let count_whom = async |whom: &str| {
            let pair = pair(whom);
            let by_pair = self.count_one(&pair, limits.login_account_address, 1);
            let (by_pair, by_all) = futures_util::join!(by_pair, self.count_one(whom, limits.login_account, 1));
            Ok::<_, ApiError>([by_pair?, by_all?])
        };
        let count_name = async {
            match name {
                Some(name) => count_whom(name).await.map(Some),
                None => Ok(None),
            }
        };
        let known = known_address(account, &network);
        let (by_address, by_name, by_account, is_known) = futures_util::join!(
            self.count_one(&network, limits.login_address, 1),
            count_name,
            count_whom(account),
            self.credentials.counted(&known, self.clock.now()),
        );
        let (by_address, by_name, by_account, is_known) = (by_address?, by_name?, by_account?, is_known?);
        let over = |[by_pair, by_all]: &[Counted; 2]| by_pair.over().max(by_all.over().filter(|_| !is_known));
        let account_over = over(&by_account);
        let address_over = by_address.over();
        let refused = address_over.max(by_name.as_ref().map_or(account_over, over));
        let named_over = by_name.as_ref().and_then(|[by_pair, _]| by_pair.over());
        let mut counted = vec![by_address];
        counted.extend(by_name.into_iter().flatten());
        for (whom, over) in [(Some(network), address_over), (named_here, named_over)] {
            if let Some((whom, until)) = whom.zip(over) {
                self.refused.remember(whom, now, until);
            }
        }
        if let Some(until) = refused {
            // A refused attempt must not use up the limits of others.
            counted.extend(by_account);
            self.take_back(&counted).await?;
            return Err(self.throttled(until));
        }
        let may_try = account_over.is_none();
        let mut untried = Vec::new();
        if may_try {
            counted.extend(by_account)
        } else {
            untried.extend(by_account)
        }
        Ok(LoginAttempt { counted, untried, known, may_try })
    }

    /// Takes the counts of a successful login back and makes its address known. One round trip.
    pub async fn login_succeeded(&self, attempt: &LoginAttempt) -> Result<(), StoreError> {
        let known = self.credentials.count(&attempt.known, KNOWN_SECONDS, self.clock.now());
        let (taken, known) = futures_util::join!(self.take_back(&attempt.counted), known);
        taken?;
        known.map(|_| ())
    }

    /// Counts an attempt whose password was right as failed: the account has signed in too often, and each attempt
    /// costs the verification of a password. One round trip.
    pub async fn login_refused(&self, attempt: &LoginAttempt) -> Result<(), ApiError> {
        let again = attempt.counted.iter().map(|count| self.count_key(count.key.clone(), count.limit, count.amount));
        try_join_all(again).await.map(|_| ())
    }

    /// Takes back what an attempt that was not tried counted for its account: only its name and its address failed. One
    /// round trip, none for an attempt that was tried.
    pub async fn login_failed(&self, attempt: &LoginAttempt) -> Result<(), StoreError> {
        self.take_back(&attempt.untried).await
    }

    /// Takes counts back. One round trip, none for no counts.
    pub(crate) async fn take_back(&self, counted: &[Counted]) -> Result<(), StoreError> {
        let taken = counted.iter().map(|count| self.credentials.uncount_many(&count.key, count.amount, count.at));
        try_join_all(taken).await.map(|_| ())
    }
}
