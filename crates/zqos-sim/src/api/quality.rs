//! Zoom's verdicts on quality: of a join, of a meeting, and how many of each there were.
//!
//! They come from what was measured, never from what went wrong: one minute in the middle of a
//! join is scored, with some noise, and banded as Zoom bands its mean opinion scores.

use std::fmt;

use serde::Serialize;

use crate::api::Simulator;
use crate::api::error::{ApiError, encode};
use crate::api::list::List;
use crate::api::query::{Query, When};
use crate::calendar::{Join, MINUTE, Meeting};
use crate::draw::{Draw, Purpose};
use crate::media::{Figures, Minute, Session};
use crate::world::World;

/// How many meetings are scored for the count; above that every so many-th stands for the others.
const SCORED: usize = 4_000;

#[derive(Debug, Serialize)]
struct QualityAnswer {
    from: String,
    to: String,
    quality: Counts,
}

#[derive(Debug, Default, Serialize)]
struct Counts {
    audio: Bands,
    video: Bands,
    screen_share: Bands,
}

#[derive(Debug, Default, Serialize)]
struct Bands {
    good: usize,
    fair: usize,
    poor: usize,
    bad: usize,
}

impl Bands {
    fn add(&mut self, band: &str, weight: usize) {
        match band {
            "good" => self.good += weight,
            "fair" => self.fair += weight,
            "poor" => self.poor += weight,
            "bad" => self.bad += weight,
            // There was none of it.
            _ => {}
        }
    }
}

impl Simulator {
    /// Counts the verdicts of a range, on meetings or on joins.
    pub(crate) fn quality(&self, query: &Query, now: i64) -> Result<Vec<u8>, ApiError> {
        let range = query.range(self.config.overflow)?;
        let by_join = match query.get("type") {
            None | Some("meeting") => false,
            Some("participants") => true,
            Some(_) => return Err(ApiError::field("type", "Invalid field.")),
        };
        let list = List {
            webinars: false,
            when: When::Past,
            by_end: false,
            range: range.start..range.end,
            departments: None,
            now,
            built_until: self.built_until(now),
        };
        let World { company, calendar, .. } = &self.world;
        let step = list.count(company, calendar).div_ceil(SCORED).max(1);
        let mut counts = Counts::default();
        for meeting in list.meetings(company, calendar, None).step_by(step) {
            // A join's verdict counts by itself, a meeting's is that of its host.
            let joins = if by_join { usize::MAX } else { 1 };
            for join in self.world.calendar.joins(&meeting).take(joins) {
                let session = Session::new(&self.world, &meeting, join);
                let [audio, video, share] = self.qualities(&session, &join, now);
                counts.audio.add(audio, step);
                counts.video.add(video, step);
                counts.screen_share.add(share, step);
            }
        }
        Ok(encode(&QualityAnswer { from: range.from, to: range.to, quality: counts }))
    }

    /// The verdicts on a meeting: those on its host.
    pub(crate) fn meeting_qualities(&self, meeting: &Meeting, now: i64) -> [&'static str; 3] {
        self.world.calendar.joins(meeting).next().map_or([""; 3], |join| {
            let session = Session::new(&self.world, meeting, join);
            self.qualities(&session, &join, now)
        })
    }

    /// The verdicts on audio, video and share of one join; blank where there was none of it.
    pub(crate) fn qualities(&self, session: &Session, join: &Join, now: i64) -> [&'static str; 3] {
        let end = join.end.min(now).max(join.start + 1);
        let middle = i64::midpoint(join.start, end).div_euclid(MINUTE);
        let minute = session.minute(middle, end);
        let noise =
            self.world.company.root().of(Purpose::Score).when(middle).at(join.user_id.into());
        quality(&minute, noise).map(|score| score.map_or("", Score::band))
    }
}

/// A score of audio, video or share: 1 is the worst, 5 the best.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(crate) struct Score(f64);

impl Score {
    /// The mean of scores; `None` when there is none.
    pub(crate) fn mean(scores: impl Iterator<Item = Self>) -> Option<Self> {
        let (count, sum) =
            scores.fold((0.0, 0.0), |(count, sum), score| (count + 1.0, sum + score.0));
        (count > 0.0).then(|| Self(sum / count))
    }

    /// Zoom's word for it: good from 4 on, fair from 3 on, poor from 2 on, else bad.
    pub(crate) fn band(self) -> &'static str {
        match self.0 {
            score if score >= 4.0 => "good",
            score if score >= 3.0 => "fair",
            score if score >= 2.0 => "poor",
            _ => "bad",
        }
    }
}

impl fmt::Display for Score {
    /// As Zoom writes it: `3.65`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}", self.0)
    }
}

/// The scores of audio, video and share in one minute; `None` where there was none of it.
///
/// Zoom does not publish its formula. Ours is 4.5, less what the worse direction takes away, with
/// some noise, so that verdicts near a limit differ.
pub(crate) fn quality(minute: &Minute, draw: Draw) -> [Option<Score>; 3] {
    let score = |place: u64, directions: [Option<Figures>; 2]| {
        let worst = directions.into_iter().flatten().map(impairment).reduce(f64::max)?;
        let score = 4.5 - worst + draw.at(place).about(0.0, 0.15);
        Some(Score(score.clamp(1.0, 5.0)))
    };
    [
        score(0, [minute.audio_sent, minute.audio_received]),
        score(1, [minute.video_sent, minute.video_received]),
        score(2, [minute.share_sent, minute.share_received]),
    ]
}

/// What figures take away from a score: a point for 250 ms of delay above 200, for 70 ms of jitter,
/// for 4 % of loss, and for six of the pictures that a second has below twelve.
pub(crate) fn impairment(figures: Figures) -> f64 {
    let delay = (figures.latency_ms - 200.0).max(0.0) / 250.0;
    // A shared screen that stands still has few pictures, and is none the worse for it.
    let pace = figures
        .picture
        .filter(|picture| picture.height < 1080)
        .map_or(0.0, |picture| (12.0 - picture.frames_per_second).max(0.0) / 6.0);
    delay + figures.jitter_ms / 70.0 + figures.avg_loss_pct / 4.0 + pace
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::Picture;

    #[test]
    fn scores_fall_with_every_figure_and_have_zooms_words() {
        let clean = Figures {
            bitrate_kbps: 600.0,
            latency_ms: 40.0,
            jitter_ms: 2.0,
            avg_loss_pct: 0.0,
            max_loss_pct: 0.0,
            picture: Some(Picture { width: 640, height: 360, frames_per_second: 24.0 }),
        };
        assert!(impairment(clean) < 0.05);
        for worse in [
            Figures { latency_ms: 450.0, ..clean },
            Figures { jitter_ms: 72.0, ..clean },
            Figures { avg_loss_pct: 4.0, ..clean },
            Figures {
                picture: Some(Picture { width: 640, height: 360, frames_per_second: 6.0 }),
                ..clean
            },
        ] {
            assert!((0.95..1.1).contains(&impairment(worse)), "{worse:?}");
        }
        let words = [4.0, 3.99, 3.0, 2.0, 1.99].map(|score| Score(score).band());
        assert_eq!(words, ["good", "fair", "fair", "poor", "bad"]);
        assert_eq!(Score(3.651).to_string(), "3.65");
    }
}
