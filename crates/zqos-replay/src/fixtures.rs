//! Bodies to replay: the seed report, and made-up pages of any size in Zoom's shape.

use std::fmt::{self, Write};

use crate::{Responder, Response};

/// The number of the made-up meetings.
pub const MEETING_NUMBER: &str = "93201235621";

/// Minutes after which Zoom ends a meeting (30 hours).
const LONGEST_MEETING: usize = 30 * 60;

/// The figures that a stream of a sample carries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Media {
    Audio,
    Video,
    Share,
}

/// Zoom's eighteen streams of a sample.
const STREAMS: [(&str, Media); 18] = [
    ("audio_input", Media::Audio),
    ("audio_output", Media::Audio),
    ("audio_device_from_crc", Media::Audio),
    ("audio_device_to_crc", Media::Audio),
    ("audio_device_from_rwg", Media::Audio),
    ("audio_device_to_rwg", Media::Audio),
    ("video_input", Media::Video),
    ("video_output", Media::Video),
    ("video_device_from_crc", Media::Video),
    ("video_device_to_crc", Media::Video),
    ("video_device_from_rwg", Media::Video),
    ("video_device_to_rwg", Media::Video),
    ("as_input", Media::Share),
    ("as_output", Media::Share),
    ("as_device_from_crc", Media::Share),
    ("as_device_to_crc", Media::Share),
    ("as_device_from_rwg", Media::Share),
    ("as_device_to_rwg", Media::Share),
];

/// Zoom's published example of one participant's report, byte for byte.
pub fn seed_report() -> &'static str {
    include_str!("../fixtures/seed-qos-200.json")
}

/// A whole `participants/qos` answer in Zoom's shape, on one page, the same for the same arguments.
///
/// Every participant has a sample for each of `minutes` minutes in a row; every sample has all
/// eighteen streams with figures, CPU usage and signal strength.
///
/// # Panics
///
/// For a meeting of more than 30 hours, which Zoom ends.
pub fn page(participants: usize, minutes: usize, seed: u64) -> String {
    Meeting { participants, minutes, seed }.page(0, participants.max(1))
}

/// Answers `participants/qos` for a meeting of any size, page by page: each page is made up when it
/// is asked for. A page token that was not given out is refused with Zoom's code 300.
///
/// # Panics
///
/// For a meeting of more than 30 hours, which Zoom ends, and for a page size of 0.
pub fn walk(participants: usize, minutes: usize, page_size: usize) -> Responder {
    assert!(page_size > 0, "a page holds at least one participant");
    let meeting = Meeting { participants, minutes, seed: 1 };
    Responder::with(move |request| {
        let offset = match request.query("next_page_token").unwrap_or_default() {
            "" => Some(0),
            token => {
                (0..participants).step_by(page_size).find(|&offset| page_token(offset) == token)
            }
        };
        match offset {
            Some(offset) => Response::new(200).json(meeting.page(offset, page_size)),
            None => Response::new(400)
                .json(r#"{"code":300,"message":"The next page token is invalid or expired."}"#),
        }
    })
}

/// The token of the page that starts with this participant: 35 letters and digits, as Zoom's are.
fn page_token(offset: usize) -> String {
    format!("replay{offset:029}")
}

#[derive(Clone, Copy)]
struct Meeting {
    participants: usize,
    minutes: usize,
    seed: u64,
}

impl Meeting {
    fn page(self, offset: usize, page_size: usize) -> String {
        let end = self.participants.min(offset + page_size);
        let next = if end < self.participants { page_token(end) } else { String::new() };
        let mut page = format!(
            r#"{{"next_page_token":"{next}","page_count":{},"page_size":{page_size},"total_records":{},"meeting_number":"{MEETING_NUMBER}","participants":["#,
            self.participants.div_ceil(page_size),
            self.participants,
        );
        for index in offset..end {
            let separator = if index == offset { "" } else { "," };
            page.push_str(separator);
            self.write_participant(&mut page, index).expect("writing to a string cannot fail");
        }
        page.push_str("]}");
        page
    }

    /// Writes the participant at `index`, the same on whatever page it falls.
    fn write_participant(self, out: &mut String, index: usize) -> fmt::Result {
        let mut figures = Figures(self.seed.wrapping_mul(1_000_003).wrapping_add(index as u64));
        // Zoom's are multiples of 1,024 above 2^24.
        let user_id = (16_385 + index) * 1024;
        let network_type = if figures.below(3) == 0 { "Wired" } else { "Wifi" };
        write!(
            out,
            r#"{{"id":"","user_id":"{user_id}","participant_uuid":"{:08X}-{:04X}-{:04X}-{:04X}-{:012X}","user_name":"Participant {index}","email":"","#,
            figures.below(1 << 32),
            figures.below(1 << 16),
            figures.below(1 << 16),
            figures.below(1 << 16),
            figures.below(1 << 48),
        )?;
        write!(
            out,
            r#""device":"Windows","client":"Zoom Desktop Client","os":"win","os_version":"10.0.19045","device_name":"","domain":"","mac_addr":"","harddisk_id":"","pc_name":"","ip_address":"192.0.2.{}","internal_ip_addresses":["10.0.*.*"],"location":"San Jose (US)","network_type":"{network_type}","connection_type":"UDP","video_connection_type":"UDP","as_connection_type":"UDP","data_center":"United States (SC Top)","full_data_center":"United States (SC Top);","#,
            figures.below(254) + 1,
        )?;
        write!(
            out,
            r#""join_time":"{}","leave_time":"{}","version":"6.3.11.60501","health":"Good","issue_list":[],"user_qos":["#,
            minute_time(0),
            minute_time(self.minutes),
        )?;
        for minute in 0..self.minutes {
            if minute > 0 {
                out.push(',');
            }
            write_sample(out, minute, &mut figures)?;
        }
        out.push_str("]}");
        Ok(())
    }
}

fn write_sample(out: &mut String, minute: usize, figures: &mut Figures) -> fmt::Result {
    write!(out, r#"{{"date_time":"{}""#, minute_time(minute))?;
    for (name, media) in STREAMS {
        write_stream(out, name, media, figures)?;
    }
    let (zoom, system) = (figures.below(40), figures.below(50));
    write!(
        out,
        r#","cpu_usage":{{"zoom_min_cpu_usage":"{zoom}%","zoom_avg_cpu_usage":"{}%","zoom_max_cpu_usage":"{}%","system_max_cpu_usage":"{}%"}}"#,
        zoom + 2,
        zoom + 7,
        zoom + 7 + system,
    )?;
    let signal = figures.below(40) + 35;
    write!(
        out,
        r#","wifi_rssi":{{"max_rssi":-{signal},"avg_rssi":-{},"min_rssi":-{},"rssi_unit":"dBm"}}}}"#,
        signal + 6,
        signal + 12,
    )
}

fn write_stream(out: &mut String, name: &str, media: Media, figures: &mut Figures) -> fmt::Result {
    let bitrate = match media {
        Media::Audio => 20 + figures.below(60),
        Media::Video => 300 + figures.below(2_000),
        Media::Share => 40 + figures.below(400),
    };
    let loss = figures.below(300);
    let worst_loss = loss + figures.below(500);
    write!(
        out,
        r#","{name}":{{"bitrate":"{bitrate}.{:02} kbps","latency":"{} ms","jitter":"{} ms","avg_loss":"{}.{:02}%","max_loss":"{}.{:02}%""#,
        figures.below(100),
        20 + figures.below(180),
        1 + figures.below(30),
        loss / 100,
        loss % 100,
        worst_loss / 100,
        worst_loss % 100,
    )?;
    if media == Media::Audio {
        out.push('}');
        return Ok(());
    }
    if media == Media::Share && figures.below(4) == 0 {
        // What Zoom says of a share without pictures.
        out.push_str(r#","resolution":"0*0","frame_rate":""}"#);
        return Ok(());
    }
    let resolution = match figures.below(3) {
        0 => "640*360",
        1 => "1280*720",
        _ => "1920*1080",
    };
    write!(out, r#","resolution":"{resolution}","frame_rate":"{} fps"}}"#, 5 + figures.below(26))
}

/// When a minute of the made-up meetings begins: the first one at ten o'clock on 5 January 2026.
fn minute_time(minute: usize) -> String {
    assert!(minute <= LONGEST_MEETING, "Zoom ends a meeting after 30 hours");
    let minute = 10 * 60 + minute;
    format!("2026-01-{:02}T{:02}:{:02}:00Z", 5 + minute / 1440, minute / 60 % 24, minute % 60)
}

/// A stream of plausible figures: the `SplitMix64` generator of Steele, Lea and Flood (2014).
struct Figures(u64);

impl Figures {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }
}

#[cfg(test)]
mod tests;
