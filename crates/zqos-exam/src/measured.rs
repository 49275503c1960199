//! What a join measured, as rivals of the diagnosis see it: means by the hour.

use std::collections::BTreeMap;

use zqos_core::{Dbm, DeviceSample, Leg, Millis, Percent, StreamName, StreamSample};

use crate::world::minute_of;

/// Losses, round trips and jitters of what is sent and what is received; how weak the signal is; how busy the
/// processor is; the share of packets that go by TCP.
pub(crate) const FIGURES: usize = 9;

/// A mean; of nothing there is none.
#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    sum: f64,
    count: f64,
}

/// What was measured in an hour.
#[derive(Debug, Clone)]
pub(crate) struct Hour {
    /// Hours since 1970.
    pub(crate) number: i64,
    /// The first minute, and the one after the last.
    pub(crate) from: i64,
    pub(crate) to: i64,
    means: [Mean; FIGURES],
}

impl Hour {
    fn new(minute: i64) -> Self {
        let means = [Mean::default(); FIGURES];
        Self { number: minute.div_euclid(60), from: minute, to: minute + 1, means }
    }

    fn add(&mut self, figure: usize, value: Option<f64>) {
        if let Some(value) = value {
            self.means[figure].sum += value;
            self.means[figure].count += 1.0;
        }
    }

    /// Adds what another join measured in the hour.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.from = self.from.min(other.from);
        self.to = self.to.max(other.to);
        for (own, other) in self.means.iter_mut().zip(other.means) {
            own.sum += other.sum;
            own.count += other.count;
        }
    }

    /// The means; 0 where nothing is known, as when nothing is wrong.
    pub(crate) fn figures(&self) -> [f64; FIGURES] {
        self.means.map(|mean| if mean.count > 0.0 { mean.sum / mean.count } else { 0.0 })
    }
}

/// The hour of a minute, which has that minute.
fn hour_of(hours: &mut BTreeMap<i64, Hour>, minute: i64) -> &mut Hour {
    let hour = hours.entry(minute.div_euclid(60)).or_insert_with(|| Hour::new(minute));
    hour.from = hour.from.min(minute);
    hour.to = hour.to.max(minute + 1);
    hour
}

/// The hours of a join.
pub(crate) fn hours(
    streams: &[StreamSample],
    devices: &[DeviceSample],
    is_over_tcp: bool,
) -> Vec<Hour> {
    let mut hours = BTreeMap::<i64, Hour>::new();
    for sample in streams {
        let StreamName::Known(stream) = &sample.stream else { continue };
        let way = match stream.leg() {
            Leg::Input | Leg::FromCrc | Leg::FromRwg => 0,
            Leg::Output | Leg::ToCrc | Leg::ToRwg => 1,
        };
        let hour = hour_of(&mut hours, minute_of(sample.ts));
        hour.add(way, sample.figures.avg_loss.map(Percent::get));
        hour.add(2 + way, sample.figures.latency.map(Millis::get));
        hour.add(4 + way, sample.figures.jitter.map(Millis::get));
        hour.add(8, Some(f64::from(u8::from(is_over_tcp))));
    }
    for device in devices {
        let hour = hour_of(&mut hours, minute_of(device.ts));
        hour.add(6, device.avg_rssi.map(|signal: Dbm| -f64::from(signal.get())));
        hour.add(7, device.system_max_cpu.map(Percent::get));
    }
    hours.into_values().collect()
}
