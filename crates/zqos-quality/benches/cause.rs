//! How long a diagnosis takes: of one large meeting, and of a month of a company.
//!
//! Figures are noise, with a site in trouble each day. It fails when a meeting of 1,000 people for two
//! hours takes a second, or a month of 2,000 people ten.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::process::ExitCode;
use std::time::Instant;

use zqos_core::{Dbm, DeviceSample, Figures, Kbps, Millis, Percent, Stream, Timestamp};
use zqos_quality::InputMeaning;
use zqos_quality::cause::{Casebook, Join, Minutes};

/// Minutes since 1970 of the first.
const START: u32 = 29_913_120;
/// Seconds that a large meeting and a month may take.
const MEETING_SECONDS: f64 = 1.0;
const MONTH_SECONDS: f64 = 10.0;

/// Numbers from 0 to 1 of a linear congruential generator (Knuth's MMIX).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 32).unwrap_or(0)) / f64::from(u32::MAX)
    }
}

fn at(minute: u32) -> Timestamp {
    Timestamp::from_unix_millis(i64::from(minute) * 60_000).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The minutes of a join, with four streams each; how many samples there are.
fn fill(
    minutes: &mut Minutes,
    from: u32,
    length: u32,
    is_hurt: bool,
    numbers: &mut Numbers,
) -> u32 {
    let streams = ["audio_input", "audio_output", "video_input", "video_output"];
    let streams = streams.into_iter().filter_map(Stream::from_name);
    let streams: Vec<Stream> = streams.collect();
    for minute in from..from + length {
        for stream in &streams {
            let noise = numbers.next();
            let loss = noise * noise * noise + if is_hurt { 4.0 * numbers.next() } else { 0.0 };
            let figures = Figures {
                bitrate: Kbps::try_new(60.0).ok(),
                latency: Millis::try_new(40.0 + 20.0 * numbers.next()).ok(),
                jitter: Millis::try_new(3.0 + 3.0 * numbers.next()).ok(),
                avg_loss: Percent::try_new(loss).ok(),
                max_loss: Percent::try_new(3.0 * loss).ok(),
                ..Figures::EMPTY
            };
            minutes.add_stream(at(minute), *stream, &figures);
        }
        minutes.add_device(&DeviceSample {
            system_max_cpu: Percent::try_new(20.0 + 50.0 * numbers.next()).ok(),
            avg_rssi: Dbm::try_new(-55).ok(),
            ..DeviceSample::empty(at(minute))
        });
    }
    length * 4
}

/// A casebook of meetings: how many, of how many people each, out of how many, and how long; how many
/// samples it has.
fn casebook(meetings: u32, each: u32, people: u32, length: u32) -> (Casebook, u32) {
    let mut numbers = Numbers(1);
    let mut casebook = Casebook::default();
    let mut samples = 0;
    let mut minutes = Minutes::default();
    for meeting in 0..meetings {
        // Eight hours of each day are full of meetings.
        let slot = meeting * each / people;
        let from = START + slot / 16 * 1_440 + slot % 16 * 30;
        for place in 0..each {
            let person = (meeting * each + place) % people;
            let site = person % (people / 50).max(1);
            let is_hurt = site == slot % 40;
            samples += fill(&mut minutes, from, length, is_hurt, &mut numbers);
            let (uuid, name) = (format!("meeting {meeting}"), format!("person {person}"));
            let (egress, isp) = (format!("192.0.2.{site}"), format!("AS{}", 64_496 + site % 9));
            let join = Join {
                meeting_uuid: &uuid,
                user_id: &name,
                person: Some(&name),
                host: Some(&name),
                egress: Some(&egress),
                isp: Some(&isp),
                network_type: Some(if person.is_multiple_of(3) { "Wired" } else { "Wifi" }),
                connection_types: [Some("UDP"); 3],
                data_center: Some(["FR", "NY", "SC", "SG"][(site % 4) as usize]),
                version: Some(["6.0", "6.1", "6.2"][(person % 3) as usize]),
                ..Join::default()
            };
            casebook.add(&join, &mut minutes);
        }
    }
    (casebook, samples)
}

fn main() -> ExitCode {
    let mut holds = true;
    let cases = [
        ("1,000 people for two hours", (1, 1_000, 1_000, 120), MEETING_SECONDS),
        ("a month of 2,000 people", (9_400, 8, 2_000, 30), MONTH_SECONDS),
    ];
    for (what, (meetings, each, people, length), at_most) in cases {
        let start = Instant::now();
        let (casebook, samples) = casebook(meetings, each, people, length);
        let filing = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let diagnosis = casebook.diagnose(Some(InputMeaning::Sent));
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{what}: {samples} samples made and filed in {filing:.2} s, diagnosed in {seconds:.2} s: {} incidents",
            diagnosis.incidents.len()
        );
        holds &= seconds < at_most;
    }
    println!("less than 1 s and 10 s: {}", if holds { "holds" } else { "BROKEN" });
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
