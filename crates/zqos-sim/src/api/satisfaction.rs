//! What participants answered when they were asked, after the meeting, how it was.

use serde::Serialize;

use crate::api::error::ApiError;
use crate::api::query::Query;
use crate::api::{Simulator, timestamp};
use crate::calendar::{DAY, Meeting, SECOND};
use crate::draw::Purpose;
use crate::media::Session;

/// Before 2020-12-21 nobody was asked.
const ASKED_SINCE: i64 = 18_617 * DAY;

#[derive(Debug, Serialize)]
struct SatisfactionRow {
    date_time: String,
    email: String,
    quality: &'static str,
    user_id: String,
    comment: &'static str,
}

impl Simulator {
    /// Lists the answers given so far, each by the join after which it was given.
    pub(crate) fn satisfaction(
        &self,
        meeting: &Meeting,
        query: &Query,
        now: i64,
    ) -> Result<Vec<u8>, ApiError> {
        let path = self.walk_of(meeting, "satisfaction");
        let mut pager = self.pager(&path, query, (30, 300), now)?;
        for join in self.joins_so_far(meeting, now) {
            let draw = meeting.draw.of(Purpose::Feedback).at(join.user_id.into());
            let answered = join.end + i64::from(2 + draw.at(0).below(25)) * SECOND;
            // One in six has something to say.
            if meeting.start < ASKED_SINCE || answered > now || !draw.chance(1.0 / 6.0) {
                continue;
            }
            pager.offer(join.user_id.into(), || {
                let session = Session::new(&self.world, meeting, join);
                let [audio, video, _] = self.qualities(&session, &join, now);
                let suffered = [audio, video].iter().any(|band| ["poor", "bad"].contains(band));
                // People forgive, and people complain about other things.
                let is_content = draw.at(1).chance(if suffered { 0.35 } else { 0.93 });
                SatisfactionRow {
                    date_time: timestamp(answered).to_string(),
                    email: self.world.company.email(join.who),
                    quality: if is_content { "GOOD" } else { "NOT GOOD" },
                    user_id: join.user_id.to_string(),
                    comment: match (is_content, audio) {
                        (false, "poor" | "bad") => "I could not hear the others well.",
                        (false, _) if draw.at(2).chance(0.5) => "It was slow.",
                        _ => "",
                    },
                }
            });
        }
        Ok(self.short_page(pager, &path, query, now))
    }
}
