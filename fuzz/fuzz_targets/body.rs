//! Fuzzes the parsers of bodies: JSON, forms and multipart.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aviary_web::fuzzing::body(data));
