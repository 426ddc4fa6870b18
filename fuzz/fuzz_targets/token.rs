//! Fuzzes the verification of a token, from its text to its claims.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aviary_auth::fuzzing::token(data));
