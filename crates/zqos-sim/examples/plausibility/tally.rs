//! What a week's sessions add up to, as tables.

use std::collections::BTreeMap;
use std::fmt;

use zqos_core::{Dbm, Fps, Kbps, Millis, Percent};
use zqos_sim::Incident;

use crate::verdict::{Flaw, is_bad, is_poor_stream, loses_more_than};
use crate::week::{Network, Session};

/// The sessions of a week.
#[derive(Default)]
pub(crate) struct Tally {
    networks: BTreeMap<Network, Figures>,
    all: Figures,
    kinds: BTreeMap<&'static str, Harm>,
}

/// What one kind of fault did.
#[derive(Default)]
struct Harm {
    incidents: usize,
    sessions: usize,
    minutes: usize,
    bad_minutes: usize,
}

/// The sessions of one network.
#[derive(Default)]
struct Figures {
    sessions: usize,
    poor_streams: usize,
    /// Sessions that lost more than 4 % of the audio that they should have received.
    lossy: usize,
    minutes: usize,
    bad_minutes: usize,
    background: usize,
    flaws: [usize; Flaw::ALL.len()],
    /// Of the minutes with a flaw, those that no incident hurt.
    background_flaws: [usize; Flaw::ALL.len()],
    latency: Numbers,
    /// By how much latency differs from that of the minute before.
    latency_change: Numbers,
    jitter: Numbers,
    mean_loss: Numbers,
    worst_loss: Numbers,
    /// Of audio and video together, where video is sent.
    sent_kbps: Numbers,
    frame_rate: Numbers,
    processor: Numbers,
    signal: Numbers,
}

impl Tally {
    /// Counts an incident, which may hurt nobody.
    pub(crate) fn add_incident(&mut self, incident: &Incident) {
        self.kinds.entry(incident.kind.id()).or_default().incidents += 1;
    }

    pub(crate) fn add(&mut self, session: &Session) {
        self.all.add(session);
        self.networks.entry(session.network).or_default().add(session);
        let mut hurt_by: BTreeMap<&str, Harm> = BTreeMap::new();
        for minute in &session.minutes {
            for kind in &minute.hurt_by {
                let harm = hurt_by.entry(kind.id()).or_default();
                harm.minutes += 1;
                harm.bad_minutes += usize::from(is_bad(minute));
            }
        }
        for (kind, harm) in hurt_by {
            let total = self.kinds.entry(kind).or_default();
            total.sessions += 1;
            total.minutes += harm.minutes;
            total.bad_minutes += harm.bad_minutes;
        }
    }

    /// The share of bad minutes, 0 to 1.
    pub(crate) fn bad_share(&self) -> f64 {
        share(self.all.bad_minutes, self.all.minutes)
    }

    /// The share of bad minutes that no incident hurt, 0 to 1.
    pub(crate) fn background_share(&self) -> f64 {
        share(self.all.background, self.all.bad_minutes)
    }
}

impl Figures {
    fn add(&mut self, session: &Session) {
        self.sessions += 1;
        self.poor_streams += usize::from(is_poor_stream(session));
        self.lossy += usize::from(loses_more_than(session, 4.0));
        for pair in session.minutes.windows(2) {
            let [before, after] = [0, 1].map(|place: usize| pair[place].audio_received.latency);
            let change = before.zip(after).map(|(before, after)| after.get() - before.get());
            self.latency_change.add(change.map(f64::abs));
        }
        for minute in &session.minutes {
            self.minutes += 1;
            let is_bad = is_bad(minute);
            self.bad_minutes += usize::from(is_bad);
            self.background += usize::from(is_bad && minute.hurt_by.is_empty());
            for (place, flaw) in Flaw::ALL.iter().enumerate() {
                let is_flawed = flaw.is_in(minute);
                self.flaws[place] += usize::from(is_flawed);
                self.background_flaws[place] += usize::from(is_flawed && minute.hurt_by.is_empty());
            }
            let audio = &minute.audio_received;
            self.latency.add(audio.latency.map(Millis::get));
            self.jitter.add(audio.jitter.map(Millis::get));
            self.mean_loss.add(audio.avg_loss.map(Percent::get));
            self.worst_loss.add(audio.max_loss.map(Percent::get));
            let [audio, video] = [&minute.audio_sent, &minute.video_sent]
                .map(|figures| figures.bitrate.map_or(0.0, Kbps::get));
            self.sent_kbps.add((video > 0.0).then_some(audio + video));
            self.frame_rate.add(minute.video_received.frame_rate.map(Fps::get));
            if let Some(device) = minute.device {
                self.processor.add(device.system_max_cpu.map(Percent::get));
                self.signal.add(device.avg_rssi.map(Dbm::get).map(f64::from));
            }
        }
    }
}

/// Numbers, for their quantiles.
#[derive(Default)]
struct Numbers(Vec<f64>);

impl Numbers {
    fn add(&mut self, number: Option<f64>) {
        self.0.extend(number);
    }

    /// The quantiles at these percentages, as one cell; a dash without any number.
    fn cell(&self, percentages: &[usize], digits: usize) -> String {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let Some(last) = sorted.len().checked_sub(1) else { return "–".to_owned() };
        let quantile = |percent: &usize| format!("{:.digits$}", sorted[last * percent / 100]);
        percentages.iter().map(quantile).collect::<Vec<_>>().join(" / ")
    }

    /// The share of numbers that are 0, in percent.
    fn zeros(&self) -> String {
        let zeros = self.0.iter().filter(|number| **number <= 0.0).count();
        percent(zeros, self.0.len())
    }
}

/// A table's head: the first column to the left, numbers to the right.
fn head(f: &mut fmt::Formatter<'_>, columns: &[&str]) -> fmt::Result {
    writeln!(f, "\n| {} |", columns.join(" | "))?;
    writeln!(f, "|---|{}", "--:|".repeat(columns.len() - 1))
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, cells: &[String]) -> fmt::Result {
    writeln!(f, "| {name} | {} |", cells.join(" | "))
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = || {
            let networks = self.networks.iter().map(|(network, figures)| (network.name(), figures));
            networks.chain([("all", &self.all)])
        };

        writeln!(f, "## Audio as it is received\n\nQuantiles over minutes: 50 / 90 / 99 %.")?;
        head(
            f,
            &[
                "network",
                "sessions",
                "minutes",
                "latency, ms",
                "its change from minute to minute, ms",
                "jitter, ms",
                "minutes without loss",
                "mean loss, %",
                "worst loss, %",
            ],
        )?;
        for (name, figures) in rows() {
            let high = [50, 90, 99];
            let cells = [
                figures.sessions.to_string(),
                figures.minutes.to_string(),
                figures.latency.cell(&high, 0),
                figures.latency_change.cell(&high, 0),
                figures.jitter.cell(&high, 0),
                figures.mean_loss.zeros(),
                figures.mean_loss.cell(&high, 2),
                figures.worst_loss.cell(&high, 1),
            ];
            row(f, name, &cells)?;
        }

        writeln!(f, "\n## Video, and the device")?;
        head(
            f,
            &[
                "network",
                "sent, kbit/s: 10 / 50 / 90 %",
                "received frames per second: 1 / 10 / 50 %",
                "busiest processor, %: 50 / 90 / 99 %",
                "signal, dBm: 1 / 10 / 50 / 90 %",
            ],
        )?;
        for (name, figures) in rows() {
            let cells = [
                figures.sent_kbps.cell(&[10, 50, 90], 0),
                figures.frame_rate.cell(&[1, 10, 50], 0),
                figures.processor.cell(&[50, 90, 99], 0),
                figures.signal.cell(&[1, 10, 50, 90], 0),
            ];
            row(f, name, &cells)?;
        }

        writeln!(
            f,
            "\n## Bad minutes\n\n\
             A minute is bad when audio or video, sent or received, loses more than 5 % on average, takes \
             more than 300 ms or has more than 50 ms of jitter, when video has fewer than 7 frames per \
             second, or when the processor is more than 90 % busy. Of all minutes, and in brackets: of \
             these, the share that no incident hurt."
        )?;
        head(f, &["network", "bad", "loss", "latency", "jitter", "frame rate", "processor"])?;
        for (name, figures) in rows() {
            let cell = |flawed, background| {
                let of_all = percent(flawed, figures.minutes);
                format!("{of_all} ({})", percent(background, flawed))
            };
            let flaws = figures.flaws.iter().zip(figures.background_flaws);
            let cells: Vec<String> = [cell(figures.bad_minutes, figures.background)]
                .into_iter()
                .chain(flaws.map(|(flawed, background)| cell(*flawed, background)))
                .collect();
            row(f, name, &cells)?;
        }

        writeln!(f, "\n## What the incidents did")?;
        head(f, &["kind", "incidents", "sessions hurt", "minutes hurt", "of them bad"])?;
        for (kind, harm) in &self.kinds {
            let cells = [
                harm.incidents.to_string(),
                harm.sessions.to_string(),
                harm.minutes.to_string(),
                percent(harm.bad_minutes, harm.minutes),
            ];
            row(f, &format!("`{kind}`"), &cells)?;
        }
        Ok(())
    }
}

impl Tally {
    /// What was published, beside the same of this week. Says of each source what of it was read.
    pub(crate) fn beside_published(&self) -> String {
        let none = Figures::default();
        let [wired, wifi, home, home_wifi] =
            [Network::OfficeWired, Network::OfficeWifi, Network::HomeWired, Network::HomeWifi]
                .map(|network| self.networks.get(&network).unwrap_or(&none));
        let poor = |figures: &Figures| percent(figures.poor_streams, figures.sessions);
        format!(
            include_str!("published.md"),
            poor_wired = poor(wired),
            poor_wifi = poor(wifi),
            poor_all = poor(&self.all),
            lossy_wifi = percent(wifi.lossy + home_wifi.lossy, wifi.sessions + home_wifi.sessions),
            wired_latency = wired.latency.cell(&[50, 90], 0),
            wifi_latency = wifi.latency.cell(&[50, 90], 0),
            home_latency = home.latency.cell(&[10, 50], 0),
            sent = self.all.sent_kbps.cell(&[10, 50, 90], 0),
        )
    }
}

fn share(part: usize, whole: usize) -> f64 {
    let number = |count: usize| u32::try_from(count).map_or(f64::INFINITY, f64::from);
    number(part) / number(whole.max(1))
}

fn percent(part: usize, whole: usize) -> String {
    format!("{:.1} %", 100.0 * share(part, whole))
}
