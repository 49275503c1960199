//! The verdict on one stream in one minute.

use zqos_core::{
    DeviceSample, Figures, Fps, Kbps, Medium, Millis, Participant, Percent, StreamName,
    StreamSample,
};

use crate::emodel::mos_of_r;
use crate::rule::{PROCESSOR_PCT, Seen};
use crate::{LatencyMeaning, Profile, Reason, Rule, Verdict, mouth_to_ear_ms};

/// Below this bitrate, in kbit/s, a stream carries next to nothing.
///
/// **Source**: Microsoft's dashboard leaves streams of up to 500 packets unclassified; so many in a
/// minute, of 15 bytes each, are 1 kbit/s.
const IDLE_BELOW_KBPS: f64 = 1.0;

/// Beyond this, in ms, a latency or jitter can't be: it is longer than the minute that it is of.
///
/// **Source**: a choice of this project.
const POSSIBLE_MS: f64 = 60_000.0;

/// How minutes are judged: settings, which hold for all of an archive.
///
/// ```
/// use zqos_core::{Figures, Kbps, Medium, Millis, Percent};
/// use zqos_quality::{Circumstances, Grade, Judge, Verdict};
///
/// let figures = Figures {
///     bitrate: Some(Kbps::try_new(27.0)?),
///     latency: Some(Millis::try_new(126.0)?),
///     jitter: Some(Millis::try_new(6.0)?),
///     avg_loss: Some(Percent::try_new(0.3)?),
///     max_loss: Some(Percent::try_new(7.5)?),
///     ..Figures::EMPTY
/// };
/// let judged = Judge::default().stream(Medium::Audio, &figures, &Circumstances::default());
/// assert_eq!(judged.typical, Verdict::Graded(Grade::Good));
/// assert_eq!(judged.worst, Verdict::Graded(Grade::Poor));
/// # Ok::<(), zqos_core::OutOfRange>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Judge {
    /// By what minutes are graded.
    pub rule: Rule,
    /// Which codec is assumed.
    pub profile: Profile,
    /// What Zoom's latency is.
    pub latency: LatencyMeaning,
}

/// What is known of a stream beside its figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// The latency at the other end in the same minute; `None` where nobody knows it.
    /// [`PeerLatencies`](crate::PeerLatencies) has it.
    pub peer_latency: Option<Millis>,
    /// The call went from peer to peer, so that both ends measured the whole path.
    pub is_peer_to_peer: bool,
    /// The participant heard and spoke by telephone.
    pub is_telephone: bool,
}

impl Circumstances {
    /// Those of a medium in all minutes of a join, peers aside.
    pub fn of(participant: &Participant, medium: Medium) -> Self {
        let connection_type = participant.connection_types[medium as usize].as_deref();
        Self::by_words(medium, connection_type, participant.device.as_deref())
    }

    /// The same, by Zoom's words for the connection of the medium and for the device.
    ///
    /// **Source**: Zoom's `connection_type` is `P2P` for a call from peer to peer; `device` is
    /// `Phone` for a telephone, or `Windows + Phone` and the like for one beside a computer.
    pub fn by_words(medium: Medium, connection_type: Option<&str>, device: Option<&str>) -> Self {
        let is_peer_to_peer =
            connection_type.is_some_and(|name| name.trim().eq_ignore_ascii_case("P2P"));
        let mut devices = device.unwrap_or_default().split('+');
        let has_telephone = devices.any(|name| name.trim().eq_ignore_ascii_case("phone"));
        Self {
            peer_latency: None,
            is_peer_to_peer,
            is_telephone: medium == Medium::Audio && has_telephone,
        }
    }
}

/// How much of the way from mouth to ear a score covers; what covers less is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// All of it, from peer to peer.
    PeerToPeer,
    /// All of it: from the client to the server, and from there to the others.
    Whole,
    /// The own leg only: the latency of nobody else is known.
    OwnLeg,
}

/// The verdict on one stream in one minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StreamVerdict {
    /// With the average loss.
    pub typical: Verdict,
    /// With the worst loss; never better than `typical`.
    pub worst: Verdict,
    /// R with the average loss. `None` for pictures, for what is unclassified, and where a figure
    /// is missing.
    pub r: Option<f64>,
    /// R with the worst loss; as `r`.
    pub worst_r: Option<f64>,
    /// What `r` and `worst_r` cover.
    pub way: Way,
    /// The average loss that was judged; `None` also for what is unclassified.
    pub avg_loss: Option<Percent>,
    /// The worst loss that was judged; as `avg_loss`.
    pub max_loss: Option<Percent>,
}

impl StreamVerdict {
    /// Nothing can be said.
    pub const fn unclassified(reason: Reason) -> Self {
        Self {
            typical: Verdict::Unclassified(reason),
            worst: Verdict::Unclassified(reason),
            r: None,
            worst_r: None,
            way: Way::OwnLeg,
            avg_loss: None,
            max_loss: None,
        }
    }

    /// The network-limited mean opinion score (ITU-T G.107) that belongs to R; `None` as there. It
    /// is not Zoom's.
    pub fn mos(&self) -> Option<f64> {
        self.r.and_then(mos_of_r)
    }
}

/// True where a stream carried something.
pub(crate) fn is_active(figures: &Figures) -> bool {
    figures.bitrate.map(Kbps::get).is_some_and(|bitrate| bitrate >= IDLE_BELOW_KBPS)
}

/// Why the figures of a stream that should be judged can't be.
pub(crate) fn flaw(figures: &Figures) -> Option<Reason> {
    if !is_active(figures) {
        return Some(Reason::Idle);
    }
    let Figures { latency, jitter, avg_loss, max_loss, .. } = *figures;
    if latency.max(jitter).is_some_and(|longest| longest.get() > POSSIBLE_MS) {
        return Some(Reason::ImpossibleFigures);
    }
    let is_zero = |time: Option<Millis>| time.is_some_and(|time| time.get() <= 0.0);
    let no_loss = |loss: Option<Percent>| loss.is_none_or(|loss| loss.get() <= 0.0);
    let is_blank = is_zero(latency) && is_zero(jitter) && no_loss(avg_loss) && no_loss(max_loss);
    is_blank.then_some(Reason::BlankFigures)
}

impl Judge {
    /// The name of the model by which R comes about, with its version, as verdicts are stored. It
    /// tells when the profile is experimental.
    pub fn model(self) -> String {
        let meaning = match self.latency {
            LatencyMeaning::RoundTrip => "",
            LatencyMeaning::OneWay => ",one-way",
        };
        format!("{}/1{meaning}", self.profile)
    }

    /// Judges a sample; one of a stream that this version does not know is unclassified.
    pub fn sample(self, sample: &StreamSample, circumstances: &Circumstances) -> StreamVerdict {
        match &sample.stream {
            StreamName::Known(stream) => {
                self.stream(stream.medium(), &sample.figures, circumstances)
            }
            StreamName::Other(_) => StreamVerdict::unclassified(Reason::UnknownStream),
        }
    }

    /// Judges the figures of a stream in one minute.
    ///
    /// **Missing**: without one of its figures a stream is unclassified, unless those that there
    /// are make it poor or bad already: the missing one could only make it worse.
    pub fn stream(
        self,
        medium: Medium,
        figures: &Figures,
        circumstances: &Circumstances,
    ) -> StreamVerdict {
        if medium == Medium::Audio && circumstances.is_telephone {
            return StreamVerdict::unclassified(Reason::Telephone);
        }
        if let Some(reason) = flaw(figures) {
            return StreamVerdict::unclassified(reason);
        }

        let Figures { avg_loss, max_loss, .. } = *figures;
        // Zoom rounds both, so the worst may seem to be less than the average.
        let worst_loss = max_loss.max(avg_loss);
        let mut typical = Seen {
            round_trip_ms: figures.latency.map(|latency| self.latency.round_trip_ms(latency)),
            jitter_ms: figures.jitter.map(Millis::get),
            loss_pct: avg_loss.map(Percent::get),
            is_loss_known: avg_loss.is_some(),
            r: None,
            frame_rate_fps: figures.resolution.and(figures.frame_rate).map(Fps::get),
        };
        let mut worst = Seen {
            loss_pct: worst_loss.map(Percent::get),
            is_loss_known: max_loss.is_some(),
            ..typical
        };

        let mut way = Way::OwnLeg;
        let verdict: fn(Rule, &Seen) -> Verdict = match medium {
            Medium::Audio => {
                let mut peer_latency = circumstances.peer_latency;
                if circumstances.is_peer_to_peer {
                    way = Way::PeerToPeer;
                    peer_latency = None;
                } else if peer_latency.is_some() {
                    way = Way::Whole;
                }
                let r = self.r_without_loss(figures, peer_latency);
                let under_loss = |seen: &Seen| {
                    let loss = seen.loss_pct.filter(|_| seen.is_loss_known)?;
                    Some(r? - self.profile.impairment_by_loss(loss)?)
                };
                typical.r = under_loss(&typical);
                worst.r = under_loss(&worst);
                Rule::audio
            }
            Medium::Video => Rule::video,
            Medium::Share => Rule::share,
        };

        let judged = verdict(self.rule, &typical);
        let judged_worst = verdict(self.rule, &worst).no_better_than(judged);
        match judged {
            Verdict::Graded(_) => StreamVerdict {
                typical: judged,
                worst: judged_worst,
                r: typical.r,
                worst_r: worst.r,
                way,
                avg_loss,
                max_loss: worst_loss.filter(|_| worst.is_loss_known),
            },
            Verdict::Unclassified(reason) => {
                StreamVerdict { worst: judged_worst, ..StreamVerdict::unclassified(reason) }
            }
        }
    }

    /// R of what would be heard if nothing were lost.
    fn r_without_loss(self, figures: &Figures, peer_latency: Option<Millis>) -> Option<f64> {
        let latency = figures.latency?.get();
        let jitter = figures.jitter?.get();
        let peer_latency = peer_latency.map_or(0.0, Millis::get);
        let delay = mouth_to_ear_ms(latency, jitter, peer_latency, self.latency)?;
        self.profile.r_without_loss(delay)
    }

    /// Judges a device in one minute, by the highest load of its processor. It tells nothing of the
    /// network.
    ///
    /// **Missing**: a device that does not tell its load is unclassified.
    pub fn device(self, device: &DeviceSample) -> Verdict {
        device.system_max_cpu.map_or(Verdict::Unclassified(Reason::MissingFigures), |load| {
            Verdict::Graded(PROCESSOR_PCT.grade(load.get()))
        })
    }
}

#[cfg(test)]
mod tests;
