//! Tests of errors and retries, against a DynamoDB that is not there or answers what it is told to.

mod failures;
mod retries;
pub(crate) mod scripted;
