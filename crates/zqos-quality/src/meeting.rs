//! All joins of a meeting, judged together: what one hears depends on what the others send.

use std::collections::HashMap;

use zqos_core::{Figures, Medium, Millis, Participant, Stream, Timestamp};

use crate::session::minute_of;
use crate::{Circumstances, Judge, PeerLatencies, Session, ZoomOpinion};

/// A join with its samples, in any order.
#[derive(Debug, Clone, Copy)]
pub struct Attendance<'a> {
    /// Who took part.
    pub participant: &'a Participant,
    /// What was measured, of one origin.
    pub samples: &'a [(Timestamp, Stream, Figures)],
}

impl Attendance<'_> {
    /// The greatest latency of the legs of its audio, by minute.
    fn latencies(&self) -> HashMap<i64, Millis> {
        let mut latencies = HashMap::new();
        for (ts, stream, figures) in self.samples {
            if let (Medium::Audio, Some(latency)) = (stream.medium(), figures.latency) {
                let greatest = latencies.entry(minute_of(*ts)).or_insert(latency);
                *greatest = latency.max(*greatest);
            }
        }
        latencies
    }
}

impl Judge {
    /// Judges audio, video and share of each join of a meeting, in the order of the joins. Audio goes all
    /// the way: from the latency of each to the median of the others in the same minute.
    pub fn meeting(self, joins: &[Attendance<'_>]) -> Vec<[Session; 3]> {
        let own: Vec<HashMap<i64, Millis>> = joins.iter().map(Attendance::latencies).collect();
        let mut everybody: HashMap<i64, Vec<Millis>> = HashMap::new();
        for (minute, latency) in own.iter().flatten() {
            everybody.entry(*minute).or_default().push(*latency);
        }
        let peers: HashMap<i64, PeerLatencies> = everybody
            .into_iter()
            .map(|(minute, latencies)| (minute, latencies.into_iter().collect()))
            .collect();
        joins.iter().zip(&own).map(|(join, own)| self.join(*join, own, &peers)).collect()
    }

    fn join(
        self,
        join: Attendance<'_>,
        own: &HashMap<i64, Millis>,
        peers: &HashMap<i64, PeerLatencies>,
    ) -> [Session; 3] {
        Medium::ALL.map(|medium| {
            let known = Circumstances::of(join.participant, medium);
            let of_medium = join.samples.iter().filter(|(_, stream, _)| stream.medium() == medium);
            let streams = of_medium.map(|(ts, _, figures)| {
                let minute = minute_of(*ts);
                let peers = peers.get(&minute).filter(|_| medium == Medium::Audio);
                let peer_latency =
                    peers.and_then(|peers| peers.median_of_others(own.get(&minute).copied()));
                let circumstances = Circumstances { peer_latency, ..known };
                (*ts, self.stream(medium, figures, &circumstances))
            });
            self.session(medium, ZoomOpinion::of_join(join.participant, medium), streams)
        })
    }
}

#[cfg(test)]
mod tests {
    use zqos_core::{Kbps, ParticipantId, Percent};

    use super::*;
    use crate::Way;

    fn samples(minutes: i64, latency: f64) -> Vec<(Timestamp, Stream, Figures)> {
        let figures = Figures {
            bitrate: Kbps::try_new(30.0).ok(),
            latency: Millis::try_new(latency).ok(),
            jitter: Millis::try_new(5.0).ok(),
            avg_loss: Percent::try_new(0.0).ok(),
            max_loss: Percent::try_new(0.0).ok(),
            ..Figures::EMPTY
        };
        let stream = Stream::from_name("audio_output").unwrap();
        let at = |minute| Timestamp::from_unix_millis(minute * 60_000).unwrap();
        (0..minutes).map(|minute| (at(minute), stream, figures)).collect()
    }

    #[test]
    fn a_join_is_judged_by_the_way_to_the_others() {
        let participants =
            ["1", "2", "3"].map(|id| Participant::new(ParticipantId::new(id).unwrap()));
        let measured = [samples(5, 40.0), samples(5, 60.0), samples(3, 400.0)];
        let joins: Vec<Attendance<'_>> = participants
            .iter()
            .zip(&measured)
            .map(|(participant, samples)| Attendance { participant, samples })
            .collect();
        let judge = Judge::default();
        let together = judge.meeting(&joins);
        let alone = judge.meeting(&joins[..1]);
        let [audio, video, _] = &together[0];
        assert_eq!(audio.minutes().len(), 5);
        assert!(video.minutes().is_empty());
        let r = |session: &Session, minute: usize| session.minutes()[minute].verdict.r.unwrap();
        // Whoever is far away lowers it while he is there.
        assert!(r(audio, 0) < r(audio, 4));
        assert_eq!(audio.minutes()[4].verdict.way, Way::Whole);
        assert_eq!(alone[0][0].minutes()[4].verdict.way, Way::OwnLeg);
        let expected = judge.profile.r(20.0 + 115.0 + 26.5 + 20.0, 0.0).unwrap();
        assert!((r(audio, 0) - expected).abs() < 1e-9);
    }
}
