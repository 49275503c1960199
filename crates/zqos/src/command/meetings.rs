//! `zqos meetings`: the meetings or webinars of a range.

use std::io::{self, Write};

use zoom_wire::field::{Field, Text};
use zoom_wire::meeting::{ListMeetings, Meeting};
use zoom_wire::participant::ListParticipants;
use zoom_wire::request::Bound;
use zoom_wire::{Kind, Range, When};
use zqos_core::{MeetingId, MeetingNumber, MeetingUuid, Shown, Timestamp};

use crate::cli::{ListType, Meetings};
use crate::command::resolve::{is_not_available, mentions, ran_at, range_before};
use crate::command::{Missing, refuse_raw};
use crate::exit::Exit;
use crate::output::columns::{Align, Columns};
use crate::output::listing::{ListedRow, Listing};
use crate::output::rows::{Cell, Part, RowWriter};
use crate::output::{Output, note};
use crate::session::{Asker, Session};
use crate::time::{Zone, by_month, duration, second_before};

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
    let member = format!("{}s", wanted.kind);
    let mut listing = Listing::new(output, format, &COLUMNS, table(), &member);
    let mut missing = Missing::default();
    // What is wrong with a credential is found before anybody is asked.
    let askers: Vec<_> = session
        .accounts()?
        .into_iter()
        .map(|account| Asker::new(session, account))
        .collect::<Result<_, _>>()?;
    let ranges =
        askers.iter().flat_map(|asker| wanted.ranges.iter().map(move |range| (asker, range)));
    for (asker, range) in ranges {
        let listed = list(session, asker, &wanted, *range, &mut listing, &mut missing).await;
        if let Err(error) = listed {
            missing.lost(error)?;
            break;
        }
    }
    let count = listing.count();
    let plural = if count == 1 { "" } else { "s" };
    listing.end(&format!(
        "{count} {}{plural}; times are of {}",
        wanted.kind,
        session.zone.name()
    ))?;
    Ok(missing.tell(&session.zone))
}

/// Lists the meetings of one range of one account.
async fn list(
    session: &Session,
    asker: &Asker,
    wanted: &Wanted,
    range: Range,
    listing: &mut Listing,
    missing: &mut Missing,
) -> anyhow::Result<()> {
    let mut pages = asker.pages(ListMeetings::new(range).kind(wanted.kind).when(wanted.when));
    let mut place = 0_usize;
    while let Some(page) = pages.next().await? {
        let frame = page.frame();
        let rows = page.rows().map_err(|error| page.raw().undecodable(error))?;
        missing.page(&frame);
        for ((_, row), raw) in rows.into_iter().zip(page.raw_rows()) {
            let path = format!("$.{}s[{place}]", wanted.kind);
            place += 1;
            match row.as_object(|| path) {
                Ok(meeting) if wanted.fits(meeting) => {
                    if let Some(person) = &wanted.participant
                        && !took_part(asker, wanted, meeting, person).await?
                    {
                        continue;
                    }
                    let row = MeetingRow {
                        account: &asker.account,
                        kind: wanted.kind,
                        zone: &session.zone,
                        meeting,
                    };
                    listing.add(&frame, raw.get(), &row)?;
                }
                Ok(_) => {}
                Err(invalid) => missing.invalid(&invalid),
            }
        }
    }
    missing.compare(pages.given(), pages.total_records());
    Ok(())
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
            zone.range(from, to)?;
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

fn table() -> Columns {
    use Align::{Left, Right};

    Columns::new([
        ("start", Right),
        ("length", Right),
        ("topic", Left),
        ("host", Left),
        ("people", Right),
        ("audio", Left),
        ("video", Left),
        ("share", Left),
        ("number", Right),
        ("UUID", Right),
    ])
}

struct MeetingRow<'r> {
    account: &'r str,
    kind: Kind,
    zone: &'r Zone,
    meeting: &'r Meeting<'r>,
}

impl ListedRow for MeetingRow<'_> {
    fn write_cells(&self, out: &mut dyn Write, writer: &mut RowWriter) -> io::Result<()> {
        let m = self.meeting;
        let kind = self.kind.to_string();
        let uuid = m.uuid.get();
        let [topic, host, email, dept, audio, video, share] = [
            &m.topic,
            &m.host,
            &m.email,
            &m.dept,
            &m.audio_quality,
            &m.video_quality,
            &m.screen_share_quality,
        ]
        .map(Field::get);
        writer.row(
            out,
            &[Part::Cells(&[
                Cell::Text(self.account),
                uuid.as_ref().map(MeetingUuid::as_str).into(),
                m.id.get().map(MeetingNumber::get).into(),
                Cell::Text(&kind),
                topic.as_deref().into(),
                host.as_deref().into(),
                email.as_deref().into(),
                dept.as_deref().into(),
                m.start_time.get().into(),
                m.end_time.get().into(),
                m.participants.get().into(),
                audio.as_deref().into(),
                video.as_deref().into(),
                share.as_deref().into(),
            ])],
        )
    }

    fn add_line(&self, table: &mut Columns) {
        let (m, zone) = (self.meeting, self.zone);
        let shown = |field: &Text<'_>| {
            field.get().map_or_else(String::new, |text| Shown(&text).to_string())
        };
        let (start, end) = (m.start_time.get(), m.end_time.get());
        let length = match (start, end) {
            (Some(start), Some(end)) => duration(start, end).unwrap_or_default(),
            (Some(_), None) => "running".to_owned(),
            _ => String::new(),
        };
        table.row([
            start.map_or_else(String::new, |start| zone.date_and_time(start)),
            length,
            shown(&m.topic),
            shown(&m.host),
            m.participants.get().map_or_else(String::new, |count| count.to_string()),
            shown(&m.audio_quality),
            shown(&m.video_quality),
            shown(&m.screen_share_quality),
            m.id.get().map_or_else(String::new, |number| number.to_string()),
            m.uuid.get().map_or_else(String::new, |uuid| uuid.to_string()),
        ]);
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
    loop {
        let page = match pages.next().await {
            Ok(Some(page)) => page,
            Ok(None) => return Ok(false),
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
}
