//! The first moments of a process: settings, logs, clients; then invocations.

use std::process::ExitCode;
use std::sync::Arc;

use aviary_model::{Clock, Entropy};
use aws_types::SdkConfig;
use axum::Router;

use crate::{Layers, OsEntropy, Settings, SystemClock, serve};

/// Anything that stops a start.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

/// What a function makes its state from.
#[derive(Clone, Debug)]
pub struct Start {
    /// What the deployment decides.
    pub settings: Settings,
    /// For the SDK's clients.
    pub aws: SdkConfig,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// Runs a function: `make` builds its router, during Lambda's init phase. Ends with one line that says why
/// when it can't start.
///
/// Lambda hands an environment one request at a time, so one thread serves it, and one more does what blocks:
/// a second hashing thread would only keep a second 19 MiB.
pub fn run<F, R>(make: F) -> ExitCode
where
    F: FnOnce(Start) -> R,
    R: Future<Output = Result<Router, StartError>>,
{
    block_on(start(make))
}

/// Runs a function's whole life on its one thread, and says why it ends if it does not end well.
pub(crate) fn block_on(life: impl Future<Output = Result<(), StartError>>) -> ExitCode {
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

impl Start {
    /// Reads the settings, starts the log and configures the clients.
    pub(crate) fn from_environment() -> Result<Self, StartError> {
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

async fn start<F, R>(make: F) -> Result<(), StartError>
where
    F: FnOnce(Start) -> R,
    R: Future<Output = Result<Router, StartError>>,
{
    let start = Start::from_environment()?;
    let layers = Layers::of(&start.settings)?;
    let entropy = start.entropy.clone();
    let router = make(start).await?;
    serve(router, layers, entropy).await
}
