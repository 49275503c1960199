//! Has the crate built again when the dashboard was: what embeds it does not tell Cargo.

use std::path::Path;

fn main() {
    let is_optimised = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let watched = if !Path::new("../../web/dist").exists() {
        // Where the folder will be. Cargo would take one that is missing for one that changes all the time.
        "../../web"
    } else if is_optimised {
        "../../web/dist"
    } else {
        // This build reads the files when they are asked for: it need not know more than that there are some.
        "../../web/package.json"
    };
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={watched}");
}
