//! A share of minutes, and how sure it is.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;
use zqos_quality::Proportion;

use crate::joins::JudgedJoin;

/// A share, from 0 to 1, with the limits within which it lies by 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct ShareOf {
    /// What was counted.
    pub value: f64,
    /// The lower limit.
    pub lower: f64,
    /// The upper limit.
    pub upper: f64,
}

impl ShareOf {
    /// A share of cases that depend on each other as those of `weight` independent ones: Wilson's interval
    /// of so many.
    fn of(value: f64, weight: f64) -> Self {
        // The standard normal quantile of 97.5 %.
        const Z: f64 = 1.959_963_984_540_054;
        let weight = weight.max(1.0);
        let z = Z * Z / weight;
        let middle = (value + z / 2.0) / (1.0 + z);
        let half =
            (value * (1.0 - value) / weight + z / (4.0 * weight)).max(0.0).sqrt() * Z / (1.0 + z);
        Self { value, lower: (middle - half).max(0.0), upper: (middle + half).min(1.0) }
    }
}

/// Minutes of some joins.
#[derive(Debug, Default)]
pub(crate) struct Minutes {
    judged: u64,
    poor: u64,
    /// Judged and poor minutes of each cluster, whose minutes go together.
    clusters: HashMap<Arc<str>, (u64, u64)>,
}

impl Minutes {
    /// Adds a join, whose minutes go with those of the same meeting.
    pub(crate) fn add(&mut self, join: &JudgedJoin) {
        self.add_to(&join.meeting_uuid, join);
    }

    /// Adds a join of one meeting, whose minutes go with those of nobody else there.
    pub(crate) fn add_by_itself(&mut self, join: &JudgedJoin) {
        self.add_to(&join.user_id, join);
    }

    fn add_to(&mut self, cluster: &Arc<str>, join: &JudgedJoin) {
        let (judged, poor) = (u64::from(join.minutes), u64::from(join.poor_minutes));
        self.judged += judged;
        self.poor += poor;
        let of = self.clusters.entry(Arc::clone(cluster)).or_default();
        *of = (of.0 + judged, of.1 + poor);
    }

    pub(crate) fn judged(&self) -> u64 {
        self.judged
    }

    pub(crate) fn poor(&self) -> u64 {
        self.poor
    }

    /// How many clusters there are.
    pub(crate) fn clusters(&self) -> u64 {
        self.clusters.len() as u64
    }

    /// The share of poor minutes; `None` without any.
    ///
    /// The minutes of a cluster resemble each other, so they count for fewer: the variance of the ratio tells for
    /// how many. Of a few clusters that variance is itself not known; then each
    /// counts as one case.
    ///
    /// **Source**: Kish, *Survey Sampling*, 1965 (variance of a ratio of clusters, effective sample size); the
    /// interval is Wilson's, 1927.
    pub(crate) fn share(&self) -> Option<ShareOf> {
        let hits = u32::try_from(self.poor).ok()?;
        let value = Proportion::new(hits, u32::try_from(self.judged).ok()?)?.value();
        #[expect(clippy::cast_precision_loss, reason = "no count of minutes is that large")]
        let number = |count: u64| count as f64;
        let clusters = number(self.clusters());
        let total = number(self.judged);
        let mut counts: Vec<(u64, u64)> = self.clusters.values().copied().collect();
        // A sum depends on its order, and is to be the same each time.
        counts.sort_unstable();
        let squares: f64 = (counts.into_iter())
            .map(|(judged, poor)| (number(poor) - value * number(judged)).powi(2))
            .sum();
        let variance = if clusters > 1.0 {
            squares / (total * total) * clusters / (clusters - 1.0)
        } else {
            0.0
        };
        let binomial = value * (1.0 - value);
        // Nothing was poor, or all of it: what varies does not show.
        let weight = if variance > 0.0 { (binomial / variance).min(total) } else { clusters };
        Some(ShareOf::of(
            value,
            if clusters < LEAST_CLUSTERS { weight.min(clusters) } else { weight },
        ))
    }
}

/// Of fewer clusters the variance between them is not known.
///
/// **Source**: a choice of this project.
const LEAST_CLUSTERS: f64 = 5.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn join(meeting: &Arc<str>, minutes: u32, poor_minutes: u32) -> JudgedJoin {
        JudgedJoin {
            account: "a".into(),
            meeting_uuid: Arc::clone(meeting),
            user_id: "1".into(),
            person: None,
            name: None,
            start: zqos_core::Timestamp::UNIX_EPOCH,
            site: None,
            network_type: None,
            data_center: None,
            version: None,
            location: None,
            is_poor: false,
            minutes,
            poor_minutes,
        }
    }

    fn share(meetings: &[&[(u32, u32)]]) -> Option<ShareOf> {
        let mut minutes = Minutes::default();
        for (place, joins) in meetings.iter().enumerate() {
            let uuid: Arc<str> = place.to_string().into();
            for (judged, poor) in *joins {
                minutes.add(&join(&uuid, *judged, *poor));
            }
        }
        minutes.share()
    }

    #[test]
    fn a_share_of_nothing_is_unknown() {
        assert_eq!(share(&[]), None);
        assert_eq!(share(&[&[(0, 0)]]), None);
    }

    #[test]
    fn minutes_that_go_together_count_for_fewer() {
        let all_in_one: &[(u32, u32)] = &[(10, 10); 4];
        let none: &[(u32, u32)] = &[(10, 0); 4];
        let together = share(&[all_in_one, none, none, none, none, none, none, none]).unwrap();
        let spread: &[(u32, u32)] = &[(40, 5)];
        let apart = share(&[spread; 8]).unwrap();
        assert!((together.value - apart.value).abs() < 1e-12);
        assert!(together.upper - together.lower > apart.upper - apart.lower);
    }

    #[test]
    fn limits_hold_the_share_and_stay_within_bounds() {
        for poor in 0..=40 {
            let ShareOf { value, lower, upper } =
                share(&[&[(40, poor)], &[(40, 0)], &[(40, 40)]]).unwrap();
            assert!((0.0..=value).contains(&lower) && (value..=1.0).contains(&upper), "{poor}");
        }
        let none = share(&[&[(40, 0)][..]; 6]).unwrap();
        assert!(none.lower.abs() < 1e-9 && none.upper > 0.2);
    }
}
