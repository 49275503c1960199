//! Any bytes as a question whether a URL belongs to whoever knows the secret.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| zoom_wire::check::question(bytes));
