//! Starting other programs and leaving none of them behind.

mod supervisor;
mod table;
mod tree;

pub use supervisor::{Event, Interrupted, Lines, PartPlan, Supervisor};
pub use table::ProcessId;
pub use tree::ProcessTree;
