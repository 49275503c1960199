//! Tables: which there are, and their columns, as plain constants.
//!
//! A row is told from the others of its table by its key. A row that comes again with other content
//! has a higher [`REVISION`]; the highest counts.

use crate::column::{DEVICE_FIGURES, STREAM_FIGURES, SUMMARY_FIGURES};
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

/// A table; told from others by its name.
#[derive(Debug, Eq)]
pub struct Table {
    /// The name.
    pub name: &'static str,
    /// The columns that tell a row from the others.
    pub key: &'static [&'static str],
    /// How several rows of one key become one.
    pub latest: Latest,
    /// True for what the store tells of itself: in SQL it stands in the schema `system`.
    pub is_system: bool,
    /// Every column that a row is made of. A store adds [`REVISION`] and [`DAY`].
    pub columns: &'static [Column],
}

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// Rises with every row that comes in, or is when it was said, in microseconds since 1970, where that
/// [counts](Table::counts_as_said): of several rows with one key, the highest counts.
pub const REVISION: Column = required("revision", Kind::Integer);

/// The UTC day that a row is kept under.
pub const DAY: Column = required("day", Kind::Day);

/// When a row came in. It is no part of what the row says: rows that differ in nothing else are the same.
pub const RECEIVED_AT: Column = required("received_at", Kind::Instant);

pub(crate) const ACCOUNT: Column = required("account", Kind::Term);
const MEETING_UUID: Column = required("meeting_uuid", Kind::Term);
const USER_ID: Column = required("user_id", Kind::Term);
const TS: Column = required("ts", Kind::Instant);
const ORIGIN: Column = required("origin", Kind::Term);
const STREAM: Column = required("stream", Kind::Term);
/// What a row speaks of: a minute, a change, or a whole join.
const SPAN: Column = required("span", Kind::Term);
const CALL_ID: Column = required("call_id", Kind::Term);
/// Which of the two who speak: `caller` or `callee`.
const SIDE: Column = required("side", Kind::Term);

/// Meetings and webinars, an instance each.
pub const MEETINGS: Table = Table {
    name: "meetings",
    key: &["account", "meeting_uuid"],
    latest: Latest::Values,
    is_system: false,
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
    is_system: false,
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
        column("site", Kind::Term),
    ],
};

/// What clients told of themselves, whenever it changed and at the end of a join.
pub const SETTINGS_CHANGES: Table = Table {
    name: "settings_changes",
    key: &["account", "meeting_uuid", "user_id", "ts", "span", "element", "origin"],
    latest: Latest::Row,
    is_system: false,
    columns: &[
        ACCOUNT,
        MEETING_UUID,
        USER_ID,
        TS,
        SPAN,
        required("element", Kind::Integer),
        ORIGIN,
        column("device", Kind::Term),
        column("device_detail", Kind::Term),
        column("client", Kind::Term),
        column("version", Kind::Term),
        column("location", Kind::Term),
        column("network_type", Kind::Term),
        column("connection_type", Kind::Term),
        column("data_center", Kind::Term),
        personal("microphone", Kind::Text),
        personal("speaker", Kind::Text),
        personal("camera", Kind::Text),
        personal("pc_name", Kind::Text),
        personal("domain", Kind::Text),
        personal("mac_addr", Kind::Text),
        personal("harddisk_id", Kind::Text),
        personal("ip_address", Kind::Text),
        personal("internal_ip_address", Kind::Text),
        column("internal_port", Kind::Integer),
        personal("audio_internal_ip_address", Kind::Text),
        column("audio_internal_port", Kind::Integer),
        personal("video_internal_ip_address", Kind::Text),
        column("video_internal_port", Kind::Integer),
        personal("share_internal_ip_address", Kind::Text),
        column("share_internal_port", Kind::Integer),
        column("destination", Kind::Term),
        column("destination_port", Kind::Integer),
    ],
};

/// Calls of Zoom Phone, a side each.
pub const PHONE_CALLS: Table = Table {
    name: "phone_calls",
    key: &["account", "call_id", "side"],
    latest: Latest::Values,
    is_system: false,
    columns: &[
        ACCOUNT,
        CALL_ID,
        SIDE,
        column("start_time", Kind::Instant),
        column("end_time", Kind::Instant),
        column("direction", Kind::Term),
        column("duration_s", Kind::Integer),
        column("mos", Kind::Number),
        personal("person_id", Kind::Text),
        personal("user_name", Kind::Text),
        personal("email", Kind::Text),
        personal("phone_number", Kind::Text),
        personal("extension_number", Kind::Text),
        column("extension_type", Kind::Term),
        column("site_id", Kind::Term),
        personal("ip_address", Kind::Text),
        personal("internal_ip_address", Kind::Text),
        column("isp", Kind::Term),
        column("device", Kind::Term),
        column("codec", Kind::Term),
        personal("headset", Kind::Text),
        personal("microphone", Kind::Text),
    ],
};

/// What one side of a call sent or received, each time that it was measured.
pub const PHONE_SAMPLES: Table = Table {
    name: "phone_samples",
    key: &["account", "call_id", "side", "leg", "ts", "origin"],
    latest: Latest::Row,
    is_system: false,
    columns: &[
        ACCOUNT,
        CALL_ID,
        SIDE,
        required("leg", Kind::Term),
        TS,
        ORIGIN,
        column("bitrate_kbps", Kind::Number),
        column("jitter_ms", Kind::Number),
        column("avg_loss_pct", Kind::Number),
        column("max_loss_pct", Kind::Number),
        column("network_delay_ms", Kind::Number),
        column("mos", Kind::Number),
        column("network", Kind::Term),
    ],
};

/// The whole join of one participant in figures: one row for each stream, and one, under the name
/// [`crate::column::DEVICE`], for the device.
pub const STREAM_SUMMARIES: Table = Table {
    name: "stream_summaries",
    key: &["account", "meeting_uuid", "user_id", "stream", "origin"],
    // The processor and the signal of a device may come by themselves.
    latest: Latest::Values,
    is_system: false,
    columns: &[
        ACCOUNT,
        MEETING_UUID,
        USER_ID,
        STREAM,
        ORIGIN,
        column("ts", Kind::Instant),
        column(SUMMARY_FIGURES[0], Kind::Number),
        column(SUMMARY_FIGURES[1], Kind::Number),
        column(SUMMARY_FIGURES[2], Kind::Number),
        column(SUMMARY_FIGURES[3], Kind::Number),
        column(SUMMARY_FIGURES[4], Kind::Number),
        column(SUMMARY_FIGURES[5], Kind::Number),
        column(SUMMARY_FIGURES[6], Kind::Number),
        column(SUMMARY_FIGURES[7], Kind::Number),
        column(SUMMARY_FIGURES[8], Kind::Number),
        column(SUMMARY_FIGURES[9], Kind::Number),
        column(SUMMARY_FIGURES[10], Kind::Number),
        column(SUMMARY_FIGURES[11], Kind::Number),
        column(SUMMARY_FIGURES[12], Kind::Integer),
        column(SUMMARY_FIGURES[13], Kind::Integer),
        column(SUMMARY_FIGURES[14], Kind::Number),
        column(SUMMARY_FIGURES[15], Kind::Number),
        column(SUMMARY_FIGURES[16], Kind::Number),
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

/// Zoom's own scores and notices, of a minute or of a whole join.
pub const ZOOM_SCORES: Table = Table {
    name: "zoom_scores",
    key: &["account", "meeting_uuid", "user_id", "subject", "ts", "span", "origin"],
    latest: Latest::Row,
    is_system: false,
    columns: &[
        ACCOUNT,
        MEETING_UUID,
        USER_ID,
        TS,
        SPAN,
        required("subject", Kind::Term),
        ORIGIN,
        column("quality", Kind::Term),
        column("quality_score", Kind::Number),
        column("notification", Kind::Term),
    ],
};

/// What was expected of a meeting, or of a call, whose id then stands in place of a UUID; and what came.
pub const COVERAGE: Table = Table {
    name: "coverage",
    key: &["account", "meeting_uuid", "origin"],
    latest: Latest::Row,
    is_system: false,
    columns: &[
        ACCOUNT,
        MEETING_UUID,
        ORIGIN,
        column("expected", Kind::Integer),
        required("got", Kind::Integer),
        column("missing", Kind::Integer),
        column("why", Kind::Term),
        column("until", Kind::Instant),
        required("counted_at", Kind::Instant),
        column("expected_minutes", Kind::Integer),
        column("got_minutes", Kind::Integer),
        column("invalid", Kind::Integer),
    ],
};

/// Lists of the meetings or calls of a UTC day, which begins at `start_time`, that were walked to their end.
pub const LISTINGS: Table = Table {
    name: "listings",
    key: &["account", "kind", "start_time"],
    latest: Latest::Row,
    is_system: true,
    columns: &[
        ACCOUNT,
        required("kind", Kind::Term),
        required("start_time", Kind::Instant),
        required("total", Kind::Integer),
        required("listed_at", Kind::Instant),
    ],
};

/// What was wrong with what is pushed, while it lasted.
pub const PUSH_ALARMS: Table = Table {
    name: "push_alarms",
    key: &["account", "kind", "start_time"],
    latest: Latest::Row,
    is_system: true,
    columns: &[
        ACCOUNT,
        required("kind", Kind::Term),
        required("start_time", Kind::Instant),
        column("end_time", Kind::Instant),
        required("count", Kind::Integer),
    ],
};

/// Connections by which events were pushed. What lies between them was not told: it has to be asked for.
pub const PUSH_CONNECTIONS: Table = Table {
    name: "push_connections",
    key: &["account", "transport", "start_time"],
    latest: Latest::Row,
    is_system: true,
    columns: &[
        ACCOUNT,
        required("transport", Kind::Term),
        required("start_time", Kind::Instant),
        required("until", Kind::Instant),
        column("why", Kind::Term),
    ],
};

/// What collectors took of the daily quota of the UTC day that begins at `start_time`.
pub const QUOTA_LEDGER: Table = Table {
    name: "quota_ledger",
    key: &["account", "start_time", "pool", "run"],
    latest: Latest::Row,
    is_system: true,
    columns: &[
        ACCOUNT,
        required("start_time", Kind::Instant),
        required("pool", Kind::Term),
        required("run", Kind::Term),
        required("reserved", Kind::Integer),
        column("spent", Kind::Integer),
    ],
};

/// Calls that collectors made, by purpose, on the UTC day that begins at `start_time`.
pub const REQUESTS: Table = Table {
    name: "requests",
    key: &["account", "start_time", "run", "purpose"],
    latest: Latest::Row,
    is_system: true,
    columns: &[
        ACCOUNT,
        required("start_time", Kind::Instant),
        required("run", Kind::Term),
        required("purpose", Kind::Term),
        required("calls", Kind::Integer),
        required("failed", Kind::Integer),
    ],
};

/// Verdicts on joins and on meetings, kept under the day on which the meeting began. [`WHOLE_MEETING`]
/// stands for a user id in the latter.
pub const VERDICTS: Table = Table {
    name: "verdicts",
    key: &["account", "meeting_uuid", "user_id", "medium", "rule"],
    latest: Latest::Only,
    is_system: false,
    columns: &[
        ACCOUNT,
        MEETING_UUID,
        USER_ID,
        required("medium", Kind::Term),
        required("rule", Kind::Term),
        required("model", Kind::Term),
        required("verdict", Kind::Term),
        required("minutes", Kind::Integer),
        required("poor_minutes", Kind::Integer),
        required("unclassified_minutes", Kind::Integer),
        column("median_r", Kind::Number),
        column("p10_r", Kind::Number),
        required("judged_at", Kind::Instant),
        column("reason", Kind::Term),
        column("worst_verdict", Kind::Term),
        column("mos", Kind::Number),
        column("longest_poor_from", Kind::Instant),
        column("longest_poor_minutes", Kind::Integer),
        column("own_leg_minutes", Kind::Integer),
        column("zoom_quality", Kind::Term),
    ],
};

/// The user id of a verdict on a whole meeting; Zoom's own are digits.
pub const WHOLE_MEETING: &str = "*";

/// The user id of what is told of a meeting itself, which tells of its host: of the text of a meeting. Whoever
/// erases the host erases it.
pub const HOST: &str = "host";

/// One stream of one participant in one minute each.
pub const STREAM_SAMPLES: Table = Table {
    name: "stream_samples",
    key: &["account", "meeting_uuid", "user_id", "stream", "ts", "origin"],
    latest: Latest::Row,
    is_system: false,
    columns: &[
        ACCOUNT,
        MEETING_UUID,
        USER_ID,
        TS,
        STREAM,
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
    // The processor and the signal of a minute may come by themselves.
    latest: Latest::Values,
    is_system: false,
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

/// Texts as they came, of the kinds of [`TextKind`](crate::TextKind) and of events. [`HOST`] stands for the user
/// id in the text of a meeting; of a call's event its call stands for the meeting, and its side for the
/// participant.
pub const ZOOM_RAW: Table = Table {
    name: "zoom_raw",
    key: &["account", "meeting_uuid", "user_id", "origin", "kind", "part"],
    latest: Latest::Row,
    is_system: false,
    columns: &[
        ACCOUNT,
        MEETING_UUID,
        USER_ID,
        ORIGIN,
        RECEIVED_AT,
        Column { is_required: true, ..personal("body", Kind::Text) },
        required("kind", Kind::Term),
        required("part", Kind::Text),
        column("ts", Kind::Instant),
    ],
};

/// Rows that another row of their key has taken the place of, and that said something else.
pub const CONFLICTS: Table = Table {
    name: "conflicts",
    key: &["account", "table_name", "row_key", "lost_revision"],
    latest: Latest::Row,
    is_system: true,
    columns: &[
        ACCOUNT,
        column("meeting_uuid", Kind::Term),
        column("user_id", Kind::Term),
        required("table_name", Kind::Term),
        required("row_key", Kind::Text),
        required("lost_revision", Kind::Integer),
        required("kept_revision", Kind::Integer),
        RECEIVED_AT,
        Column { is_required: true, ..personal("row", Kind::Text) },
    ],
};

/// Rows that came in and could not be kept where they belong.
pub const DEAD_LETTERS: Table = Table {
    name: "dead_letters",
    key: &["account", "table_name", "row_key", "reason"],
    latest: Latest::Row,
    is_system: true,
    columns: &[
        ACCOUNT,
        column("meeting_uuid", Kind::Term),
        column("user_id", Kind::Term),
        required("table_name", Kind::Term),
        required("row_key", Kind::Text),
        required("reason", Kind::Term),
        RECEIVED_AT,
        Column { is_required: true, ..personal("row", Kind::Text) },
        column("replayed_at", Kind::Instant),
    ],
};

/// Every table, in the order in which a batch is committed: a reader that sees a sample finds its
/// participant and its meeting. The last is committed always, and tells how far all are.
pub const TABLES: [&Table; 20] = [
    &MEETINGS,
    &PARTICIPANTS,
    &SETTINGS_CHANGES,
    &PHONE_CALLS,
    &ZOOM_RAW,
    &PHONE_SAMPLES,
    &STREAM_SUMMARIES,
    &ZOOM_SCORES,
    &COVERAGE,
    &VERDICTS,
    &ROLLUP_HOURLY,
    &CONFLICTS,
    &DEAD_LETTERS,
    &LISTINGS,
    &PUSH_ALARMS,
    &PUSH_CONNECTIONS,
    &QUOTA_LEDGER,
    &REQUESTS,
    &DEVICE_SAMPLES,
    &STREAM_SAMPLES,
];

impl Table {
    /// The column with this name, and its place.
    pub fn column(&self, name: &str) -> Option<(usize, &'static Column)> {
        self.columns.iter().enumerate().find(|(_, column)| column.name == name)
    }

    /// True where of several rows of one key the one counts that was said last, whatever came last: of what goes on
    /// events tell, late and in any order. False where the key tells the time, so that there is nothing to say anew.
    pub fn counts_as_said(&self) -> bool {
        self.latest == Latest::Values && !self.key.contains(&"ts")
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
