//! zqos.
fn main() {}
