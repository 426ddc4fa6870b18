//! Functions that answer no HTTP: streams and schedules.

use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;

use aviary_model::Timestamp;
use lambda_http::lambda_runtime::{self, LambdaEvent, service_fn};
use serde_json::Value;

use crate::start::block_on;
use crate::{Start, StartError};

type Answer = Pin<Box<dyn Future<Output = Result<Value, StartError>> + Send>>;

/// What a function does with its events.
pub trait EventHandler: Send + Sync + 'static {
    /// Answers one event. Whatever is not done at `deadline` is cut off.
    ///
    /// # Errors
    /// When the event as a whole is to come again, or is none of this function's.
    fn handle(&self, event: Value, deadline: Timestamp) -> impl Future<Output = Result<Value, StartError>> + Send;
}

/// Runs a function: `make` makes its handler, during Lambda's init phase. Ends with one line that says why
/// when it can't start.
pub fn run_events<H: EventHandler>(make: impl FnOnce(&Start) -> Result<H, StartError>) -> ExitCode {
    block_on(start(make))
}

async fn start<H: EventHandler>(make: impl FnOnce(&Start) -> Result<H, StartError>) -> Result<(), StartError> {
    let handler = Arc::new(make(&Start::from_environment()?)?);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| answer(handler.clone(), event))).await
}

/// Boxed, since the runtime wraps it so often that the compiler would lose count.
fn answer<H: EventHandler>(handler: Arc<H>, event: LambdaEvent<Value>) -> Answer {
    Box::pin(async move {
        let deadline = i64::try_from(event.context.deadline).unwrap_or(i64::MAX);
        let answer = handler.handle(event.payload, Timestamp::from_millis(deadline)).await;
        answer.inspect_err(|error| tracing::error!(error = %error, "an event was not done"))
    })
}
