//! What is pushed to this program, as `/metrics` tells of it. Whoever receives it tells: this crate does not know
//! how.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use zqos_core::Timestamp;

/// Tells what was pushed since the program began.
pub trait PushSource: std::fmt::Debug + Send + Sync {
    /// What came, and what became of it.
    fn figures(&self) -> PushFigures;
}

/// What was pushed since the program began, and what became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PushFigures {
    /// Requests that came.
    pub requests: u64,
    /// Events that were kept.
    pub events: u64,
    /// Those of them of which no rows are made.
    pub dead_letters: u64,
    /// Those of them that were signed at another time than now.
    pub outside_window: u64,
    /// Requests that were refused, by why: few words that are known beforehand.
    pub refused: Vec<(&'static str, u64)>,
    /// Questions whose the URL is that were answered, and those that were not.
    pub validations: [u64; 2],
    /// How many of the latter came in a row, at last.
    pub failing_validations: u32,
    /// Rows that said what the store knew.
    pub repeated_rows: u64,
    /// How often events became durable together.
    pub syncs: u64,
    /// How often rows were brought into the tables, and how often that failed.
    pub commits: [u64; 2],
    /// How many bytes wait to be kept.
    pub waiting_bytes: u64,
    /// When the newest event came; `None` before the first.
    pub newest: Option<Timestamp>,
    /// By account: how many joins are expected to be pushed, and how many of them are silent.
    pub joins: Vec<(String, u32, u32)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Account {
    account: String,
}

/// Adds what was pushed; of accounts only those that may be seen.
pub(crate) fn register(registry: &mut Registry, figures: PushFigures, accounts: &[String]) {
    let counters = [
        ("requests", "Requests that came to the push endpoint", figures.requests),
        ("events", "Events that were kept durably", figures.events),
        (
            "dead_letters",
            "Events that were kept, and of which no rows are made",
            figures.dead_letters,
        ),
        (
            "events_outside_window",
            "Events that were kept, and signed at another time than now",
            figures.outside_window,
        ),
        ("validations", "Questions whose the URL is that were answered", figures.validations[0]),
        ("failed_validations", "Questions whose the URL is that were not", figures.validations[1]),
        ("repeated_rows", "Rows that said what the store knew", figures.repeated_rows),
        ("syncs", "How often events became durable together", figures.syncs),
        ("commits", "How often pushed rows were brought into the tables", figures.commits[0]),
        ("failed_commits", "How often that failed", figures.commits[1]),
    ];
    for (name, help, count) in counters {
        let counter = Counter::<u64>::default();
        counter.inc_by(count);
        registry.register(format!("push_{name}"), help, counter);
    }
    let refused = Family::<Reason, Counter>::default();
    for (reason, count) in figures.refused {
        refused.get_or_create(&Reason { reason }).inc_by(count);
    }
    registry.register("push_refused", "Requests that were refused, by why", refused);
    let gauge = |value: i64| {
        let gauge = Gauge::<i64>::default();
        gauge.set(value);
        gauge
    };
    registry.register(
        "push_failing_validations",
        "Questions whose the URL is that failed in a row; after six Zoom sends nothing any more",
        gauge(figures.failing_validations.into()),
    );
    registry.register_with_unit(
        "push_waiting",
        "What waits to be kept",
        Unit::Bytes,
        gauge(i64::try_from(figures.waiting_bytes).unwrap_or(i64::MAX)),
    );
    registry.register_with_unit(
        "push_newest_event_timestamp",
        "When the newest event came, since 1970; 0 where none did",
        Unit::Seconds,
        gauge(figures.newest.map_or(0, |at| at.unix_millis().div_euclid(1_000))),
    );
    let [expected, silent] = std::array::from_fn(|_| Family::<Account, Gauge>::default());
    for (account, joins, silent_joins) in figures.joins {
        if accounts.contains(&account) {
            let of = Account { account };
            expected.get_or_create(&of).set(joins.into());
            silent.get_or_create(&of).set(silent_joins.into());
        }
    }
    registry.register(
        "push_expected_joins",
        "Joins that run and are pushed, or should be by what was seen before",
        expected,
    );
    registry.register(
        "push_silent_joins",
        "Those of them of which nothing came for seven minutes",
        silent,
    );
}

#[cfg(test)]
mod tests {
    use prometheus_client::encoding::text::encode;

    use super::*;

    #[test]
    fn accounts_that_may_not_be_seen_are_left_out() {
        let joins = vec![("north".to_owned(), 3, 1), ("south".to_owned(), 5, 0)];
        let figures = PushFigures { joins, events: 7, ..PushFigures::default() };
        let mut registry = Registry::with_prefix("zqos");
        register(&mut registry, figures, &["north".to_owned()]);
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        for line in [
            "zqos_push_events_total 7",
            "zqos_push_expected_joins{account=\"north\"} 3",
            "zqos_push_silent_joins{account=\"north\"} 1",
            "zqos_push_newest_event_timestamp_seconds 0",
        ] {
            assert!(text.lines().any(|told| told == line), "no `{line}` in {text}");
        }
        assert!(!text.contains("south"), "{text}");
    }
}
