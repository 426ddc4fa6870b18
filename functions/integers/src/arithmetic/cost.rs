//! The cost of work on integers, estimated before the work is done.
//!
//! A work unit is a multiplication of two machine words, about a nanosecond. The cost of reading and writing numbers
//! was measured (`docs/integers.md`); the estimates are above the measured times.

use aviary_model::Encoding;

/// The most work of one request, in work units: some seconds.
pub const MAX_WORK: u64 = 8_000_000_000;

/// A request would exceed [`MAX_WORK`]. Holds the work units estimated so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} work units of at most {MAX_WORK}")]
pub struct TooMuchWork(pub u64);

/// The work units that one request has taken so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Budget {
    spent: u64,
}

impl Budget {
    /// The work units taken so far.
    #[must_use]
    pub fn spent(&self) -> u64 {
        self.spent
    }

    /// Takes work units before the work is done.
    ///
    /// # Errors
    /// When the request exceeds [`MAX_WORK`].
    pub fn spend(&mut self, work: u64) -> Result<(), TooMuchWork> {
        self.spent = self.spent.saturating_add(work);
        if self.spent > MAX_WORK { Err(TooMuchWork(self.spent)) } else { Ok(()) }
    }
}

/// The cost of reading all numbers of this JSON, whose texts have the encoding `texts`. It scans each byte once.
/// Everything between the punctuation of JSON counts as a number, so the estimate misses no number.
#[must_use]
pub fn reading(json: &str, texts: Encoding) -> u64 {
    sum_over_numbers(json, texts, reading_number)
}

/// The cost of reading the numbers of this JSON and writing them again.
#[must_use]
pub fn rewriting(json: &str, texts: Encoding) -> u64 {
    sum_over_numbers(json, texts, |encoding, length| {
        reading_number(encoding, length).saturating_add(writing_number(encoding, length))
    })
}

/// The sum of `cost` over all numbers, called with the encoding and the length of each.
fn sum_over_numbers(json: &str, texts: Encoding, cost: impl Fn(Encoding, u64) -> u64) -> u64 {
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

/// The cost of reading a number with this many digits.
fn reading_number(encoding: Encoding, digits: u64) -> u64 {
    match encoding {
        Encoding::Number | Encoding::Decimal => 30_u64.saturating_add(decimal_cost(digits, 4, 6)),
        Encoding::Hex => digits.saturating_mul(5).saturating_add(40),
        Encoding::Base64 => digits.saturating_add(80),
    }
}

/// The cost of writing a number with this many digits.
fn writing_number(encoding: Encoding, digits: u64) -> u64 {
    match encoding {
        Encoding::Number | Encoding::Decimal => 200_u64.saturating_add(decimal_cost(digits, 8, 3)),
        Encoding::Hex => digits.saturating_mul(4).saturating_add(200),
        Encoding::Base64 => digits.saturating_add(120),
    }
}

/// The cost of writing a number with this many bits.
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

/// The cost of converting `digits` decimal digits, which grows faster than their number:
/// `each` · digits + digits · √digits / `divisor`.
fn decimal_cost(digits: u64, each: u64, divisor: u64) -> u64 {
    digits.saturating_mul(each).saturating_add(digits.saturating_mul(digits.isqrt()) / divisor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_covers_the_whole_request() {
        let mut budget = Budget::default();
        assert_eq!(budget.spend(MAX_WORK), Ok(()));
        assert_eq!(budget.spend(1), Err(TooMuchWork(MAX_WORK + 1)));
        assert_eq!(budget.spend(u64::MAX), Err(TooMuchWork(u64::MAX)));
    }

    #[test]
    fn long_decimal_numbers_are_expensive_and_others_are_not() {
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
    fn the_estimate_misses_no_number() {
        let plain = format!("[\"{}\"]", "9".repeat(1_000));
        let escaped = format!("[\"{}\"]", "\\u0039".repeat(1_000));
        let work = reading(&plain, Encoding::Decimal);
        assert!(reading(&escaped, Encoding::Decimal) > work);
        assert!(reading(&format!("[{{\"more\" : [{plain}]}}]"), Encoding::Decimal) >= work);
        // The cost by bits is at most the cost by digits.
        assert!(writing(Encoding::Decimal, 3_322) <= writing_number(Encoding::Decimal, 1_010));
    }
}
