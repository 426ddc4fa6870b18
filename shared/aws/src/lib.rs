//! The configuration of the AWS SDK's clients, from the environment.
//!
//! `aws-config` also supports profile files, SSO and STS, and links a second HTTP stack. A Lambda function has its region,
//! credentials and endpoints in the environment, so this crate reads only those.

mod endpoints;
mod http_client;
mod roots;

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::tls::TlsContext;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use endpoints::Endpoints;

/// Attempts per SDK call: the first and two retries, with the SDK's jittered backoff.
const MAX_ATTEMPTS: u32 = 3;
const CONNECT_TIMEOUT: Duration = Duration::from_millis(1_500);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(8);

/// Why no client can be created: a mistake of the deployment, found at the start.
#[derive(Debug, thiserror::Error)]
pub enum AwsEnvironmentError {
    /// A variable that Lambda always sets is missing.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// The file with more certificate authorities can't be read.
    #[error("the file that AWS_CA_BUNDLE names can't be read: {0}")]
    Bundle(std::io::Error),
}

/// The configuration for every SDK client of a function.
///
/// Region, credentials and endpoints come from the standard variables (`AWS_REGION`,
/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_ENDPOINT_URL` and
/// `AWS_ENDPOINT_URL_<SERVICE>`). Amazon's certificate authorities are trusted, and those in the file that
/// `AWS_CA_BUNDLE` names. Makes no connection.
///
/// # Errors
/// When the region or the credentials are missing, or that file can't be read.
pub fn sdk_config() -> Result<SdkConfig, AwsEnvironmentError> {
    let region = variable("AWS_REGION")
        .or_else(|_| variable("AWS_DEFAULT_REGION"))
        .map_err(|_| AwsEnvironmentError::Missing("AWS_REGION"))?;
    let credentials = Credentials::new(
        variable("AWS_ACCESS_KEY_ID")?,
        variable("AWS_SECRET_ACCESS_KEY")?,
        variable("AWS_SESSION_TOKEN").ok(),
        None,
        "environment",
    );
    let tls = roots::tls_context(roots::bundle().map_err(AwsEnvironmentError::Bundle)?);
    let mut builder = base(region, credentials, tls).service_config(Endpoints);
    builder.set_endpoint_url(variable("AWS_ENDPOINT_URL").ok());
    Ok(builder.build())
}

/// The same configuration for one endpoint and given credentials, for tests over the local AWS.
#[must_use]
pub fn sdk_config_for(endpoint: &str, access_key: &str, secret_key: &str) -> SdkConfig {
    let credentials = Credentials::new(access_key, secret_key, None, None, "given");
    base("us-east-1".to_owned(), credentials, roots::tls_context(None)).endpoint_url(endpoint).build()
}

fn base(region: String, credentials: Credentials, tls: TlsContext) -> aws_types::sdk_config::Builder {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http_client::http_client(tls))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .retry_config(RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS))
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT_TIMEOUT)
                .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                .build(),
        )
}

fn variable(name: &'static str) -> Result<String, AwsEnvironmentError> {
    match std::env::var(name) {
        Ok(value) if !value.is_empty() => Ok(value),
        _ => Err(AwsEnvironmentError::Missing(name)),
    }
}
