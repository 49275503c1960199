//! How many stream samples a second one thread scores, with verdicts and R on both losses.
//!
//! Samples are made beforehand and differ: audio, video and shares as in a report, a tenth of them
//! idle. Beside them stands the dearest kind, audio whose delay impairs; that also with the verdicts
//! on joins and on their meeting. It fails when scoring does not reach 5 million a second.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use zqos_core::{Figures, Fps, Kbps, Medium, Millis, Percent, Resolution, Timestamp};
use zqos_quality::{Circumstances, GroupKind, Judge, Rule, Session, ZoomOpinion};

const SAMPLES: usize = 1_000_000;
const RUNS: usize = 11;
/// Millions of samples per second that the fastest run must reach.
const LEAST_RATE: f64 = 5.0;

/// Numbers from 0 to 1 of a linear congruential generator (Knuth's MMIX).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 32).unwrap_or(0)) / f64::from(u32::MAX)
    }
}

type Sample = (Medium, Figures, Circumstances);

fn audio(numbers: &mut Numbers, shortest_ms: f64) -> Sample {
    let avg_loss = numbers.next() * numbers.next() * 12.0;
    let figures = Figures {
        bitrate: Kbps::try_new(20.0 + numbers.next() * 60.0).ok(),
        latency: Millis::try_new(shortest_ms + numbers.next() * 280.0).ok(),
        jitter: Millis::try_new(numbers.next() * 60.0).ok(),
        avg_loss: Percent::try_new(avg_loss).ok(),
        max_loss: Percent::try_new(avg_loss * (1.0 + numbers.next() * 4.0)).ok(),
        ..Figures::EMPTY
    };
    let peer_latency = Millis::try_new(20.0 + numbers.next() * 200.0).ok();
    (Medium::Audio, figures, Circumstances { peer_latency, ..Circumstances::default() })
}

fn any(numbers: &mut Numbers) -> Sample {
    let (_, figures, circumstances) = audio(numbers, 20.0);
    let picture = Figures {
        resolution: Resolution::new(1280, 720),
        frame_rate: Fps::try_new(numbers.next() * 30.0).ok(),
        ..figures
    };
    let (medium, figures) = match numbers.next() {
        0.0..0.1 => (Medium::Video, Figures::EMPTY),
        0.1..0.5 => (Medium::Audio, figures),
        0.5..0.9 => (Medium::Video, picture),
        _ => (Medium::Share, picture),
    };
    (medium, figures, circumstances)
}

/// What several runs get through in a second, in millions: the median and the fastest. The latter is
/// what the code can do; the former is less where others use the machine.
fn rates(samples: &[Sample], run: impl Fn(&[Sample])) -> (f64, f64) {
    let mut rates: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run(black_box(samples));
            1.0 / start.elapsed().as_secs_f64()
        })
        .collect();
    rates.sort_unstable_by(f64::total_cmp);
    (rates[RUNS / 2], rates[RUNS - 1])
}

/// Scores each sample by itself.
fn score(judge: Judge, samples: &[Sample]) {
    for (medium, figures, circumstances) in samples {
        black_box(judge.stream(*medium, figures, circumstances));
    }
}

/// Scores samples as joins of an hour, both legs of each minute, and all of them as a meeting.
fn judge_meeting(judge: Judge, samples: &[Sample]) {
    let at =
        |minute: i64| Timestamp::from_unix_millis(minute * 60_000).unwrap_or(Timestamp::UNIX_EPOCH);
    let joins: Vec<Session> = samples
        .chunks(120)
        .map(|join| {
            let streams = join.iter().zip(0i64..).map(|((medium, figures, circumstances), leg)| {
                (at(leg / 2), judge.stream(*medium, figures, circumstances))
            });
            judge.session(Medium::Audio, ZoomOpinion::NONE, streams)
        })
        .collect();
    black_box(judge.group(GroupKind::Meeting, Medium::Audio, ZoomOpinion::NONE, &joins));
}

fn main() -> ExitCode {
    let mut numbers = Numbers(1);
    let mixed: Vec<Sample> = (0..SAMPLES).map(|_| any(&mut numbers)).collect();
    let delayed: Vec<Sample> = (0..SAMPLES).map(|_| audio(&mut numbers, 120.0)).collect();

    let show = |what: &str, (median, fastest): (f64, f64)| {
        println!(
            "{what:<40} {median:>5.1} million a second, the fastest of {RUNS} runs {fastest:.1}"
        );
    };
    let mut holds = true;
    for rule in Rule::ALL {
        let judge = Judge { rule, ..Judge::default() };
        for (what, samples) in [("a report's mixture", &mixed), ("delayed audio", &delayed)] {
            let rates = rates(samples, |samples| score(judge, samples));
            show(&format!("{what}, {rule}"), rates);
            holds &= rates.1 >= LEAST_RATE;
        }
    }
    let meeting = rates(&delayed, |samples| judge_meeting(Judge::default(), samples));
    show("delayed audio, with joins and meeting", meeting);
    let verdict = if holds { "holds" } else { "BROKEN" };
    println!("the fastest at least {LEAST_RATE} million: {verdict}");
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
