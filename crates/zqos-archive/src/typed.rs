//! Rows that are made of columns, where a store has no text of them: one of an earlier version, or one that is
//! pushed to and never asked.
//!
//! Figures are spelt as Zoom's API reference spells them. Texts that are missing are blank, as Zoom blanks them;
//! members that no column has, or not as Zoom does, are left out.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use zoom_wire::{When, spelling};
use zqos_core::table::{DEVICE_SAMPLES, MEETINGS, PARTICIPANTS, STREAM_SAMPLES, Table};
use zqos_core::{
    Dbm, DeviceSample, Figures, Fps, Kbps, Millis, Origin, Percent, Pressure, Resolution,
    StreamName, StreamSample, Timestamp,
};

use crate::cells::{Texts, instant, integer, list, number};
use crate::contents::User;
use crate::error::ArchiveError;
use crate::meetings::Meeting;
use crate::member::{Object, quoted};
use crate::version::Version;

/// Columns of meetings that are members of another name.
const OF_MEETING: [(&str, &str); 4] =
    [("topic", "topic"), ("host", "host"), ("host_email", "email"), ("dept", "dept")];
/// Zoom's own grades, in both tables.
const QUALITIES: [(&str, &str); 3] = [
    ("audio_quality", "audio_quality"),
    ("video_quality", "video_quality"),
    ("share_quality", "screen_share_quality"),
];
/// Columns of participants that are members of lists and of reports.
const OF_JOIN: [(&str, &str); 14] = [
    ("person_id", "id"),
    ("participant_uuid", "participant_uuid"),
    ("user_name", "user_name"),
    ("email", "email"),
    ("device", "device"),
    ("client", "client"),
    ("version", "version"),
    ("ip_address", "ip_address"),
    ("location", "location"),
    ("network_type", "network_type"),
    ("connection_type", "connection_type"),
    ("video_connection_type", "video_connection_type"),
    ("share_connection_type", "as_connection_type"),
    ("data_center", "data_center"),
];
/// What somebody speaks into, hears from and looks at.
const EQUIPMENT: [&str; 3] = ["microphone", "speaker", "camera"];

/// What columns have of a meeting.
pub(crate) struct Typed<'t> {
    version: &'t Version,
    account: &'t str,
    meeting: &'t Meeting,
}

impl<'t> Typed<'t> {
    pub(crate) const fn new(version: &'t Version, account: &'t str, meeting: &'t Meeting) -> Self {
        Self { version, account, meeting }
    }

    fn rows(&self, table: &'static Table) -> Result<Vec<Row>, ArchiveError> {
        let batches = self.version.rows_of(table, self.account, self.meeting)?;
        let mut rows: Vec<Row> = Vec::new();
        for batch in batches {
            rows.extend((0..batch.num_rows()).map(|row| Row { batch: batch.clone(), row }));
        }
        rows.sort_by_key(|row| integer(&row.batch, "revision", row.row));
        Ok(rows)
    }

    /// The meeting as a row of a list.
    pub(crate) fn listed_meeting(&self) -> Result<String, ArchiveError> {
        let rows = Merged(self.rows(&MEETINGS)?);
        let Meeting { uuid, number, start, end, participants, .. } = self.meeting;
        let mut object = Object::new();
        object.text("uuid", uuid);
        object.number("id", *number);
        for (column, name) in OF_MEETING {
            object.text(name, &rows.text(column)?.unwrap_or_default());
        }
        object.instant("start_time", *start);
        object.text("end_time", &end.and_then(spelt).unwrap_or_default());
        object.number("participants", *participants);
        for (column, name) in QUALITIES {
            if let Some(quality) = rows.text(column)? {
                object.text(name, &quality);
            }
        }
        Ok(object.finish())
    }

    /// The rows of the list of participants.
    pub(crate) fn participants(&self) -> Result<Vec<(User, String)>, ArchiveError> {
        let joins = by_user(self.rows(&PARTICIPANTS)?)?;
        let shown = joins.into_iter().map(|(user, rows)| {
            let mut object = join(&user, &rows)?;
            object.text("participant_user_id", &rows.text("person_id")?.unwrap_or_default());
            for name in EQUIPMENT {
                object.text(name, &rows.text(name)?.unwrap_or_default());
            }
            if let Some(reason) = rows.text("leave_reason")? {
                object.text("leave_reason", &reason);
            }
            for (column, name) in QUALITIES {
                object.text(name, &rows.text(column)?.unwrap_or_default());
            }
            Ok((user, object.finish()))
        });
        shown.collect()
    }

    /// The reports of all who were measured, as pages of reports have them.
    pub(crate) fn reports(&self, when: When) -> Result<Vec<(User, String)>, ArchiveError> {
        self.reports_of(when, None)
    }

    /// The report of somebody, as it comes by itself but for the meeting's number; `None` when nothing was measured.
    pub(crate) fn report(&self, when: When, user: &str) -> Result<Option<String>, ArchiveError> {
        Ok(self.reports_of(when, Some(user))?.into_iter().next().map(|(_, report)| report))
    }

    fn reports_of(
        &self,
        when: When,
        only: Option<&str>,
    ) -> Result<Vec<(User, String)>, ArchiveError> {
        let is_wanted = |user: &User| only.is_none_or(|only| only == user.as_str());
        let mut streams = by_user(self.rows(&STREAM_SAMPLES)?)?;
        let mut devices = by_user(self.rows(&DEVICE_SAMPLES)?)?;
        let mut joins = by_user(self.rows(&PARTICIPANTS)?)?;
        streams.retain(|user, _| is_wanted(user));
        let shown = streams.into_iter().map(|(user, samples)| {
            let join_rows = joins.remove(&user).unwrap_or_default();
            let mut object = join(&user, &join_rows)?;
            object.text("health", &join_rows.text("health")?.unwrap_or_default());
            object.array("issue_list", join_rows.list("issue_list").iter().map(|it| quoted(it)));
            if only.is_some() {
                for name in EQUIPMENT {
                    object.text(name, &join_rows.text(name)?.unwrap_or_default());
                }
            }
            let minutes = minutes(&samples, &devices.remove(&user).unwrap_or_default(), when)?;
            object.array("user_qos", minutes);
            Ok((user, object.finish()))
        });
        shown.collect()
    }
}

/// What lists and reports have in common.
fn join(user: &User, rows: &Merged) -> Result<Object, ArchiveError> {
    let mut object = Object::new();
    object.text("user_id", user.as_str());
    for (column, name) in OF_JOIN {
        object.text(name, &rows.text(column)?.unwrap_or_default());
    }
    let internal = rows.list("internal_ip_addresses");
    if !internal.is_empty() {
        object.array("internal_ip_addresses", internal.iter().map(|address| quoted(address)));
    }
    object.instant("join_time", rows.instant("join_time"));
    object.instant("leave_time", rows.instant("leave_time"));
    Ok(object)
}

/// One row of a table.
struct Row {
    batch: RecordBatch,
    row: usize,
}

impl Row {
    fn text(&self, column: &str) -> Result<Option<String>, ArchiveError> {
        let row = self.batch.slice(self.row, 1);
        Ok(Texts::new(&row, column)?.get(0).map(str::to_owned))
    }
}

/// Rows of one key, the last one last: of each column the last value counts that is there.
#[derive(Default)]
struct Merged(Vec<Row>);

impl Merged {
    fn text(&self, column: &str) -> Result<Option<String>, ArchiveError> {
        for row in self.0.iter().rev() {
            if let Some(text) = row.text(column)? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    fn instant(&self, column: &str) -> Option<i64> {
        self.0.iter().rev().find_map(|row| instant(&row.batch, column, row.row))
    }

    fn list(&self, column: &str) -> Vec<String> {
        let lists = self.0.iter().rev().map(|row| list(&row.batch, column, row.row));
        lists.into_iter().find(|list| !list.is_empty()).unwrap_or_default()
    }
}

/// Rows by whom they are of.
fn by_user(rows: Vec<Row>) -> Result<BTreeMap<User, Merged>, ArchiveError> {
    let mut users = BTreeMap::<User, Merged>::new();
    for row in rows {
        if let Some(user) = row.text("user_id")? {
            users.entry(User::new(&user)).or_default().0.push(row);
        }
    }
    Ok(users)
}

/// How good an origin is for a state, the best last.
fn rank(origin: &str, when: When) -> u8 {
    let is = |known: Origin| origin == known.as_str();
    match when {
        When::Live if is(Origin::RestLive) => 3,
        When::Past | When::PastOne if is(Origin::RestPast) => 3,
        _ if is(Origin::Import) => 2,
        _ if is(Origin::Qss) => 1,
        _ => 0,
    }
}

/// The elements of `user_qos` of one origin, the best that there is.
fn minutes(streams: &Merged, devices: &Merged, when: When) -> Result<Vec<String>, ArchiveError> {
    let mut origins = Vec::new();
    for row in &streams.0 {
        origins.push(row.text("origin")?.unwrap_or_default());
    }
    let Some(best) = origins.iter().max_by_key(|origin| rank(origin, when)) else {
        return Ok(Vec::new());
    };
    // By minute and stream the last counts.
    let mut minutes = BTreeMap::<i64, BTreeMap<usize, StreamSample>>::new();
    for (row, _) in streams.0.iter().zip(&origins).filter(|(_, origin)| *origin == best) {
        if let (Some(ts), Some(name)) = (instant(&row.batch, "ts", row.row), row.text("stream")?)
            && let Some(at) = timestamp(ts)
        {
            let stream = StreamName::new(&name);
            // Unknown streams come after those that Zoom documents.
            let documented = zqos_core::Stream::from_name(&name);
            let of_minute = minutes.entry(ts).or_default();
            let place = documented
                .map_or(zqos_core::Stream::COUNT + of_minute.len(), zqos_core::Stream::index);
            of_minute.insert(place, StreamSample { ts: at, stream, figures: figures(row) });
        }
    }
    let mut of_device = BTreeMap::new();
    for row in &devices.0 {
        if row.text("origin")?.as_deref() == Some(best)
            && let Some(ts) = instant(&row.batch, "ts", row.row)
            && let Some(at) = timestamp(ts)
        {
            let sample = of_device.entry(ts).or_insert(DeviceSample::empty(at));
            add_device(sample, row)?;
            minutes.entry(ts).or_default();
        }
    }
    let shown = minutes.into_iter().filter_map(|(ts, streams)| {
        let streams: Vec<StreamSample> = streams.into_values().collect();
        Some(spelling::minute(timestamp(ts)?, &streams, of_device.get(&ts)))
    });
    Ok(shown.collect())
}

fn figures(row: &Row) -> Figures {
    let figure = |column| number(&row.batch, column, row.row);
    let pixels = |column| u32::try_from(integer(&row.batch, column, row.row)?).ok();
    Figures {
        bitrate: figure("bitrate_kbps").and_then(|it| Kbps::try_new(it).ok()),
        latency: figure("latency_ms").and_then(|it| Millis::try_new(it).ok()),
        jitter: figure("jitter_ms").and_then(|it| Millis::try_new(it).ok()),
        avg_loss: figure("avg_loss_pct").and_then(|it| Percent::try_new(it).ok()),
        max_loss: figure("max_loss_pct").and_then(|it| Percent::try_new(it).ok()),
        resolution: pixels("width_px")
            .zip(pixels("height_px"))
            .and_then(|(width, height)| Resolution::new(width, height)),
        frame_rate: figure("frame_rate_fps").and_then(|it| Fps::try_new(it).ok()),
    }
}

/// Adds what a row has; what it lacks stays.
fn add_device(sample: &mut DeviceSample, row: &Row) -> Result<(), ArchiveError> {
    for (slot, column) in [
        (&mut sample.zoom_min_cpu, "zoom_min_cpu_pct"),
        (&mut sample.zoom_avg_cpu, "zoom_avg_cpu_pct"),
        (&mut sample.zoom_max_cpu, "zoom_max_cpu_pct"),
        (&mut sample.system_max_cpu, "system_max_cpu_pct"),
    ] {
        let load = number(&row.batch, column, row.row);
        *slot = load.and_then(|it| Percent::try_new(it).ok()).or(*slot);
    }
    for (slot, column) in [
        (&mut sample.min_pressure, "min_pressure"),
        (&mut sample.avg_pressure, "avg_pressure"),
        (&mut sample.max_pressure, "max_pressure"),
    ] {
        let level = row.text(column)?;
        let level =
            Pressure::ALL.into_iter().find(|known| level.as_deref() == Some(known.as_str()));
        *slot = level.or(*slot);
    }
    for (slot, column) in [
        (&mut sample.min_rssi, "min_rssi_dbm"),
        (&mut sample.avg_rssi, "avg_rssi_dbm"),
        (&mut sample.max_rssi, "max_rssi_dbm"),
    ] {
        let dbm = integer(&row.batch, column, row.row);
        *slot = dbm.and_then(|it| Dbm::try_new(it).ok()).or(*slot);
    }
    Ok(())
}

fn timestamp(millis: i64) -> Option<Timestamp> {
    Timestamp::from_unix_millis(millis).ok()
}

fn spelt(millis: i64) -> Option<String> {
    timestamp(millis).map(|at| at.to_string())
}

impl Object {
    /// Adds an instant, in milliseconds since 1970, unless it is missing.
    fn instant(&mut self, name: &str, millis: Option<i64>) {
        if let Some(text) = millis.and_then(spelt) {
            self.text(name, &text);
        }
    }
}
