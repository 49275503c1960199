//! Who shared a screen, and when.

use serde::Serialize;

use crate::api::error::ApiError;
use crate::api::query::Query;
use crate::api::{Simulator, timestamp};
use crate::calendar::{Calendar, Meeting};

#[derive(Debug, Serialize)]
struct SharingRow {
    id: String,
    user_id: String,
    user_name: String,
    details: Vec<Detail>,
}

#[derive(Debug, Serialize)]
struct Detail {
    content: &'static str,
    start_time: String,
    end_time: String,
}

impl Simulator {
    /// Lists what each join shared; a stretch that lasts has no end yet.
    pub(crate) fn sharing(
        &self,
        meeting: &Meeting,
        query: &Query,
        now: i64,
    ) -> Result<Vec<u8>, ApiError> {
        let path = self.walk_of(meeting, "sharing");
        let mut pager = self.pager(&path, query, (30, 300), now)?;
        let share = Calendar::share(meeting).filter(|share| share.start <= now);
        for join in self.joins_so_far(meeting, now) {
            pager.offer(join.user_id.into(), || {
                let own = share.filter(|share| share.user_id == join.user_id);
                SharingRow {
                    id: self.world.company.account_id(join.who),
                    user_id: join.user_id.to_string(),
                    user_name: self.shown(self.world.company.name(join.who)),
                    details: own
                        .map(|share| Detail {
                            content: if share.is_application { "application" } else { "desktop" },
                            start_time: timestamp(share.start).to_string(),
                            end_time: if share.end <= now {
                                timestamp(share.end).to_string()
                            } else {
                                String::new()
                            },
                        })
                        .into_iter()
                        .collect(),
                }
            });
        }
        Ok(self.page_of_meeting(pager, &path, meeting, false, query, now))
    }
}
