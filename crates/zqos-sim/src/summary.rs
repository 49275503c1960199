//! Summaries: what all minutes of one join come to, one element for each stream and one for the
//! processor.

use serde::Serialize;

use crate::api::Pressure;
use crate::company::LoadScale;
use crate::media::{Figures, Minute};
use crate::spelling::{Size, Spelling, Spelt, frame_rate, load};

/// One element of a summary.
#[derive(Debug, Serialize)]
pub(crate) struct Element {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) details: Details,
}

/// What an element tells.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Details {
    Stream(Box<StreamDetails>),
    Processor(ProcessorDetails),
    Pressure(Pressure),
}

/// A stream over a whole join.
#[derive(Debug, Serialize)]
pub(crate) struct StreamDetails {
    min_bitrate: Spelt,
    avg_bitrate: Spelt,
    max_bitrate: Spelt,
    min_latency: Spelt,
    avg_latency: Spelt,
    max_latency: Spelt,
    min_jitter: Spelt,
    avg_jitter: Spelt,
    max_jitter: Spelt,
    min_loss: Spelt,
    avg_loss: Spelt,
    max_loss: Spelt,
    #[serde(flatten)]
    picture: Option<PictureDetails>,
}

#[derive(Debug, Serialize)]
struct PictureDetails {
    /// That of most minutes.
    resolution: Size,
    min_frame_rate: Spelt,
    avg_frame_rate: Spelt,
    max_frame_rate: Spelt,
}

/// The processor over a whole join.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "these are Zoom's members")]
pub(crate) struct ProcessorDetails {
    zoom_min_cpu_usage: Spelt,
    zoom_avg_cpu_usage: Spelt,
    zoom_max_cpu_usage: Spelt,
    system_max_cpu_usage: Spelt,
}

/// Sums up the minutes of a join; a stream that never had traffic is left out.
pub(crate) fn elements(minutes: &[Minute], spelling: Spelling) -> Vec<Element> {
    let Some(device) = minutes.first().map(|minute| minute.device) else { return Vec::new() };
    let names = device.legs().streams();
    let streams = names.into_iter().enumerate().filter_map(|(place, kind)| {
        let figures: Vec<Figures> =
            minutes.iter().filter_map(|minute| minute.streams()[place]).collect();
        let details = Details::Stream(Box::new(StreamDetails::of(&figures, spelling)?));
        Some(Element { kind, details })
    });
    let processor = processor(minutes, device.load_scale())
        .map(|details| Element { kind: "cpu_usage", details });
    streams.chain(processor).collect()
}

/// Lowest, mean and highest; `None` when there is nothing.
fn spread(figures: impl Iterator<Item = f64>) -> Option<[f64; 3]> {
    let (mut count, mut low, mut sum, mut high) = (0.0, f64::MAX, 0.0, f64::MIN);
    for figure in figures {
        count += 1.0;
        low = low.min(figure);
        sum += figure;
        high = high.max(figure);
    }
    (count > 0.0).then(|| [low, sum / count, high])
}

impl StreamDetails {
    fn of(minutes: &[Figures], spelling: Spelling) -> Option<Self> {
        let of = |figure: fn(&Figures) -> f64| spread(minutes.iter().map(figure));
        let bitrate = of(|minute| minute.bitrate_kbps)?.map(|figure| spelling.kbps(figure));
        let latency = of(|minute| minute.latency_ms)?.map(|figure| spelling.latency(figure));
        let jitter = of(|minute| minute.jitter_ms)?.map(|figure| spelling.jitter(figure));
        let [min_loss, avg_loss, _] = of(|minute| minute.avg_loss_pct)?;
        let [_, _, max_loss] = of(|minute| minute.max_loss_pct)?;
        let [min_bitrate, avg_bitrate, max_bitrate] = bitrate;
        let [min_latency, avg_latency, max_latency] = latency;
        let [min_jitter, avg_jitter, max_jitter] = jitter;
        Some(Self {
            min_bitrate,
            avg_bitrate,
            max_bitrate,
            min_latency,
            avg_latency,
            max_latency,
            min_jitter,
            avg_jitter,
            max_jitter,
            min_loss: spelling.loss(min_loss),
            avg_loss: spelling.loss(avg_loss),
            max_loss: spelling.loss(max_loss),
            picture: PictureDetails::of(minutes),
        })
    }
}

impl PictureDetails {
    fn of(minutes: &[Figures]) -> Option<Self> {
        let pictures = || minutes.iter().filter_map(|minute| minute.picture);
        let frames = spread(pictures().map(|picture| picture.frames_per_second))?;
        let size = |height| pictures().filter(move |picture| picture.height == height);
        let usual = pictures().max_by_key(|picture| size(picture.height).count())?;
        let [min_frame_rate, avg_frame_rate, max_frame_rate] = frames.map(frame_rate);
        Some(Self {
            resolution: Size(usual.width, usual.height),
            min_frame_rate,
            avg_frame_rate,
            max_frame_rate,
        })
    }
}

/// The load of the processor, in the words of the device.
fn processor(minutes: &[Minute], scale: LoadScale) -> Option<Details> {
    let of = |figure: fn(&Minute) -> f64| spread(minutes.iter().map(figure));
    let [lowest, ..] = of(|minute| minute.processor[0])?;
    let [_, mean, _] = of(|minute| minute.processor[1])?;
    let [.., highest] = of(|minute| minute.processor[2])?;
    let [.., system] = of(|minute| minute.system_max)?;
    match scale {
        LoadScale::Percent => Some(Details::Processor(ProcessorDetails {
            zoom_min_cpu_usage: load(lowest),
            zoom_avg_cpu_usage: load(mean),
            zoom_max_cpu_usage: load(highest),
            system_max_cpu_usage: load(system),
        })),
        LoadScale::Pressure => Some(Details::Pressure(Pressure([lowest, mean, system]))),
        LoadScale::Untold => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company::DeviceKind;
    use crate::media::Picture;

    fn minute(kbps: f64, height: u16) -> Minute {
        let sound = Figures {
            bitrate_kbps: kbps,
            latency_ms: 2.0 * kbps,
            jitter_ms: 0.3,
            avg_loss_pct: kbps / 100.0,
            max_loss_pct: kbps / 10.0,
            picture: None,
        };
        let width = height / 9 * 16;
        let picture = Some(Picture { width, height, frames_per_second: kbps });
        Minute {
            instant: 0,
            device: DeviceKind::Windows,
            audio_sent: Some(sound),
            audio_received: None,
            video_sent: Some(Figures { picture, ..sound }),
            video_received: None,
            share_sent: None,
            share_received: None,
            processor: [kbps / 2.0, kbps, kbps * 2.0],
            system_max: kbps * 3.0,
            signal: None,
        }
    }

    #[test]
    fn a_join_is_summed_up_by_lowest_mean_and_highest() {
        let minutes = [minute(10.0, 720), minute(20.0, 360), minute(30.0, 360)];
        let summary = serde_json::to_value(elements(&minutes, Spelling::COMPACT)).unwrap();
        let sound = serde_json::json!({
            "min_bitrate": "10.00kbps", "avg_bitrate": "20.00kbps", "max_bitrate": "30.00kbps",
            "min_latency": "20 ms", "avg_latency": "40 ms", "max_latency": "60 ms",
            "min_jitter": "0ms", "avg_jitter": "0ms", "max_jitter": "0ms",
            "min_loss": "0.10%", "avg_loss": "0.20%", "max_loss": "3.00%",
        });
        let mut film = sound.clone();
        film["resolution"] = "640*360".into();
        film["min_frame_rate"] = "10 fps".into();
        film["avg_frame_rate"] = "20 fps".into();
        film["max_frame_rate"] = "30 fps".into();
        let processor = serde_json::json!({
            "zoom_min_cpu_usage": "5%", "zoom_avg_cpu_usage": "20%", "zoom_max_cpu_usage": "60%",
            "system_max_cpu_usage": "90%",
        });
        let expected = serde_json::json!([
            { "type": "audio_input", "details": sound },
            { "type": "video_input", "details": film },
            { "type": "cpu_usage", "details": processor },
        ]);
        assert_eq!(summary, expected);
        assert!(elements(&[], Spelling::COMPACT).is_empty());
    }
}
