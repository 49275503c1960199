//! `zqos get --summary`: a line for each stream of a whole join.

use std::borrow::Cow;
use std::io::{self, Write};

use zoom_wire::field::Field;
use zoom_wire::summary::{ListQosSummary, QosSummary, SummaryDetails};
use zoom_wire::value::{FromWire, Malformed};
use zoom_wire::{InvalidRow, When};
use zqos_core::column::{DEVICE_FIGURES, SUMMARY_FIGURES};
use zqos_core::{MeetingUuid, ParticipantId, Shown};

use crate::command::Missing;
use crate::command::get::Getting;
use crate::command::resolve::Meant;
use crate::exit::Exit;
use crate::output::columns::{Align, Columns};
use crate::output::listing::{ListedRow, Listing};
use crate::output::rows::{Cell, Part, RowWriter};
use crate::output::{Output, note};

/// The columns that lead every line; the others are figures.
const KEY: [&str; 4] = ["meeting_uuid", "user_id", "user_name", "stream"];
const FIGURES: usize = SUMMARY_FIGURES.len() + DEVICE_FIGURES.len();

/// The columns of typed rows.
const COLUMNS: [&str; KEY.len() + FIGURES] = {
    let mut columns = [""; KEY.len() + FIGURES];
    let (key, figures) = columns.split_at_mut(KEY.len());
    let (stream, device) = figures.split_at_mut(SUMMARY_FIGURES.len());
    key.copy_from_slice(&KEY);
    stream.copy_from_slice(&SUMMARY_FIGURES);
    device.copy_from_slice(&DEVICE_FIGURES);
    columns
};

/// Fetches the summaries; of one participant, those whose id fits.
pub(super) async fn run(
    getting: &Getting<'_>,
    mut meant: Meant,
    participant: Option<ParticipantId>,
    output: Output,
) -> anyhow::Result<Exit> {
    meant.when = Some(When::Past);
    let meant = meant.settle(getting.asker, &getting.session.zone).await?;
    let mut pages =
        getting.asker.pages(ListQosSummary::new(meant.meeting.clone()).kind(meant.kind));
    let is_wanted = |id: Option<ParticipantId>| participant.is_none() || id == participant;
    let mut listing = Listing::new(output, getting.format, &COLUMNS, table(), "participants");
    let mut missing = Missing::default();
    let mut place = 0_usize;
    let mut next = pages.next().await?;
    while let Some(page) = next {
        getting.include(page.raw());
        let frame = page.frame();
        missing.page(&frame);
        let rows = page.rows().map_err(|error| page.raw().undecodable(error))?;
        for ((_, row), raw) in rows.into_iter().zip(page.raw_rows()) {
            let path = format!("$.participants[{place}]");
            place += 1;
            match row.as_object(|| path.clone()) {
                Ok(summary) if is_wanted(summary.participant_id.get()) => {
                    let row = SummaryRow::read(&meant, summary, &path, &mut missing);
                    listing.add(&frame, raw.get(), &row)?;
                }
                Ok(_) => {}
                Err(invalid) => missing.invalid(&invalid),
            }
        }
        // Only one page is held at a time.
        drop(page);
        next = missing.following(pages.next().await);
    }
    let has_none = listing.count() == 0;
    listing.end("Figures are of the whole join.")?;
    missing.compare(pages.given(), pages.total_records());
    if has_none && missing.is_nothing() {
        note("no summaries: Zoom has none of what was asked for");
    }
    Ok(missing.tell(&getting.session.zone))
}

/// The summary of one join, its elements read.
struct SummaryRow<'r> {
    meant: &'r Meant,
    user_id: Option<ParticipantId>,
    user_name: Option<Cow<'r, str>>,
    elements: Vec<(String, Figures)>,
}

/// The figures of a summary's element, in the order of the columns.
type Figures = [Cell<'static>; FIGURES];

impl<'r> SummaryRow<'r> {
    /// Reads a summary. What is wrong in an element is one invalid row.
    fn read(meant: &'r Meant, summary: &QosSummary<'r>, path: &str, missing: &mut Missing) -> Self {
        let path = format!("{path}.qos");
        let mut elements = Vec::new();
        for (place, element) in summary.qos.objects(&path).enumerate() {
            let details_path = format!("{path}[{place}].details");
            let read = element.and_then(|element| {
                let stream = element.kind.get().unwrap_or_default().into_owned();
                for details in element.details.objects(&details_path) {
                    let mut reader = Reader { wrong: None };
                    elements.push((stream.clone(), figures(details?, &mut reader)));
                    if let Some(reason) = reader.wrong {
                        return Err(InvalidRow::new(&*details_path, reason));
                    }
                }
                Ok(())
            });
            if let Err(invalid) = read {
                missing.invalid(&invalid);
            }
        }
        Self {
            meant,
            user_id: summary.participant_id.get(),
            user_name: summary.user_name.get(),
            elements,
        }
    }
}

impl ListedRow for SummaryRow<'_> {
    fn write_cells(&self, out: &mut dyn Write, writer: &mut RowWriter) -> io::Result<()> {
        self.elements.iter().try_for_each(|(stream, figures)| {
            let key = [
                Cell::from(self.meant.uuid().map(MeetingUuid::as_str)),
                Cell::from(self.user_id.as_ref().map(ParticipantId::as_str)),
                Cell::from(self.user_name.as_deref()),
                Cell::Text(stream),
            ];
            writer.row(out, &[Part::Cells(&key), Part::Cells(figures)])
        })
    }

    fn add_line(&self, table: &mut Columns) {
        for (stream, figures) in &self.elements {
            let of = |column: &str| {
                let place = COLUMNS.iter().position(|name| *name == column);
                place
                    .and_then(|place| figures.get(place - KEY.len()))
                    .map_or_else(String::new, Cell::shown)
            };
            let picture = match [of("width_px"), of("height_px")] {
                [width, height] if !width.is_empty() => format!("{width}×{height}"),
                _ => String::new(),
            };
            table.row([
                self.user_id.as_ref().map_or_else(String::new, ToString::to_string),
                self.user_name.as_ref().map_or_else(String::new, |name| Shown(name).to_string()),
                Shown(stream).to_string(),
                of("avg_latency_ms"),
                of("max_latency_ms"),
                of("avg_jitter_ms"),
                of("max_jitter_ms"),
                of("avg_loss_pct"),
                of("max_loss_pct"),
                of("avg_bitrate_kbps"),
                of("min_bitrate_kbps"),
                picture,
                of("avg_frame_rate_fps"),
                of("min_frame_rate_fps"),
                of("zoom_avg_cpu_pct"),
                of("system_max_cpu_pct"),
            ]);
        }
    }
}

/// Reads fields, and remembers the first that is malformed.
struct Reader {
    wrong: Option<Malformed>,
}

impl Reader {
    fn read<'a, T: FromWire<'a>>(&mut self, field: Field<'a, T>) -> Option<T> {
        field.read().unwrap_or_else(|malformed| {
            self.wrong.get_or_insert(malformed);
            None
        })
    }
}

fn figures(details: &SummaryDetails<'_>, reader: &mut Reader) -> Figures {
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

fn table() -> Columns {
    use Align::{Left, Right};

    Columns::new([
        ("participant", Right),
        ("name", Left),
        ("stream", Right),
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
        ("CPU %\naverage", Right),
        ("\nmax", Right),
    ])
}
