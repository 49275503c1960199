//! What each join came to, for accounts with QSS.

use serde::Serialize;

use crate::api::Simulator;
use crate::api::error::ApiError;
use crate::api::query::Query;
use crate::calendar::Meeting;
use crate::media::{Minute, Session};
use crate::spelling::Spelling;
use crate::summary::{Element, elements};

#[derive(Debug, Serialize)]
struct SummaryRow {
    id: String,
    /// What other calls name `user_id`.
    participant_id: String,
    user_name: String,
    email: String,
    qos: Vec<Element>,
}

impl Simulator {
    /// Lists the summaries of all joins.
    pub(crate) fn qos_summary(
        &self,
        meeting: &Meeting,
        query: &Query,
        now: i64,
    ) -> Result<Vec<u8>, ApiError> {
        let path = self.walk_of(meeting, "qos_summary");
        let mut pager = self.pager(&path, query, (1, 10), now)?;
        for join in self.joins_so_far(meeting, now) {
            pager.offer(join.user_id.into(), || {
                let session = Session::new(&self.world, meeting, join);
                let minutes: Vec<Minute> =
                    self.minutes_so_far(meeting, &session, &join, now).collect();
                SummaryRow {
                    id: self.world.company.account_id(join.who),
                    participant_id: join.user_id.to_string(),
                    user_name: self.world.company.name(join.who),
                    email: self.world.company.email(join.who),
                    // Zoom's example is spelt so.
                    qos: elements(&minutes, Spelling::COMPACT),
                }
            });
        }
        Ok(self.short_page(pager, &path, query, now))
    }
}
