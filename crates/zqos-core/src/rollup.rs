//! Rollups: what many samples come to, in histograms that can be added.
//!
//! A count of samples by bounds that never change can be added up over hours, places and versions, and a
//! share of samples beyond a bound is exact; a percentile can't be added, and is known from the counts as
//! closely as the bounds lie.

use crate::column::STREAM_FIGURES;
use crate::table::{ACCOUNT, Column, Kind, Latest, Table, column, required};

/// Rises with every change of what a rollup is: those of another version are made anew.
pub const ROLLUP_VERSION: u32 = 2;

/// The distribution of a figure: how many samples lie between its bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Histogram {
    /// The column of `stream_samples`.
    pub figure: &'static str,
    /// The bounds, rising. A sample is counted at the first bound that it does not exceed.
    pub bounds: &'static [f64],
    /// The column of each bound's count, and one for what exceeds the last.
    pub counts: &'static [&'static str],
    /// The column that counts the samples that have the figure.
    pub n: &'static str,
    /// The column of their sum; null where there are none, as in the following two.
    pub sum: &'static str,
    /// The column of the least.
    pub min: &'static str,
    /// The column of the greatest.
    pub max: &'static str,
}

/// Latency. Bounds are those that people judge by: 150, 300 and 400 ms (ITU-T G.114, and Zoom's own advice
/// of 150 ms); between and around them a step is at most a doubling.
pub const LATENCY: Histogram = Histogram {
    figure: STREAM_FIGURES[1],
    bounds: &[
        10.0, 20.0, 30.0, 50.0, 75.0, 100.0, 150.0, 200.0, 300.0, 400.0, 500.0, 750.0, 1000.0,
        2000.0,
    ],
    counts: &[
        "latency_ms_le_10",
        "latency_ms_le_20",
        "latency_ms_le_30",
        "latency_ms_le_50",
        "latency_ms_le_75",
        "latency_ms_le_100",
        "latency_ms_le_150",
        "latency_ms_le_200",
        "latency_ms_le_300",
        "latency_ms_le_400",
        "latency_ms_le_500",
        "latency_ms_le_750",
        "latency_ms_le_1000",
        "latency_ms_le_2000",
        "latency_ms_more",
    ],
    n: "latency_ms_n",
    sum: "latency_ms_sum",
    min: "latency_ms_min",
    max: "latency_ms_max",
};

/// Jitter. Bounds lie closest below 40 ms, which Zoom advises to stay under.
pub const JITTER: Histogram = Histogram {
    figure: STREAM_FIGURES[2],
    bounds: &[1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 60.0, 80.0, 120.0, 200.0, 500.0],
    counts: &[
        "jitter_ms_le_1",
        "jitter_ms_le_2",
        "jitter_ms_le_5",
        "jitter_ms_le_10",
        "jitter_ms_le_15",
        "jitter_ms_le_20",
        "jitter_ms_le_30",
        "jitter_ms_le_40",
        "jitter_ms_le_60",
        "jitter_ms_le_80",
        "jitter_ms_le_120",
        "jitter_ms_le_200",
        "jitter_ms_le_500",
        "jitter_ms_more",
    ],
    n: "jitter_ms_n",
    sum: "jitter_ms_sum",
    min: "jitter_ms_min",
    max: "jitter_ms_max",
};

/// Loss. The first bound is 0, for most minutes lose nothing; 2 % is what Zoom advises to stay under, and
/// beyond 20 % nobody understands a word.
pub const LOSS: Histogram = Histogram {
    figure: STREAM_FIGURES[3],
    bounds: &[0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 40.0],
    counts: &[
        "avg_loss_pct_le_0",
        "avg_loss_pct_le_0_1",
        "avg_loss_pct_le_0_25",
        "avg_loss_pct_le_0_5",
        "avg_loss_pct_le_1",
        "avg_loss_pct_le_2",
        "avg_loss_pct_le_3",
        "avg_loss_pct_le_5",
        "avg_loss_pct_le_8",
        "avg_loss_pct_le_12",
        "avg_loss_pct_le_20",
        "avg_loss_pct_le_40",
        "avg_loss_pct_more",
    ],
    n: "avg_loss_pct_n",
    sum: "avg_loss_pct_sum",
    min: "avg_loss_pct_min",
    max: "avg_loss_pct_max",
};

/// The histograms of [`ROLLUP_HOURLY`].
pub const HISTOGRAMS: [Histogram; 3] = [LATENCY, JITTER, LOSS];

/// Stream samples by hour, and what they have in common.
pub const ROLLUP_HOURLY: Table = Table {
    name: "rollup_hourly",
    // What samples have in common may be missing, and a key can't: so its parts are numbered.
    key: &["account", "hour", "stream", "part"],
    latest: Latest::Only,
    is_system: false,
    columns: &[
        ACCOUNT,
        required("hour", Kind::Instant),
        required("stream", Kind::Term),
        required("part", Kind::Integer),
        column("egress_prefix", Kind::Term),
        column("location", Kind::Term),
        column("network_type", Kind::Term),
        column("data_center", Kind::Term),
        column("version", Kind::Term),
        required("n", Kind::Integer),
        count(LATENCY.n),
        column(LATENCY.sum, Kind::Number),
        column(LATENCY.min, Kind::Number),
        column(LATENCY.max, Kind::Number),
        count(LATENCY.counts[0]),
        count(LATENCY.counts[1]),
        count(LATENCY.counts[2]),
        count(LATENCY.counts[3]),
        count(LATENCY.counts[4]),
        count(LATENCY.counts[5]),
        count(LATENCY.counts[6]),
        count(LATENCY.counts[7]),
        count(LATENCY.counts[8]),
        count(LATENCY.counts[9]),
        count(LATENCY.counts[10]),
        count(LATENCY.counts[11]),
        count(LATENCY.counts[12]),
        count(LATENCY.counts[13]),
        count(LATENCY.counts[14]),
        count(JITTER.n),
        column(JITTER.sum, Kind::Number),
        column(JITTER.min, Kind::Number),
        column(JITTER.max, Kind::Number),
        count(JITTER.counts[0]),
        count(JITTER.counts[1]),
        count(JITTER.counts[2]),
        count(JITTER.counts[3]),
        count(JITTER.counts[4]),
        count(JITTER.counts[5]),
        count(JITTER.counts[6]),
        count(JITTER.counts[7]),
        count(JITTER.counts[8]),
        count(JITTER.counts[9]),
        count(JITTER.counts[10]),
        count(JITTER.counts[11]),
        count(JITTER.counts[12]),
        count(JITTER.counts[13]),
        count(LOSS.n),
        column(LOSS.sum, Kind::Number),
        column(LOSS.min, Kind::Number),
        column(LOSS.max, Kind::Number),
        count(LOSS.counts[0]),
        count(LOSS.counts[1]),
        count(LOSS.counts[2]),
        count(LOSS.counts[3]),
        count(LOSS.counts[4]),
        count(LOSS.counts[5]),
        count(LOSS.counts[6]),
        count(LOSS.counts[7]),
        count(LOSS.counts[8]),
        count(LOSS.counts[9]),
        count(LOSS.counts[10]),
        count(LOSS.counts[11]),
        count(LOSS.counts[12]),
    ],
};

const fn count(name: &'static str) -> Column {
    required(name, Kind::Integer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_rise_and_columns_are_named_after_them() {
        for histogram in HISTOGRAMS {
            assert!(histogram.bounds.is_sorted_by(|one, other| one < other));
            let figure = histogram.figure;
            let of_bound =
                |bound: &f64| format!("{figure}_le_{}", bound.to_string().replace('.', "_"));
            let mut names: Vec<String> = histogram.bounds.iter().map(of_bound).collect();
            names.push(format!("{figure}_more"));
            assert_eq!(histogram.counts, names);
            for name in histogram.counts.iter().chain([&histogram.n]) {
                assert!(ROLLUP_HOURLY.column(name).unwrap().1.is_required);
            }
            for name in [histogram.sum, histogram.min, histogram.max] {
                assert!(!ROLLUP_HOURLY.column(name).unwrap().1.is_required);
            }
        }
    }

    #[test]
    fn nothing_in_it_is_personal() {
        assert!(ROLLUP_HOURLY.columns.iter().all(|column| !column.is_personal));
    }
}
