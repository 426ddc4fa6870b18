//! Dates of birth.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Date, macros::format_description};

use crate::Timestamp;

/// A date of birth: a day that exists, written `YYYY-MM-DD`, and not in the future.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BirthDate(String);

/// What is wrong with a date of birth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BirthDateError {
    /// Not an existing day in the form `YYYY-MM-DD`.
    #[error("Date has wrong format. Use one of these formats instead: YYYY-MM-DD.")]
    Format,
    /// Later than today in UTC.
    #[error("Date of birth may not be in the future.")]
    Future,
}

impl BirthDate {
    /// Reads a date of birth; dates after `now` are in the future.
    ///
    /// # Errors
    /// The rule that the text breaks; always one.
    pub fn parse(text: &str, now: Timestamp) -> Result<Self, Vec<BirthDateError>> {
        let format = format_description!("[year]-[month]-[day]");
        if text.len() != 10 {
            return Err(vec![BirthDateError::Format]);
        }
        let date = Date::parse(text, format).map_err(|_| vec![BirthDateError::Format])?;
        let today =
            time::OffsetDateTime::from_unix_timestamp(now.seconds()).map_err(|_| vec![BirthDateError::Format])?.date();
        if date > today { Err(vec![BirthDateError::Future]) } else { Ok(Self(text.to_owned())) }
    }

    /// The date as `YYYY-MM-DD`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_604_391_401_000); // 2020-11-03

    #[test]
    fn a_birth_date_is_today_or_in_the_past() {
        assert_eq!(BirthDate::parse("1999-02-28", NOW).map(|d| d.to_string()), Ok("1999-02-28".into()));
        assert!(BirthDate::parse("2020-11-03", NOW).is_ok());
        assert_eq!(BirthDate::parse("2020-11-04", NOW), Err(vec![BirthDateError::Future]));
    }

    #[test]
    fn text_that_is_not_an_existing_day_is_refused() {
        for text in ["", "1999-02-30", "99-02-03", "1999/02/03", "1999-2-3", "+1999-02-03", "yesterday"] {
            assert_eq!(BirthDate::parse(text, NOW), Err(vec![BirthDateError::Format]), "{text}");
        }
    }
}
