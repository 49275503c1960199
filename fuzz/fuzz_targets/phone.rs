//! Any bytes as an answer of Zoom Phone.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| zoom_wire::check::phone(bytes));
