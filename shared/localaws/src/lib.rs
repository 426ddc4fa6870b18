//! The local AWS: DynamoDB, S3, CloudWatch Logs, mail and what AWS delivers to functions by itself, in one process, for
//! development and tests.
//!
//! [`LocalAws::start`] opens a folder, creates what the template names and is missing there, and answers on two ports
//! of 127.0.0.1. Everything answered with success is on disk: killing the process loses none of it.
//!
//! One access key may do all. Each function has its own ([`aviary_template::local_access_key`], with the same secret),
//! which may do with DynamoDB and S3 what its role in the template allows. S3 checks signatures; the others do not.

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
mod s3;
mod ses;
mod sqlite;

pub use clock::Clock;
pub use config::{Config, Credentials, DEFAULT_REGION, DEFAULT_STACK};
pub use delivery::target::{FunctionsUrl, InvalidFunctionsUrl};
pub use error::StartError;
pub use local_aws::LocalAws;
