//! The local AWS, for development and tests: DynamoDB, S3, CloudWatch Logs, SES, and the delivery of stream records and
//! schedules to functions, in one process.
//!
//! [`LocalAws::start`] opens a folder, creates the template's missing resources, and answers on two ports of 127.0.0.1.
//! A write that was answered with success is on disk: killing the process does not lose it.
//!
//! One access key may do everything. Each function has its own ([`aviary_template::local_access_key`], with the same
//! secret), which may do with DynamoDB and S3 what its role in the template allows. S3 verifies signatures; the other
//! services do not.

mod clock;
mod config;
mod connections;
mod delivery;
mod dynamodb;
mod endpoint;
mod error;
mod iam;
mod local;
mod local_aws;
mod logs;
mod own_pages;
mod s3;
mod ses;
mod sqlite;

pub use clock::Clock;
pub use config::{Config, Credentials, DEFAULT_REGION, DEFAULT_STACK};
pub use delivery::target::{FunctionsUrl, InvalidFunctionsUrl};
pub use error::StartError;
pub use local_aws::LocalAws;
