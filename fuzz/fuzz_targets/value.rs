//! Any bytes as a value.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| zoom_wire::check::value(bytes));
