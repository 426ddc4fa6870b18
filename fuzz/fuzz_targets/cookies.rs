//! Fuzzes the reader of the `Cookie` header.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aviary_web::fuzzing::cookies(data));
