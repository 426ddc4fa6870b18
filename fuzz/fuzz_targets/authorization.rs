//! Fuzzes the reader of the `Authorization` header.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aviary_auth::fuzzing::authorization(data));
