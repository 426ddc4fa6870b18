//! The other side of the service: single functions, the local AWS under them, and faults between the two.

mod audit_trail;
mod dynamodb;
mod event;
mod fault;
mod fault_proxy;
mod function;
mod mail;
mod own_aws;
mod own_front;
mod own_service;

pub use dynamodb::Dynamodb;
pub use event::{Event, event_files};
pub use fault::{AwsError, Fault};
pub use fault_proxy::{AwsCall, FaultProxy};
pub use function::{Function, Invoked, environment_of};
pub use mail::Mail;
pub use own_aws::OwnAws;
pub use own_front::OwnFront;
pub use own_service::OwnService;
