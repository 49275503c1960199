//! From what Zoom measures to what the E-model asks for: the delay from mouth to ear.

use zqos_core::Millis;

use crate::Profile;
use crate::emodel::mos_of_r;

/// The codec's part of the delay, in ms.
///
/// **Source**: Opus's default algorithmic delay, a frame of 20 ms and 6.5 ms of look-ahead.
const CODEC_DELAY_MS: f64 = 26.5;

/// How long packets wait to be played: so many times the jitter.
///
/// **Source**: a choice of this project, in keeping with what vendors add to the round trip.
const JITTER_BUFFER_PER_JITTER: f64 = 2.0;

/// The shortest and the longest that packets wait to be played, in ms.
///
/// **Source**: a choice of this project. Packets that come too late even so are not counted as lost,
/// so a score is optimistic where jitter is more than about 100 ms.
const JITTER_BUFFER_MS: (f64, f64) = (20.0, 200.0);

/// What Zoom's `latency` is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum LatencyMeaning {
    /// The round trip between client and media server, processing included: a stamp that the
    /// receiver returns, as Zoom's API describes it.
    #[default]
    RoundTrip,
    /// One way.
    OneWay,
}

impl LatencyMeaning {
    /// The part of a latency that is one way.
    const fn one_way(self) -> f64 {
        match self {
            Self::RoundTrip => 0.5,
            Self::OneWay => 1.0,
        }
    }

    /// The round trip that belongs to a latency, in ms.
    pub(crate) fn round_trip_ms(self, latency: Millis) -> f64 {
        match self {
            Self::RoundTrip => latency.get(),
            Self::OneWay => latency.get() * 2.0,
        }
    }
}

/// Ta, the delay from mouth to ear in ms: half of the round trip between client and server, half of
/// that between the server and whoever is at the other end, the codec's delay, and the wait for
/// jitter.
///
/// `peer_latency_ms` is the latency at the other end. It is 0 where nobody knows it, and a score is
/// then that of the own leg only; and for a call from peer to peer, where both ends measure the
/// whole path and it counts once.
///
/// **Missing**: `None` for what is negative or not finite.
pub fn mouth_to_ear_ms(
    latency_ms: f64,
    jitter_ms: f64,
    peer_latency_ms: f64,
    meaning: LatencyMeaning,
) -> Option<f64> {
    let is_delay = |value: f64| (0.0..=f64::MAX).contains(&value);
    if !(is_delay(latency_ms) && is_delay(jitter_ms) && is_delay(peer_latency_ms)) {
        return None;
    }
    let (shortest, longest) = JITTER_BUFFER_MS;
    let wait = (JITTER_BUFFER_PER_JITTER * jitter_ms).clamp(shortest, longest);
    let one_way = meaning.one_way();
    let delay = one_way * latency_ms + one_way * peer_latency_ms + CODEC_DELAY_MS + wait;
    delay.is_finite().then_some(delay)
}

/// The network-limited mean opinion score (ITU-T G.107) of audio with these figures: what the
/// network leaves of the reference codec, from 1 to 4.41. It is not Zoom's score.
///
/// `latency_ms` is a round trip; `peer_latency_ms` is as in [`mouth_to_ear_ms`].
///
/// **Missing**: `None` for a figure that is negative or not finite, and a loss above 100 %.
///
/// ```
/// use zqos_quality::net_mos;
///
/// let mos = net_mos(126.0, 6.0, 0.3, 134.0).unwrap();
/// assert_eq!(format!("{mos:.3}"), "4.362");
/// assert_eq!(net_mos(126.0, 6.0, 300.0, 134.0), None);
/// ```
pub fn net_mos(
    latency_ms: f64,
    jitter_ms: f64,
    loss_pct: f64,
    peer_latency_ms: f64,
) -> Option<f64> {
    let meaning = LatencyMeaning::RoundTrip;
    let delay = mouth_to_ear_ms(latency_ms, jitter_ms, peer_latency_ms, meaning)?;
    mos_of_r(Profile::Reference.r(delay, loss_pct)?)
}

/// The latencies of everybody in a meeting in one minute, one each, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeerLatencies {
    sorted: Vec<Millis>,
}

impl PeerLatencies {
    /// Those of the other participants than the one whose own latency this is: their median, the
    /// mean of the middle two where they are even in number.
    ///
    /// **Missing**: `None` where nobody else's latency is known. An `own` that is missing, or not
    /// among the latencies, takes nobody out.
    pub fn median_of_others(&self, own: Option<Millis>) -> Option<Millis> {
        let own = own.and_then(|own| self.sorted.binary_search(&own).ok());
        let at = |place: usize| {
            let skips = own.is_some_and(|own| place >= own);
            self.sorted.get(place + usize::from(skips)).copied()
        };
        let others = self.sorted.len() - usize::from(own.is_some());
        let (lower, upper) = (at(others.checked_sub(1)? / 2)?, at(others / 2)?);
        Millis::try_new(lower.get() + (upper.get() - lower.get()) / 2.0).ok()
    }
}

impl FromIterator<Millis> for PeerLatencies {
    fn from_iter<I: IntoIterator<Item = Millis>>(latencies: I) -> Self {
        let mut sorted: Vec<Millis> = latencies.into_iter().collect();
        sorted.sort_unstable();
        Self { sorted }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ms(value: f64) -> Millis {
        Millis::try_new(value).unwrap()
    }

    #[test]
    fn a_latency_that_is_one_way_is_not_halved() {
        let delay = |meaning| mouth_to_ear_ms(80.0, 15.0, 40.0, meaning);
        assert_eq!(delay(LatencyMeaning::RoundTrip), Some(40.0 + 20.0 + 26.5 + 30.0));
        assert_eq!(delay(LatencyMeaning::OneWay), Some(80.0 + 40.0 + 26.5 + 30.0));
    }

    #[test]
    fn the_wait_for_jitter_has_a_floor_and_a_ceiling() {
        let wait = |jitter| {
            mouth_to_ear_ms(0.0, jitter, 0.0, LatencyMeaning::RoundTrip).map(|ms| ms - 26.5)
        };
        assert_eq!(wait(0.0), Some(20.0));
        assert_eq!(wait(10.0), Some(20.0));
        assert_eq!(wait(50.0), Some(100.0));
        assert_eq!(wait(4_000.0), Some(200.0));
    }

    #[test]
    fn the_median_is_that_of_the_others() {
        let all: PeerLatencies = [40.0, 300.0, 20.0, 60.0].map(ms).into_iter().collect();
        assert_eq!(all.median_of_others(Some(ms(300.0))), Some(ms(40.0)));
        assert_eq!(all.median_of_others(Some(ms(20.0))), Some(ms(60.0)));
        assert_eq!(all.median_of_others(None), Some(ms(50.0)));
        let alone: PeerLatencies = [ms(40.0)].into_iter().collect();
        assert_eq!(alone.median_of_others(Some(ms(40.0))), None);
        assert_eq!(PeerLatencies::default().median_of_others(Some(ms(40.0))), None);
    }

    proptest! {
        #[test]
        fn the_median_is_that_of_a_list_without_the_own(
            latencies in proptest::collection::vec(0u16..500, 1..12),
            place in 0usize..12,
        ) {
            let all: PeerLatencies = latencies.iter().map(|latency| ms((*latency).into())).collect();
            let mut others = latencies.clone();
            let own = others.remove(place % latencies.len());
            others.sort_unstable();
            let expected = others.len().checked_sub(1).map(|last| {
                ms(f64::midpoint(others[last / 2].into(), others[others.len() / 2].into()))
            });
            prop_assert_eq!(all.median_of_others(Some(ms(own.into()))), expected);
        }

        #[test]
        fn no_numbers_panic(numbers in proptest::array::uniform4(proptest::num::f64::ANY)) {
            let [latency, jitter, loss, peer] = numbers;
            let mos = net_mos(latency, jitter, loss, peer);
            prop_assert!(mos.is_none_or(|mos| (1.0..=4.5).contains(&mos)));
            let is_wrong = numbers.iter().any(|number| !(number.is_finite() && *number >= 0.0));
            prop_assert!(!is_wrong || mos.is_none());
        }

        #[test]
        fn no_figure_that_worsens_helps(
            figures in proptest::array::uniform4(0.0..60.0),
            more in 0.0..40.0,
            which in 0usize..4,
        ) {
            let score = |[latency, jitter, loss, peer]: [f64; 4]| {
                net_mos(latency * 8.0, jitter, loss, peer * 8.0).unwrap()
            };
            let mut worse = figures;
            worse[which] += more;
            prop_assert!(score(worse) <= score(figures) + 1e-9);
        }
    }
}
