//! `zqos get --summary`: a line for each stream of a whole join.

use zoom_wire::field::Field;
use zoom_wire::summary::{ListQosSummary, QosSummary, SummaryDetails};
use zoom_wire::value::FromWire;
use zoom_wire::{InvalidRow, When};
use zqos_core::{ParticipantId, Shown};

use crate::cli::Format;
use crate::command::get::Getting;
use crate::command::resolve::Meant;
use crate::command::{Missing, row_form};
use crate::exit::Exit;
use crate::output::columns::{Align, Columns};
use crate::output::json::MergedPages;
use crate::output::rows::{Cell, Part, RowWriter};
use crate::output::{Output, note};

/// What leads every line.
const KEY: [&str; 4] = ["meeting_uuid", "user_id", "user_name", "stream"];

/// The figures of a line.
const FIGURES: [&str; 27] = [
    "min_bitrate_kbps",
    "avg_bitrate_kbps",
    "max_bitrate_kbps",
    "min_latency_ms",
    "avg_latency_ms",
    "max_latency_ms",
    "min_jitter_ms",
    "avg_jitter_ms",
    "max_jitter_ms",
    "min_loss_pct",
    "avg_loss_pct",
    "max_loss_pct",
    "width_px",
    "height_px",
    "min_frame_rate_fps",
    "avg_frame_rate_fps",
    "max_frame_rate_fps",
    "zoom_min_cpu_pct",
    "zoom_avg_cpu_pct",
    "zoom_max_cpu_pct",
    "system_max_cpu_pct",
    "min_pressure",
    "avg_pressure",
    "max_pressure",
    "min_rssi_dbm",
    "avg_rssi_dbm",
    "max_rssi_dbm",
];

/// Fetches the summaries; of one participant, those whose id fits.
pub(super) async fn run(
    getting: &Getting<'_>,
    mut meant: Meant,
    participant: Option<ParticipantId>,
    mut output: Output,
) -> anyhow::Result<Exit> {
    meant.when = Some(When::Past);
    let meant = meant.settle(getting.asker, &getting.session.zone).await?;
    let mut pages =
        getting.asker.pages(ListQosSummary::new(meant.meeting.clone()).kind(meant.kind));
    let is_wanted = |id: Option<ParticipantId>| participant.is_none() || id == participant;
    let mut missing = Missing::default();
    let mut merged: Option<MergedPages> = None;
    let mut writer: Option<RowWriter> = None;
    let mut table = summary_table();
    let (mut place, mut found) = (0_usize, 0_usize);
    while let Some(page) = pages.next().await {
        let page = page?;
        getting.include(page.raw());
        let rows = page.rows().map_err(|error| page.raw().undecodable(error))?;
        for ((_, row), raw) in rows.into_iter().zip(page.raw_rows()) {
            let path = format!("$.participants[{place}]");
            place += 1;
            let summary = match row.as_object(|| path.clone()) {
                Ok(summary) if is_wanted(summary.participant_id.get()) => summary,
                Ok(_) => continue,
                Err(invalid) => {
                    missing.invalid(&invalid);
                    continue;
                }
            };
            found += 1;
            match row_form(getting.format) {
                Some(form) => output.write(|out| {
                    let writer = match &mut writer {
                        Some(writer) => writer,
                        None => writer.insert(RowWriter::new(out, form, columns())?),
                    };
                    write_rows(out, writer, &meant, summary, &path, &mut missing)
                })?,
                None if getting.format == Format::Table => {
                    add_lines(&mut table, summary, &path, &mut missing);
                }
                None => output.write(|out| {
                    let merged = match &mut merged {
                        Some(merged) => merged,
                        None => {
                            let new = MergedPages::new(Some("participants".to_owned()));
                            let merged = merged.insert(new);
                            let frame = page.frame();
                            let members = frame.envelope.iter();
                            merged
                                .begin(out, members.map(|(name, value)| (&**name, value.get())))?;
                            merged
                        }
                    };
                    merged.row(out, raw.get())
                })?,
            }
        }
    }
    let (width, may_style) = (output.width(), output.may_style());
    output.write(|out| match (row_form(getting.format), merged) {
        (Some(form), _) if writer.is_none() => RowWriter::new(out, form, columns()).map(drop),
        (Some(_), _) => Ok(()),
        (None, _) if getting.format == Format::Table => table.write(out, width, may_style),
        (None, Some(merged)) => merged.end(out),
        (None, None) => out.write_all(b"{\n  \"participants\": []\n}\n"),
    })?;
    output.finish()?;
    if found == 0 {
        note("no summaries: Zoom has none of what was asked for");
    }
    Ok(missing.tell())
}

fn columns() -> impl Iterator<Item = &'static str> {
    KEY.into_iter().chain(FIGURES)
}

fn write_rows(
    out: &mut dyn std::io::Write,
    writer: &mut RowWriter,
    meant: &Meant,
    summary: &QosSummary<'_>,
    path: &str,
    missing: &mut Missing,
) -> std::io::Result<()> {
    let user_id = summary.participant_id.get();
    let user_name = summary.user_name.get();
    each_element(summary, path, missing, |stream, details, reader| {
        let key = [
            Cell::from(meant.uuid().map(zqos_core::MeetingUuid::as_str)),
            Cell::from(user_id.as_ref().map(ParticipantId::as_str)),
            Cell::from(user_name.as_deref()),
            Cell::Text(stream),
        ];
        let cells = cells(details, reader);
        writer.row(out, &[Part::Cells(&key), Part::Cells(&cells)])
    })
}

/// Goes through the elements of a summary. What is wrong in one is one invalid row.
fn each_element(
    summary: &QosSummary<'_>,
    path: &str,
    missing: &mut Missing,
    mut each: impl FnMut(&str, &SummaryDetails<'_>, &mut Reader) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let path = format!("{path}.qos");
    for (place, element) in summary.qos.objects(&path).enumerate() {
        let element = match element {
            Ok(element) => element,
            Err(invalid) => {
                missing.invalid(&invalid);
                continue;
            }
        };
        let details_path = format!("{path}[{place}].details");
        for details in element.details.objects(&details_path) {
            match details {
                Ok(details) => {
                    let mut reader = Reader { wrong: None };
                    let stream = element.kind.get().unwrap_or_default();
                    each(&stream, details, &mut reader)?;
                    if let Some(reason) = reader.wrong {
                        missing.invalid(&InvalidRow::new(&*details_path, reason));
                    }
                }
                Err(invalid) => missing.invalid(&invalid),
            }
        }
    }
    Ok(())
}

/// Reads fields, and remembers the first that is malformed.
struct Reader {
    wrong: Option<zoom_wire::value::Malformed>,
}

impl Reader {
    fn read<'a, T: FromWire<'a>>(&mut self, field: Field<'a, T>) -> Option<T> {
        field.read().unwrap_or_else(|malformed| {
            self.wrong.get_or_insert(malformed);
            None
        })
    }
}

fn cells(details: &SummaryDetails<'_>, reader: &mut Reader) -> [Cell<'static>; FIGURES.len()] {
    /// The number of a field's unit.
    macro_rules! number {
        ($field:ident) => {
            reader.read(details.$field).map(|value| value.get()).into()
        };
    }
    let resolution = reader.read(details.resolution);
    let mut pressure = |field| reader.read(field).map(zqos_core::Pressure::as_str).into();
    let pressures = [
        pressure(details.system_min_cpu_pressure_level),
        pressure(details.system_avg_cpu_pressure_level),
        pressure(details.system_max_cpu_pressure_level),
    ];
    [
        number!(min_bitrate),
        number!(avg_bitrate),
        number!(max_bitrate),
        number!(min_latency),
        number!(avg_latency),
        number!(max_latency),
        number!(min_jitter),
        number!(avg_jitter),
        number!(max_jitter),
        number!(min_loss),
        number!(avg_loss),
        number!(max_loss),
        resolution.map(zqos_core::Resolution::width).into(),
        resolution.map(zqos_core::Resolution::height).into(),
        number!(min_frame_rate),
        number!(avg_frame_rate),
        number!(max_frame_rate),
        number!(zoom_min_cpu_usage),
        number!(zoom_avg_cpu_usage),
        number!(zoom_max_cpu_usage),
        number!(system_max_cpu_usage),
        pressures[0],
        pressures[1],
        pressures[2],
        number!(min_rssi),
        number!(avg_rssi),
        number!(max_rssi),
    ]
}

fn summary_table() -> Columns {
    use Align::{Left, Right};

    Columns::new([
        ("participant", Right),
        ("name", Left),
        ("stream", Left),
        ("latency ms\naverage", Right),
        ("\nmax", Right),
        ("jitter ms\naverage", Right),
        ("\nmax", Right),
        ("loss %\naverage", Right),
        ("\nmax", Right),
        ("kbit/s\naverage", Right),
        ("\nmin", Right),
        ("picture", Right),
        ("fps\naverage", Right),
        ("\nmin", Right),
    ])
}

fn add_lines(table: &mut Columns, summary: &QosSummary<'_>, path: &str, missing: &mut Missing) {
    let user_id = summary.participant_id.get().map_or_else(String::new, |id| id.to_string());
    let name = summary.user_name.get().map_or_else(String::new, |name| Shown(&name).to_string());
    let added = each_element(summary, path, missing, |stream, details, reader| {
        /// The number of a field's unit, or nothing.
        macro_rules! shown {
            ($field:ident) => {
                reader
                    .read(details.$field)
                    .map_or_else(String::new, |value| value.get().to_string())
            };
        }
        let picture = reader.read(details.resolution);
        table.row([
            user_id.clone(),
            name.clone(),
            Shown(stream).to_string(),
            shown!(avg_latency),
            shown!(max_latency),
            shown!(avg_jitter),
            shown!(max_jitter),
            shown!(avg_loss),
            shown!(max_loss),
            shown!(avg_bitrate),
            shown!(min_bitrate),
            picture.map_or_else(String::new, |picture| picture.to_string()),
            shown!(avg_frame_rate),
            shown!(min_frame_rate),
        ]);
        Ok(())
    });
    added.expect("adding a line to a table writes nothing");
}
