//! Patterns: which symptoms a cause shows, where, and how many have to show them.

use super::stretch::Lasts;
use super::symptom::{Signs, Symptom};
use super::word::{Cause, ScopeKind};

/// Whose joins are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Those within the scope.
    Members,
    /// Those within the scope, as far as they are at a place that people share.
    Together,
    /// Those within the scope, as far as they are not: the radio of who is alone is the person's.
    Alone,
    /// Those of meetings whose host is at home in the scope.
    Hosted,
}

/// A cause, as it shows.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) cause: Cause,
    pub(super) scope: ScopeKind,
    pub(super) whose: Whose,
    /// With what probability, beyond that of quiet times, the cause makes a symptom show in a minute; what is
    /// not named shows as in quiet times.
    ///
    /// **Source**: choices of this project, after the patterns of causes that vendors' tools and papers
    /// describe.
    pub(super) strengths: &'static [(Symptom, f64)],
    /// In what share of joins the cause shows; nobody knows in which.
    ///
    /// **Source**: a choice of this project. A site has several access points, and nothing tells who is at
    /// which.
    pub(super) share: f64,
    /// How long it lasts.
    pub(super) lasts: Lasts,
    /// Of which symptoms a minute has to show one to count as hurt, whatever else it shows; any, where none is
    /// named.
    pub(super) decisive: &'static [Symptom],
    /// How many people at least have to show it.
    pub(super) least_people: usize,
    /// In how many joins at least.
    pub(super) least_joins: usize,
    /// Not in one scope of any of these kinds alone.
    pub(super) beyond: &'static [ScopeKind],
    /// In how many minutes of joins at least.
    pub(super) least_minutes: u32,
    /// For how many minutes at least, from the first to the last: longer than delays wander by themselves, and than
    /// a surge of what all share fills a line.
    ///
    /// **Source**: choices of this project: an hour for tunnels, a quarter of an hour for lines that are full.
    pub(super) least_length: i64,
    /// In what share of the minutes in which it could show, from the first to the last, at least.
    pub(super) least_share: f64,
}

/// Every pattern, together with those of the same scope that show the same symptoms: these are weighed together.
pub(super) const PANELS: &[&[Pattern]] = {
    use Symptom::{
        Busy, DelayReceived, DelaySent, FarCenter, HeavyReceived, HeavySent, JitterReceived,
        JitterSent, LossReceived, LossSent, OverTcp, SlowPictures, UnevenLoss, WeakSignal,
    };
    const BASE: Pattern = Pattern {
        cause: Cause::NotDeterminable,
        scope: ScopeKind::Person,
        whose: Whose::Members,
        strengths: &[],
        share: 1.0,
        lasts: Lasts::Days,
        decisive: &[],
        least_people: 1,
        least_joins: 2,
        beyond: &[],
        least_minutes: 10,
        least_length: 0,
        least_share: 0.5,
    };
    /// Packets are lost both ways, and may be late.
    const BOTH_WAYS: &[(Symptom, f64)] = &[
        (LossSent, 0.6),
        (LossReceived, 0.6),
        (HeavySent, 0.2),
        (HeavyReceived, 0.2),
        (DelaySent, 0.3),
        (DelayReceived, 0.3),
        (JitterSent, 0.2),
        (JitterReceived, 0.2),
    ];
    /// Delays alone wander for everybody behind a line or a data centre.
    const LOSS: &[Symptom] = &[LossSent, LossReceived];
    const WEAK_RADIO: &[(Symptom, f64)] =
        &[(WeakSignal, 0.9), (LossSent, 0.25), (LossReceived, 0.25), (UnevenLoss, 0.3)];
    &[
        &[Pattern {
            cause: Cause::AccessWifi,
            scope: ScopeKind::AccessNetwork,
            whose: Whose::Together,
            strengths: WEAK_RADIO,
            share: 0.25,
            decisive: &[WeakSignal],
            least_people: 2,
            least_joins: 4,
            least_minutes: 20,
            least_share: 0.0,
            ..BASE
        }],
        &[Pattern {
            cause: Cause::AccessWifi,
            whose: Whose::Alone,
            strengths: WEAK_RADIO,
            decisive: &[WeakSignal],
            least_joins: 4,
            least_minutes: 30,
            ..BASE
        }],
        &[
            Pattern {
                cause: Cause::UplinkCapacity,
                scope: ScopeKind::Site,
                strengths: &[
                    (LossSent, 0.5),
                    (HeavySent, 0.2),
                    (DelaySent, 0.3),
                    (JitterSent, 0.5),
                ],
                least_people: 3,
                least_share: 0.15,
                least_length: 15,
                lasts: Lasts::Load,
                ..BASE
            },
            Pattern {
                cause: Cause::DownlinkCapacity,
                scope: ScopeKind::Site,
                strengths: &[
                    (LossReceived, 0.5),
                    (HeavyReceived, 0.2),
                    (DelayReceived, 0.3),
                    (JitterReceived, 0.5),
                ],
                least_people: 3,
                least_share: 0.15,
                least_length: 15,
                lasts: Lasts::Load,
                ..BASE
            },
            Pattern {
                cause: Cause::SiteOrIsp,
                scope: ScopeKind::Site,
                strengths: BOTH_WAYS,
                decisive: LOSS,
                least_people: 3,
                least_minutes: 20,
                least_share: 0.3,
                lasts: Lasts::Outage,
                ..BASE
            },
        ],
        &[Pattern {
            cause: Cause::SiteOrIsp,
            scope: ScopeKind::Isp,
            strengths: BOTH_WAYS,
            decisive: LOSS,
            least_minutes: 30,
            least_people: 4,
            beyond: &[ScopeKind::Site],
            least_share: 0.25,
            lasts: Lasts::Outage,
            ..BASE
        }],
        &[Pattern {
            cause: Cause::DataCenter,
            scope: ScopeKind::DataCenter,
            strengths: BOTH_WAYS,
            decisive: LOSS,
            least_people: 3,
            beyond: &[ScopeKind::Site, ScopeKind::Isp],
            least_share: 0.25,
            lasts: Lasts::Outage,
            ..BASE
        }],
        &[
            Pattern {
                cause: Cause::FaultySender,
                // TCP makes of losses delays of one way.
                strengths: &[
                    (LossSent, 0.8),
                    (HeavySent, 0.3),
                    (DelaySent, 0.1),
                    (JitterSent, 0.2),
                ],
                ..BASE
            },
            // The own leg of somebody: radio, line and device can't be told apart.
            Pattern {
                cause: Cause::NotDeterminable,
                strengths: BOTH_WAYS,
                least_joins: 3,
                least_minutes: 20,
                ..BASE
            },
        ],
        &[Pattern {
            cause: Cause::DeviceCpu,
            strengths: &[(Busy, 0.8), (SlowPictures, 0.3)],
            ..BASE
        }],
        &[Pattern {
            cause: Cause::ClientVersion,
            scope: ScopeKind::Version,
            strengths: &[(LossReceived, 0.6), (HeavyReceived, 0.1), (Busy, 0.2)],
            least_joins: 4,
            least_people: 2,
            least_share: 0.3,
            ..BASE
        }],
        &[Pattern {
            cause: Cause::VpnOrProxy,
            scope: ScopeKind::Vpn,
            strengths: &[(DelaySent, 0.7), (DelayReceived, 0.7)],
            least_people: 2,
            least_joins: 3,
            least_minutes: 30,
            least_length: 60,
            least_share: 0.6,
            ..BASE
        }],
        &[Pattern {
            cause: Cause::TcpFallback,
            scope: ScopeKind::Site,
            strengths: &[(OverTcp, 0.3)],
            least_people: 2,
            least_share: 0.1,
            ..BASE
        }],
        &[Pattern {
            cause: Cause::FarServer,
            scope: ScopeKind::Site,
            whose: Whose::Hosted,
            strengths: &[(FarCenter, 0.25)],
            least_people: 2,
            least_share: 0.1,
            ..BASE
        }],
    ]
};

impl Pattern {
    /// The symptoms that it looks at, as bits.
    pub(super) fn mask(&self) -> u16 {
        self.strengths.iter().fold(0, |mask, (symptom, _)| mask | symptom.bit())
    }

    /// The symptoms of which one has to show for a minute to be hurt, as bits.
    pub(super) fn decisive(&self) -> u16 {
        if self.decisive.is_empty() {
            return self.mask();
        }
        self.decisive.iter().fold(0, |mask, symptom| mask | symptom.bit())
    }

    /// True where the cause may explain what a minute shows. The radio of a place explains nothing where the signal
    /// is as strong as ever: of what is lost there within days, not all is lost by it.
    pub(super) const fn explains(&self, signs: &Signs) -> bool {
        let faded = Symptom::WeakSignal.bit() | Symptom::FadedSignal.bit();
        !matches!(self.cause, Cause::AccessWifi) || signs.shown & faded != 0
    }
}
