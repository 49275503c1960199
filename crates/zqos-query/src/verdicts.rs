//! Verdicts: made of a day's meetings, and made anew when these are others, or are judged otherwise.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{
    ArrayRef, Float64Builder, Int64Builder, RecordBatch, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::error::ArrowError;
use futures::TryStreamExt as _;
use sha2::{Digest as _, Sha256};
use zqos_core::table::{
    Column, Kind, MEETINGS, PARTICIPANTS, STREAM_SAMPLES, VERDICTS, WHOLE_MEETING,
};
use zqos_core::{Figures, Medium, Stream, Timestamp};
use zqos_quality::{Attendance, Findings, Grade, GroupKind, Judge, Reason, Session, ZoomOpinion};
use zqos_store::{DataFile, Location, Store};

use crate::archive::{Archive, Limits, QueryError, Settings};
use crate::days::{self, day_after, day_before, fingerprint, stale};
use crate::reports::{Report, Which, quoted};

/// Rises with every change of what is stored of a verdict: those of another version are made anew.
const VERSION: u32 = 1;

/// How long before midnight a meeting must have been silent to count as one of the new day.
///
/// **Source**: a choice of this project.
const SILENCE: Duration = Duration::from_hours(6);

/// How many meetings are judged at once: what they have measured is in memory then.
const AT_ONCE: usize = 50;

/// Makes the verdicts of each day anew whose meetings, participants or samples are not those that its
/// verdicts were made of, or were judged by another rule or model. Returns these days, in order.
///
/// A meeting is of the UTC day on which its first sample is; samples until the end of the next day belong to
/// it.
///
/// **Errors**: days before the one that failed are done, and stay so.
pub async fn refresh_verdicts(
    store: &mut Store,
    at: impl Into<Location>,
    limits: Limits,
    judge: Judge,
    now: Timestamp,
) -> Result<Vec<String>, QueryError> {
    let settings = Settings { our_own: true, ..limits.into() };
    let archive = Archive::open(Some(at.into()), settings).await?;
    let Some(snapshot) = archive.snapshot() else { return Ok(Vec::new()) };
    let stale =
        stale(snapshot, &STREAM_SAMPLES, &VERDICTS, |day, files| made_of(day, files, judge));
    let has_verdicts =
        |day: &str| days::files(snapshot, &VERDICTS).iter().any(|file| file.day == day);
    let mut made = Vec::new();
    for (day, tag) in stale {
        let rows = match tag {
            Some(_) => judged(&archive, &day, judge, now).await?,
            None => Vec::new(),
        };
        // A day on which no meeting began has no verdict, whatever was sampled on it.
        if has_verdicts(&day) || rows.iter().any(|rows| rows.num_rows() > 0) {
            store.replace_day(&VERDICTS, &day, &rows, tag.as_deref().unwrap_or_default()).await?;
            made.push(day);
        }
    }
    Ok(made)
}

/// What the verdicts of a day are made of; `None` when that is nothing.
fn made_of<'a>(
    day: &str,
    files: impl Fn(&'static zqos_core::table::Table) -> &'a [DataFile],
    judge: Judge,
) -> Option<String> {
    let (before, after) = (day_before(day), day_after(day));
    let near = |days: &[Option<&str>], files: &'a [DataFile]| -> Vec<&'a DataFile> {
        files.iter().filter(|file| days.contains(&Some(&*file.day))).collect()
    };
    let (before, after) = (before.as_deref(), after.as_deref());
    let samples = near(&[Some(day)], files(&STREAM_SAMPLES));
    if samples.is_empty() {
        return None;
    }
    let mut salt = Sha256::new();
    salt.update(VERSION.to_le_bytes());
    salt.update(judge.rule.as_str());
    salt.update(judge.model());
    Some(fingerprint(
        salt,
        &[
            near(&[before, Some(day), after], files(&STREAM_SAMPLES)),
            near(&[before, Some(day), after], files(&PARTICIPANTS)),
            near(&[before, Some(day)], files(&MEETINGS)),
        ],
    ))
}

/// What was measured of one join.
type Measured = Vec<(Timestamp, Stream, Figures)>;

/// The verdicts on the meetings of a day.
async fn judged(
    archive: &Archive,
    day: &str,
    judge: Judge,
    now: Timestamp,
) -> Result<Vec<RecordBatch>, QueryError> {
    let Ok(midnight) = format!("{day}T00:00:00Z").parse::<Timestamp>() else {
        return Ok(Vec::new());
    };
    let next = midnight.saturating_add(Duration::from_hours(24));
    let end = midnight.saturating_add(Duration::from_hours(48));
    let meetings = of_day(archive, midnight, next).await?;
    let mut rows = Rows::new(now);
    for (account, meetings) in meetings {
        for some in meetings.chunks(AT_ONCE) {
            let which = Which {
                accounts: vec![account.clone()],
                range: midnight..end,
                meetings: Some(some.to_vec()),
                joins: None,
            };
            let mut by_meeting: BTreeMap<String, Vec<Report<Measured>>> = BTreeMap::new();
            for report in archive.reports(&which, Measured::new).await? {
                by_meeting.entry(report.meeting_uuid.clone()).or_default().push(report);
            }
            let opinions: BTreeMap<String, [ZoomOpinion; 3]> = archive
                .meetings(&which)
                .await?
                .into_iter()
                .map(|(_, meeting)| {
                    let opinions = Medium::ALL.map(|of| ZoomOpinion::of_meeting(&meeting, of));
                    (meeting.uuid.as_str().to_owned(), opinions)
                })
                .collect();
            for (meeting, joins) in by_meeting {
                let zoom = opinions.get(&meeting).copied().unwrap_or([ZoomOpinion::NONE; 3]);
                rows.meeting(&account, &meeting, &joins, judge, zoom);
            }
        }
    }
    rows.finish().map(|rows| vec![rows]).map_err(|error| QueryError::Failed(error.into()))
}

/// The meetings of a day, by account.
async fn of_day(
    archive: &Archive,
    midnight: Timestamp,
    next: Timestamp,
) -> Result<BTreeMap<String, Vec<String>>, QueryError> {
    let between = |from: Timestamp, to: Timestamp| {
        format!(
            "SELECT DISTINCT account, meeting_uuid FROM stream_samples \
             WHERE ts >= TIMESTAMP {} AND ts < TIMESTAMP {}",
            quoted(&from.to_string()),
            quoted(&to.to_string())
        )
    };
    let sql = format!(
        "{} EXCEPT {} ORDER BY account, meeting_uuid",
        between(midnight, next),
        between(midnight.saturating_sub(SILENCE), midnight)
    );
    let rows: Vec<RecordBatch> = archive.query(&sql).await?.try_collect().await?;
    let mut meetings: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for batch in &rows {
        let texts = |place: usize| {
            arrow::compute::cast(batch.column(place), &arrow::datatypes::DataType::Utf8View)
                .map_err(|error| QueryError::Failed(error.into()))
        };
        let (accounts, uuids) = (texts(0)?, texts(1)?);
        let pairs = arrow::array::AsArray::as_string_view(&accounts)
            .iter()
            .zip(arrow::array::AsArray::as_string_view(&uuids).iter());
        for (account, uuid) in pairs {
            if let (Some(account), Some(uuid)) = (account, uuid) {
                meetings.entry(account.to_owned()).or_default().push(uuid.to_owned());
            }
        }
    }
    Ok(meetings)
}

/// The columns of [`VERDICTS`], as they grow.
struct Rows {
    now: Timestamp,
    columns: Vec<(Column, Builder)>,
}

enum Builder {
    Text(StringBuilder),
    Integer(Int64Builder),
    Number(Float64Builder),
    Instant(TimestampMicrosecondBuilder),
}

/// What stands in a cell.
enum Cell<'a> {
    Text(Option<&'a str>),
    Integer(Option<u32>),
    Number(Option<f64>),
    Instant(Option<Timestamp>),
}

impl Rows {
    fn new(now: Timestamp) -> Self {
        let builder = |column: &Column| match column.kind {
            Kind::Text | Kind::Texts | Kind::Term => Builder::Text(StringBuilder::new()),
            Kind::Integer | Kind::Day => Builder::Integer(Int64Builder::new()),
            Kind::Number => Builder::Number(Float64Builder::new()),
            Kind::Instant => {
                Builder::Instant(TimestampMicrosecondBuilder::new().with_timezone("UTC"))
            }
        };
        Self {
            now,
            columns: VERDICTS.columns.iter().map(|column| (*column, builder(column))).collect(),
        }
    }

    /// Adds the verdicts on a meeting and on everybody in it. Media of which a join has no sample have no
    /// verdict.
    fn meeting(
        &mut self,
        account: &str,
        meeting: &str,
        joins: &[Report<Measured>],
        judge: Judge,
        zoom: [ZoomOpinion; 3],
    ) {
        let attendances: Vec<Attendance<'_>> = joins
            .iter()
            .map(|join| Attendance { participant: &join.participant, samples: &join.samples })
            .collect();
        let sessions = judge.meeting(&attendances);
        for medium in Medium::ALL {
            let has_minutes = |session: &&Session| !session.minutes().is_empty();
            let of_medium = || sessions.iter().map(|media| &media[medium as usize]);
            let mut row = |user: &str, findings: &Findings, zoom: ZoomOpinion| {
                self.row([account, meeting, user], medium, judge, findings, zoom);
            };
            for (join, session) in joins.iter().zip(of_medium()).filter(|(_, of)| has_minutes(of)) {
                row(join.participant.id.as_str(), session.findings(), session.zoom());
            }
            let zoom = zoom[medium as usize];
            let judged: Vec<&Session> = of_medium().filter(has_minutes).collect();
            if !judged.is_empty() {
                let group = judge.group(GroupKind::Meeting, medium, zoom, judged);
                row(WHOLE_MEETING, &group.findings, zoom);
            }
        }
    }

    fn row(
        &mut self,
        [account, meeting, user]: [&str; 3],
        medium: Medium,
        judge: Judge,
        found: &Findings,
        zoom: ZoomOpinion,
    ) {
        let model = judge.model();
        let stretch = found.longest_poor;
        for (column, builder) in &mut self.columns {
            let cell = match column.name {
                "account" => Cell::Text(Some(account)),
                "meeting_uuid" => Cell::Text(Some(meeting)),
                "user_id" => Cell::Text(Some(user)),
                "medium" => Cell::Text(Some(medium.as_str())),
                "rule" => Cell::Text(Some(judge.rule.as_str())),
                "model" => Cell::Text(Some(&model)),
                "verdict" => Cell::Text(Some(found.typical.as_str())),
                "reason" => Cell::Text(found.typical.reason().map(Reason::as_str)),
                "worst_verdict" => Cell::Text(Some(found.worst.as_str())),
                "minutes" => Cell::Integer(Some(found.minutes)),
                "poor_minutes" => Cell::Integer(Some(found.poor_minutes)),
                "unclassified_minutes" => Cell::Integer(Some(found.unclassified_minutes)),
                "own_leg_minutes" => Cell::Integer(found.median_r.map(|_| found.own_leg_minutes)),
                "longest_poor_from" => Cell::Instant(stretch.map(|stretch| stretch.from)),
                "longest_poor_minutes" => Cell::Integer(stretch.map(|stretch| stretch.minutes)),
                "median_r" => Cell::Number(found.median_r),
                "p10_r" => Cell::Number(found.p10_r),
                "mos" => Cell::Number(found.mos()),
                "zoom_quality" => Cell::Text(zoom.grade.map(Grade::as_str)),
                "judged_at" => Cell::Instant(Some(self.now)),
                other => unreachable!("a verdict has no `{other}`"),
            };
            match (builder, cell) {
                (Builder::Text(builder), Cell::Text(text)) => builder.append_option(text),
                (Builder::Integer(builder), Cell::Integer(number)) => {
                    builder.append_option(number.map(i64::from));
                }
                (Builder::Number(builder), Cell::Number(number)) => builder.append_option(number),
                (Builder::Instant(builder), Cell::Instant(at)) => {
                    builder.append_option(at.map(|at| at.unix_millis() * 1_000));
                }
                _ => unreachable!("the cell is of the column's kind"),
            }
        }
    }

    fn finish(mut self) -> Result<RecordBatch, ArrowError> {
        let columns = self.columns.iter_mut().map(|(column, builder)| {
            let cells: ArrayRef = match builder {
                Builder::Text(builder) => Arc::new(builder.finish()),
                Builder::Integer(builder) => Arc::new(builder.finish()),
                Builder::Number(builder) => Arc::new(builder.finish()),
                Builder::Instant(builder) => Arc::new(builder.finish()),
            };
            (column.name, cells, !column.is_required)
        });
        RecordBatch::try_from_iter_with_nullable(columns)
    }
}
