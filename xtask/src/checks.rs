//! What `cargo xtask test` and `cargo xtask ci` run. The second has everything that the first has
//! not, so that running both runs nothing twice.

use std::env;

use anyhow::Result;

use crate::{
    dependency_rules, generate, kills, plausibility,
    process::{loudly, quietly},
    step::Step,
    third_party, web,
    workspace::Workspace,
};

/// All tests.
pub(crate) const TEST: &[Step] = &[
    // What it builds goes into the rest.
    Step { name: "dashboard", needs: &["node", "npm", "chromium"], run: web::test },
    Step { name: "workspace", needs: &[], run: workspace_tests },
    Step { name: "demo", needs: &["node", "npm", "chromium"], run: web::walk_demo },
    Step { name: "kills", needs: if cfg!(unix) { &[] } else { &["Unix"] }, run: kills::run },
    Step {
        name: "third-party",
        needs: &["curl", "node", "npm", "prometheus", "promtool", "python3 -m ensurepip", "sh"],
        run: third_party::run,
    },
];

/// All checks that are not tests, the quick ones first.
pub(crate) const CI: &[Step] = &[
    Step {
        name: "format",
        needs: &["cargo-fmt"],
        run: |workspace| cargo(workspace, "fmt --all --check"),
    },
    Step { name: "dependency rules", needs: &[], run: dependency_rules::check },
    Step {
        name: "licences and sources",
        needs: &["cargo-deny"],
        run: |workspace| cargo(workspace, "deny check bans licenses sources"),
    },
    Step {
        name: "lints",
        needs: &["cargo-clippy"],
        run: |workspace| {
            cargo(workspace, "clippy --workspace --all-targets --all-features -- --deny warnings")
        },
    },
    Step { name: "docs", needs: &[], run: docs },
    Step { name: "generated files", needs: &[], run: generate::check },
    Step { name: "plausibility", needs: &[], run: plausibility::check },
    Step {
        name: "fetch alone",
        needs: &[],
        run: |workspace| {
            cargo(workspace, "build --package zqos --no-default-features --features fetch")
        },
    },
    Step { name: "fuzz targets", needs: &["c++"], run: fuzz_targets },
];

/// What properties draw their cases from, unless the environment names another: so that a commit which passed
/// passes again. `cargo xtask soak` draws others.
const PROPTEST_SEED: (&str, &str) = ("PROPTEST_RNG_SEED", "2026");

/// Lets cargo's progress and closing lines through: they are read by people and machines.
fn workspace_tests(workspace: &Workspace) -> Result<()> {
    let (name, seed) = PROPTEST_SEED;
    let seed = env::var(name).unwrap_or_else(|_| seed.to_owned());
    eprintln!("{name}={seed}");
    loudly(workspace.cargo().args(["test", "--workspace", "--no-run"]))?;
    loudly(workspace.cargo().args(["test", "--workspace", "--quiet"]).env(name, seed))
}

fn docs(workspace: &Workspace) -> Result<()> {
    quietly(
        workspace
            .cargo()
            // With those of the lints, so that nothing is checked twice.
            .args(["doc", "--workspace", "--no-deps", "--all-features"])
            .env("RUSTDOCFLAGS", "--deny warnings"),
    )
    .map(drop)
}

/// The targets live in a workspace of their own: they need a C++ compiler, which nothing else does.
fn fuzz_targets(workspace: &Workspace) -> Result<()> {
    cargo(workspace, "build --manifest-path fuzz/Cargo.toml")
}

fn cargo(workspace: &Workspace, arguments: &str) -> Result<()> {
    quietly(workspace.cargo().args(arguments.split(' '))).map(drop)
}
