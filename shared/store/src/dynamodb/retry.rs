//! The client's patience: how long a call may take, and retries of a single put or delete that conflicts with a
//! transaction, which the SDK does not retry by itself.

use std::error::Error;
use std::marker::PhantomData;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Builder, StalledStreamProtectionConfig};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_types::timeout::TimeoutConfig;

use crate::dynamodb::overhead::{NoDescription, OneEndpoint};

const CONFLICT: &str = "TransactionConflictException";

/// DynamoDB answers within milliseconds. An attempt that waits for seconds is lost, and another one succeeds.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);
/// All attempts of a call. A function that answers HTTP has 10 s or more, and needs the rest for its answer.
const CALL_TIMEOUT: Duration = Duration::from_secs(8);

/// A client that also retries conflicts of puts and deletes, with the SDK's own limit and pauses. Conflicts of updates
/// are retried in `Update::apply`.
pub(crate) fn client(config: &aws_types::SdkConfig) -> Client {
    let mut timeouts =
        TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).operation_timeout(CALL_TIMEOUT).build();
    if let Some(others) = config.timeout_config() {
        timeouts.take_defaults_from(others);
    }
    let config = Builder::from(config)
        .timeout_config(timeouts)
        .endpoint_resolver(OneEndpoint::default())
        .interceptor(NoDescription)
        // An attempt's time bounds a slow answer already.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .retry_classifier(Conflict::<PutItemError>(PhantomData))
        .retry_classifier(Conflict::<DeleteItemError>(PhantomData));
    Client::from_conf(config.build())
}

/// Recognises a conflict among the errors of one operation.
#[derive(Debug)]
struct Conflict<E>(PhantomData<E>);

impl<E: Error + ProvideErrorMetadata + Send + Sync + 'static> ClassifyRetry for Conflict<E> {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(Result::err);
        let error = error.and_then(|error| error.as_operation_error()?.downcast_ref::<E>());
        if error.and_then(ProvideErrorMetadata::code) == Some(CONFLICT) {
            RetryAction::transient_error()
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "conflict with a transaction"
    }
}
