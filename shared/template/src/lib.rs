//! Reads the SAM template, so that tables, buckets, log groups, functions and routes have one definition.
//!
//! The template is resolved as CloudFormation would resolve it, for one stack and one set of parameters, without AWS:
//! a name that AWS would choose is `<stack>-<LogicalId>`, and for a bucket the same in lower case.

mod error;
mod evaluate;
mod events;
mod functions;
mod node;
mod parameters;
mod rate;
mod roles;
mod stack;
mod storage;
mod template;

pub use error::TemplateError;
pub use evaluate::ACCOUNT;
pub use stack::{
    Attribute, Bucket, EventSources, Function, Index, KeyElement, LogGroup, Policy, Projection, Role, Route, Schedule,
    Stack, StartingPosition, Storage, StreamSource, Table, local_access_key,
};
pub use template::{Settings, Template};
