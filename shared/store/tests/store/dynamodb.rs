//! Tests of errors and retries, against a DynamoDB that is unreachable or sends scripted responses.

mod failures;
mod retries;
pub(crate) mod scripted;
