//! What work on integers takes, estimated before it is done.
//!
//! A step is a multiplication of two machine words, about a nanosecond. What reading and writing of numbers takes was
//! measured (`docs/integers.md`); the estimates are above the measured times.

use aviary_model::Encoding;

/// The most work of one request, in steps: some seconds.
pub const MAX_WORK: u64 = 8_000_000_000;

/// More work than a request may take: so much, as far as it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} steps, and it may take {MAX_WORK}")]
pub struct TooMuchWork(pub u64);

/// The work of one request so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Budget {
    spent: u64,
}

impl Budget {
    /// Asks for work that is about to be done.
    ///
    /// # Errors
    /// When the request has no room for it.
    pub fn spend(&mut self, work: u64) -> Result<(), TooMuchWork> {
        self.spent = self.spent.saturating_add(work);
        if self.spent > MAX_WORK { Err(TooMuchWork(self.spent)) } else { Ok(()) }
    }
}

/// What it takes to read all numbers of this JSON, whose texts are written so. One look at each byte: whatever stands between
/// the signs of JSON counts as a number, so nothing can be hidden from it.
#[must_use]
pub fn reading(json: &str, texts: Encoding) -> u64 {
    over_numbers(json, texts, reading_number)
}

/// What it takes to read the numbers and to write them again.
#[must_use]
pub fn rewriting(json: &str, texts: Encoding) -> u64 {
    over_numbers(json, texts, |encoding, length| {
        reading_number(encoding, length).saturating_add(writing_number(encoding, length))
    })
}

fn over_numbers(json: &str, texts: Encoding, cost: impl Fn(Encoding, u64) -> u64) -> u64 {
    let mut work = 0_u64;
    let (mut length, mut is_text) = (0_u64, false);
    for byte in json.bytes() {
        if matches!(byte, b'"' | b',' | b':' | b'[' | b']' | b'{' | b'}' | b' ' | b'\t' | b'\n' | b'\r') {
            if length > 0 {
                let encoding = if is_text { texts } else { Encoding::Number };
                work = work.saturating_add(cost(encoding, length));
            }
            (length, is_text) = (0, byte == b'"');
        } else {
            length += 1;
        }
    }
    work
}

/// Reading a number of so many digits.
fn reading_number(encoding: Encoding, digits: u64) -> u64 {
    match encoding {
        Encoding::Number | Encoding::Decimal => 30_u64.saturating_add(growing(digits, 4, 6)),
        Encoding::Hex => digits.saturating_mul(5).saturating_add(40),
        Encoding::Base64 => digits.saturating_add(80),
    }
}

/// Writing a number of so many digits.
fn writing_number(encoding: Encoding, digits: u64) -> u64 {
    match encoding {
        Encoding::Number | Encoding::Decimal => 200_u64.saturating_add(growing(digits, 8, 3)),
        Encoding::Hex => digits.saturating_mul(4).saturating_add(200),
        Encoding::Base64 => digits.saturating_add(120),
    }
}

/// Writing a number of so many bits.
#[must_use]
pub fn writing(encoding: Encoding, bits: usize) -> u64 {
    let bits = u64::try_from(bits).unwrap_or(u64::MAX);
    let digits = match encoding {
        // A digit has 3.32 bits.
        Encoding::Number | Encoding::Decimal => bits.saturating_mul(10) / 33,
        Encoding::Hex => bits / 4,
        Encoding::Base64 => bits / 6,
    };
    writing_number(encoding, digits.saturating_add(1))
}

/// Decimal digits cost more each, the more there are: their number times so many, and times a part of its root.
fn growing(digits: u64, each: u64, part: u64) -> u64 {
    digits.saturating_mul(each).saturating_add(digits.saturating_mul(digits.isqrt()) / part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_for_all_of_a_request() {
        let mut budget = Budget::default();
        assert_eq!(budget.spend(MAX_WORK), Ok(()));
        assert_eq!(budget.spend(1), Err(TooMuchWork(MAX_WORK + 1)));
        assert_eq!(budget.spend(u64::MAX), Err(TooMuchWork(u64::MAX)));
    }

    #[test]
    fn long_decimal_numbers_are_dear_and_others_are_not() {
        let list = |digits: usize, quote: &str, count: usize| {
            let number = format!("{quote}{}{quote}", "9".repeat(digits));
            format!("[{}]", vec![number; count].join(","))
        };
        let (long, short) = (list(300_000, "\"", 200), list(300, "\"", 200_000));
        assert!(rewriting(&long, Encoding::Decimal) > MAX_WORK, "{}", rewriting(&long, Encoding::Decimal));
        assert!(rewriting(&list(300_000, "", 200), Encoding::Base64) > MAX_WORK, "JSON numbers are decimal");
        assert!(rewriting(&short, Encoding::Decimal) < MAX_WORK / 4, "{}", rewriting(&short, Encoding::Decimal));
        for encoding in [Encoding::Hex, Encoding::Base64] {
            assert!(rewriting(&long, encoding) < MAX_WORK / 10, "{encoding:?}");
        }
    }

    #[test]
    fn nothing_is_hidden_from_the_estimate() {
        let plain = format!("[\"{}\"]", "9".repeat(1_000));
        let escaped = format!("[\"{}\"]", "\\u0039".repeat(1_000));
        let work = reading(&plain, Encoding::Decimal);
        assert!(reading(&escaped, Encoding::Decimal) > work);
        assert!(reading(&format!("[{{\"more\" : [{plain}]}}]"), Encoding::Decimal) >= work);
        // What is written takes what was estimated when it was read, or less.
        assert!(writing(Encoding::Decimal, 3_322) <= writing_number(Encoding::Decimal, 1_010));
    }
}
