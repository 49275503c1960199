//! How fast a page of reports becomes numbers, against `serde_json` into texts.
//!
//! Both sides read the same page of 10 participants × 60 minutes, all eighteen streams. The
//! yardstick is what a careful client would write with `derive`: every figure an owned `String`.
//! Ours goes further: the figures are numbers at the end. Runs are interleaved, so a machine that
//! slows down slows both. Both sides take fresh memory, and a run ends when what it made is dropped
//! again, as in a program that reads page after page. The rate until it is made is shown beside: it
//! is the lower one, and moves with the layout of the code.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::hint::black_box;
use std::time::Instant;

use zoom_wire::qos::{ParticipantsQosPage, Samples};

const RUNS: usize = 200;

/// The same answer as texts.
mod texts {
    #![expect(dead_code, reason = "members are read because the other side reads them")]
    #![expect(clippy::struct_field_names, reason = "the names are Zoom's")]

    use serde::Deserialize;

    /// Defines a struct whose members may all be missing.
    macro_rules! optional {
        ($name:ident { $($member:ident: $type:ty),* $(,)? }) => {
            #[derive(Deserialize)]
            pub(crate) struct $name {
                $(pub(crate) $member: Option<$type>,)*
            }
        };
    }

    optional!(Page {
        next_page_token: String,
        meeting_number: String,
        participants: Vec<Participant>,
    });
    optional!(Participant {
        id: String,
        user_id: String,
        participant_uuid: String,
        user_name: String,
        email: String,
        device: String,
        ip_address: String,
        internal_ip_addresses: Vec<String>,
        location: String,
        network_type: String,
        connection_type: String,
        data_center: String,
        join_time: String,
        leave_time: String,
        version: String,
        health: String,
        issue_list: Vec<String>,
        user_qos: Vec<Sample>,
    });
    optional!(Sample {
        date_time: String,
        audio_input: Audio,
        audio_output: Audio,
        audio_device_from_crc: Audio,
        audio_device_to_crc: Audio,
        audio_device_from_rwg: Audio,
        audio_device_to_rwg: Audio,
        video_input: Picture,
        video_output: Picture,
        video_device_from_crc: Picture,
        video_device_to_crc: Picture,
        video_device_from_rwg: Picture,
        video_device_to_rwg: Picture,
        as_input: Picture,
        as_output: Picture,
        as_device_from_crc: Picture,
        as_device_to_crc: Picture,
        as_device_from_rwg: Picture,
        as_device_to_rwg: Picture,
        cpu_usage: Cpu,
        wifi_rssi: Rssi,
    });
    optional!(Audio {
        bitrate: String,
        latency: String,
        jitter: String,
        avg_loss: String,
        max_loss: String,
    });
    optional!(Picture {
        bitrate: String,
        latency: String,
        jitter: String,
        avg_loss: String,
        max_loss: String,
        resolution: String,
        frame_rate: String,
    });
    optional!(Cpu {
        zoom_min_cpu_usage: String,
        zoom_avg_cpu_usage: String,
        zoom_max_cpu_usage: String,
        system_max_cpu_usage: String,
    });
    optional!(Rssi { max_rssi: i32, avg_rssi: i32, min_rssi: i32, rssi_unit: String });
}

fn ours(body: &[u8]) -> Vec<Samples> {
    let page: ParticipantsQosPage<'_> = zoom_wire::decode(body).expect("the page is JSON");
    let reports = page.participants.objects("$.participants");
    reports.map(|row| row.expect("the row is an object").samples("$")).collect()
}

fn yardstick(body: &[u8]) -> texts::Page {
    serde_json::from_slice(body).expect("the page is JSON")
}

/// Seconds until it is made, and until it is dropped again.
fn timed<T>(work: impl FnOnce() -> T) -> [f64; 2] {
    let start = Instant::now();
    let made = black_box(work());
    let until_made = start.elapsed();
    drop(made);
    [until_made, start.elapsed()].map(|elapsed| elapsed.as_secs_f64())
}

fn spread(mut figures: Vec<f64>) -> [f64; 3] {
    figures.sort_by(f64::total_cmp);
    [figures[0], figures[figures.len() / 2], figures[figures.len() - 1]]
}

#[expect(clippy::cast_precision_loss, reason = "sizes and counts of one page")]
fn main() {
    let page = zqos_replay::fixtures::page(10, 60, 1);
    let body = page.as_bytes();
    let samples = ours(body).iter().map(|report| report.streams.len()).sum::<usize>();
    assert!(ours(body).iter().all(|report| report.invalid.is_empty()), "the page is clean");
    assert_eq!(yardstick(body).participants.map(|rows| rows.len()), Some(10));

    let mut pairs = Vec::with_capacity(RUNS);
    for run in 0..RUNS + RUNS / 10 {
        let pair = (timed(|| ours(body)), timed(|| yardstick(body)));
        if run >= RUNS / 10 {
            pairs.push(pair);
        }
    }
    let allocations = allocation_counter::measure(|| drop(black_box(ours(body)))).count_total;

    let megabytes = body.len() as f64 / 1e6;
    println!("decode: {samples} stream samples, {megabytes:.2} MB, {RUNS} interleaved runs");
    let show = |name: &str, [min, median, max]: [f64; 3], unit: &str| {
        println!("  {name:<36} median {median:.3} {unit} (min {min:.3}, max {max:.3})");
    };
    show("into numbers", spread(pairs.iter().map(|pair| pair.0[1] * 1e3).collect()), "ms");
    show("serde_json into texts", spread(pairs.iter().map(|pair| pair.1[1] * 1e3).collect()), "ms");
    let ratio = spread(pairs.iter().map(|pair| pair.1[1] / pair.0[1]).collect());
    show("rate, ours ÷ serde_json into texts", ratio, "×");
    let until_made = spread(pairs.iter().map(|pair| pair.1[0] / pair.0[0]).collect());
    show("the same until made", until_made, "×");
    let each = allocations as f64 / samples as f64;
    println!("  allocations: {allocations}, {each:.4} a stream sample");
    let rate = ratio[1];
    assert!(rate >= 2.0, "BROKEN: the rate is {rate:.3} ×, and at least 2 is claimed");
    assert!(each <= 0.05, "BROKEN: {each:.4} allocations a stream sample, at most 0.05 claimed");
    println!("  rate at least 2, allocations at most 0.05: holds");
}
