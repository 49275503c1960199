//! What is logged, on standard error.

use tracing_subscriber::EnvFilter;

/// Starts logging: at the level of `-v`, or as the variable `ZQOS_LOG` says, in the syntax of
/// `tracing`'s filters. What runs on by itself warns also without either.
///
/// No event of ours holds a secret, a name or an address of a person.
pub(crate) fn init(verbose: u8, runs_on: bool) {
    let filter = match (std::env::var("ZQOS_LOG"), verbose) {
        (Ok(filter), 0) if !filter.is_empty() => EnvFilter::new(filter),
        (_, 0) if runs_on => EnvFilter::new("zqos_push=warn,zqos_server=warn"),
        (_, 0) => return,
        (_, 1) => EnvFilter::new("zoom_dashboard=debug,zqos_push=debug,zqos_server=debug"),
        _ => EnvFilter::new("trace"),
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
}
