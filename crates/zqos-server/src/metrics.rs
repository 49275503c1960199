//! `/metrics`: OpenMetrics of the quality that was found, and of the server itself. Nobody is in it by name, and
//! labels have few values.

mod otlp;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use zqos_answer::JudgedJoin;
use zqos_answer::overview::LEAST_PEOPLE;

use crate::access::Identity;
use crate::problem::Problem;
use crate::push;
use crate::server::Server;

pub use otlp::Export;

/// How many values of a label are told by name; the others are `other`.
const VALUES: usize = 100;
/// What the names of all begin with.
const PREFIX: &str = "zqos";
/// The time that gauges are of.
const WINDOW: Duration = Duration::from_hours(24);

/// What the server counts of itself.
#[derive(Debug, Default)]
pub struct Health {
    answers: [AtomicU64; 6],
}

impl Health {
    pub(crate) fn answered(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).min(5);
        self.answers[class].fetch_add(1, Ordering::Relaxed);
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Group {
    account: String,
    by: String,
    value: String,
}

/// Names and values that tell samples of a metric apart.
type Labels = Vec<(&'static str, String)>;

/// What is measured.
#[derive(Debug)]
struct Metric {
    /// Its name, without what says whose it is and in what unit.
    name: &'static str,
    /// What it is.
    help: String,
    /// It only rises.
    is_counter: bool,
    /// In seconds; otherwise it is a number of things.
    is_seconds: bool,
    samples: Vec<(Labels, i64)>,
}

impl Metric {
    fn gauge(name: &'static str, help: impl Into<String>, samples: Vec<(Labels, i64)>) -> Self {
        Self { name, help: help.into(), is_counter: false, is_seconds: false, samples }
    }

    /// The name that a scrape has.
    fn full_name(&self) -> String {
        let ending = match (self.is_seconds, self.is_counter) {
            (true, _) => "_seconds",
            (_, true) => "_total",
            _ => "",
        };
        format!("{PREFIX}_{}{ending}", self.name)
    }

    /// The unit, in the words of UCUM.
    const fn unit(&self) -> &'static str {
        if self.is_seconds { "s" } else { "1" }
    }

    fn register(self, registry: &mut Registry) {
        let unit = self.is_seconds.then_some(Unit::Seconds);
        if self.is_counter {
            let counters = Family::<Labels, Counter>::default();
            for (labels, value) in &self.samples {
                counters.get_or_create(labels).inc_by(value.unsigned_abs());
            }
            registry.register(self.name, self.help, counters);
        } else if let [(labels, value)] = &self.samples[..]
            && labels.is_empty()
        {
            let gauge = Gauge::<i64>::default();
            gauge.set(*value);
            match unit {
                Some(unit) => registry.register_with_unit(self.name, self.help, unit, gauge),
                None => registry.register(self.name, self.help, gauge),
            }
        } else {
            let gauges = Family::<Labels, Gauge>::default();
            for (labels, value) in &self.samples {
                gauges.get_or_create(labels).set(*value);
            }
            match unit {
                Some(unit) => registry.register_with_unit(self.name, self.help, unit, gauges),
                None => registry.register(self.name, self.help, gauges),
            }
        }
    }
}

/// What a scrape is answered in, if it asks for that.
const OPEN: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// What it is answered in otherwise.
///
/// **Source**: Prometheus, "Exposition formats": the text format, which its own tool reads.
const PLAIN: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Answers a scrape.
pub(crate) async fn metrics(
    State(server): State<Arc<Server>>,
    Extension(who): Extension<Identity>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut registry = Registry::with_prefix(PREFIX);
    for metric in measured(&server, &who).await {
        metric.register(&mut registry);
    }
    if let Some(source) = server.push.get() {
        push::register(&mut registry, source.figures(), &who.accounts);
    }
    let mut text = String::new();
    encode(&mut text, &registry)
        .map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "metrics can't be written"))?;
    let text = ordered(&text);
    let mut accepted =
        headers.get_all(header::ACCEPT).iter().filter_map(|accept| accept.to_str().ok());
    let (kind, text) = if accepted.any(|accept| accept.contains("application/openmetrics-text")) {
        (OPEN, text)
    } else {
        (PLAIN, plain(&text))
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::VARY, "accept")], text).into_response())
}

/// `OpenMetrics` in the text format: that knows a counter by the name of its samples.
fn plain(text: &str) -> String {
    let counters: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" counter"))
        .collect();
    let mut whole = String::with_capacity(text.len());
    for line in text.lines() {
        let about = ["# HELP ", "# TYPE "].into_iter().find_map(|about| {
            let (name, rest) = line.strip_prefix(about)?.split_once(' ')?;
            counters.contains(&name).then_some((about, name, rest))
        });
        match about {
            Some((about, name, rest)) => whole.extend([about, name, "_total ", rest]),
            None => whole.push_str(line),
        }
        whole.push('\n');
    }
    whole
}

/// One of the figures of a group.
type Figure = fn(&Counts) -> i64;

/// Everything that is measured, of the accounts that somebody may see.
async fn measured(server: &Arc<Server>, who: &Identity) -> Vec<Metric> {
    // Whoever scrapes is told by a figure, and not by silence.
    let (is_readable, (newest, found)) = match of_store(server, who).await {
        Ok(found) => (1, found),
        Err(_) => (0, (None, Vec::new())),
    };
    let answers = server.metrics.answers.iter().enumerate().skip(1);
    let answers = answers.map(|(class, count)| {
        let count = i64::try_from(count.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
        (vec![("status", format!("{class}xx"))], count)
    });
    let version = vec![("version", env!("CARGO_PKG_VERSION").to_owned())];
    let mut metrics = vec![
        Metric::gauge("build_info", "1, with the version of the program", vec![(version, 1)]),
        Metric {
            is_counter: true,
            ..Metric::gauge(
                "http_answers",
                "Answers by the class of their status",
                answers.collect(),
            )
        },
        Metric::gauge(
            "store_readable",
            "1 while the store can be read",
            vec![(Vec::new(), is_readable)],
        ),
        Metric {
            is_seconds: true,
            ..Metric::gauge(
                "newest_join_timestamp",
                "When the newest join with a verdict began, since 1970; 0 where there is none",
                vec![(Vec::new(), newest.unwrap_or(0))],
            )
        },
    ];
    let of = "of joins that began in the 24 hours before the newest one, audio";
    let figures: [(_, _, _, Figure); 4] = [
        ("judged", "Time with a verdict", true, |counts| counts.minutes * 60),
        ("poor", "Poor and bad time", true, |counts| counts.poor_minutes * 60),
        ("judged_joins", "Joins with a verdict", false, |counts| counts.joins),
        ("poor_joins", "Poor and bad joins", false, |counts| counts.poor_joins),
    ];
    metrics.extend(figures.map(|(name, help, is_seconds, figure)| {
        let samples = found.iter().map(|(group, counts)| {
            let Group { account, by, value } = group.clone();
            (vec![("account", account), ("by", by), ("value", value)], figure(counts))
        });
        Metric { is_seconds, ..Metric::gauge(name, format!("{help}, {of}"), samples.collect()) }
    }));
    metrics
}

/// The samples of each metric in order: the library's own differs from run to run.
fn ordered(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut samples: Vec<&str> = Vec::new();
    let is_sample = |line: &str| !line.starts_with('#');
    for line in text.lines() {
        if is_sample(line) {
            samples.push(line);
            continue;
        }
        samples.sort_unstable();
        for line in samples.drain(..).chain([line]) {
            whole.push_str(line);
            whole.push('\n');
        }
    }
    whole
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    minutes: i64,
    poor_minutes: i64,
    joins: i64,
    poor_joins: i64,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.minutes += other.minutes;
        self.poor_minutes += other.poor_minutes;
        self.joins += other.joins;
        self.poor_joins += other.poor_joins;
    }
}

/// By what joins are told apart.
const BY: [&str; 4] = ["site", "network_type", "data_center", "version"];

async fn of_store(
    server: &Arc<Server>,
    who: &Identity,
) -> Result<(Option<i64>, Vec<(Group, Counts)>), Problem> {
    let version = server.held.newest().await?;
    let Some(newest) = crate::api::newest_join(server, &version, who).await? else {
        return Ok((None, Vec::new()));
    };
    let range = newest.saturating_sub(WINDOW)..newest.saturating_add(Duration::from_millis(1));
    let joins = crate::api::joins(server, &version, who, &range, "audio").await?;
    // Groups of few people tell of these: they are among the others.
    let mut groups: BTreeMap<(&str, &str, &str), (Counts, std::collections::BTreeSet<&str>)> =
        BTreeMap::new();
    for join in joins.iter() {
        for by in BY {
            let value = join.value(by).map_or("unknown", |value| &**value);
            let (counts, people) = groups.entry((&join.account, by, value)).or_default();
            counts.add(of(join));
            people.insert(join.person.as_deref().unwrap_or(&join.user_id));
        }
    }
    let mut told: BTreeMap<(&str, &str, &str), Counts> = BTreeMap::new();
    let mut by_size: Vec<_> = groups.into_iter().collect();
    by_size.sort_by_key(|(key, (counts, _))| (std::cmp::Reverse(counts.minutes), *key));
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for ((account, by, value), (counts, people)) in by_size {
        let count = seen.entry((account, by)).or_default();
        *count += 1;
        let is_few = u32::try_from(people.len()).is_ok_and(|people| people < LEAST_PEOPLE);
        let value = if *count > VALUES || is_few { "other" } else { value };
        told.entry((account, by, value)).or_default().add(counts);
    }
    let group = |(account, by, value): (&str, &str, &str)| Group {
        account: account.to_owned(),
        by: by.to_owned(),
        value: value.to_owned(),
    };
    let found = told.into_iter().map(|(key, counts)| (group(key), counts)).collect();
    Ok((Some(newest.unix_millis().div_euclid(1_000)), found))
}

fn of(join: &JudgedJoin) -> Counts {
    Counts {
        minutes: join.minutes.into(),
        poor_minutes: join.poor_minutes.into(),
        joins: 1,
        poor_joins: join.is_poor.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_come_in_order_below_what_they_are() {
        let text = "# TYPE a gauge\na{b=\"2\"} 1\na{b=\"1\"} 2\n# TYPE c gauge\nc 1\n# EOF\n";
        let expected = "# TYPE a gauge\na{b=\"1\"} 2\na{b=\"2\"} 1\n# TYPE c gauge\nc 1\n# EOF\n";
        assert_eq!(ordered(text), expected);
    }

    #[test]
    fn the_text_format_has_counters_by_the_names_of_their_samples() {
        let text = "# HELP a What it is.\n# TYPE a counter\na_total 1\n# HELP a_b c\n# TYPE a_b gauge\na_b 2\n# EOF\n";
        let expected = "# HELP a_total What it is.\n# TYPE a_total counter\na_total 1\n# HELP a_b c\n\
                        # TYPE a_b gauge\na_b 2\n# EOF\n";
        assert_eq!(plain(text), expected);
    }
}
