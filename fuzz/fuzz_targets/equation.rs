//! Fuzzes the parser of equations over integer sets.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| integers_function::fuzzing::equation(data));
