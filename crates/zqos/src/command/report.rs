//! Reports for people: who, where, on what; then a line for each stream, with its curve.

use std::io::{self, Write};

use zoom_wire::When;
use zoom_wire::field::Text;
use zoom_wire::qos::{ParticipantQos, Samples};
use zqos_core::{
    Figures, Fps, Kbps, Leg, Medium, MeetingId, Millis, Percent, Resolution, Shown, Stream,
    StreamName, StreamSample, Timestamp,
};

use crate::output::columns::{Align, Columns, cut, wrapped};
use crate::output::sparkline::sparkline;
use crate::time::{Zone, duration};

/// The widest curve: an hour, a bar a minute.
const CURVE_WIDTH: usize = 60;

/// The least that a full bar of the latency curve is, in milliseconds.
///
/// **Source**: ITU-T G.114 recommends at most 150 ms one way.
const FULL_BAR_MS: f64 = 150.0;

/// How wide the labels of the particulars are.
const LABEL_WIDTH: usize = 9;

/// The head of the curve's column, and how wide it is.
const CURVE_HEAD: (&str, usize) = ("latency\nby min", 7);

/// Writes the report of one participant.
pub(super) fn write_one(
    out: &mut dyn Write,
    zone: &Zone,
    (meeting, when): (&MeetingId, When),
    participant: &ParticipantQos<'_>,
    samples: &Samples,
    width: usize,
    may_style: bool,
) -> io::Result<()> {
    let (bold, dim, plain) =
        if may_style { ("\u{1b}[1m", "\u{1b}[2m", "\u{1b}[0m") } else { ("", "", "") };
    let name = text(&participant.user_name).unwrap_or_else(|| "(no name)".to_owned());
    let email = text(&participant.email).map_or_else(String::new, |email| format!("  <{email}>"));
    writeln!(out, "{bold}{}{plain}", cut(&format!("{name}{email}"), width))?;
    for (label, line) in particulars(zone, meeting, when, participant) {
        if !line.is_empty() {
            let mut lines = wrapped(&line, width.saturating_sub(LABEL_WIDTH)).into_iter();
            let first = lines.next().unwrap_or_default();
            writeln!(out, "{dim}{label:<LABEL_WIDTH$}{plain}{first}")?;
            lines.try_for_each(|line| writeln!(out, "{:LABEL_WIDTH$}{line}", ""))?;
        }
    }
    let times = samples
        .streams
        .iter()
        .map(|sample| sample.ts)
        .chain(samples.devices.iter().map(|device| device.ts));
    let (Some(first), Some(last)) = (times.clone().min(), times.max()) else { return Ok(()) };
    writeln!(out)?;
    write_streams(out, samples, (first, last), width, may_style)?;
    write_device(out, samples, dim, plain)?;
    let mut legend = format!(
        "{} to {} {}. Worst is the highest latency, jitter and maximum loss, and the lowest bitrate, \
         picture and frame rate.",
        zone.date_and_time(first),
        if zone.same_day(first, last) { zone.time(last) } else { zone.date_and_time(last) },
        zone.name(),
    );
    if let Some(top) = full_bar(samples) {
        legend = format!("{legend} A full bar is {top} ms; a gap is a minute without figures.");
    }
    writeln!(out)?;
    wrapped(&legend, width).iter().try_for_each(|line| writeln!(out, "{dim}{line}{plain}"))
}

/// A text, safe to show; `None` when it is missing.
fn text(field: &Text<'_>) -> Option<String> {
    field.get().map(|text| Shown(text.trim()).to_string()).filter(|text| !text.is_empty())
}

/// Joins what is there.
fn joined<const N: usize>(parts: [Option<String>; N], separator: &str) -> String {
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(separator)
}

/// Which meeting, where, on what network, on what device, when, and what Zoom thinks of it.
fn particulars(
    zone: &Zone,
    meeting: &MeetingId,
    when: When,
    participant: &ParticipantQos<'_>,
) -> [(&'static str, String); 6] {
    let p = participant;
    let internal = p.internal_ip_addresses.get().map(|list| format!("internal {list}"));
    let place = joined(
        [
            text(&p.location),
            text(&p.ip_address),
            internal.filter(|text| text != "internal "),
            text(&p.data_center).map(|name| format!("data centre {name}")),
        ],
        ", ",
    );
    // Audio names the way; the others only where they differ.
    let audio = text(&p.connection_type);
    let differing = |field: &Text<'_>, medium: &str| {
        text(field).filter(|way| Some(way) != audio.as_ref()).map(|way| format!("{medium} {way}"))
    };
    let network = joined(
        [
            text(&p.network_type),
            audio.clone(),
            differing(&p.video_connection_type, "video"),
            differing(&p.as_connection_type, "share"),
        ],
        ", ",
    );
    let os = joined([text(&p.os), text(&p.os_version)], " ");
    let browser = joined([text(&p.browser_name), text(&p.browser_version)], " ");
    let device = joined(
        [
            text(&p.device),
            text(&p.device_name),
            Some(os),
            Some(browser),
            text(&p.client),
            text(&p.version).map(|version| format!("Zoom {version}")),
            text(&p.pc_name),
            text(&p.microphone).map(|name| format!("microphone {name}")),
            text(&p.speaker).map(|name| format!("speaker {name}")),
            text(&p.camera).map(|name| format!("camera {name}")),
        ],
        ", ",
    );
    let (join, leave) = (p.join_time.get(), p.leave_time.get());
    let stay = join.map(|join| match leave {
        Some(leave) => {
            let until = if zone.same_day(join, leave) {
                zone.time(leave)
            } else {
                zone.date_and_time(leave)
            };
            let length =
                duration(join, leave).map_or_else(String::new, |length| format!(" ({length})"));
            format!("{} to {until}{length}", zone.date_and_time(join))
        }
        None => format!("{}, still in", zone.date_and_time(join)),
    });
    let state = match when {
        When::Live => "live report",
        When::Past | When::PastOne => "past report",
    };
    let stay = stay.map_or_else(String::new, |stay| format!("{stay}, {}", zone.name()));
    let meeting = text(&p.meeting_number).unwrap_or_else(|| meeting.to_string());
    let meeting = joined(
        [
            Some(meeting),
            p.user_id.get().map(|id| format!("participant {id}")),
            Some(state.to_owned()),
        ],
        ", ",
    );
    let issues = p.issue_list.get().map(|list| list.to_string());
    let health = joined([text(&p.health), issues], ": ");
    [
        ("Meeting", meeting),
        ("Where", place),
        ("Network", network),
        ("Device", device),
        ("Joined", stay),
        ("Health", health),
    ]
}

/// The samples of each stream, in Zoom's order, unknown ones last.
fn by_stream(samples: &Samples) -> Vec<(&StreamName, Vec<&StreamSample>)> {
    let mut streams: Vec<(&StreamName, Vec<&StreamSample>)> = Vec::new();
    for sample in &samples.streams {
        match streams.iter_mut().find(|(name, _)| **name == sample.stream) {
            Some((_, of_stream)) => of_stream.push(sample),
            None => streams.push((&sample.stream, vec![sample])),
        }
    }
    streams.sort_by_key(|(name, _)| match name {
        StreamName::Known(stream) => stream.index(),
        StreamName::Other(_) => Stream::COUNT,
    });
    streams
}

/// Figures in one cell; nothing when all are missing.
fn slashed<const N: usize>(figures: [String; N]) -> String {
    if figures.iter().all(String::is_empty) {
        return String::new();
    }
    figures.map(|figure| if figure.is_empty() { "-".to_owned() } else { figure }).join("/")
}

/// How the streams are set out: with a column for each figure, or, on a narrow terminal, with
/// median and worst in one.
#[derive(Clone, Copy)]
enum Layout {
    Wide,
    Narrow,
}

impl Layout {
    fn heads(self) -> Vec<(&'static str, Align)> {
        use Align::{Left, Right};

        let figures: &[&str] = match self {
            Self::Wide => &[
                "latency ms\nmedian",
                "\nworst",
                "jitter ms\nmedian",
                "\nworst",
                "loss %\nmedian",
                "\nworst",
                "kbit/s\nmedian",
                "\nworst",
                "picture\nmedian",
                "\nworst",
                "fps\nmedian",
                "\nworst",
            ],
            Self::Narrow => {
                &["latency\nms", "jitter\nms", "loss\n%", "\nkbit/s", "picture\nlines", "\nfps"]
            }
        };
        let mut heads = vec![("stream", Left), ("time\nmin", Right)];
        heads.extend(figures.iter().map(|head| (*head, Right)));
        heads.push((CURVE_HEAD.0, Left));
        heads
    }

    fn cells(self, figures: &[Figures]) -> Vec<String> {
        let numbers = numbers(figures);
        match self {
            Self::Wide => numbers.to_vec(),
            Self::Narrow => numbers
                .chunks_exact(2)
                .map(|pair| {
                    let lines = |text: &String| match text.split_once('×') {
                        Some((_, lines)) => lines.to_owned(),
                        None => text.clone(),
                    };
                    slashed([lines(&pair[0]), lines(&pair[1])])
                })
                .collect(),
        }
    }
}

fn write_streams(
    out: &mut dyn Write,
    samples: &Samples,
    (first, last): (Timestamp, Timestamp),
    width: usize,
    may_style: bool,
) -> io::Result<()> {
    let streams = by_stream(samples);
    let top = full_bar(samples).unwrap_or(0.0);
    let drawn = |layout: Layout, curve_width: usize| {
        let mut table = Columns::new(layout.heads());
        for (name, of_stream) in &streams {
            let figures: Vec<Figures> = of_stream.iter().map(|sample| sample.figures).collect();
            let mut cells = vec![name.to_string(), of_stream.len().to_string()];
            cells.extend(layout.cells(&figures));
            let points = of_stream
                .iter()
                .filter_map(|sample| Some((sample.ts, sample.figures.latency?.get())));
            cells.push(sparkline(points, (first, last), top, curve_width));
            table.row(cells);
        }
        table
    };
    // The curve takes what room the figures leave; its column is at least as wide as its head. A
    // bar for each minute is worth more than a column for each figure.
    let room = |layout: Layout| (width + CURVE_HEAD.1).saturating_sub(drawn(layout, 1).width());
    let minutes = last.since(first).map_or(0, |time| time.as_secs() / 60) + 1;
    let wanted = usize::try_from(minutes).unwrap_or(CURVE_WIDTH).min(CURVE_WIDTH);
    let layout = if room(Layout::Wide) >= wanted { Layout::Wide } else { Layout::Narrow };
    let table = drawn(layout, room(layout).clamp(1, CURVE_WIDTH));
    table.write(out, usize::MAX, may_style)?;
    if let Layout::Narrow = layout {
        writeln!(out, "figures are median/worst")?;
    }
    Ok(())
}

/// Median and worst of each figure, in the order of the heads.
fn numbers(figures: &[Figures]) -> [String; 12] {
    let [latency, latency_worst] = high(figures, |f| f.latency, |f| f.latency, Millis::get);
    let [jitter, jitter_worst] = high(figures, |f| f.jitter, |f| f.jitter, Millis::get);
    let [loss, loss_worst] = high(figures, |f| f.avg_loss, |f| f.max_loss, Percent::get);
    let [bitrate, bitrate_worst] = low(figures, |f| f.bitrate, |value| number(Kbps::get(value)));
    let [picture, picture_worst] =
        low(figures, |f| f.resolution, |value: Resolution| value.to_string());
    let [rate, rate_worst] = low(figures, |f| f.frame_rate, |value| number(Fps::get(value)));
    [
        latency,
        latency_worst,
        jitter,
        jitter_worst,
        loss,
        loss_worst,
        bitrate,
        bitrate_worst,
        picture,
        picture_worst,
        rate,
        rate_worst,
    ]
}

/// The middle value; of an even number the lower one, so that it is one that was measured.
fn median<T: Ord + Copy>(values: &mut [T]) -> Option<T> {
    values.sort_unstable();
    values.get(values.len().checked_sub(1)? / 2).copied()
}

/// Median and highest, for figures that are worse the higher they are.
fn high<T: Ord + Copy>(
    figures: &[Figures],
    typical: impl Fn(&Figures) -> Option<T>,
    worst: impl Fn(&Figures) -> Option<T>,
    value: impl Fn(T) -> f64,
) -> [String; 2] {
    let mut typical: Vec<T> = figures.iter().filter_map(typical).collect();
    let shown = |figure: Option<T>| figure.map_or_else(String::new, |figure| number(value(figure)));
    [shown(median(&mut typical)), shown(figures.iter().filter_map(worst).max())]
}

/// Median and lowest, for figures that are worse the lower they are.
fn low<T: Ord + Copy>(
    figures: &[Figures],
    figure: impl Fn(&Figures) -> Option<T>,
    show: impl Fn(T) -> String,
) -> [String; 2] {
    let mut values: Vec<T> = figures.iter().filter_map(figure).collect();
    let shown = |figure: Option<T>| figure.map_or_else(String::new, &show);
    [shown(median(&mut values)), shown(values.iter().min().copied())]
}

/// A number of people's length: whole from ten on, else with one decimal.
fn number(value: f64) -> String {
    if value >= 10.0 || value.fract() == 0.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    }
}

/// What a full bar is: the highest latency, but at least [`FULL_BAR_MS`], so that the curve of a
/// quiet network is low. `None` when no stream has a latency.
fn full_bar(samples: &Samples) -> Option<f64> {
    let highest = samples.streams.iter().filter_map(|sample| sample.figures.latency).max()?;
    Some(highest.get().max(FULL_BAR_MS))
}

/// CPU, pressure and signal, each in a line, if the device reports it.
fn write_device(out: &mut dyn Write, samples: &Samples, dim: &str, plain: &str) -> io::Result<()> {
    let devices = &samples.devices;
    let mut typical: Vec<Percent> = devices.iter().filter_map(|d| d.zoom_avg_cpu).collect();
    let load = joined(
        [
            median(&mut typical).map(|load| format!("Zoom median {load:.0}")),
            devices.iter().filter_map(|d| d.zoom_max_cpu).max().map(|l| format!("worst {l:.0}")),
            devices
                .iter()
                .filter_map(|d| d.system_max_cpu)
                .max()
                .map(|load| format!("whole machine worst {load:.0}")),
        ],
        ", ",
    );
    let mut levels: Vec<_> = devices.iter().filter_map(|d| d.avg_pressure).collect();
    let pressure = joined(
        [
            median(&mut levels).map(|level| format!("median {level}")),
            devices.iter().filter_map(|d| d.max_pressure).max().map(|l| format!("worst {l}")),
        ],
        ", ",
    );
    let mut signals: Vec<_> = devices.iter().filter_map(|d| d.avg_rssi).collect();
    let weakest = devices.iter().flat_map(|d| [d.min_rssi, d.avg_rssi, d.max_rssi]).flatten().min();
    let signal = joined(
        [
            median(&mut signals).map(|signal| format!("median {signal}")),
            weakest.map(|signal| format!("weakest {signal}")),
        ],
        ", ",
    );
    if [&load, &pressure, &signal].iter().any(|line| !line.is_empty()) {
        writeln!(out)?;
    }
    for (label, line) in [("CPU", load), ("Pressure", pressure), ("Wi-Fi", signal)] {
        if !line.is_empty() {
            writeln!(out, "{dim}{label:<LABEL_WIDTH$}{plain}{line}")?;
        }
    }
    Ok(())
}

/// What stands below [`overview`].
pub(super) const OVERVIEW_LEGEND: &str = "Audio is latency/jitter/loss, video is loss/frame rate: each \
    the worst of the participant's minutes, the highest latency and jitter, the highest maximum loss \
    and the lowest frame rate. CPU is the highest load of the machine. Name a participant for the rest.";

/// All participants, a line each: who, on what, and the streams that most have.
pub(super) fn overview() -> Columns {
    use Align::{Left, Right};

    Columns::new([
        ("participant", Right),
        ("name", Left),
        ("network", Left),
        ("device", Left),
        ("time\nmin", Right),
        ("audio_input\nms/ms/%", Right),
        ("audio_output\nms/ms/%", Right),
        ("video_input\n%/fps", Right),
        ("video_output\n%/fps", Right),
        ("CPU\n%", Right),
    ])
}

/// A participant's line of [`overview`].
pub(super) fn overview_line(participant: &ParticipantQos<'_>, samples: &Samples) -> Vec<String> {
    let of_stream = |medium: Medium, leg: Leg| -> Vec<Figures> {
        let is_it = |sample: &&StreamSample| match sample.stream {
            StreamName::Known(stream) => stream.medium() == medium && stream.leg() == leg,
            StreamName::Other(_) => false,
        };
        samples.streams.iter().filter(is_it).map(|sample| sample.figures).collect()
    };
    let mut minutes: Vec<_> = samples.streams.iter().map(|sample| sample.ts).collect();
    minutes.sort_unstable();
    minutes.dedup();
    let mut cells = vec![
        participant.user_id.get().map_or_else(String::new, |id| id.to_string()),
        text(&participant.user_name).unwrap_or_default(),
        joined([text(&participant.network_type), text(&participant.connection_type)], " "),
        text(&participant.device).unwrap_or_default(),
        minutes.len().to_string(),
    ];
    for leg in [Leg::Input, Leg::Output] {
        let [_, latency, _, jitter, _, loss, ..] = numbers(&of_stream(Medium::Audio, leg));
        cells.push(slashed([latency, jitter, loss]));
    }
    for leg in [Leg::Input, Leg::Output] {
        let [_, _, _, _, _, loss, .., rate] = numbers(&of_stream(Medium::Video, leg));
        cells.push(slashed([loss, rate]));
    }
    let load = samples.devices.iter().filter_map(|device| device.system_max_cpu).max();
    cells.push(load.map_or_else(String::new, |load| number(load.get())));
    cells
}
