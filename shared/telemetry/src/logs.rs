//! The log format: one JSON object per line on standard output, which Lambda hands to CloudWatch Logs.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The log level does not exist.
#[derive(Debug, thiserror::Error)]
#[error("AVIARY_LOG_LEVEL is {0:?}; it takes error, warn, info, debug or trace")]
pub struct LevelError(String);

/// Libraries whose lower levels are too noisy.
const LIBRARIES: &[(&str, LevelFilter)] = &[
    ("aws", LevelFilter::WARN),
    ("h2", LevelFilter::WARN),
    ("hyper", LevelFilter::WARN),
    // At every start it warns that the local server sends one request at a time, as Lambda does.
    ("lambda_runtime", LevelFilter::ERROR),
    ("rustls", LevelFilter::WARN),
];

/// Starts logging, once per process.
///
/// # Errors
/// When the level is not `error`, `warn`, `info`, `debug` or `trace`.
pub fn init(level: &str) -> Result<(), LevelError> {
    let ours = match level {
        "error" => LevelFilter::ERROR,
        "warn" => LevelFilter::WARN,
        "info" => LevelFilter::INFO,
        "debug" => LevelFilter::DEBUG,
        "trace" => LevelFilter::TRACE,
        _ => return Err(LevelError(level.to_owned())),
    };
    let targets = Targets::new().with_default(ours).with_targets(LIBRARIES.iter().copied());
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(std::io::stdout);
    // A second call (in tests) keeps the first subscriber.
    let _ = tracing_subscriber::registry().with(lines).with(targets).try_init();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_level_is_named() {
        assert_eq!(
            init("loud").map_err(|e| e.to_string()),
            Err("AVIARY_LOG_LEVEL is \"loud\"; it takes error, warn, info, debug or trace".to_owned())
        );
    }
}
