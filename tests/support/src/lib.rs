//! What tests of single functions share: a clock that tests move, a local AWS, and the events of DynamoDB streams.
//!
//! A test of a function runs its handler in the test's own process. Tests that start functions as processes use `e2e`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clock;
mod local_aws;
mod stream;

pub use clock::ManualClock;
pub use local_aws::{
    LOCAL_MEDIA_BUCKET, LOCAL_STACK, local_config, object_keys, sdk_config, sdk_config_with_dynamodb, settings,
    start_local_aws, table,
};
pub use stream::{dynamodb_json, stream_record};
