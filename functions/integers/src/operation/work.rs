//! The work of an equation: bounded for the request, and counted for the account before it is done.

use aviary_auth::{AccountCounts, Caller};
use aviary_web::ApiError;

use crate::arithmetic::cost::{Budget, TooMuchWork};
use crate::arithmetic::evaluate::EvaluationError;
use crate::state::IntegersState;

/// Work that is not counted for the account: ten milliseconds, of which the limit of requests allows a second in a
/// minute. So a small equation costs no round trip for it.
const UNCOUNTED: u64 = 10_000_000;

/// The work of one request, over all its attempts.
#[derive(Debug)]
pub(super) struct Work<'a> {
    state: &'a IntegersState,
    caller: &'a Caller,
    budget: Budget,
    counted: u64,
    is_exhausted: bool,
}

impl<'a> Work<'a> {
    pub(super) fn of(state: &'a IntegersState, caller: &'a Caller) -> Self {
        Self { state, caller, budget: Budget::default(), counted: 0, is_exhausted: false }
    }

    /// Whether the request was refused because its own bound was reached.
    pub(super) fn is_exhausted(&self) -> bool {
        self.is_exhausted
    }

    /// Takes work units before the work is done. No round trip, one where the request has more than ten million.
    ///
    /// # Errors
    /// 400 when the request exceeds its bound, 429 when the account exceeds its own.
    pub(super) async fn spend(&mut self, work: u64) -> Result<(), ApiError> {
        if let Err(TooMuchWork(estimate)) = self.budget.spend(work) {
            self.is_exhausted = true;
            return Err(ApiError::field("equation", EvaluationError::TooMuchWork(estimate)));
        }
        let spent = self.budget.spent();
        if spent <= UNCOUNTED {
            return Ok(());
        }
        let counts = AccountCounts::default().integer_work(spent.saturating_sub(self.counted));
        self.state.limiter.count(self.caller, counts).await?;
        self.counted = spent;
        Ok(())
    }
}
