//! EventBridge's `rate(…)` expressions.

use std::time::Duration;

/// Why an expression is not a rate.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RateError {
    #[error("cron expressions are not understood here: use rate(…)")]
    Cron,
    #[error("must be `rate(1 minute)` or `rate(N minutes)`, with minutes, hours or days")]
    Malformed,
}

/// The time between two calls. Like EventBridge, it requires the singular for 1 and the plural otherwise.
pub(crate) fn parse(expression: &str) -> Result<Duration, RateError> {
    let expression = expression.trim();
    if expression.starts_with("cron(") {
        return Err(RateError::Cron);
    }
    let inner = expression.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')'));
    let (count, unit) = inner.and_then(|inner| inner.trim().split_once(' ')).ok_or(RateError::Malformed)?;
    let count: u32 = count.parse().map_err(|_| RateError::Malformed)?;
    let seconds = match (count, unit.trim()) {
        (0, _) => return Err(RateError::Malformed),
        (1, "minute") | (2.., "minutes") => 60,
        (1, "hour") | (2.., "hours") => 60 * 60,
        (1, "day") | (2.., "days") => 24 * 60 * 60,
        _ => return Err(RateError::Malformed),
    };
    Ok(Duration::from_secs(u64::from(count) * seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_and_a_unit() {
        let seconds = |text| parse(text).map(|every| every.as_secs());
        assert_eq!(seconds("rate(1 minute)"), Ok(60));
        assert_eq!(seconds("rate(5 minutes)"), Ok(300));
        assert_eq!(seconds(" rate( 1 hour ) "), Ok(3600));
        assert_eq!(seconds("rate(12 hours)"), Ok(12 * 3600));
        assert_eq!(seconds("rate(1 day)"), Ok(86_400));
        assert_eq!(seconds("rate(30 days)"), Ok(30 * 86_400));
    }

    #[test]
    fn what_eventbridge_refuses_is_refused() {
        for text in
            ["", "rate", "rate()", "rate(5)", "rate(0 minutes)", "rate(1 minutes)", "rate(2 minute)", "rate(-1 days)"]
        {
            assert_eq!(parse(text), Err(RateError::Malformed), "{text}");
        }
        assert_eq!(parse("rate(1 week)"), Err(RateError::Malformed));
        assert_eq!(parse("rate(5 minutes"), Err(RateError::Malformed));
        assert_eq!(parse("cron(0 12 * * ? *)"), Err(RateError::Cron));
    }
}
