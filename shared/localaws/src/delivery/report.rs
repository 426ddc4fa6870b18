//! Log lines about deliveries: one when they work, one when they keep failing.

/// This many failures in a row are normal while functions start.
const QUIET_FAILURES: u32 = 3;

/// Logs once that a delivery works, and once that it keeps failing.
#[derive(Debug)]
pub(crate) struct Report {
    what: String,
    working: bool,
    failures: u32,
}

impl Report {
    /// A report about `what`, the subject of "… is delivered".
    pub(crate) fn new(what: String) -> Self {
        Self { what, working: false, failures: 0 }
    }

    /// A delivery succeeded.
    pub(crate) fn worked(&mut self) {
        if !self.working {
            tracing::info!("{} is delivered", self.what);
        }
        self.working = true;
        self.failures = 0;
    }

    /// A delivery failed for this reason.
    pub(crate) fn failed(&mut self, reason: &str) {
        self.failures = self.failures.saturating_add(1);
        if self.failures == QUIET_FAILURES {
            tracing::warn!("{} keeps failing and is tried again: {reason}", self.what);
            self.working = false;
        }
    }

    /// No server listens. That is logged only if one listened before.
    pub(crate) fn not_up(&mut self) {
        if self.working {
            tracing::info!("{} waits until functions are up again", self.what);
        }
        self.working = false;
    }
}
