//! Meetings and webinars: the lists of them, and one in detail.

use serde::Serialize;

use crate::api::error::{ApiError, encode};
use crate::api::list::List;
use crate::api::listing::Envelope;
use crate::api::query::{Query, When};
use crate::api::quirk::Quirk;
use crate::api::{Simulator, timestamp};
use crate::calendar::{Calendar, Meeting, SECOND, Space};
use crate::company::{Company, DeviceKind, Who};
use crate::draw::Purpose;
use crate::identity::Instance;
use crate::world::World;

/// The number of a meeting.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Id {
    Number(u64),
    Text(String),
}

/// A meeting or webinar, as the API tells of it.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "these are Zoom's members")]
pub(crate) struct MeetingRow {
    uuid: String,
    id: Id,
    topic: String,
    host: String,
    email: String,
    user_type: &'static str,
    dept: &'static str,
    start_time: String,
    end_time: String,
    duration: String,
    participants: u32,
    has_pstn: bool,
    has_voip: bool,
    has_3rd_party_audio: bool,
    has_video: bool,
    has_screen_share: bool,
    has_recording: bool,
    has_sip: bool,
    has_archiving: bool,
    has_manual_captions: bool,
    has_automated_captions: bool,
    has_poll: bool,
    has_survey: bool,
    has_external_participant: bool,
    custom_keys: [(); 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    has_qa: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    avg_jointime_cost: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audio_quality: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    video_quality: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    screen_share_quality: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_key: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracking_fields: Option<[TrackingField; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_room_participants: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    has_meeting_summary: Option<bool>,
}

/// Who has joined so far, and how.
#[derive(Debug, Default)]
struct Attendance {
    /// People and rooms, each once.
    participants: u32,
    /// People who sit in rooms.
    in_room: u32,
    has_pstn: bool,
    has_sip: bool,
    has_external: bool,
    /// In seconds.
    mean_join_cost: f64,
}

#[derive(Debug, Serialize)]
struct TrackingField {
    field: &'static str,
    value: &'static str,
}

#[derive(Debug, Serialize)]
struct MeetingsPage {
    from: String,
    to: String,
    #[serde(flatten)]
    envelope: Envelope,
    #[serde(skip_serializing_if = "Option::is_none")]
    meetings: Option<Vec<MeetingRow>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webinars: Option<Vec<MeetingRow>>,
}

impl Simulator {
    /// Counts who has joined so far, and how.
    fn attendance(&self, meeting: &Meeting, now: i64) -> Attendance {
        let mut attendance = Attendance::default();
        let (mut joins, mut last) = (0, None);
        for join in self.joins_so_far(meeting, now) {
            joins += 1;
            attendance.mean_join_cost += Calendar::join_cost(meeting, &join);
            // Joins of one person follow each other; the waiting room is not yet the meeting.
            if join.space == Space::WaitingRoom || last.replace(join.place) == Some(join.place) {
                continue;
            }
            let kind = self.world.company.device(join.who).kind;
            attendance.participants += 1;
            if kind == DeviceKind::ZoomRoom {
                attendance.in_room += self.world.calendar.people_in_room(meeting);
            }
            attendance.has_pstn |= join.call.is_some();
            attendance.has_sip |= kind == DeviceKind::RoomSystem;
            attendance.has_external |= join.who.is_external();
        }
        attendance.mean_join_cost /= f64::from(joins.max(1));
        attendance
    }

    /// Lists meetings, or webinars.
    pub(crate) fn list_meetings(
        &self,
        webinars: bool,
        query: &Query,
        now: i64,
    ) -> Result<Vec<u8>, ApiError> {
        let path = if webinars { "webinars" } else { "meetings" };
        let range = query.range(self.config.overflow)?;
        let when = query.when(!webinars)?;
        let by_end = match query.get("query_date_type") {
            None | Some("start_time") => false,
            Some("end_time") if when == When::Live => false,
            Some("end_time") if self.config.may_list_by_end => true,
            Some("end_time") => return Err(ApiError::not_by_end()),
            Some(_) => return Err(ApiError::field("query_date_type", "Invalid field.")),
        };
        let World { company, calendar, .. } = &self.world;
        let departments = query.groups()?.map(|ids| {
            Company::departments()
                .filter(|&department| ids.contains(&company.ids().group(department).as_str()))
                .collect()
        });
        let with_tracking_fields = query.get("include_fields") == Some("tracking_fields");
        let list = List {
            webinars,
            when,
            by_end,
            range: range.start..range.end,
            departments,
            now,
            built_until: self.built_until(now),
        };
        let mut pager = self.pager(path, query, (30, 300), now)?;
        let from = pager.after().map(Instance::of_key);
        for meeting in list.meetings(company, calendar, from) {
            if pager.is_complete() {
                break;
            }
            let key = meeting.instance.key();
            pager.offer(key, || {
                let mut row = self.meeting_row(&meeting, now);
                row.set_qualities(self.meeting_qualities(&meeting, now));
                // Details alone have these.
                row.in_room_participants = None;
                row.has_meeting_summary = None;
                if !webinars {
                    row.session_key = Some("");
                    row.tracking_fields = with_tracking_fields
                        .then_some([TrackingField { field: "Meeting purpose", value: "Internal" }]);
                }
                row
            });
        }
        let total = list.count(company, calendar);
        pager.set_total(u32::try_from(total).expect("a month of 50,000 series has fewer"));
        let (envelope, rows) = self.envelope(pager, path, query, now);
        let (meetings, webinars) = if webinars { (None, Some(rows)) } else { (Some(rows), None) };
        Ok(encode(&MeetingsPage { from: range.from, to: range.to, envelope, meetings, webinars }))
    }

    /// One meeting or webinar in detail.
    pub(crate) fn meeting_details(&self, meeting: &Meeting, now: i64) -> Vec<u8> {
        let mut row = self.meeting_row(meeting, now);
        if meeting.series.is_webinar() {
            row.set_qualities(self.meeting_qualities(meeting, now));
        }
        encode(&row)
    }

    fn id_of(&self, meeting: &Meeting) -> Id {
        let number = self.world.company.ids().number(meeting.series.index);
        if self.config.quirks.contains(&Quirk::TextIds) {
            Id::Text(number.to_string())
        } else {
            Id::Number(number)
        }
    }

    /// What lists and details have in common.
    fn meeting_row(&self, meeting: &Meeting, now: i64) -> MeetingRow {
        let host = Who::Person(meeting.host);
        let ids = self.world.company.ids();
        let has_ended = meeting.end <= now;
        let attendance = self.attendance(meeting, now);
        let cost = attendance.mean_join_cost;
        let webinar = meeting.series.is_webinar();
        MeetingRow {
            uuid: ids.uuid(meeting.instance),
            id: self.id_of(meeting),
            topic: meeting.series.topic(),
            host: self.world.company.name(host),
            email: self.world.company.email(host),
            user_type: self.world.company.licence(meeting.host),
            dept: Company::department(self.world.company.department_of(meeting.host)),
            start_time: timestamp(meeting.start).to_string(),
            end_time: if has_ended { timestamp(meeting.end).to_string() } else { String::new() },
            duration: if has_ended { duration(meeting.end - meeting.start) } else { String::new() },
            participants: attendance.participants,
            has_pstn: attendance.has_pstn,
            has_voip: true,
            has_3rd_party_audio: false,
            has_video: true,
            has_screen_share: Calendar::share(meeting).is_some_and(|share| share.start <= now),
            has_recording: false,
            has_sip: attendance.has_sip,
            has_archiving: false,
            has_manual_captions: false,
            has_automated_captions: meeting.draw.of(Purpose::Echo).chance(0.1),
            has_poll: webinar,
            has_survey: webinar,
            has_external_participant: attendance.has_external,
            custom_keys: [],
            has_qa: (!webinar).then_some(false),
            avg_jointime_cost: (!webinar).then(|| libm::round(cost * 100.0) / 100.0),
            audio_quality: None,
            video_quality: None,
            screen_share_quality: None,
            session_key: None,
            tracking_fields: None,
            in_room_participants: (!webinar).then_some(attendance.in_room),
            has_meeting_summary: (!webinar).then_some(false),
        }
    }
}

impl MeetingRow {
    const fn set_qualities(&mut self, [audio, video, share]: [&'static str; 3]) {
        self.audio_quality = Some(audio);
        self.video_quality = Some(video);
        self.screen_share_quality = Some(share);
    }
}

/// `mm:ss`, or `hh:mm:ss` from an hour on.
fn duration(millis: i64) -> String {
    let seconds = millis / SECOND;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours == 0 {
        format!("{minutes:02}:{seconds:02}")
    } else {
        format!("{hours:02}:{minutes:02}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_hours_only_where_they_last_so_long() {
        assert_eq!(duration(56 * SECOND), "00:56");
        assert_eq!(duration(968 * SECOND), "16:08");
        assert_eq!(duration(3_600 * SECOND), "01:00:00");
    }
}
