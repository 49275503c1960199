//! `zqos meetings`: the meetings or webinars of a range.

use zoom_wire::meeting::{ListMeetings, Meeting};
use zoom_wire::participant::ListParticipants;
use zoom_wire::request::Bound;
use zoom_wire::{Kind, Range, When};
use zqos_core::{MeetingId, MeetingUuid, Shown, Timestamp};

use crate::cli::{Format, ListType, Meetings};
use crate::command::resolve::{is_not_available, mentions, ran_at, range_before};
use crate::command::{Missing, refuse_raw, row_form};
use crate::exit::{Exit, UsageError};
use crate::output::columns::{Align, Columns};
use crate::output::json::{new_line, write_pretty, write_string};
use crate::output::rows::{Cell, Part, RowWriter};
use crate::output::{Output, note};
use crate::session::{Asker, Session};
use crate::time::{by_month, duration, second_before};

const COLUMNS: [&str; 14] = [
    "account",
    "meeting_uuid",
    "meeting_id",
    "kind",
    "topic",
    "host",
    "host_email",
    "dept",
    "start_time",
    "end_time",
    "participant_count",
    "audio_quality",
    "video_quality",
    "share_quality",
];

pub(super) async fn run(session: &Session, args: &Meetings) -> anyhow::Result<Exit> {
    let output = Output::new();
    let format = output.format(session.format);
    refuse_raw(format, "take `--format json`, or `zqos api /metrics/meetings --format raw`")?;
    let wanted = Wanted::read(session, args)?;
    let mut listing = Listing::new(session, format, wanted.kind, output);
    for account in session.accounts()? {
        let asker = Asker::new(&session.config, account)?;
        for range in &wanted.ranges {
            listing.list(&asker, &wanted, *range).await?;
        }
    }
    listing.end()
}

/// Which meetings are wanted.
struct Wanted {
    kind: Kind,
    when: When,
    ranges: Vec<Range>,
    /// Starts from this instant until before that one.
    starts: Option<(Timestamp, Timestamp)>,
    at: Option<Timestamp>,
    host: Option<String>,
    topic: Option<String>,
    participant: Option<String>,
}

impl Wanted {
    fn read(session: &Session, args: &Meetings) -> anyhow::Result<Self> {
        let zone = &session.zone;
        let when = match args.when {
            ListType::Live => When::Live,
            ListType::Past => When::Past,
            ListType::PastOne => When::PastOne,
        };
        let read = |text: &Option<String>| text.as_deref().map(|text| zone.parse(text)).transpose();
        let (ranges, starts, at) = if let Some(at) = read(&args.at)? {
            (vec![range_before(at)?], None, Some(at))
        } else {
            let from = read(&args.from)?.unwrap_or_else(|| zone.today());
            let to = read(&args.to)?.unwrap_or_else(|| zone.now());
            if from >= to {
                return Err(UsageError::new(format!(
                    "the range from {} to {} ({}) is empty",
                    zone.date_and_time(from),
                    zone.date_and_time(to),
                    zone.name()
                ))
                .hint("`--from` is included, `--to` is not")
                .into());
            }
            let ranges = by_month(from, to)
                .into_iter()
                .map(|(from, to)| {
                    Range::new(Bound::Instant(from), Bound::Instant(second_before(to).max(from)))
                })
                .collect::<Result<_, _>>()?;
            // What runs now is wanted whenever it started.
            (ranges, (when != When::Live).then_some((from, to)), None)
        };
        let lower = |text: &Option<String>| text.as_deref().map(str::to_lowercase);
        Ok(Self {
            kind: if args.webinar { Kind::Webinar } else { Kind::Meeting },
            when,
            ranges,
            starts,
            at,
            host: lower(&args.host),
            topic: lower(&args.topic),
            participant: args.participant.clone(),
        })
    }

    /// True for a meeting that fits, as far as its row tells.
    fn fits(&self, meeting: &Meeting<'_>) -> bool {
        let start = meeting.start_time.get();
        let in_range = match (self.starts, start) {
            (Some((from, to)), Some(start)) => from <= start && start < to,
            // Zoom's own range decides where a row has no start.
            _ => true,
        };
        let at_the_time = self.at.is_none_or(|at| ran_at(meeting, at));
        let host = |host: &String| mentions(host, [meeting.host.get(), meeting.email.get()]);
        let topic = |topic: &String| mentions(topic, [meeting.topic.get(), None]);
        in_range
            && at_the_time
            && self.host.as_ref().is_none_or(host)
            && self.topic.as_ref().is_none_or(topic)
    }
}

/// Writes meetings as they come; the table at the end.
struct Listing<'s> {
    session: &'s Session,
    format: Format,
    kind: Kind,
    output: Output,
    rows: Option<RowWriter>,
    table: Columns,
    count: u64,
    missing: Missing,
}

impl<'s> Listing<'s> {
    fn new(session: &'s Session, format: Format, kind: Kind, output: Output) -> Self {
        use Align::{Left, Right};

        let table = Columns::new([
            ("start", Left),
            ("length", Right),
            ("topic", Left),
            ("host", Left),
            ("people", Right),
            ("audio", Left),
            ("video", Left),
            ("share", Left),
            ("number", Right),
            ("UUID", Left),
        ]);
        let missing = Missing::default();
        Self { session, format, kind, output, rows: None, table, count: 0, missing }
    }

    async fn list(&mut self, asker: &Asker, wanted: &Wanted, range: Range) -> anyhow::Result<()> {
        let listing = ListMeetings::new(range).kind(wanted.kind).when(wanted.when);
        let mut pages = asker.pages(listing);
        while let Some(page) = pages.next().await {
            let page = page?;
            let rows = page.rows().map_err(|error| page.raw().undecodable(error))?;
            for ((place, row), raw) in rows.into_iter().zip(page.raw_rows()) {
                match row.as_object(|| format!("$.{}s[{place}]", self.kind)) {
                    Ok(meeting) if wanted.fits(meeting) => {
                        if let Some(person) = &wanted.participant
                            && !took_part(asker, wanted, meeting, person).await?
                        {
                            continue;
                        }
                        self.add(&asker.account, meeting, raw.get())?;
                    }
                    Ok(_) => {}
                    Err(invalid) => self.missing.invalid(&invalid),
                }
            }
        }
        self.missing.compare(pages.given(), pages.total_records());
        Ok(())
    }

    fn add(&mut self, account: &str, meeting: &Meeting<'_>, raw: &str) -> anyhow::Result<()> {
        self.count += 1;
        let (start, end) = (meeting.start_time.get(), meeting.end_time.get());
        match row_form(self.format) {
            Some(form) => {
                let rows = &mut self.rows;
                let kind = self.kind.to_string();
                let uuid = meeting.uuid.get();
                let [topic, host, email, dept, audio, video, share] = [
                    &meeting.topic,
                    &meeting.host,
                    &meeting.email,
                    &meeting.dept,
                    &meeting.audio_quality,
                    &meeting.video_quality,
                    &meeting.screen_share_quality,
                ]
                .map(zoom_wire::field::Field::get);
                let cells = [
                    Cell::Text(account),
                    uuid.as_ref().map(MeetingUuid::as_str).into(),
                    meeting.id.get().map(zqos_core::MeetingNumber::get).into(),
                    Cell::Text(&kind),
                    topic.as_deref().into(),
                    host.as_deref().into(),
                    email.as_deref().into(),
                    dept.as_deref().into(),
                    start.into(),
                    end.into(),
                    meeting.participants.get().into(),
                    audio.as_deref().into(),
                    video.as_deref().into(),
                    share.as_deref().into(),
                ];
                self.output.write(|out| {
                    let writer = match rows {
                        Some(writer) => writer,
                        None => rows.insert(RowWriter::new(out, form, COLUMNS)?),
                    };
                    writer.row(out, &[Part::Cells(&cells)])
                })
            }
            None if self.format == Format::Table => {
                let zone = &self.session.zone;
                let shown = |field: &zoom_wire::field::Text<'_>| {
                    field.get().map_or_else(String::new, |text| Shown(&text).to_string())
                };
                let length = match (start, end) {
                    (Some(start), Some(end)) => duration(start, end).unwrap_or_default(),
                    (Some(_), None) => "running".to_owned(),
                    _ => String::new(),
                };
                self.table.row([
                    start.map_or_else(String::new, |start| zone.date_and_time(start)),
                    length,
                    shown(&meeting.topic),
                    shown(&meeting.host),
                    meeting.participants.get().map_or_else(String::new, |count| count.to_string()),
                    shown(&meeting.audio_quality),
                    shown(&meeting.video_quality),
                    shown(&meeting.screen_share_quality),
                    meeting.id.get().map_or_else(String::new, |number| number.to_string()),
                    meeting.uuid.get().map_or_else(String::new, |uuid| uuid.to_string()),
                ]);
                Ok(())
            }
            None => {
                let is_first = self.count == 1;
                let member = format!("{}s", self.kind);
                self.output.write(|out| {
                    if is_first {
                        out.write_all(b"{")?;
                        new_line(out, 1)?;
                        write_string(out, &member)?;
                        out.write_all(b": [")?;
                    } else {
                        out.write_all(b",")?;
                    }
                    new_line(out, 2)?;
                    write_pretty(out, raw, 2)
                })
            }
        }
    }

    fn end(mut self) -> anyhow::Result<Exit> {
        let (width, may_style) = (self.output.width(), self.output.may_style());
        let (count, kind, zone) = (self.count, self.kind, &self.session.zone);
        self.output.write(|out| match (row_form(self.format), count) {
            (Some(form), 0) => RowWriter::new(out, form, COLUMNS).map(drop),
            (Some(_), _) => Ok(()),
            (None, _) if self.format == Format::Table => {
                if count > 0 {
                    self.table.write(out, width, may_style)?;
                    writeln!(out)?;
                }
                let plural = if count == 1 { "" } else { "s" };
                writeln!(out, "{count} {kind}{plural}; times are of {}", zone.name())
            }
            (None, 0) => writeln!(out, "{{\n  \"{kind}s\": []\n}}"),
            (None, _) => out.write_all(b"\n  ]\n}\n"),
        })?;
        self.output.finish()?;
        Ok(self.missing.tell())
    }
}

/// True when somebody of this name or e-mail address took part. Costs a call for each 300 people.
async fn took_part(
    asker: &Asker,
    wanted: &Wanted,
    meeting: &Meeting<'_>,
    person: &str,
) -> anyhow::Result<bool> {
    let Some(uuid) = meeting.uuid.get() else { return Ok(false) };
    let id = MeetingId::from(uuid.clone());
    let mut pages = asker.pages(ListParticipants::new(id).kind(wanted.kind).when(wanted.when));
    while let Some(page) = pages.next().await {
        let page = match page {
            Ok(page) => page,
            Err(error) if is_not_available(&error) => {
                note(format_args!("{} {uuid}: its participants are not available", wanted.kind));
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        };
        for (_, row) in page.rows().map_err(|error| page.raw().undecodable(error))? {
            if let zoom_wire::Row::Object(participant) = row
                && mentions(person, [participant.user_name.get(), participant.email.get()])
            {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
