//! `zqos get`: the report of one participant, or of all.

use std::io::{self, Write};

use zoom_dashboard::{Client, Credential, PageAnswer};
use zoom_wire::qos::{GetParticipantQos, ListParticipantsQos, ParticipantQos, Samples};
use zoom_wire::summary::ListQosSummary;
use zoom_wire::{Endpoint as _, ForAccount, Request, RequestError, When};
use zqos_core::column::{DEVICE, DEVICE_FIGURES, SAMPLE_KEY, STREAM_FIGURES};
use zqos_core::{Dbm, Fps, Kbps, Millis, ParticipantId, Percent, Pressure};

use crate::cli::{Format, Get};
use crate::command::resolve::{Meant, Typed, find_participant};
use crate::command::{Missing, print_request, refuse_raw, report, row_form, summary};
use crate::exit::{Exit, UsageError};
use crate::failure::head_of;
use crate::output::columns::Columns;
use crate::output::json::write_pretty;
use crate::output::listing::{ListedRow, Listing};
use crate::output::rows::{Cell, Part, RowWriter};
use crate::output::{Output, note};
use crate::session::{Asker, Session};

pub(super) async fn run(session: &Session, args: &Get) -> anyhow::Result<Exit> {
    let typed = Typed::read(&args.which, &session.zone)?;
    let participant = args
        .participant
        .as_deref()
        .map(|id| {
            ParticipantId::new(id).ok_or_else(|| {
                UsageError::new("the participant's id is empty")
                    .hint("leave it out to get all participants, or give `--person`")
            })
        })
        .transpose()?;
    if args.summary && typed.when == Some(When::Live) {
        return Err(UsageError::new("summaries are of past meetings only")
            .hint("leave `--type live` out")
            .into());
    }
    if args.person.as_ref().is_some_and(|person| person.trim().is_empty()) {
        return Err(UsageError::new("the person's name is empty")
            .hint("leave `--person` out to get all participants")
            .into());
    }
    // Ids that no path can hold are refused before anything is asked.
    let request = typed.meant().map(|meant| first_request(args, &meant, participant.as_ref()));
    let request = request.transpose().map_err(zoom_dashboard::Error::from)?;
    if let Some(form) = args.print_request {
        return print(session, args, request, form);
    }
    let output = Output::new();
    let format = output.format(session.format);
    if participant.is_none() && args.person.is_none() || args.summary {
        refuse_raw(format, "name one participant, or take `--format json`")?;
    }
    let asker = session.asker()?;
    let mut meant = typed.find(&asker, &session.zone).await?;
    let participant = match &args.person {
        Some(person) => {
            // Who is found in an instance has a report in that one.
            meant = meant.settle(&asker, &session.zone).await?;
            let (when, found) = find_participant(session, &asker, &meant, person).await?;
            meant.when = Some(when);
            Some(found)
        }
        None => participant,
    };
    let getting = Getting { session, asker: &asker, format, include: args.include };
    match participant {
        _ if args.summary => summary::run(&getting, meant, participant, output).await,
        Some(participant) => getting.one(&meant, participant, output).await,
        None => getting.all(meant, output).await,
    }
}

/// The request that asks for what was typed, where nothing has to be looked up before.
fn first_request(
    args: &Get,
    meant: &Meant,
    participant: Option<&ParticipantId>,
) -> Result<Request, RequestError> {
    let when = meant.when.unwrap_or_default();
    let (kind, meeting) = (meant.kind, meant.meeting.clone());
    match participant {
        _ if args.summary => ListQosSummary::new(meeting).kind(kind).to_request(),
        Some(participant) => {
            let participant = participant.clone();
            GetParticipantQos::new(meeting, participant).kind(kind).when(when).to_request()
        }
        None => ListParticipantsQos::new(meeting).kind(kind).when(when).to_request(),
    }
}

/// Prints a request. Nothing is asked, so nothing can be looked up.
fn print(
    session: &Session,
    args: &Get,
    request: Option<Request>,
    form: crate::cli::RequestForm,
) -> anyhow::Result<Exit> {
    let request = request.filter(|_| args.person.is_none() && args.which.at.is_none());
    let Some(request) = request else {
        return Err(UsageError::new("a printed request is not sent, so nobody can be looked up")
            .hint("give the participant's id and the meeting's UUID")
            .into());
    };
    let account = session.account()?;
    let request = account.addressed(request)?;
    // The API root is held to the same rules as that of a request that is sent; the token is not
    // needed for it.
    let mut client = Client::builder(Credential::bearer("none"));
    if let Some(base) = &account.api_base {
        client = client.api_base(base)?;
    }
    let url = client.build()?.url_of(&request);
    let mut output = Output::new();
    let text = print_request::printed(form, request.operation().name, &url);
    output.write(|out| out.write_all(text.as_bytes()))?;
    output.finish()?;
    Ok(Exit::Done)
}

/// What getting works with.
pub(super) struct Getting<'s> {
    pub(super) session: &'s Session,
    pub(super) asker: &'s Asker,
    pub(super) format: Format,
    include: bool,
}

impl Getting<'_> {
    /// Shows the status line and headers, where they were asked for.
    pub(super) fn include(&self, raw: &zoom_dashboard::RawAnswer) {
        if self.include {
            note(head_of(raw.status, &raw.reason, &raw.headers));
        }
    }

    async fn one(
        &self,
        meant: &Meant,
        participant: ParticipantId,
        mut output: Output,
    ) -> anyhow::Result<Exit> {
        let (when, answer) = meant
            .ask(|when| {
                self.asker.send(
                    GetParticipantQos::new(meant.meeting.clone(), participant.clone())
                        .kind(meant.kind)
                        .when(when),
                )
            })
            .await?;
        let raw = answer.raw();
        self.include(raw);
        if self.format == Format::Raw {
            output.write(|out| out.write_all(&raw.body))?;
            output.finish()?;
            return Ok(Exit::Done);
        }
        let participant = answer.decode().map_err(|error| raw.undecodable(error))?;
        let samples = participant.samples("$");
        let mut missing = Missing::default();
        match (self.format, row_form(self.format)) {
            (_, Some(form)) => {
                output.write(|out| {
                    let mut writer = RowWriter::new(out, form, &SAMPLE_COLUMNS)?;
                    write_samples(out, &mut writer, meant, &participant, &samples)
                })?;
                samples.invalid.iter().for_each(|row| missing.invalid(row));
            }
            (Format::Table, None) => {
                let (width, may_style) = (output.width(), output.may_style());
                let zone = &self.session.zone;
                output.write(|out| {
                    let what = (&meant.meeting, when);
                    report::write_one(out, zone, what, &participant, &samples, width, may_style)
                })?;
                samples.invalid.iter().for_each(|row| missing.invalid(row));
            }
            _ => {
                let text =
                    zoom_wire::answer::text(&raw.body).map_err(|error| raw.undecodable(error))?;
                output.write(|out| {
                    write_pretty(out, text, 0)?;
                    out.write_all(b"\n")
                })?;
            }
        }
        output.finish()?;
        if samples.streams.is_empty() && samples.devices.is_empty() && samples.invalid.is_empty() {
            note(match when {
                When::Live => {
                    "no samples: the participant neither sends nor receives at the moment, which is \
                     normal"
                }
                _ => "no samples: Zoom has none of this participant",
            });
        }
        Ok(missing.tell(&self.session.zone))
    }

    async fn all(&self, meant: Meant, output: Output) -> anyhow::Result<Exit> {
        let meant = meant.settle(self.asker, &self.session.zone).await?;
        let (when, (mut pages, mut next)) = meant
            .ask_pages(self.asker, |when| {
                ListParticipantsQos::new(meant.meeting.clone()).kind(meant.kind).when(when)
            })
            .await?;
        let mut listing =
            Listing::new(output, self.format, &SAMPLE_COLUMNS, report::overview(), "participants");
        let mut missing = Missing::default();
        let mut place = 0_usize;
        while let Some(page) = next {
            self.include(page.raw());
            add_page(&mut listing, &meant, &page, &mut place, &mut missing)?;
            // Only one page is held at a time.
            drop(page);
            next = missing.following(pages.next().await);
        }
        listing.end(report::OVERVIEW_LEGEND)?;
        missing.compare(pages.given(), pages.total_records());
        if pages.given() == 0 && missing.is_nothing() {
            note(format_args!(
                "no participants: Zoom has no {when} reports of this {}",
                meant.kind
            ));
        }
        Ok(missing.tell(&self.session.zone))
    }
}

/// Adds the participants of a page. Nothing of them is read for JSON, which goes out as it came.
fn add_page(
    listing: &mut Listing,
    meant: &Meant,
    page: &PageAnswer<ForAccount<ListParticipantsQos>>,
    place: &mut usize,
    missing: &mut Missing,
) -> anyhow::Result<()> {
    let frame = page.frame();
    if !missing.page(&frame) {
        return Ok(());
    }
    if listing.is_json() {
        return page.raw_rows().into_iter().try_for_each(|row| listing.add_raw(&frame, row.get()));
    }
    let mut samples = Samples::default();
    for (_, row) in page.rows().map_err(|error| page.raw().undecodable(error))? {
        let path = format!("$.participants[{place}]");
        *place += 1;
        match row.as_object(|| path.clone()) {
            Ok(participant) => {
                samples.clear();
                participant.append_samples(&path, &mut samples);
                samples.invalid.iter().for_each(|row| missing.invalid(row));
                listing.add(&frame, "", &Report { meant, participant, samples: &samples })?;
            }
            Err(invalid) => missing.invalid(&invalid),
        }
    }
    Ok(())
}

/// The report of one of all participants.
struct Report<'r> {
    meant: &'r Meant,
    participant: &'r ParticipantQos<'r>,
    samples: &'r Samples,
}

impl ListedRow for Report<'_> {
    fn write_cells(&self, out: &mut dyn Write, writer: &mut RowWriter) -> io::Result<()> {
        write_samples(out, writer, self.meant, self.participant, self.samples)
    }

    fn add_line(&self, table: &mut Columns) {
        table.row(report::overview_line(self.participant, self.samples));
    }
}

/// The columns of typed rows.
const SAMPLE_COLUMNS: [&str; SAMPLE_KEY.len() + STREAM_FIGURES.len() + DEVICE_FIGURES.len()] = {
    let mut columns = [""; SAMPLE_KEY.len() + STREAM_FIGURES.len() + DEVICE_FIGURES.len()];
    let (key, figures) = columns.split_at_mut(SAMPLE_KEY.len());
    let (stream, device) = figures.split_at_mut(STREAM_FIGURES.len());
    key.copy_from_slice(&SAMPLE_KEY);
    stream.copy_from_slice(&STREAM_FIGURES);
    device.copy_from_slice(&DEVICE_FIGURES);
    columns
};

/// Writes the samples of a participant: the streams of all minutes, then the device's.
fn write_samples(
    out: &mut dyn Write,
    writer: &mut RowWriter,
    meant: &Meant,
    participant: &ParticipantQos<'_>,
    samples: &Samples,
) -> io::Result<()> {
    let user_id = participant.user_id.get();
    let user_name = participant.user_name.get();
    let key = |ts, stream| {
        [
            Cell::from(meant.uuid().map(zqos_core::MeetingUuid::as_str)),
            Cell::from(user_id.as_ref().map(ParticipantId::as_str)),
            Cell::from(user_name.as_deref()),
            Cell::Time(ts),
            Cell::Text(stream),
        ]
    };
    for sample in &samples.streams {
        let figures = &sample.figures;
        let cells = [
            figures.bitrate.map(Kbps::get).into(),
            figures.latency.map(Millis::get).into(),
            figures.jitter.map(Millis::get).into(),
            figures.avg_loss.map(Percent::get).into(),
            figures.max_loss.map(Percent::get).into(),
            figures.resolution.map(zqos_core::Resolution::width).into(),
            figures.resolution.map(zqos_core::Resolution::height).into(),
            figures.frame_rate.map(Fps::get).into(),
        ];
        let key = key(sample.ts, sample.stream.as_str());
        let absent = Part::Absent(DEVICE_FIGURES.len());
        writer.row(out, &[Part::Cells(&key), Part::Cells(&cells), absent])?;
    }
    for device in &samples.devices {
        let cells = [
            device.zoom_min_cpu.map(Percent::get).into(),
            device.zoom_avg_cpu.map(Percent::get).into(),
            device.zoom_max_cpu.map(Percent::get).into(),
            device.system_max_cpu.map(Percent::get).into(),
            device.min_pressure.map(Pressure::as_str).into(),
            device.avg_pressure.map(Pressure::as_str).into(),
            device.max_pressure.map(Pressure::as_str).into(),
            device.min_rssi.map(Dbm::get).into(),
            device.avg_rssi.map(Dbm::get).into(),
            device.max_rssi.map(Dbm::get).into(),
        ];
        let key = key(device.ts, DEVICE);
        let absent = Part::Absent(STREAM_FIGURES.len());
        writer.row(out, &[Part::Cells(&key), absent, Part::Cells(&cells)])?;
    }
    Ok(())
}
