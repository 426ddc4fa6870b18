//! Reads the SAM template, the single definition of tables, buckets, log groups, functions, routes and roles.
//!
//! It resolves the template as CloudFormation does, for one stack and one set of parameters, but without AWS. A name
//! that AWS would choose is `<stack>-<LogicalId>` here, in lower case for a bucket.

mod error;
mod evaluate;
mod events;
mod filter;
mod functions;
mod node;
mod parameters;
mod rate;
mod roles;
mod served;
mod stack;
mod storage;
mod template;

pub use error::TemplateError;
pub use evaluate::ACCOUNT;
pub use filter::Filter;
pub use stack::{
    Attribute, Bucket, EventRule, EventSources, Function, Index, KeyElement, LogGroup, Policy, Projection, Role, Route,
    Schedule, Stack, StartingPosition, Storage, StreamSource, Table, local_access_key,
};
pub use template::{Settings, Template};
