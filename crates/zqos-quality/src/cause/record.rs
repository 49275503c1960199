//! What a diagnosis looks at: joins, with what is known of them and their minutes.

use std::collections::BTreeMap;
use std::sync::Arc;

use zqos_core::{
    Dbm, DeviceSample, Figures, Fps, Leg, Medium, Millis, Percent, Pressure, Stream, Timestamp,
};

use crate::judge::flaw;
use crate::{Circumstances, Judge};

/// How long a minute is, in ms.
const MINUTE_MS: i64 = 60_000;

/// What sort of network a site of the site map is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SiteKind {
    /// An office.
    Office,
    /// The way out of a tunnel.
    Vpn,
    /// The home of somebody.
    Home,
}

/// A site of the site map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site<'a> {
    /// Its name.
    pub name: &'a str,
    /// What sort of network it is.
    pub kind: SiteKind,
}

/// What is known of one join.
///
/// **Missing**: `None` for what Zoom did not tell, kept back or masked, and for what no file says. An
/// empty text counts as missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Join<'a> {
    /// The meeting, by UUID.
    pub meeting_uuid: &'a str,
    /// The id of the join within it.
    pub user_id: &'a str,
    /// Who it is: an address, an id or a name, the same in all meetings.
    pub person: Option<&'a str>,
    /// Who hosts the meeting, by the same key.
    pub host: Option<&'a str>,
    /// When it began; with the end, it tells joins of one id apart.
    pub joined: Option<Timestamp>,
    /// When it ended; `None` while it lasts.
    pub left: Option<Timestamp>,
    /// The site, by the site map.
    pub site: Option<Site<'a>>,
    /// The public address. One that is masked (`31.44.*.*`) groups nobody.
    pub egress: Option<&'a str>,
    /// Where, in Zoom's words.
    pub location: Option<&'a str>,
    /// Who provides the line, by a file of autonomous systems.
    pub isp: Option<&'a str>,
    /// `Wifi`, `Wired`, `PPP`, … in Zoom's words.
    pub network_type: Option<&'a str>,
    /// `UDP`, `TCP`, `P2P`, … of audio, video and share, in Zoom's words.
    pub connection_types: [Option<&'a str>; 3],
    /// The data centre.
    pub data_center: Option<&'a str>,
    /// The version of the client.
    pub version: Option<&'a str>,
    /// The sort of device.
    pub device: Option<&'a str>,
    /// The operating system.
    pub os: Option<&'a str>,
}

/// A mean in thousandths of a unit, which does not depend on the order of what it is of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Mean {
    sum: u32,
    count: u16,
}

impl Mean {
    /// Adds a number; one beyond four million is as good as that.
    fn add(&mut self, number: Option<f64>) {
        if let Some(number) = number {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a cast of a float saturates"
            )]
            let thousandths = (number * 1_000.0).round() as u32;
            self.sum = self.sum.saturating_add(thousandths);
            self.count = self.count.saturating_add(1);
        }
    }

    fn absorb(&mut self, other: Self) {
        self.sum = self.sum.saturating_add(other.sum);
        self.count = self.count.saturating_add(other.count);
    }

    fn get(self) -> Option<f64> {
        (self.count > 0).then(|| f64::from(self.sum) / 1_000.0 / f64::from(self.count))
    }
}

/// What went one way in a minute, all media together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Way {
    latency: Mean,
    jitter: Mean,
    loss: Mean,
    /// In thousandths of a percent.
    worst_loss: Option<u32>,
    frame_rate: Mean,
    /// Lines of the camera's picture.
    pub(super) height_px: Option<u32>,
}

impl Way {
    fn add(&mut self, medium: Medium, figures: &Figures) {
        self.latency.add(figures.latency.map(Millis::get));
        self.jitter.add(figures.jitter.map(Millis::get));
        self.loss.add(figures.avg_loss.map(Percent::get));
        let mut worst = Mean::default();
        worst.add(figures.max_loss.map(Percent::get));
        if worst.count > 0 {
            self.worst_loss = self.worst_loss.max(Some(worst.sum));
        }
        if medium == Medium::Video
            && let Some(size) = figures.resolution
        {
            self.frame_rate.add(figures.frame_rate.map(Fps::get));
            self.height_px = self.height_px.max(Some(size.height()));
        }
    }

    fn absorb(&mut self, other: &Self) {
        self.latency.absorb(other.latency);
        self.jitter.absorb(other.jitter);
        self.loss.absorb(other.loss);
        self.worst_loss = self.worst_loss.max(other.worst_loss);
        self.frame_rate.absorb(other.frame_rate);
        self.height_px = self.height_px.max(other.height_px);
    }

    /// The round trip, in ms.
    pub(super) fn latency_ms(&self) -> Option<f64> {
        self.latency.get()
    }

    /// In ms.
    pub(super) fn jitter_ms(&self) -> Option<f64> {
        self.jitter.get()
    }

    /// The mean loss, in percent.
    pub(super) fn loss_pct(&self) -> Option<f64> {
        self.loss.get()
    }

    /// The worst loss, in percent.
    pub(super) fn worst_loss_pct(&self) -> Option<f64> {
        self.worst_loss.map(|loss| f64::from(loss) / 1_000.0)
    }

    /// Pictures of the camera per second.
    pub(super) fn frame_rate_fps(&self) -> Option<f64> {
        self.frame_rate.get()
    }
}

/// One minute of a join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Minute {
    /// Minutes since 1970.
    pub(super) number: i64,
    /// What went by the first and by the second leg of each pair: `…_input` and `…_output`, or sent
    /// and received where a gateway's names tell that.
    pub(super) ways: [Way; 2],
    /// The highest load of the processor, in percent.
    pub(super) load_pct: Option<u8>,
    /// The highest pressure.
    pub(super) pressure: Option<Pressure>,
    /// The mean signal, in dBm.
    pub(super) signal_dbm: Option<i16>,
    /// True where the legs are those of a gateway, whose names tell what is sent.
    pub(super) is_directed: bool,
    /// True where audio, video or share can be graded.
    pub(super) is_judged: bool,
    /// True where one of them is poor or bad.
    pub(super) is_poor: bool,
}

impl Minute {
    const fn new(number: i64) -> Self {
        const NOTHING: Mean = Mean { sum: 0, count: 0 };
        const IDLE: Way = Way {
            latency: NOTHING,
            jitter: NOTHING,
            loss: NOTHING,
            worst_loss: None,
            frame_rate: NOTHING,
            height_px: None,
        };
        Self {
            number,
            ways: [IDLE; 2],
            load_pct: None,
            pressure: None,
            signal_dbm: None,
            is_directed: false,
            is_judged: false,
            is_poor: false,
        }
    }

    fn absorb(&mut self, other: &Self) {
        for (here, there) in self.ways.iter_mut().zip(&other.ways) {
            here.absorb(there);
        }
        self.load_pct = self.load_pct.max(other.load_pct);
        self.pressure = self.pressure.max(other.pressure);
        self.signal_dbm = self.signal_dbm.max(other.signal_dbm);
        self.is_directed |= other.is_directed;
        self.is_judged |= other.is_judged;
        self.is_poor |= other.is_poor;
    }
}

/// The minutes of one join, made of its samples in any order.
///
/// Samples must be of one origin: Zoom says that figures of different ones do not compare.
#[derive(Debug, Clone, Default)]
pub struct Minutes {
    judge: Judge,
    /// In their order.
    sorted: Vec<Minute>,
    /// The one that was touched last: the next sample is of the same as a rule, or of the next.
    last: usize,
}

impl Minutes {
    /// No minutes yet; `judge` says which of those that come are poor. The default ones are judged by
    /// default.
    pub const fn new(judge: Judge) -> Self {
        Self { judge, sorted: Vec::new(), last: 0 }
    }

    /// Adds a stream in a minute. Idle, blank and impossible figures are passed over.
    pub fn add_stream(&mut self, ts: Timestamp, stream: Stream, figures: &Figures) {
        if flaw(figures).is_some() {
            return;
        }
        let medium = stream.medium();
        let judged = self.judge.stream(medium, figures, &Circumstances::default()).typical;
        let minute = self.minute(ts);
        minute.is_judged |= judged.grade().is_some();
        minute.is_poor |= judged.is_poor();
        let (way, is_directed) = match stream.leg() {
            Leg::Input => (0, false),
            Leg::Output => (1, false),
            Leg::FromCrc | Leg::FromRwg => (0, true),
            Leg::ToCrc | Leg::ToRwg => (1, true),
        };
        minute.is_directed |= is_directed;
        minute.ways[way].add(medium, figures);
    }

    /// Adds what the device told in a minute.
    pub fn add_device(&mut self, device: &DeviceSample) {
        let minute = self.minute(device.ts);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a percentage is from 0 to 100"
        )]
        let load = device.system_max_cpu.map(|load| load.get().round() as u8);
        minute.load_pct = minute.load_pct.max(load);
        minute.pressure = minute.pressure.max(device.max_pressure);
        let signal = device.avg_rssi.or(device.max_rssi.min(device.min_rssi));
        minute.signal_dbm = minute.signal_dbm.max(signal.map(Dbm::get));
    }

    /// Adds what others have of the same join; of minutes of both it is as if all samples had been added to one.
    pub fn absorb(&mut self, others: Self) {
        for minute in others.sorted {
            self.minute_of(minute.number).absorb(&minute);
        }
    }

    /// True while there is none.
    pub const fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// Forgets all minutes, and not the judge.
    pub fn clear(&mut self) {
        self.sorted.clear();
        self.last = 0;
    }

    pub(super) fn take(&mut self) -> Arc<Vec<Minute>> {
        self.last = 0;
        Arc::new(std::mem::take(&mut self.sorted))
    }

    /// The minute of an instant.
    fn minute(&mut self, ts: Timestamp) -> &mut Minute {
        self.minute_of(ts.unix_millis().div_euclid(MINUTE_MS))
    }

    fn minute_of(&mut self, number: i64) -> &mut Minute {
        let at = |place: usize| self.sorted.get(place).map(|one| one.number);
        let near = [self.last, self.last + 1].into_iter().find(|place| at(*place) == Some(number));
        let by_order = || self.sorted.partition_point(|one| one.number < number);
        let place = near.unwrap_or_else(by_order);
        if at(place) != Some(number) {
            self.sorted.insert(place, Minute::new(number));
        }
        self.last = place;
        &mut self.sorted[place]
    }
}

/// A text of a casebook, by its place.
pub(super) type Text = u32;

/// What is kept of a join.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Filed {
    pub(super) meeting: Text,
    pub(super) user: Text,
    pub(super) person: Option<Text>,
    pub(super) host: Option<Text>,
    /// Minutes since 1970.
    pub(super) joined: Option<i64>,
    pub(super) left: Option<i64>,
    pub(super) site: Option<(Text, SiteKind)>,
    pub(super) egress: Option<Text>,
    pub(super) location: Option<Text>,
    pub(super) isp: Option<Text>,
    pub(super) network_type: Option<Text>,
    pub(super) connection_types: [Option<Text>; 3],
    pub(super) data_center: Option<Text>,
    pub(super) version: Option<Text>,
    pub(super) device: Option<Text>,
    pub(super) os: Option<Text>,
    pub(super) minutes: Arc<Vec<Minute>>,
}

impl Filed {
    /// The same join, with other numbers for its texts.
    pub(super) fn renumbered(&self, new: impl Fn(Text) -> Text) -> Self {
        let maybe = |text: Option<Text>| text.map(&new);
        Self {
            meeting: new(self.meeting),
            user: new(self.user),
            person: maybe(self.person),
            host: maybe(self.host),
            site: self.site.map(|(name, kind)| (new(name), kind)),
            egress: maybe(self.egress),
            location: maybe(self.location),
            isp: maybe(self.isp),
            network_type: maybe(self.network_type),
            connection_types: self.connection_types.map(maybe),
            data_center: maybe(self.data_center),
            version: maybe(self.version),
            device: maybe(self.device),
            os: maybe(self.os),
            minutes: Arc::clone(&self.minutes),
            ..*self
        }
    }
}

/// All that is known: joins, as they are filed in any order.
///
/// A month of a company can be filed day by day: of a minute about a hundred bytes are kept.
#[derive(Debug, Clone, Default)]
pub struct Casebook {
    numbers: BTreeMap<Box<str>, Text>,
    pub(super) joins: Vec<Filed>,
}

impl Casebook {
    /// Files a join, and takes its minutes, of which none are left then.
    pub fn add(&mut self, join: &Join<'_>, minutes: &mut Minutes) {
        let minute_of = |instant: Timestamp| instant.unix_millis().div_euclid(MINUTE_MS);
        let minutes = minutes.take();
        let filed = Filed {
            meeting: self.number(join.meeting_uuid),
            user: self.number(join.user_id),
            person: self.known(join.person),
            host: self.known(join.host),
            joined: join.joined.map(minute_of),
            left: join.left.map(minute_of),
            site: self.known(join.site.map(|site| site.name)).zip(join.site.map(|site| site.kind)),
            egress: self.known(join.egress.filter(|address| !address.contains('*'))),
            location: self.known(join.location),
            isp: self.known(join.isp),
            network_type: self.known(join.network_type),
            connection_types: join.connection_types.map(|name| self.known(name)),
            data_center: self.known(join.data_center),
            version: self.known(join.version),
            device: self.known(join.device),
            os: self.known(join.os),
            minutes,
        };
        self.joins.push(filed);
    }

    /// The texts, in order, and for each number the place of its text among them.
    pub(super) fn texts(&self) -> (Vec<&str>, Vec<Text>) {
        let mut places = vec![0; self.numbers.len()];
        for (place, number) in (0..).zip(self.numbers.values()) {
            places[*number as usize] = place;
        }
        (self.numbers.keys().map(AsRef::as_ref).collect(), places)
    }

    fn known(&mut self, text: Option<&str>) -> Option<Text> {
        let text = text.map(str::trim).filter(|text| !text.is_empty())?;
        Some(self.number(text))
    }

    fn number(&mut self, text: &str) -> Text {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        // More texts than this don't fit into memory.
        let number = Text::try_from(self.numbers.len()).unwrap_or(Text::MAX);
        self.numbers.insert(text.into(), number);
        number
    }
}
