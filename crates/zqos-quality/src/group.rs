//! The verdict on many joins: of a meeting, of a person, of a site's day.

use zqos_core::Medium;

use crate::session::{MeanLoss, Tally, median_and_p10};
use crate::{Findings, Judge, Session, Stretch, ZoomOpinion};

/// A grade is that of a group when one in so many of its joins was so or worse.
///
/// **Source**: a choice of this project. One side of a call of two is enough, as both talk.
const ONE_JOIN_IN: u32 = 4;

/// What the joins of a group have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupKind {
    /// A meeting.
    Meeting,
    /// A person, over some time.
    Person,
    /// A site on one day.
    SiteDay,
}

impl GroupKind {
    /// From so many judged joins on a group is judged.
    ///
    /// **Source**: a choice of this project. What one or two joins find says little of a site.
    const fn least_joins(self) -> u32 {
        match self {
            Self::Meeting | Self::Person => 1,
            Self::SiteDay => 3,
        }
    }
}

/// What was found of one medium of many joins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group {
    /// What they have in common.
    pub kind: GroupKind,
    /// The verdicts, and what all minutes come to. The longest poor stretch is that of one join.
    pub findings: Findings,
    /// How many joins were judged.
    pub joins: u32,
    /// How many of them were poor or bad.
    pub poor_joins: u32,
    /// How many joins there were of which nothing could be said; they are not among `joins`.
    pub unclassified_joins: u32,
    /// What Zoom says of it.
    pub zoom: ZoomOpinion,
}

impl Judge {
    /// Judges joins together, in any order; those of another medium are passed over. `zoom` is what
    /// Zoom says of it, which is carried along.
    ///
    /// The grade of a group is the worst that a quarter of its joins have or exceed, for a join is
    /// what is measured independently, and a minute is not; audio that lost 10 % on average over
    /// all minutes is at least poor under [`Rule::Bands`](crate::Rule::Bands). Of a site's day at
    /// least three joins must have been judged, else it is unclassified.
    pub fn group<'a>(
        self,
        kind: GroupKind,
        medium: Medium,
        zoom: ZoomOpinion,
        sessions: impl IntoIterator<Item = &'a Session>,
    ) -> Group {
        let (mut typical, mut worst) = (Tally::default(), Tally::default());
        let (mut avg_loss, mut max_loss) = (MeanLoss::default(), MeanLoss::default());
        let (mut minutes, mut poor_minutes, mut unclassified_minutes) = (0, 0, 0);
        let mut own_leg_minutes = 0;
        let mut longest_poor: Option<Stretch> = None;
        let mut ratings = Vec::new();
        for session in sessions.into_iter().filter(|session| session.medium() == medium) {
            let found = session.findings();
            typical.add(found.typical);
            worst.add(found.worst);
            avg_loss.add_all(session.avg_loss);
            max_loss.add_all(session.max_loss);
            minutes += found.minutes;
            poor_minutes += found.poor_minutes;
            unclassified_minutes += found.unclassified_minutes;
            own_leg_minutes += found.own_leg_minutes;
            longest_poor =
                longest_poor.into_iter().chain(found.longest_poor).max_by_key(Stretch::rank);
            ratings.extend(session.minutes().iter().filter_map(|minute| minute.verdict.r));
        }

        let verdict = |tally: &Tally, loss: MeanLoss| {
            let count = tally.graded().div_ceil(ONE_JOIN_IN).max(1);
            loss.floor(tally.verdict(kind.least_joins(), count), self, medium)
        };
        let judged = verdict(&typical, avg_loss);
        let (median_r, p10_r) = median_and_p10(ratings);
        Group {
            kind,
            findings: Findings {
                typical: judged,
                worst: verdict(&worst, max_loss).no_better_than(judged),
                minutes,
                poor_minutes,
                unclassified_minutes,
                longest_poor,
                own_leg_minutes,
                median_r,
                p10_r,
            },
            joins: typical.graded(),
            poor_joins: typical.poor(),
            unclassified_joins: typical.unclassified,
            zoom,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use zqos_core::{Figures, Kbps, Millis, Percent, Timestamp};

    use super::*;
    use crate::Verdict::{Graded, Unclassified};
    use crate::{Circumstances, Grade, Reason};

    /// A join of so many minutes, in each of which so much of the audio was lost.
    fn join(minutes: i64, loss: f64) -> Session {
        let figures = Figures {
            bitrate: Kbps::try_new(30.0).ok(),
            latency: Millis::try_new(60.0).ok(),
            jitter: Millis::try_new(5.0).ok(),
            avg_loss: Percent::try_new(loss).ok(),
            max_loss: Percent::try_new(loss).ok(),
            ..Figures::EMPTY
        };
        let judged = Judge::default().stream(Medium::Audio, &figures, &Circumstances::default());
        let at = |minute: i64| Timestamp::from_unix_millis(minute * 60_000).unwrap();
        let streams = (0..minutes).map(|minute| (at(minute), judged));
        Judge::default().session(Medium::Audio, ZoomOpinion::NONE, streams)
    }

    fn group(kind: GroupKind, joins: &[Session]) -> Group {
        Judge::default().group(kind, Medium::Audio, ZoomOpinion::NONE, joins)
    }

    #[test]
    fn a_quarter_of_the_joins_decides() {
        let typical = |good: usize, poor: usize| {
            let joins = [vec![join(5, 0.0); good], vec![join(5, 6.0); poor]].concat();
            group(GroupKind::Meeting, &joins).findings.typical
        };
        assert_eq!(typical(1, 1), Graded(Grade::Poor));
        assert_eq!(typical(3, 1), Graded(Grade::Poor));
        assert_eq!(typical(4, 1), Graded(Grade::Good));
        assert_eq!(typical(15, 5), Graded(Grade::Poor));
        assert_eq!(typical(16, 5), Graded(Grade::Good));
    }

    #[test]
    fn a_mean_loss_of_a_tenth_is_poor_however_it_is_spread() {
        let joins = [vec![join(5, 0.0); 4], vec![join(5, 50.0)]].concat();
        assert_eq!(group(GroupKind::Meeting, &joins).findings.typical, Graded(Grade::Poor));
    }

    #[test]
    fn a_site_is_judged_by_more_than_two_joins() {
        let joins = vec![join(5, 0.0); 2];
        let found = |kind, joins: &[Session]| group(kind, joins).findings.typical;
        assert_eq!(found(GroupKind::Person, &joins), Graded(Grade::Good));
        assert_eq!(found(GroupKind::SiteDay, &joins), Unclassified(Reason::ThinEvidence));
        assert_eq!(found(GroupKind::SiteDay, &vec![join(5, 0.0); 3]), Graded(Grade::Good));
        assert_eq!(found(GroupKind::Meeting, &[]), Unclassified(Reason::NoSamples));
    }

    #[test]
    fn joins_and_minutes_are_counted() {
        let joins = [join(10, 0.0), join(4, 6.0), join(1, 6.0)];
        let group = group(GroupKind::Person, &joins);
        assert_eq!((group.joins, group.poor_joins, group.unclassified_joins), (2, 1, 1));
        let found = group.findings;
        assert_eq!((found.minutes, found.poor_minutes), (15, 5));
        assert_eq!(found.longest_poor.map(|stretch| stretch.minutes), Some(4));
        assert!(found.p10_r < found.median_r);
    }

    proptest! {
        #[test]
        fn the_order_of_joins_changes_nothing(
            joins in proptest::collection::vec((0i64..20, 0.0..20.0), 0..12),
            by in 0usize..12,
        ) {
            let mut joins: Vec<Session> =
                joins.into_iter().map(|(minutes, loss)| join(minutes, loss)).collect();
            let before = group(GroupKind::Meeting, &joins);
            let by = by.min(joins.len());
            joins.rotate_left(by);
            joins.reverse();
            prop_assert_eq!(group(GroupKind::Meeting, &joins), before);
        }

        #[test]
        fn a_worse_join_never_improves_a_group(
            losses in proptest::collection::vec(0.0..20.0, 1..12),
            more in 0.0..40.0,
        ) {
            let joins = |losses: &[f64]| losses.iter().map(|loss| join(5, *loss)).collect::<Vec<_>>();
            let before = group(GroupKind::Meeting, &joins(&losses)).findings;
            let mut worse = losses;
            worse[0] += more;
            let after = group(GroupKind::Meeting, &joins(&worse)).findings;
            prop_assert!(before.typical.grade() <= after.typical.grade());
            prop_assert!(after.median_r <= before.median_r && after.p10_r <= before.p10_r);
        }
    }
}
