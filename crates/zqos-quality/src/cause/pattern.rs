//! Patterns: which symptoms a cause shows, where, and how many have to show them.

use super::symptom::Symptom;
use super::word::{Cause, ScopeKind};

/// Whose joins are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Those within the scope.
    Members,
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
    /// Of which at least one has to show for a minute to be hurt.
    pub(super) least_people: usize,
    /// In how many joins at least.
    pub(super) least_joins: usize,
    /// In how many places at least.
    pub(super) least_places: usize,
    /// In how many minutes of joins at least.
    pub(super) least_minutes: u32,
}

/// Every pattern.
pub(super) const PATTERNS: &[Pattern] = {
    use Symptom::{
        Busy, DelayReceived, DelaySent, FarCenter, HeavyLoss, LossReceived, LossSent, OverTcp,
        SlowPictures, UnevenLoss, WeakSignal,
    };
    const BASE: Pattern = Pattern {
        cause: Cause::NotDeterminable,
        scope: ScopeKind::Person,
        whose: Whose::Members,
        strengths: &[],
        least_people: 1,
        least_joins: 2,
        least_places: 0,
        least_minutes: 10,
    };
    &[
        Pattern {
            cause: Cause::AccessWifi,
            scope: ScopeKind::AccessNetwork,
            strengths: &[
                (WeakSignal, 0.35),
                (LossSent, 0.15),
                (LossReceived, 0.15),
                (UnevenLoss, 0.2),
            ],
            ..BASE
        },
        Pattern {
            cause: Cause::AccessWifi,
            strengths: &[
                (WeakSignal, 0.9),
                (LossSent, 0.5),
                (LossReceived, 0.5),
                (UnevenLoss, 0.5),
            ],
            ..BASE
        },
        Pattern {
            cause: Cause::UplinkCapacity,
            scope: ScopeKind::Site,
            strengths: &[(LossSent, 0.5), (DelaySent, 0.5)],
            least_people: 2,
            ..BASE
        },
        Pattern {
            cause: Cause::DownlinkCapacity,
            scope: ScopeKind::Site,
            strengths: &[(LossReceived, 0.5), (DelayReceived, 0.5)],
            least_people: 2,
            ..BASE
        },
        Pattern {
            cause: Cause::SiteOrIsp,
            scope: ScopeKind::Site,
            strengths: &[
                (LossSent, 0.6),
                (LossReceived, 0.6),
                (HeavyLoss, 0.2),
                (DelaySent, 0.5),
                (DelayReceived, 0.5),
            ],
            least_people: 2,
            ..BASE
        },
        Pattern {
            cause: Cause::SiteOrIsp,
            scope: ScopeKind::Isp,
            strengths: &[
                (LossSent, 0.6),
                (LossReceived, 0.6),
                (HeavyLoss, 0.2),
                (DelaySent, 0.5),
                (DelayReceived, 0.5),
            ],
            least_people: 3,
            least_places: 2,
            ..BASE
        },
        Pattern {
            cause: Cause::DataCenter,
            scope: ScopeKind::DataCenter,
            strengths: &[
                (LossSent, 0.6),
                (LossReceived, 0.6),
                (DelaySent, 0.7),
                (DelayReceived, 0.7),
            ],
            least_people: 3,
            least_places: 2,
            ..BASE
        },
        Pattern { cause: Cause::FaultySender, strengths: &[(LossSent, 0.8)], ..BASE },
        Pattern { cause: Cause::DeviceCpu, strengths: &[(Busy, 0.8), (SlowPictures, 0.3)], ..BASE },
        Pattern {
            cause: Cause::ClientVersion,
            scope: ScopeKind::Version,
            strengths: &[(LossReceived, 0.7)],
            least_people: 2,
            ..BASE
        },
        Pattern {
            cause: Cause::VpnOrProxy,
            scope: ScopeKind::Vpn,
            strengths: &[(DelaySent, 0.9), (DelayReceived, 0.9)],
            ..BASE
        },
        Pattern {
            cause: Cause::TcpFallback,
            scope: ScopeKind::Site,
            strengths: &[(OverTcp, 0.5)],
            least_people: 2,
            ..BASE
        },
        Pattern {
            cause: Cause::FarServer,
            scope: ScopeKind::Site,
            whose: Whose::Hosted,
            strengths: &[(FarCenter, 0.5)],
            least_people: 2,
            ..BASE
        },
        // The own leg of somebody: radio, line and device can't be told apart.
        Pattern {
            cause: Cause::NotDeterminable,
            strengths: &[
                (LossSent, 0.6),
                (LossReceived, 0.6),
                (DelaySent, 0.3),
                (DelayReceived, 0.3),
            ],
            ..BASE
        },
    ]
};

impl Pattern {
    /// The symptoms that it looks at, as bits.
    pub(super) fn mask(&self) -> u16 {
        self.strengths.iter().fold(0, |mask, (symptom, _)| mask | symptom.bit())
    }
}
