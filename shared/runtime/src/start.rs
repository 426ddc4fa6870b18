//! The start of a process: settings, log, SDK configuration, and the thread on which everything runs.

use std::process::ExitCode;
use std::sync::Arc;

use aviary_model::{Clock, Entropy};
use aws_types::SdkConfig;

use crate::os::{OsEntropy, SystemClock};
use crate::settings::Settings;

/// Anything that stops a start.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

/// What a function builds its state from.
#[derive(Clone, Debug)]
pub struct Start {
    /// The deployment's `AVIARY_` variables.
    pub settings: Settings,
    /// Region, credentials and endpoints, for every SDK client.
    pub aws: SdkConfig,
    /// The system's clock; tests pass a manual one.
    pub clock: Arc<dyn Clock>,
    /// The operating system's randomness.
    pub entropy: Arc<dyn Entropy>,
}

impl Start {
    /// Reads the settings, starts the log and configures the SDK. Makes no connection.
    ///
    /// # Errors
    /// When a setting is unknown or invalid, or the region or the credentials are missing.
    pub fn from_environment() -> Result<Self, StartError> {
        let settings = Settings::from_environment();
        let level = settings.as_ref().ok().and_then(|settings| settings.optional("AVIARY_LOG_LEVEL"));
        aviary_telemetry::init(level.unwrap_or("info")).or_else(|error| {
            aviary_telemetry::init("info")?;
            Err(error)
        })?;
        let aws = aviary_aws::sdk_config()?;
        Ok(Self { settings: settings?, aws, clock: Arc::new(SystemClock), entropy: Arc::new(OsEntropy) })
    }
}

/// Runs a function's whole life on one thread. An error is logged in one line and becomes the exit code.
///
/// Lambda hands an environment one request at a time, so one thread serves it. One more thread runs blocking work:
/// a second hashing thread would only keep a second 19 MiB.
pub fn block_on(life: impl Future<Output = Result<(), StartError>>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(life),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = %error, "the function can't start");
            ExitCode::FAILURE
        }
    }
}
