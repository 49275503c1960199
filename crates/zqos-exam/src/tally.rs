//! What came of many weeks: of each kind what was found, missed and made up.

use std::collections::BTreeMap;

use zqos_quality::Proportion;
use zqos_quality::cause::{Cause, Diagnosis, Incident};

use crate::matching::{ACCEPTED, LEAST_OVERLAP};
use crate::world::{Fault, Week};

/// Of one kind.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Kind {
    /// Faults, whether they left evidence or not.
    pub(crate) faults: u32,
    /// Faults that left evidence.
    pub(crate) evident: u32,
    /// Of these, those that were named.
    pub(crate) found: u32,
    /// Of these, those of which it was said that the cause can't be determined.
    pub(crate) abstained: u32,
    /// Incidents that name the kind.
    pub(crate) named: u32,
    /// Of these, those that are right.
    pub(crate) right: u32,
    /// Joins that were hurt, of faults that were named.
    pub(crate) joins: Attribution,
    /// The same of minutes, as many in each join as are said; which they are is not.
    pub(crate) minutes: Attribution,
}

impl Kind {
    pub(crate) fn precision(&self) -> Option<Proportion> {
        Proportion::new(self.right, self.named)
    }

    pub(crate) fn recall(&self) -> Option<Proportion> {
        Proportion::new(self.found, self.evident)
    }

    /// Adds whom an incident that is right says to be hurt.
    fn attribute(&mut self, fault: &Fault, incident: &Incident) {
        let mut hurt = BTreeMap::<&(String, String), u32>::new();
        for (_, join) in &fault.hurt {
            *hurt.entry(join).or_default() += 1;
        }
        self.joins.hurt += u32::try_from(hurt.len()).unwrap_or(u32::MAX);
        self.minutes.hurt += u32::try_from(fault.hurt.len()).unwrap_or(u32::MAX);
        for said in &incident.participants {
            let join = (said.meeting_uuid.clone(), said.user_id.clone());
            let worse = fault.worse.get(&join).copied().unwrap_or(0);
            let hurt = hurt.get(&join).copied().unwrap_or(0);
            self.joins.said += 1;
            self.joins.worse += u32::from(worse > 0);
            self.joins.found += u32::from(hurt > 0);
            self.minutes.said += said.minutes;
            self.minutes.worse += said.minutes.min(worse);
            self.minutes.found += said.minutes.min(hurt);
        }
    }

    /// The harmonic mean of precision and recall; 0 where nothing was named or found.
    pub(crate) fn f1(&self) -> f64 {
        let (precision, recall) = (value(self.precision()), value(self.recall()));
        if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
    }
}

/// A share, 0 where there is none.
pub(crate) fn value(share: Option<Proportion>) -> f64 {
    share.map_or(0.0, Proportion::value)
}

/// How sure an incident was said to be, and whether it is right.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stated {
    pub(crate) probability: f64,
    pub(crate) is_right: bool,
}

/// Whom incidents that are right say to be hurt, against whom their faults hurt: joins, or minutes of them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Attribution {
    /// Said to be hurt.
    pub(crate) said: u32,
    /// Of these, those that the fault made worse at all.
    pub(crate) worse: u32,
    /// Clearly hurt.
    pub(crate) hurt: u32,
    /// Of these, those that are said to be.
    pub(crate) found: u32,
}

impl Attribution {
    pub(crate) fn precision(&self) -> Option<Proportion> {
        Proportion::new(self.worse, self.said)
    }

    pub(crate) fn recall(&self) -> Option<Proportion> {
        Proportion::new(self.found, self.hurt)
    }

    fn merge(&mut self, other: Self) {
        self.said += other.said;
        self.worse += other.worse;
        self.hurt += other.hurt;
        self.found += other.found;
    }
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) weeks: u32,
    pub(crate) kinds: BTreeMap<&'static str, Kind>,
    /// Of each kind of fault that left evidence: how often which cause was named in its stead, or
    /// `nothing`.
    pub(crate) confusion: BTreeMap<&'static str, BTreeMap<&'static str, u32>>,
    pub(crate) stated: Vec<Stated>,
    /// Found and evident faults, by how many minutes they hurt.
    pub(crate) by_damage: BTreeMap<&'static str, (u32, u32)>,
    pub(crate) judged_minutes: u64,
    pub(crate) poor_minutes: u64,
    pub(crate) unexplained_minutes: u64,
    /// What could not be determined, that no fault is behind.
    pub(crate) vague: u32,
}

impl Tally {
    /// Adds a week, as it was diagnosed.
    pub(crate) fn add(&mut self, week: &Week, diagnosis: &Diagnosis) {
        self.weeks += 1;
        self.judged_minutes += u64::from(diagnosis.judged_minutes);
        self.poor_minutes += u64::from(diagnosis.poor_minutes);
        self.unexplained_minutes += u64::from(diagnosis.unexplained.poor_minutes);
        for fault in &week.faults {
            let kind = self.kinds.entry(fault.kind).or_default();
            kind.faults += 1;
            if !fault.is_evident() {
                continue;
            }
            kind.evident += 1;
            let is_found = diagnosis.incidents.iter().any(|incident| fault.is_named_by(incident));
            let told = if is_found {
                fault.kind
            } else {
                let overlapping = diagnosis.incidents.iter().filter(|incident| {
                    fault.overlap(incident) >= LEAST_OVERLAP && fault.shares_scope(incident)
                });
                overlapping.map(|incident| incident.cause).next().map_or("nothing", Cause::as_str)
            };
            kind.found += u32::from(is_found);
            kind.abstained += u32::from(told == Cause::NotDeterminable.as_str());
            if let Some(incident) = fault.best_named(diagnosis) {
                kind.attribute(fault, incident);
            }
            *self.confusion.entry(fault.kind).or_default().entry(told).or_default() += 1;
            let damage = match fault.hurt.len() {
                0..100 => "below 100",
                100..500 => "100 to 500",
                _ => "500 and more",
            };
            let (found, evident) = self.by_damage.entry(damage).or_default();
            *found += u32::from(is_found);
            *evident += 1;
        }
        for incident in &diagnosis.incidents {
            let is_right = week.faults.iter().any(|fault| fault.is_named_by(incident));
            if incident.cause == Cause::NotDeterminable {
                let is_behind = |overlap: f64| overlap >= LEAST_OVERLAP;
                let has_fault = week.faults.iter().any(|fault| {
                    is_behind(fault.overlap(incident)) && fault.shares_scope(incident)
                });
                self.vague += u32::from(!has_fault);
                continue;
            }
            let Some((kind, _)) =
                ACCEPTED.iter().find(|(_, causes)| causes.contains(&incident.cause))
            else {
                continue;
            };
            let kind = self.kinds.entry(kind).or_default();
            kind.named += 1;
            kind.right += u32::from(is_right);
            self.stated.push(Stated { probability: incident.probability, is_right });
        }
    }

    /// Whom incidents say to be hurt, of all kinds: joins, and minutes.
    pub(crate) fn attributions(&self) -> [Attribution; 2] {
        let mut all = [Attribution::default(); 2];
        for kind in self.kinds.values() {
            all[0].merge(kind.joins);
            all[1].merge(kind.minutes);
        }
        all
    }

    /// Adds what came of other weeks.
    pub(crate) fn merge(&mut self, other: Self) {
        self.weeks += other.weeks;
        for (name, of) in other.kinds {
            let kind = self.kinds.entry(name).or_default();
            kind.faults += of.faults;
            kind.evident += of.evident;
            kind.found += of.found;
            kind.abstained += of.abstained;
            kind.named += of.named;
            kind.right += of.right;
            kind.joins.merge(of.joins);
            kind.minutes.merge(of.minutes);
        }
        for (was, said) in other.confusion {
            let row = self.confusion.entry(was).or_default();
            for (said, count) in said {
                *row.entry(said).or_default() += count;
            }
        }
        self.stated.extend(other.stated);
        for (damage, (found, evident)) in other.by_damage {
            let of = self.by_damage.entry(damage).or_default();
            *of = (of.0 + found, of.1 + evident);
        }
        self.judged_minutes += other.judged_minutes;
        self.poor_minutes += other.poor_minutes;
        self.unexplained_minutes += other.unexplained_minutes;
        self.vague += other.vague;
    }

    /// The mean of the kinds' F1.
    pub(crate) fn macro_f1(&self) -> f64 {
        let kinds = u32::try_from(self.kinds.len()).unwrap_or(u32::MAX).max(1);
        self.kinds.values().map(Kind::f1).sum::<f64>() / f64::from(kinds)
    }

    /// Ten parts by stated probability: how many, the mean of what was stated, and the share that is right.
    pub(crate) fn reliability(&self) -> Vec<(u32, f64, f64)> {
        let parts = (0..10u32).map(|part| {
            let (from, to) = (f64::from(part) / 10.0, f64::from(part + 1) / 10.0);
            let within = self
                .stated
                .iter()
                .filter(|one| from <= one.probability && (one.probability < to || part == 9));
            let (mut count, mut stated, mut right) = (0u32, 0.0, 0u32);
            for one in within {
                count += 1;
                stated += one.probability;
                right += u32::from(one.is_right);
            }
            let of = f64::from(count.max(1));
            (count, stated / of, f64::from(right) / of)
        });
        parts.collect()
    }

    /// The expected calibration error: how far what is stated is from what is right, weighted by how often.
    pub(crate) fn calibration_error(&self) -> f64 {
        let all: u32 = self.reliability().iter().map(|(count, _, _)| count).sum();
        let error =
            |(count, stated, right): &(u32, f64, f64)| f64::from(*count) * (stated - right).abs();
        self.reliability().iter().map(error).sum::<f64>() / f64::from(all.max(1))
    }

    /// The share that is wrong among the surest, for each number of them.
    pub(crate) fn risk_coverage(&self) -> Vec<(f64, f64)> {
        let mut stated = self.stated.clone();
        stated.sort_by(|one, other| other.probability.total_cmp(&one.probability));
        let all = f64::from(u32::try_from(stated.len()).unwrap_or(u32::MAX).max(1));
        let mut wrong = 0.0;
        let mut count = 0.0;
        stated
            .iter()
            .map(|one| {
                count += 1.0;
                wrong += f64::from(u8::from(!one.is_right));
                (count / all, wrong / count)
            })
            .collect()
    }

    /// Intercept and slope by which what is stated would be calibrated: of the logistic regression of what is
    /// right on the log odds of what is stated.
    pub(crate) fn recalibration(&self) -> (f64, f64) {
        let (mut intercept, mut slope) = (0.0, 1.0);
        for _ in 0..50 {
            let (mut gradient, mut hessian) = ([0.0; 2], [[1e-6, 0.0], [0.0, 1e-6]]);
            for one in &self.stated {
                let odds =
                    (one.probability / (1.0 - one.probability).max(1e-9)).ln().clamp(-8.0, 8.0);
                let fitted = 1.0 / (1.0 + (-(intercept + slope * odds)).exp());
                let error = f64::from(u8::from(one.is_right)) - fitted;
                let weight = fitted * (1.0 - fitted);
                for (row, one) in [1.0, odds].into_iter().enumerate() {
                    gradient[row] += error * one;
                    for (column, other) in [1.0, odds].into_iter().enumerate() {
                        hessian[row][column] += weight * one * other;
                    }
                }
            }
            let determinant = hessian[0][0] * hessian[1][1] - hessian[0][1] * hessian[1][0];
            // Newton's steps, kept small where much is right.
            let step = |sum: f64| (sum / determinant).clamp(-0.5, 0.5);
            intercept += step(hessian[1][1] * gradient[0] - hessian[0][1] * gradient[1]);
            slope += step(hessian[0][0] * gradient[1] - hessian[1][0] * gradient[0]);
        }
        (intercept, slope)
    }
}
