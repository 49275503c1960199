//! The verdict on one medium of one join.

use std::cmp::Reverse;

use zqos_core::{Medium, Percent, Timestamp};

use crate::emodel::mos_of_r;
use crate::{Grade, Judge, Reason, Rule, StreamVerdict, Verdict, Way, ZoomOpinion};

const MINUTE_MS: i64 = 60_000;

/// The minute of an instant, in minutes since 1970.
pub(crate) const fn minute_of(ts: Timestamp) -> i64 {
    ts.unix_millis().div_euclid(MINUTE_MS)
}

/// From so many judged minutes on a join is judged.
///
/// **Source**: a choice of this project: the least number of which two can be called a part.
const LEAST_MINUTES: u32 = 3;

/// A grade is that of a join when one in so many of its minutes was so or worse.
///
/// **Source**: a choice of this project, in keeping with the tenth percentile of R.
const ONE_MINUTE_IN: u32 = 10;

/// A grade is that of a join when at least so many of its minutes were so or worse.
///
/// **Source**: a choice of this project. One minute alone may be chance.
const LEAST_OF_A_GRADE: u32 = 2;

/// A mean loss of audio, in thousandths of a percent, from which on a whole is at least poor under
/// [`Rule::Bands`], however it is spread.
///
/// **Source**: Microsoft's limit for audio, 10 % ("Stream classification in Call Quality
/// Dashboard").
const POOR_MEAN_LOSS: f64 = 10_000.0;

/// One minute of a join, all legs of the medium together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Minute {
    /// Its start.
    pub start: Timestamp,
    /// The worse of each of its legs' verdicts and scores, and the greater of their losses; of a leg nothing,
    /// where the minute is unclassified by another.
    pub verdict: StreamVerdict,
}

impl Minute {
    fn new(ts: Timestamp, verdict: StreamVerdict) -> Self {
        let start = minute_of(ts) * MINUTE_MS;
        Self { start: Timestamp::from_unix_millis(start).unwrap_or(ts), verdict }
    }

    /// Takes in another leg of the same minute.
    fn add(&mut self, leg: &StreamVerdict) {
        let all = &mut self.verdict;
        all.typical = all.typical.and(leg.typical);
        all.worst = all.worst.and(leg.worst);
        all.way = match (all.r, leg.r) {
            (Some(_), None) => all.way,
            (None, Some(_)) => leg.way,
            _ => all.way.max(leg.way),
        };
        all.r = lower(all.r, leg.r);
        all.worst_r = lower(all.worst_r, leg.worst_r);
        all.avg_loss = all.avg_loss.max(leg.avg_loss);
        all.max_loss = all.max_loss.max(leg.max_loss);
    }

    /// What was measured of one leg tells nothing of a minute that can't be judged by the other.
    fn finish(&mut self) {
        let all = &mut self.verdict;
        if all.typical.reason().is_some() {
            (all.r, all.avg_loss) = (None, None);
        }
        if all.worst.reason().is_some() {
            (all.worst_r, all.max_loss) = (None, None);
        }
    }
}

fn lower(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        _ => one.or(other),
    }
}

/// Minutes in a row, each of them poor or bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The start of the first.
    pub from: Timestamp,
    /// How many.
    pub minutes: u32,
}

impl Stretch {
    /// Of the longest, the first is the greatest.
    pub(crate) fn rank(&self) -> (u32, Reverse<Timestamp>) {
        (self.minutes, Reverse(self.from))
    }
}

/// What was found of a whole: a join, or many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Findings {
    /// By the average loss of each minute.
    pub typical: Verdict,
    /// By the worst loss of each minute; never better than `typical`.
    pub worst: Verdict,
    /// How many minutes were judged.
    pub minutes: u32,
    /// How many of them were poor or bad.
    pub poor_minutes: u32,
    /// How many minutes there were of which nothing could be said; they are not among `minutes`.
    pub unclassified_minutes: u32,
    /// The longest stretch of poor minutes, the first of several; `None` without any. A minute that
    /// can't be judged, or is missing, ends it.
    pub longest_poor: Option<Stretch>,
    /// Of how many minutes R is that of the own leg only, because the latency at the other end is
    /// not known: R of the whole way would be lower.
    pub own_leg_minutes: u32,
    /// The median of R over the minutes; audio only. R is aggregated and MOS made of it, for MOS
    /// is no scale that can be averaged.
    pub median_r: Option<f64>,
    /// The tenth percentile of R over the minutes; audio only. Between two minutes it is
    /// interpolated, as `quantile_cont` does in SQL.
    pub p10_r: Option<f64>,
}

impl Findings {
    /// The share of judged minutes that were poor or bad, from 0 to 1; `None` where none was
    /// judged.
    pub fn poor_share(&self) -> Option<f64> {
        (self.minutes > 0).then(|| f64::from(self.poor_minutes) / f64::from(self.minutes))
    }

    /// The network-limited mean opinion score (ITU-T G.107) of the median of R; `None` as there. It
    /// is not Zoom's.
    pub fn mos(&self) -> Option<f64> {
        self.median_r.and_then(mos_of_r)
    }
}

/// How many parts there are of each grade, and why others have none. It does not depend on their
/// order.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    grades: [u32; Grade::ALL.len()],
    pub(crate) unclassified: u32,
    reason: Option<Reason>,
}

impl Tally {
    pub(crate) fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Graded(grade) => self.grades[grade as usize] += 1,
            Verdict::Unclassified(reason) => {
                self.unclassified += 1;
                self.reason = self.reason.max(Some(reason));
            }
        }
    }

    /// How many have a grade.
    pub(crate) fn graded(&self) -> u32 {
        self.grades.iter().sum()
    }

    /// How many are poor or bad.
    pub(crate) fn poor(&self) -> u32 {
        self.grades[Grade::Poor as usize] + self.grades[Grade::Bad as usize]
    }

    /// The worst grade that `count` parts have or exceed; with fewer than `at_least` parts there is
    /// none.
    pub(crate) fn verdict(&self, at_least: u32, count: u32) -> Verdict {
        let graded = self.graded();
        if graded == 0 {
            return Verdict::Unclassified(self.reason.unwrap_or(Reason::NoSamples));
        }
        if graded < at_least {
            return Verdict::Unclassified(Reason::ThinEvidence);
        }
        let mut so_or_worse = 0;
        let reached = Grade::ALL.into_iter().rev().find(|grade| {
            so_or_worse += self.grades[*grade as usize];
            so_or_worse >= count
        });
        Verdict::Graded(reached.unwrap_or(Grade::Good))
    }
}

/// The sum of losses. They are added in whole thousandths of a percent, in which sums of what Zoom
/// tells have no rounding errors.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct MeanLoss {
    sum: f64,
    count: u32,
}

impl MeanLoss {
    fn add(&mut self, loss: Option<Percent>) {
        if let Some(loss) = loss {
            self.sum += (loss.get() * 1_000.0).round();
            self.count += 1;
        }
    }

    pub(crate) fn add_all(&mut self, other: Self) {
        self.sum += other.sum;
        self.count += other.count;
    }

    /// A verdict, made poor where the mean is.
    pub(crate) fn floor(self, verdict: Verdict, judge: Judge, medium: Medium) -> Verdict {
        let is_poor = self.count > 0 && self.sum >= POOR_MEAN_LOSS * f64::from(self.count);
        if judge.rule == Rule::Bands && medium == Medium::Audio && is_poor {
            match verdict {
                Verdict::Graded(grade) => Verdict::Graded(grade.max(Grade::Poor)),
                unclassified @ Verdict::Unclassified(_) => unclassified,
            }
        } else {
            verdict
        }
    }
}

/// The median and the tenth percentile.
pub(crate) fn median_and_p10(mut ratings: Vec<f64>) -> (Option<f64>, Option<f64>) {
    (quantile(&mut ratings, 2), quantile(&mut ratings, 10))
}

/// The value that one in `part` of all values are below, interpolated.
fn quantile(values: &mut [f64], part: usize) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let (lower, rest) = (last / part, last % part);
    let (_, below, higher) = values.select_nth_unstable_by(lower, f64::total_cmp);
    let below = *below;
    let above = higher.iter().copied().min_by(f64::total_cmp).unwrap_or(below);
    let share = f64::from(u32::try_from(rest).ok()?) / f64::from(u32::try_from(part).ok()?);
    Some(below + (above - below) * share)
}

/// One medium of one join, minute by minute.
#[derive(Debug, Clone)]
pub struct Session {
    medium: Medium,
    minutes: Vec<Minute>,
    findings: Findings,
    zoom: ZoomOpinion,
    pub(crate) avg_loss: MeanLoss,
    pub(crate) max_loss: MeanLoss,
}

impl Judge {
    /// Judges a medium of a join by its streams, all legs of all minutes in any order. `zoom` is
    /// what Zoom says of it, which is carried along.
    ///
    /// The worse leg is that of a minute. The grade of the join is that of its second worst minute
    /// and, from 20 minutes on, that of the worst tenth; audio that lost 10 % on average is at least
    /// poor under [`Rule::Bands`]. With fewer than three judged minutes it is unclassified.
    ///
    /// Samples must be of one origin: Zoom says that figures of different ones do not compare.
    pub fn session(
        self,
        medium: Medium,
        zoom: ZoomOpinion,
        streams: impl IntoIterator<Item = (Timestamp, StreamVerdict)>,
    ) -> Session {
        let legs = streams.into_iter().map(|(ts, verdict)| Minute::new(ts, verdict));
        let mut minutes: Vec<Minute> = legs.collect();
        minutes.sort_by_key(|minute| minute.start);
        minutes.dedup_by(|leg, minute| {
            let is_same = leg.start == minute.start;
            if is_same {
                minute.add(&leg.verdict);
            }
            is_same
        });
        minutes.iter_mut().for_each(Minute::finish);

        let (mut typical, mut worst) = (Tally::default(), Tally::default());
        let (mut avg_loss, mut max_loss) = (MeanLoss::default(), MeanLoss::default());
        let mut own_leg_minutes = 0;
        for Minute { verdict: minute, .. } in &minutes {
            own_leg_minutes += u32::from(minute.r.is_some() && minute.way == Way::OwnLeg);
            typical.add(minute.typical);
            worst.add(minute.worst);
            avg_loss.add(minute.avg_loss);
            max_loss.add(minute.max_loss);
        }
        let verdict = |tally: &Tally, loss: MeanLoss| {
            let count = tally.graded().div_ceil(ONE_MINUTE_IN).max(LEAST_OF_A_GRADE);
            loss.floor(tally.verdict(LEAST_MINUTES, count), self, medium)
        };
        let judged = verdict(&typical, avg_loss);
        let ratings = minutes.iter().filter_map(|minute| minute.verdict.r).collect();
        let (median_r, p10_r) = median_and_p10(ratings);
        let findings = Findings {
            typical: judged,
            worst: verdict(&worst, max_loss).no_better_than(judged),
            minutes: typical.graded(),
            poor_minutes: typical.poor(),
            unclassified_minutes: typical.unclassified,
            longest_poor: longest_poor(&minutes),
            own_leg_minutes,
            median_r,
            p10_r,
        };
        Session { medium, minutes, findings, zoom, avg_loss, max_loss }
    }
}

impl Session {
    /// What the verdict is on.
    pub fn medium(&self) -> Medium {
        self.medium
    }

    /// Its minutes, in order; those that were not measured are not among them.
    pub fn minutes(&self) -> &[Minute] {
        &self.minutes
    }

    /// What was found.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// What Zoom says of it.
    pub fn zoom(&self) -> ZoomOpinion {
        self.zoom
    }
}

fn longest_poor(minutes: &[Minute]) -> Option<Stretch> {
    let follows = |one: &Minute, next: &Minute| {
        next.start.unix_millis() - one.start.unix_millis() == MINUTE_MS
            && one.verdict.typical.is_poor() == next.verdict.typical.is_poor()
    };
    let stretches = minutes.chunk_by(follows).filter_map(|stretch| {
        let first = stretch.first().filter(|first| first.verdict.typical.is_poor())?;
        Some(Stretch { from: first.start, minutes: u32::try_from(stretch.len()).ok()? })
    });
    stretches.max_by_key(Stretch::rank)
}

#[cfg(test)]
mod tests;
