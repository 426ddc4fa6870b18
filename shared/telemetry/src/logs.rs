//! The log format: one JSON object per line on standard output, which Lambda hands to CloudWatch Logs.

use tracing_subscriber::EnvFilter;

/// The log level is none that exists.
#[derive(Debug, thiserror::Error)]
#[error("AVIARY_LOG_LEVEL is {0:?}; it takes error, warn, info, debug or trace")]
pub struct LevelError(String);

/// Starts logging, once per process. The level holds for our own code; libraries log warnings only.
///
/// # Errors
/// When the level is none of `error`, `warn`, `info`, `debug`, `trace`.
pub fn init(level: &str) -> Result<(), LevelError> {
    if !matches!(level, "error" | "warn" | "info" | "debug" | "trace") {
        return Err(LevelError(level.to_owned()));
    }
    // `lambda_runtime` warns at every start that the local server allows one request at a time, as Lambda does.
    let ours = format!("warn,lambda_runtime=error,aviary={level}");
    let filter = EnvFilter::try_new(ours).map_err(|_| LevelError(level.to_owned()))?;
    // A second call (in tests) keeps the first subscriber.
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(std::io::stdout)
        .try_init();
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
