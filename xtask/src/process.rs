//! Starts other programs and stops them with all their descendants.

mod supervisor;
mod table;
mod tree;

pub use supervisor::{Event, Interrupted, Lines, PartPlan, Supervisor};
pub use table::ProcessId;
pub use tree::ProcessTree;
