//! Tables: which there are, and their columns, as plain constants.
//!
//! A row is told from the others of its table by its key. A row that comes again with other content
//! has a higher [`REVISION`]; the highest counts.

use crate::column::{DEVICE_FIGURES, STREAM_FIGURES};
use crate::rollup::ROLLUP_HOURLY;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Text that is different in most rows.
    Text,
    /// Text that is the same in many rows: ids of meetings, names of streams, versions.
    Term,
    /// Several texts, in order.
    Texts,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// An instant, UTC, in microseconds.
    Instant,
    /// A UTC day.
    Day,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Column {
    /// The name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// True when every row has it; else null means missing.
    pub is_required: bool,
    /// True when it may hold a person's name, address or anything that leads to one: no statistics
    /// of it are kept, and erasure looks at it.
    pub is_personal: bool,
}

pub(crate) const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, is_required: false, is_personal: false }
}

pub(crate) const fn required(name: &'static str, kind: Kind) -> Column {
    Column { is_required: true, ..column(name, kind) }
}

const fn personal(name: &'static str, kind: Kind) -> Column {
    Column { is_personal: true, ..column(name, kind) }
}

/// How several rows of one key become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Latest {
    /// The row with the highest revision counts.
    Row,
    /// Each column takes the value with the highest revision, missing ones aside: different calls
    /// tell different things of the same participant.
    Values,
    /// There is one row of each: whoever makes them replaces whole days.
    Only,
}

/// A table.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Table {
    /// The name.
    pub name: &'static str,
    /// The columns that tell a row from the others.
    pub key: &'static [&'static str],
    /// How several rows of one key become one.
    pub latest: Latest,
    /// Every column that a row is made of. A store adds [`REVISION`] and [`DAY`].
    pub columns: &'static [Column],
}

/// Rises with every row that comes in: of several rows with one key, the highest counts.
pub const REVISION: Column = required("revision", Kind::Integer);

/// The UTC day that a row is kept under.
pub const DAY: Column = required("day", Kind::Day);

pub(crate) const ACCOUNT: Column = required("account", Kind::Term);
const MEETING_UUID: Column = required("meeting_uuid", Kind::Term);
const USER_ID: Column = required("user_id", Kind::Term);
const TS: Column = required("ts", Kind::Instant);
const ORIGIN: Column = required("origin", Kind::Term);

/// Meetings and webinars, an instance each.
pub const MEETINGS: Table = Table {
    name: "meetings",
    key: &["account", "meeting_uuid"],
    latest: Latest::Values,
    columns: &[
        ACCOUNT,
        MEETING_UUID,
        column("meeting_id", Kind::Integer),
        column("kind", Kind::Term),
        personal("topic", Kind::Text),
        personal("host", Kind::Text),
        personal("host_email", Kind::Text),
        column("dept", Kind::Term),
        column("start_time", Kind::Instant),
        column("end_time", Kind::Instant),
        column("participant_count", Kind::Integer),
        column("audio_quality", Kind::Term),
        column("video_quality", Kind::Term),
        column("share_quality", Kind::Term),
    ],
};

/// Participants, a join each.
pub const PARTICIPANTS: Table = Table {
    name: "participants",
    key: &["account", "meeting_uuid", "user_id"],
    latest: Latest::Values,
    columns: &[
        ACCOUNT,
        MEETING_UUID,
        USER_ID,
        column("participant_uuid", Kind::Text),
        column("join_time", Kind::Instant),
        personal("person_id", Kind::Text),
        personal("user_name", Kind::Text),
        personal("email", Kind::Text),
        column("leave_time", Kind::Instant),
        personal("leave_reason", Kind::Text),
        personal("ip_address", Kind::Text),
        personal("internal_ip_addresses", Kind::Texts),
        column("location", Kind::Term),
        column("network_type", Kind::Term),
        column("connection_type", Kind::Term),
        column("video_connection_type", Kind::Term),
        column("share_connection_type", Kind::Term),
        column("data_center", Kind::Term),
        column("device", Kind::Term),
        column("os", Kind::Term),
        column("client", Kind::Term),
        column("version", Kind::Term),
        personal("microphone", Kind::Text),
        personal("speaker", Kind::Text),
        personal("camera", Kind::Text),
        column("health", Kind::Term),
        column("issue_list", Kind::Texts),
        column("audio_quality", Kind::Term),
        column("video_quality", Kind::Term),
        column("share_quality", Kind::Term),
    ],
};

/// One stream of one participant in one minute each.
pub const STREAM_SAMPLES: Table = Table {
    name: "stream_samples",
    key: &["account", "meeting_uuid", "user_id", "stream", "ts", "origin"],
    latest: Latest::Row,
    columns: &[
        ACCOUNT,
        MEETING_UUID,
        USER_ID,
        TS,
        required("stream", Kind::Term),
        ORIGIN,
        column(STREAM_FIGURES[0], Kind::Number),
        column(STREAM_FIGURES[1], Kind::Number),
        column(STREAM_FIGURES[2], Kind::Number),
        column(STREAM_FIGURES[3], Kind::Number),
        column(STREAM_FIGURES[4], Kind::Number),
        column(STREAM_FIGURES[5], Kind::Integer),
        column(STREAM_FIGURES[6], Kind::Integer),
        column(STREAM_FIGURES[7], Kind::Number),
    ],
};

/// The device of one participant in one minute each.
pub const DEVICE_SAMPLES: Table = Table {
    name: "device_samples",
    key: &["account", "meeting_uuid", "user_id", "ts", "origin"],
    latest: Latest::Row,
    columns: &[
        ACCOUNT,
        MEETING_UUID,
        USER_ID,
        TS,
        ORIGIN,
        column(DEVICE_FIGURES[0], Kind::Number),
        column(DEVICE_FIGURES[1], Kind::Number),
        column(DEVICE_FIGURES[2], Kind::Number),
        column(DEVICE_FIGURES[3], Kind::Number),
        column(DEVICE_FIGURES[4], Kind::Term),
        column(DEVICE_FIGURES[5], Kind::Term),
        column(DEVICE_FIGURES[6], Kind::Term),
        column(DEVICE_FIGURES[7], Kind::Integer),
        column(DEVICE_FIGURES[8], Kind::Integer),
        column(DEVICE_FIGURES[9], Kind::Integer),
    ],
};

/// The text of each participant's report or event, as it came.
pub const ZOOM_RAW: Table = Table {
    name: "zoom_raw",
    key: &["account", "meeting_uuid", "user_id", "origin"],
    latest: Latest::Row,
    columns: &[
        ACCOUNT,
        MEETING_UUID,
        USER_ID,
        ORIGIN,
        required("received_at", Kind::Instant),
        Column { is_required: true, ..personal("body", Kind::Text) },
    ],
};

/// Every table, in the order in which a batch is committed: a reader that sees a sample finds its
/// participant and its meeting.
pub const TABLES: [&Table; 6] =
    [&MEETINGS, &PARTICIPANTS, &ZOOM_RAW, &ROLLUP_HOURLY, &DEVICE_SAMPLES, &STREAM_SAMPLES];

impl Table {
    /// The column with this name, and its place.
    pub fn column(&self, name: &str) -> Option<(usize, &Column)> {
        self.columns.iter().enumerate().find(|(_, column)| column.name == name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn keys_are_required_columns_and_names_are_unique() {
        let mut tables = HashSet::new();
        for table in TABLES {
            assert!(tables.insert(table.name));
            let names: HashSet<&str> = table.columns.iter().map(|column| column.name).collect();
            assert_eq!(names.len(), table.columns.len(), "{}", table.name);
            assert!(!names.contains(REVISION.name) && !names.contains(DAY.name));
            assert_eq!(table.columns[0].name, "account");
            for key in table.key {
                let (_, column) = table.column(key).unwrap();
                assert!(column.is_required && !column.is_personal, "{}.{key}", table.name);
            }
        }
    }
}
