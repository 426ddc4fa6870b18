//! The bytes of units that an account sends and reads. Whatever stores or reads units takes one of these types, and each
//! comes from a count against the account's limits. So no route forgets to ask, and none asks after the work.

use std::sync::atomic::{AtomicU64, Ordering};

use aviary_auth::{AccountCounts, Caller, Unconfirmed};
use aviary_store::{MAX_SESSION_SETS, OpenSession};
use aviary_web::{ApiError, Cookies, Form};

use crate::download::Delivery;
use crate::json_list;
use crate::request::params::json_of_list;
use crate::request::session_ref::SessionRef;
use crate::state::IntegersState;

/// What a set of a session counts at least: DynamoDB charges for a kilobyte, however small the item is.
const LEAST_OF_A_SET: u64 = 1_024;

/// What the sets in a form count.
pub(crate) fn sent_bytes(form: &Form) -> u64 {
    let units = json_of_list(form, "integers").map_or(0, |json| json.len());
    let sets = json_of_list(form, "integer_sets").map_or(0, |json| bytes_of_sets(&json));
    as_u64(units).saturating_add(sets)
}

fn bytes_of_sets(json: &str) -> u64 {
    let mut missing = 0_u64;
    let max = usize::try_from(MAX_SESSION_SETS).unwrap_or(usize::MAX);
    let walked = json_list::walk(json, max, "sets", |_, set| {
        missing = missing.saturating_add(LEAST_OF_A_SET.saturating_sub(as_u64(set.get().len())));
        true
    });
    // What is no list of sets is refused, and stores none.
    as_u64(json.len()).saturating_add(walked.map_or(0, |_| missing))
}

/// Bytes of units that were counted as sent, and may be stored.
#[derive(Debug)]
pub(crate) struct SentBytes(());

impl SentBytes {
    /// Confirms the caller, opens the session, and counts the units in the request's body. Two round trips.
    ///
    /// # Errors
    /// Those of [`SessionRef::open`]; 429 above a limit.
    pub(crate) async fn open(
        state: &IntegersState,
        unconfirmed: Unconfirmed,
        cookies: &Cookies,
        form: &Form,
    ) -> Result<(Caller, OpenSession, Self), ApiError> {
        let counts = AccountCounts::default().integers_sent(sent_bytes(form));
        let opening = SessionRef::of(form).open_counting(state, unconfirmed, cookies, form, |_| counts);
        opening.await.map(|(caller, open)| (caller, open, Self(())))
    }

    /// Counts units that an upload has, or a result. One round trip, together with `more`.
    ///
    /// # Errors
    /// 429 above a limit.
    pub(crate) async fn count(
        state: &IntegersState,
        caller: &Caller,
        bytes: u64,
        more: AccountCounts,
    ) -> Result<Self, ApiError> {
        state.limiter.count(caller, more.integers_sent(bytes)).await.map(|()| Self(()))
    }
}

/// Bytes of units that were counted as read. What is read beyond them is counted before it is read.
#[derive(Debug)]
pub(crate) struct ReadBytes<'a> {
    state: &'a IntegersState,
    caller: Caller,
    left: AtomicU64,
}

impl<'a> ReadBytes<'a> {
    /// Confirms the caller, opens the session, and counts all its units, whose size the manifest says. Two round trips.
    ///
    /// # Errors
    /// Those of [`SessionRef::open`]; 429 above a limit.
    pub(crate) async fn open(
        state: &'a IntegersState,
        unconfirmed: Unconfirmed,
        cookies: &Cookies,
        form: &Form,
        wants_file: bool,
    ) -> Result<(OpenSession, Self, Delivery), ApiError> {
        let counts = |open: &OpenSession| match &open.manifest {
            Some(manifest) => Delivery::of(session_json(open), wants_file).counts().integers_read(manifest.bytes),
            None => AccountCounts::default(),
        };
        let opening = SessionRef::of(form).open_counting(state, unconfirmed, cookies, form, counts);
        let (caller, open) = opening.await?;
        let left = AtomicU64::new(open.manifest.as_ref().map_or(0, |manifest| manifest.bytes));
        let delivery = Delivery::of(session_json(&open), wants_file);
        Ok((open, Self { state, caller, left }, delivery))
    }

    /// Counts units that are about to be read. One round trip, together with `more`.
    ///
    /// # Errors
    /// 429 above a limit.
    pub(crate) async fn count(
        state: &'a IntegersState,
        caller: &Caller,
        bytes: u64,
        more: AccountCounts,
    ) -> Result<Self, ApiError> {
        state.limiter.count(caller, more.integers_read(bytes)).await?;
        Ok(Self { state, caller: caller.clone(), left: AtomicU64::new(bytes) })
    }

    /// The caller whose bytes these are.
    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Counts more units, for a session that has to be read again. One round trip.
    ///
    /// # Errors
    /// 429 above the limit.
    pub(crate) async fn add(&self, bytes: u64) -> Result<(), ApiError> {
        self.state.limiter.count(&self.caller, AccountCounts::default().integers_read(bytes)).await?;
        self.left.fetch_add(bytes, Ordering::Relaxed);
        Ok(())
    }

    /// Takes bytes before they are read. No round trip, one for bytes that were not counted: the set has grown since.
    ///
    /// # Errors
    /// 429 above the limit.
    pub(crate) async fn take(&self, bytes: u64) -> Result<(), ApiError> {
        let less = |left: u64| Some(left.saturating_sub(bytes));
        let left = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).unwrap_or_default();
        match bytes.saturating_sub(left) {
            0 => Ok(()),
            missing => {
                let counts = AccountCounts::default().integers_read(missing);
                self.state.limiter.count(&self.caller, counts).await
            }
        }
    }
}

/// The most bytes that the JSON of a session's sets has around the units of one.
const AROUND_A_SET: u64 = 150;

/// The bytes of a session's JSON, or a little more.
fn session_json(open: &OpenSession) -> u64 {
    let manifest = open.manifest.as_ref();
    manifest.map_or(0, |manifest| manifest.bytes.saturating_add(AROUND_A_SET.saturating_mul(manifest.sets.into())))
}

fn as_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
