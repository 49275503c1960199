//! What each crate must not depend on, proved with `cargo tree`.
//!
//! The rules are the boundaries that ARCHITECTURE.md describes. A crate without a rule fails the
//! check, so a new one comes with its own.

use anyhow::{Result, bail};

use crate::{process::quietly, workspace::Workspace};

/// One boundary: what may not be reached from a crate over normal dependencies.
struct Rule {
    package: &'static str,
    /// How `cargo tree` selects the features that the rule is about.
    features: &'static [&'static str],
    /// Names of packages; a star at the end stands for any ending.
    forbidden: &'static [&'static str],
}

const ALL_FEATURES: &[&str] = &["--all-features"];

const RULES: &[Rule] = &[
    Rule {
        package: "zqos-core",
        features: ALL_FEATURES,
        forbidden: &[
            "tokio",
            "reqwest",
            "hyper*",
            "http",
            "serde_json",
            "arrow*",
            "zoom-*",
            "zqos-*",
        ],
    },
    Rule {
        package: "zoom-wire",
        features: ALL_FEATURES,
        forbidden: &["tokio", "reqwest", "hyper*", "axum*", "zoom-dashboard"],
    },
    Rule {
        package: "zoom-dashboard",
        features: ALL_FEATURES,
        forbidden: &["arrow*", "axum*", "zqos-store", "zqos-quality", "zqos-server"],
    },
    Rule {
        package: "zqos-sim",
        features: ALL_FEATURES,
        // A simulator that used the client, or knew how it is judged, could prove nothing about
        // them.
        forbidden: &[
            "axum*",
            "reqwest",
            "zoom-dashboard",
            "zqos-collect",
            "zqos-store",
            "zqos-query",
            "zqos-server",
            "zqos-quality",
        ],
    },
    Rule {
        package: "zqos-collect",
        features: ALL_FEATURES,
        // What is collected first is told to it, so that it needs no opinion on quality.
        forbidden: &[
            "axum*",
            "datafusion",
            "datafusion-*",
            "zqos-query",
            "zqos-server",
            "zqos-sim",
            "zqos-quality",
        ],
    },
    Rule {
        package: "zqos-intake",
        features: ALL_FEATURES,
        // Whoever is pushed to takes documents in, and must not be able to ask for any.
        forbidden: &[
            "axum*",
            "datafusion*",
            "zoom-dashboard",
            "zqos-collect",
            "zqos-query",
            "zqos-server",
            "zqos-sim",
            "zqos-quality",
        ],
    },
    Rule {
        package: "zqos-push",
        features: ALL_FEATURES,
        // What is open to everybody can't ask for anything, and has no secret that would let it.
        forbidden: &[
            "datafusion*",
            "zoom-dashboard",
            "zqos-collect",
            "zqos-query",
            "zqos-server",
            "zqos-sim",
            "zqos-quality",
        ],
    },
    Rule {
        package: "zqos-store",
        features: ALL_FEATURES,
        forbidden: &[
            "axum*",
            "datafusion*",
            "zoom-*",
            "zqos-collect",
            "zqos-query",
            "zqos-server",
            "zqos-sim",
            "zqos-quality",
        ],
    },
    Rule {
        package: "zqos-quality",
        features: ALL_FEATURES,
        // What is found depends on figures alone: not on when, where or in which process.
        forbidden: &[
            "getrandom",
            "tokio",
            "reqwest",
            "hyper*",
            "http",
            "serde_json",
            "arrow*",
            "datafusion*",
            "zoom-*",
            "zqos-collect",
            "zqos-intake",
            "zqos-query",
            "zqos-server",
            "zqos-sim",
            "zqos-store",
        ],
    },
    Rule {
        package: "zqos-exam",
        features: ALL_FEATURES,
        // It examines what is said of an API's answers, without a client, a store or a question.
        forbidden: &[
            "arrow*",
            "datafusion*",
            "zoom-dashboard",
            "zqos-collect",
            "zqos-intake",
            "zqos-query",
            "zqos-store",
        ],
    },
    Rule {
        package: "zqos-archive",
        features: ALL_FEATURES,
        // Reports are read without a query: that is why it is a crate of its own.
        forbidden: &[
            "axum*",
            "datafusion*",
            "zoom-dashboard",
            "zqos-collect",
            "zqos-intake",
            "zqos-quality",
            "zqos-query",
            "zqos-server",
            "zqos-sim",
        ],
    },
    Rule {
        package: "zqos-query",
        features: ALL_FEATURES,
        forbidden: &["axum*", "zoom-*", "zqos-collect", "zqos-server", "zqos-sim"],
    },
    Rule {
        package: "zqos-context",
        features: ALL_FEATURES,
        // Files that people write: whoever needs them has them, with a store or without.
        forbidden: &["tokio", "http", "arrow*", "datafusion*", "zoom-*", "zqos-*"],
    },
    Rule {
        package: "zqos-answer",
        features: ALL_FEATURES,
        // An answer is the same on a terminal and in a browser, and nobody asks Zoom to give it.
        forbidden: &[
            "axum*",
            "clap",
            "zoom-*",
            "zqos-collect",
            "zqos-http",
            "zqos-intake",
            "zqos-server",
            "zqos-sim",
        ],
    },
    Rule {
        package: "zqos-http",
        features: ALL_FEATURES,
        // Connections, and nothing of what is served on them.
        forbidden: &["arrow*", "datafusion*", "reqwest", "zoom-*", "zqos-*"],
    },
    Rule {
        package: "zqos-server",
        features: ALL_FEATURES,
        // Whoever shows the store can ask Zoom for nothing, and plans nothing.
        forbidden: &["zoom-dashboard", "zqos-collect", "zqos-sim"],
    },
    Rule {
        package: "zqos",
        features: &["--no-default-features", "--features", "fetch"],
        forbidden: &["arrow*", "axum*", "zqos-sim"],
    },
    Rule {
        package: "zqos",
        features: ALL_FEATURES,
        // Stores on S3 need neither a software kit of the service's nor another TLS.
        forbidden: &["aws-config", "aws-sdk*", "native-tls", "openssl", "openssl-sys"],
    },
    Rule {
        package: "zqos-store",
        features: &["--no-default-features"],
        // Which only files of stores on S3 are fetched to.
        forbidden: &["tempfile"],
    },
    Rule {
        package: "zqos-replay",
        features: ALL_FEATURES,
        forbidden: &["tokio", "zoom-*", "zqos-core"],
    },
    Rule { package: "xtask", features: ALL_FEATURES, forbidden: &["tokio", "zoom-*", "zqos-core"] },
];

/// What no crate may depend on: the binary, the chores, and the examination.
const FORBIDDEN_TO_ALL: &[&str] = &["zqos", "xtask", "zqos-exam"];

/// The one crate that may use the test double other than in tests.
const USES_REPLAY: &str = "xtask";

/// Fails with every broken rule and the path that breaks it.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let mut broken = Vec::new();
    for member in &workspace.members {
        if RULES.iter().all(|rule| rule.package != member) {
            broken.push(format!("`{member}` has no dependency rule"));
        }
    }
    for rule in RULES {
        let mut tree = workspace.cargo();
        tree.args(["tree", "--edges", "normal", "--prefix", "depth", "--format", " {p}"]);
        tree.args(["--package", rule.package]).args(rule.features);
        let tree = String::from_utf8(quietly(&mut tree)?)?;
        broken.extend(rule.violations(&tree));
    }
    if broken.is_empty() { Ok(()) } else { bail!(broken.join("\n")) }
}

impl Rule {
    fn forbids(&self, package: &str) -> bool {
        let test_double = (self.package != USES_REPLAY).then_some("zqos-replay");
        let patterns = self.forbidden.iter().chain(FORBIDDEN_TO_ALL).copied().chain(test_double);
        patterns.into_iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(start) => package.starts_with(start),
            None => package == pattern,
        })
    }

    /// One message for each forbidden package in the output of `cargo tree` with depths as
    /// prefixes.
    fn violations(&self, tree: &str) -> Vec<String> {
        let mut path: Vec<&str> = Vec::new();
        let mut violations = Vec::new();
        for line in tree.lines() {
            let mut words = line.split(' ');
            let (Some(depth), Some(package)) =
                (words.next().and_then(|depth| depth.parse().ok()), words.next())
            else {
                continue;
            };
            path.truncate(depth);
            path.push(package);
            if depth > 0 && self.forbids(package) {
                let message = format!(
                    "`{}` must not depend on `{package}`: {}",
                    self.package,
                    path.join(" -> ")
                );
                violations.push(message);
            }
        }
        violations
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL_FEATURES, RULES, Rule};

    const TREE: &str = "\
0 zoom-wire v0.1.0 (/src/crates/zoom-wire)
1 serde_json v1.0.154
2 itoa v1.0.19
1 zqos-core v0.1.0 (/src/crates/zqos-core)
2 helper v1.0.0
3 tokio v1.54.1
1 tokio-util v0.7.0
1 helper v1.0.0 (*)
";

    fn violations(forbidden: &'static [&'static str]) -> Vec<String> {
        Rule { package: "zoom-wire", features: ALL_FEATURES, forbidden }.violations(TREE)
    }

    #[test]
    fn a_clean_tree_breaks_no_rule() {
        assert!(violations(&["reqwest", "hyper*", "zoom-wire"]).is_empty());
    }

    #[test]
    fn a_violation_names_the_rule_and_the_path() {
        assert_eq!(
            violations(&["tokio"]),
            ["`zoom-wire` must not depend on `tokio`: zoom-wire -> zqos-core -> helper -> tokio"]
        );
    }

    #[test]
    fn a_star_stands_for_any_ending() {
        assert_eq!(
            violations(&["tokio*"]),
            [
                "`zoom-wire` must not depend on `tokio`: zoom-wire -> zqos-core -> helper -> tokio",
                "`zoom-wire` must not depend on `tokio-util`: zoom-wire -> tokio-util",
            ]
        );
    }

    #[test]
    fn nothing_shipped_may_use_the_test_double_or_the_binary() {
        for rule in RULES {
            assert_eq!(rule.forbids("zqos-replay"), rule.package != "xtask", "{}", rule.package);
            assert!(rule.forbids("zqos"), "{}", rule.package);
        }
    }
}
