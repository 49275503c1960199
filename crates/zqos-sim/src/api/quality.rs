//! Zoom's verdicts on quality: of a join, of a meeting, and how many of each there were.
//!
//! They come from what was measured, never from what went wrong: one minute in the middle of a
//! join is scored, with some noise, and banded as Zoom bands its mean opinion scores.

use serde::Serialize;

use crate::api::error::{ApiError, encode};
use crate::api::list::List;
use crate::api::query::{Query, When};
use crate::api::{BUILD_DELAY, Simulator};
use crate::calendar::{Join, MINUTE, Meeting};
use crate::draw::Purpose;
use crate::media::{Figures, Session};
use crate::world::World;

/// How many meetings are scored for the count; above that every so many-th stands for the others.
const SCORED: usize = 4_000;

const BANDS: [&str; 4] = ["good", "fair", "poor", "bad"];

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
        let range = query.range()?;
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
            built_until: now - BUILD_DELAY,
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
        let band = |place: u64, sent: Option<Figures>, received: Option<Figures>| {
            let worst = [sent, received].into_iter().flatten().map(impairment).reduce(f64::max);
            worst.map_or("", |impairment| {
                let score = 4.4 - impairment + noise.at(place).about(0.0, 0.15);
                BANDS[match score {
                    score if score >= 4.0 => 0,
                    score if score >= 3.0 => 1,
                    score if score >= 2.0 => 2,
                    _ => 3,
                }]
            })
        };
        [
            band(0, minute.audio_sent, minute.audio_received),
            band(1, minute.video_sent, minute.video_received),
            band(2, minute.share_sent, minute.share_received),
        ]
    }
}

/// How much figures take away from a score of 4.4.
fn impairment(figures: Figures) -> f64 {
    let delay = (figures.latency_ms - 200.0).max(0.0) / 250.0;
    delay + figures.jitter_ms / 70.0 + figures.avg_loss_pct / 4.0
}
