//! Measures arithmetic on sets, without reading and writing them, and compares each figure with its goal: CPU time on
//! one thread. `cargo xtask bench` runs it.

use std::error::Error;

use dashu_int::{IBig, UBig};
use integers_function::arithmetic::cost::Budget;
use integers_function::arithmetic::equation::Equation;
use integers_function::arithmetic::evaluate::evaluate;
use integers_function::arithmetic::polynomial::Polynomial;
use integers_function::arithmetic::unit::{Unit, Units};

/// Goals in milliseconds per 10,000 units. They are the same for large sets: the time must not grow faster than the
/// set.
const ADDITION_MS: f64 = 20.0;
const MULTIPLICATION_MS: f64 = 60.0;
/// The units that are computed for each line, because the kernel counts CPU time in ticks of some milliseconds.
const MEASURED_UNITS: u32 = 500_000;

fn main() -> Result<(), Box<dyn Error>> {
    println!("{:<46}{:>14}{:>22}", "arithmetic", "CPU ms", "ms per 10,000 / goal");
    line("addition, 10,000 units of 2,048 bits", "a+b", 10_000, 2_048, ADDITION_MS)?;
    line("addition, 100,000 units of 2,048 bits", "a+b", 100_000, 2_048, ADDITION_MS)?;
    line("multiplication, 10,000 units of 2,048 bits", "a*b", 10_000, 2_048, MULTIPLICATION_MS)?;
    line("multiplication, 10,000 units of 512 bits", "a*b", 10_000, 512, MULTIPLICATION_MS)?;
    line("multiplication, 100,000 units of 512 bits", "a*b", 100_000, 512, MULTIPLICATION_MS)?;
    Ok(())
}

/// Measures an equation and prints a line.
fn line(name: &str, equation: &str, units: u32, bits: usize, goal: f64) -> Result<(), Box<dyn Error>> {
    let equation = Equation::parse(equation)?;
    let (a, b) = (set(units, bits, 1)?, set(units, bits, 2)?);
    let times = MEASURED_UNITS / units;
    let before = cpu_ms()?;
    for _ in 0..times {
        drop(evaluate(&equation, &[&a, &b], &mut Budget::default())?);
    }
    let spent = (cpu_ms()? - before) / f64::from(times);
    let each = spent * 10_000.0 / f64::from(units);
    let miss = if each > goal { " !" } else { "" };
    println!("{name:<46}{spent:>14.1}{:>22}", format!("{each:.1} / {goal:.0}{miss}"));
    Ok(())
}

/// Units as a client encrypts them, with numbers of `bits` bits.
fn set(units: u32, bits: usize, seed: u64) -> Result<Units, Box<dyn Error>> {
    let mut random = seed;
    let mut number = || {
        let bytes: Vec<u8> = (0..bits / 8).map(|_| next(&mut random)).collect();
        IBig::from(UBig::from_be_bytes(&bytes))
    };
    let unit = |index| Unit { index: u64::from(index), value: Polynomial::encrypted(number(), number()) };
    Units::of((0..units).map(unit).collect()).ok_or_else(|| "a set has units".into())
}

/// The next random byte (xorshift). It is never even, so that no multiplication can be shortened.
fn next(state: &mut u64) -> u8 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    let [byte, ..] = state.to_le_bytes();
    byte | 1
}

/// The CPU time of this thread so far.
fn cpu_ms() -> Result<f64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos: f64 = text.split(' ').next().unwrap_or_default().parse()?;
    Ok(nanos / 1_000_000.0)
}
