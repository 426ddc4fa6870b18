//! Runs functions that are invoked by streams and schedules.

use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;

use aviary_model::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

use crate::start::{Start, StartError, block_on};

type Answer = Pin<Box<dyn Future<Output = Result<Value, StartError>> + Send>>;

/// The function's side of an invocation without HTTP.
pub trait EventHandler: Send + Sync + 'static {
    /// Handles one event. Lambda stops the process at `deadline`.
    ///
    /// # Errors
    /// When Lambda should deliver the whole event again, or the event is of a kind that the function does not know.
    fn handle(&self, event: Value, deadline: Timestamp) -> impl Future<Output = Result<Value, StartError>> + Send;
}

/// Runs a function until Lambda stops it. `make` builds its handler during Lambda's init phase; when it fails, one
/// line in the log says why.
pub fn run_events<H: EventHandler>(make: impl FnOnce(&Start) -> Result<H, StartError>) -> ExitCode {
    block_on(start(make))
}

async fn start<H: EventHandler>(make: impl FnOnce(&Start) -> Result<H, StartError>) -> Result<(), StartError> {
    let handler = Arc::new(make(&Start::from_environment()?)?);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| answer(handler.clone(), event))).await
}

/// Boxed, because the runtime wraps the future in so many layers that the compiler's recursion limit is exceeded.
fn answer<H: EventHandler>(handler: Arc<H>, event: LambdaEvent<Value>) -> Answer {
    Box::pin(async move {
        let deadline = i64::try_from(event.context.deadline).unwrap_or(i64::MAX);
        let answer = handler.handle(event.payload, Timestamp::from_millis(deadline)).await;
        answer.inspect_err(|error| tracing::error!(error = %error, "an event failed"))
    })
}
