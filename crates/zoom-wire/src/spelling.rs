//! How figures are written: the inverse of [`value`](crate::value), in the spelling of Zoom's API reference.
//!
//! | quantity | spelling |
//! |---|---|
//! | bitrate | `27.15 kbps` |
//! | latency, jitter | `126 ms` |
//! | loss, processor load | `0.03%` |
//! | frame rate | `12 fps` |
//! | resolution | `1280*720` |
//! | signal strength | `-44`, a number |
//!
//! A figure has as many decimals as it takes to read it again as it was. One that is missing is an empty text in a
//! stream, as Zoom has it, and is left out in a device.

use std::fmt::Write as _;

use zqos_core::{
    Dbm, DeviceSample, Fps, Kbps, Medium, Millis, Percent, Pressure, StreamSample, Timestamp,
};

/// The JSON text of one element of `user_qos`: a minute, its streams, and the device.
pub fn minute(ts: Timestamp, streams: &[StreamSample], device: Option<&DeviceSample>) -> String {
    let mut object = Object::default();
    object.text("date_time", &ts.to_string());
    for sample in streams {
        object.member(sample.stream.as_str(), &stream(sample));
    }
    for (name, part) in device.into_iter().flat_map(parts) {
        if !part.0.is_empty() {
            object.member(name, &part.finish());
        }
    }
    object.finish()
}

/// The members of a stream; sound has no picture.
fn stream(sample: &StreamSample) -> String {
    let figures = &sample.figures;
    let mut object = Object::default();
    object.figure("bitrate", figures.bitrate.map(Kbps::get), " kbps");
    object.figure("latency", figures.latency.map(Millis::get), " ms");
    object.figure("jitter", figures.jitter.map(Millis::get), " ms");
    object.figure("avg_loss", figures.avg_loss.map(Percent::get), "%");
    object.figure("max_loss", figures.max_loss.map(Percent::get), "%");
    let documented = zqos_core::Stream::from_name(sample.stream.as_str());
    if documented.is_none_or(|stream| stream.medium() != Medium::Audio) {
        let size = figures.resolution.map(|size| format!("{}*{}", size.width(), size.height()));
        object.text("resolution", &size.unwrap_or_default());
        object.figure("frame_rate", figures.frame_rate.map(Fps::get), " fps");
    }
    object.finish()
}

/// The members of a minute that are of the device.
fn parts(device: &DeviceSample) -> [(&'static str, Object); 3] {
    let mut usage = Object::default();
    for (name, load) in [
        ("zoom_min_cpu_usage", device.zoom_min_cpu),
        ("zoom_avg_cpu_usage", device.zoom_avg_cpu),
        ("zoom_max_cpu_usage", device.zoom_max_cpu),
        ("system_max_cpu_usage", device.system_max_cpu),
    ] {
        if let Some(load) = load {
            usage.figure(name, Some(load.get()), "%");
        }
    }
    let mut pressure = Object::default();
    for (name, level) in [
        ("system_min_cpu_pressure_level", device.min_pressure),
        ("system_avg_cpu_pressure_level", device.avg_pressure),
        ("system_max_cpu_pressure_level", device.max_pressure),
    ] {
        if let Some(level) = level.map(Pressure::as_str) {
            pressure.text(name, level);
        }
    }
    let mut signal = Object::default();
    for (name, dbm) in [
        ("max_rssi", device.max_rssi),
        ("avg_rssi", device.avg_rssi),
        ("min_rssi", device.min_rssi),
    ] {
        if let Some(dbm) = dbm.map(Dbm::get) {
            signal.member(name, &dbm.to_string());
        }
    }
    if !signal.0.is_empty() {
        signal.text("rssi_unit", "dBm");
    }
    [("cpu_usage", usage), ("cpu_pressure_level", pressure), ("wifi_rssi", signal)]
}

/// An object that is being written: its members so far.
#[derive(Default)]
struct Object(String);

impl Object {
    fn member(&mut self, name: &str, json: &str) {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        self.0.push_str(&quoted(name));
        self.0.push(':');
        self.0.push_str(json);
    }

    fn text(&mut self, name: &str, text: &str) {
        self.member(name, &quoted(text));
    }

    /// Adds a number with its unit, or an empty text where it is missing.
    fn figure(&mut self, name: &str, figure: Option<f64>, unit: &str) {
        let mut text = String::new();
        if let Some(figure) = figure {
            // Writing to a text does not fail.
            write!(text, "{figure}{unit}").unwrap_or_default();
        }
        self.text(name, &text);
    }

    fn finish(self) -> String {
        format!("{{{}}}", self.0)
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text is JSON")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use zqos_core::{Figures, Resolution};

    use super::*;
    use crate::qos::{ParticipantQos, Samples};

    fn ts() -> Timestamp {
        "2026-01-05T10:01:00Z".parse().unwrap()
    }

    fn sample(name: &str, figures: Figures) -> StreamSample {
        StreamSample { ts: ts(), stream: zqos_core::StreamName::new(name), figures }
    }

    #[test]
    fn a_minute_is_spelt_as_zoom_spells_it() {
        let video = Figures {
            bitrate: Kbps::try_new(27.15).ok(),
            latency: Millis::try_new(126.0).ok(),
            max_loss: Percent::try_new(0.3).ok(),
            resolution: Resolution::new(1280, 720),
            frame_rate: Fps::try_new(12.0).ok(),
            ..Figures::EMPTY
        };
        let device = DeviceSample {
            zoom_avg_cpu: Percent::try_new(8.0).ok(),
            max_pressure: Some(Pressure::Serious),
            avg_rssi: Dbm::try_new(-44).ok(),
            ..DeviceSample::empty(ts())
        };
        let streams = [sample("audio_input", Figures::EMPTY), sample("video_output", video)];
        assert_eq!(
            minute(ts(), &streams, Some(&device)),
            r#"{"date_time":"2026-01-05T10:01:00Z","audio_input":{"bitrate":"","latency":"","jitter":"","avg_loss":"","max_loss":""},"video_output":{"bitrate":"27.15 kbps","latency":"126 ms","jitter":"","avg_loss":"","max_loss":"0.3%","resolution":"1280*720","frame_rate":"12 fps"},"cpu_usage":{"zoom_avg_cpu_usage":"8%"},"cpu_pressure_level":{"system_max_cpu_pressure_level":"serious"},"wifi_rssi":{"avg_rssi":-44,"rssi_unit":"dBm"}}"#
        );
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_again(
            kbps in proptest::option::of(0.0..1e6_f64),
            millis in proptest::option::of(0.0..1e5_f64),
            loss in proptest::option::of(0.0..=100.0_f64),
            name in prop_oneof![Just("as_input".to_owned()), Just("audio_output".to_owned())],
            rssi in proptest::option::of(-120_i16..0),
        ) {
            let figures = Figures {
                bitrate: kbps.and_then(|kbps| Kbps::try_new(kbps).ok()),
                latency: millis.and_then(|millis| Millis::try_new(millis).ok()),
                avg_loss: loss.and_then(|loss| Percent::try_new(loss).ok()),
                ..Figures::EMPTY
            };
            let sample = sample(&name, figures);
            let rssi = rssi.and_then(|dbm| Dbm::try_new(dbm.into()).ok());
            let device = DeviceSample { min_rssi: rssi, ..DeviceSample::empty(ts()) };
            let text = minute(ts(), std::slice::from_ref(&sample), Some(&device));
            let report = format!(r#"{{"user_qos":[{text}]}}"#);
            let report: ParticipantQos<'_> = serde_json::from_str(&report).unwrap();
            let mut samples = Samples::default();
            report.append_samples("$", &mut samples);
            prop_assert!(samples.invalid.is_empty(), "{:?}", samples.invalid);
            // What was not measured is not told of.
            let is_told = !figures.is_empty();
            prop_assert_eq!(samples.streams, is_told.then_some(sample).into_iter().collect::<Vec<_>>());
            prop_assert_eq!(samples.devices, rssi.map(|_| device).into_iter().collect::<Vec<_>>());
        }
    }
}
