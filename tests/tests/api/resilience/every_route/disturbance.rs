//! What disturbs one call of a request.

use std::fmt;
use std::time::Duration;

use e2e::{AwsCall, AwsError, Fault};

/// Later than the SDK waits for an attempt, so the call is repeated, and then is done once more.
const LATE: Duration = Duration::from_millis(3_300);

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Throttled,
    Failed,
    Conflict,
    CutBefore,
    CutAfter,
    Late,
    KilledBefore,
    KilledAfter,
}

impl Kind {
    pub(super) const ALL: [Self; 8] = [
        Self::Throttled,
        Self::Failed,
        Self::Conflict,
        Self::CutBefore,
        Self::CutAfter,
        Self::Late,
        Self::KilledBefore,
        Self::KilledAfter,
    ];

    /// Whether the fault may meet every later call too. A killed process makes none, and late answers that last are no
    /// other case than lost ones, but take a minute.
    pub(super) fn may_last(self) -> bool {
        !matches!(self, Self::Late | Self::KilledBefore | Self::KilledAfter)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Failed => "answered 500",
            Self::Conflict => "in conflict",
            Self::CutBefore => "cut before it was done",
            Self::CutAfter => "cut after it was done",
            Self::Late => "done late",
            Self::KilledBefore => "process killed before",
            Self::KilledAfter => "process killed after",
        }
    }

    fn fault(self, call: &AwsCall) -> Fault {
        match self {
            Self::Throttled if call.is_s3() => Fault::Answer(AwsError::slow_down()),
            Self::Throttled => Fault::Answer(AwsError::throttled()),
            Self::Failed => Fault::Answer(AwsError::internal()),
            Self::Conflict => conflict(call),
            Self::CutBefore => Fault::DropBefore,
            Self::CutAfter => Fault::DropAfter,
            Self::Late => Fault::Delay(LATE),
            Self::KilledBefore => Fault::KillBefore,
            Self::KilledAfter => Fault::KillAfter,
        }
    }
}

/// Only writes conflict, and no transaction writes counters of limits.
fn conflict(call: &AwsCall) -> Fault {
    let is_single = ["PutItem", "DeleteItem", "UpdateItem"].contains(&call.operation.as_str());
    match call.writes() {
        0 if is_single && !call.body.to_string().contains("LIMIT#") => {
            Fault::Answer(AwsError::named(400, "TransactionConflictException", "Transaction is ongoing for the item"))
        }
        0 => Fault::Pass,
        writes => Fault::Answer(AwsError::transaction_conflict(writes)),
    }
}

/// A fault of a request's call with this number, or of all calls from there on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Disturbance {
    pub(super) kind: Kind,
    pub(super) lasting: bool,
    pub(super) at: usize,
}

impl Disturbance {
    pub(super) fn fault(&self, number: usize, call: &AwsCall) -> Fault {
        if number == self.at || (self.lasting && number > self.at) { self.kind.fault(call) } else { Fault::Pass }
    }

    /// All of a request that makes this many calls.
    pub(super) fn all(calls: usize) -> impl Iterator<Item = Self> {
        let lasting = |kind: Kind| [false, true].into_iter().filter(move |lasting| !lasting || kind.may_last());
        let kinds = Kind::ALL.into_iter().flat_map(move |kind| lasting(kind).map(move |lasting| (kind, lasting)));
        kinds.flat_map(move |(kind, lasting)| (1..=calls).map(move |at| Self { kind, lasting, at }))
    }

    /// Any of them.
    pub(super) fn any(calls: usize, random: &mut fastrand::Rng) -> Self {
        let kind = Kind::ALL[random.usize(0..Kind::ALL.len())];
        Self { kind, lasting: kind.may_last() && random.bool(), at: random.usize(1..=calls) }
    }
}

impl fmt::Display for Disturbance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = if self.lasting { "from call" } else { "call" };
        write!(f, "{from} {}: {}", self.at, self.kind.name())
    }
}
