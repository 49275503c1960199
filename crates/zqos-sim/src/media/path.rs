//! The way of packets: access link, the line of the office or home, the provider, the data centre.

use crate::calendar::{MINUTE, Meeting};
use crate::company::{Company, Place, Region, Who};
use crate::draw::{Draw, Purpose};
use crate::fault::Effect;
use crate::media::WINDOW;

/// Echoing a time stamp includes both applications: what that adds to the round trip.
const PROCESSING_MS: f64 = 8.0;
/// The most that a line's queue holds, in ms of delay: routers keep too much rather than too
/// little (Gettys and Nichols, "Bufferbloat", 2011).
const QUEUE_MS: f64 = 180.0;

/// How packets travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Udp,
    /// Where UDP is blocked: losses turn into waiting.
    Tcp,
}

/// The path of one person in one meeting.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    place: Place,
    data_center: Region,
    transport: Transport,
    /// Straight to the other side, past the data centre.
    is_direct: bool,
    /// Round trip without any queue.
    base_ms: f64,
    wifi: Option<Wifi>,
    line: Line,
    /// What the provider does, alike for all who share the way out.
    provider: Draw,
    /// What the data centre does, alike for all whom it serves.
    center: Draw,
    own: Draw,
}

/// A radio link.
#[derive(Debug, Clone)]
struct Wifi {
    /// Signal strength at this person's place, in dBm.
    signal_dbm: f64,
    /// How much it wanders.
    swing_db: f64,
    /// Alike for all who share the air.
    air: Draw,
}

/// The line of an office or a home.
#[derive(Debug, Clone)]
struct Line {
    load: Draw,
    is_office: bool,
    capacity_kbps: f64,
    utc_offset_minutes: i32,
}

/// One direction during one window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leg {
    /// Round trip, as Zoom measures it.
    pub(crate) latency_ms: f64,
    pub(crate) jitter_ms: f64,
    /// 0 to 1.
    pub(crate) loss: f64,
    /// What the narrowest part lets through for one person.
    capacity_kbps: f64,
}

impl Leg {
    /// What a sender that watches losses and delays would send.
    pub(crate) fn budget_kbps(&self) -> f64 {
        self.capacity_kbps * (1.0 - 4.0 * self.loss).max(0.15)
    }

    /// This way in, after somebody else's way out. Delays are measured by each side with the
    /// data centre alone.
    pub(crate) fn after(&self, sender: &Self) -> Self {
        Self {
            latency_ms: self.latency_ms,
            jitter_ms: libm::sqrt(
                self.jitter_ms * self.jitter_ms + sender.jitter_ms * sender.jitter_ms * 0.5,
            ),
            loss: 1.0 - (1.0 - self.loss) * (1.0 - sender.loss * 0.9),
            capacity_kbps: self.capacity_kbps,
        }
    }
}

/// A path during one window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) up: Leg,
    pub(crate) down: Leg,
    pub(crate) signal_dbm: Option<f64>,
}

impl Path {
    pub(crate) fn new(company: &Company, meeting: &Meeting, who: Who) -> Self {
        let place = company.place(who, meeting.instance.day);
        let own = company.draw(who).of(Purpose::Network);
        let root = company.root();
        let data_center = company.city_of(Who::Person(meeting.host)).region;
        let city = company.city_of(who);
        let mut base_ms = city.region.round_trip_ms(data_center) + PROCESSING_MS;
        let office = |site: u32| Line {
            load: root.of(Purpose::Uplink).at(site.into()),
            is_office: true,
            capacity_kbps: company.site(site).uplink_kbps,
            utc_offset_minutes: company.site(site).city.utc_offset_minutes,
        };
        let home = |draw: Draw| Line {
            load: draw.of(Purpose::Busy),
            is_office: false,
            capacity_kbps: *draw.of(Purpose::Uplink).pick(&[4_000.0, 10_000.0, 20_000.0, 40_000.0]),
            utc_offset_minutes: city.utc_offset_minutes,
        };
        let home_wifi = |draw: Draw| Wifi {
            signal_dbm: own.at(1).about(-56.0, 7.0).clamp(-76.0, -38.0),
            swing_db: 2.5,
            air: draw.of(Purpose::Fading),
        };
        let (line, wifi) = match place {
            Place::OfficeWired { site } => (office(site), None),
            Place::OfficeWifi { site, access_point } => {
                let air = root.of(Purpose::AccessPoint).at(site.into()).at(access_point.into());
                let signal_dbm = own.at(1).about(-55.0, 5.0).clamp(-70.0, -40.0);
                (office(site), Some(Wifi { signal_dbm, swing_db: 2.0, air }))
            }
            Place::Home { household, wired } => {
                base_ms += 9.0;
                let draw = root.of(Purpose::Household).at(household.into());
                (home(draw), (!wired).then(|| home_wifi(draw)))
            }
            Place::Vpn { household, wired, site } => {
                // Packets take the way through the office, and its way out.
                let detour = company.site(site).city.region;
                base_ms += 22.0 + city.region.round_trip_ms(detour) / 2.0;
                let draw = root.of(Purpose::Household).at(household.into());
                (home(draw), (!wired).then(|| home_wifi(draw)))
            }
            Place::Cellular => {
                base_ms += 32.0;
                let wifi = Wifi {
                    signal_dbm: own.at(1).about(-64.0, 6.0).clamp(-78.0, -50.0),
                    swing_db: 4.0,
                    air: own.of(Purpose::Fading),
                };
                (home(own), Some(wifi))
            }
            Place::Outside { wired } => {
                base_ms += own.at(2).between(5.0, 25.0);
                (home(own), (!wired).then(|| home_wifi(own)))
            }
        };
        let site = match place {
            Place::OfficeWired { site }
            | Place::OfficeWifi { site, .. }
            | Place::Vpn { site, .. } => Some(site),
            _ => None,
        };
        let provider = match site {
            Some(site) => root.of(Purpose::Isp).at(site.into()),
            None => own.of(Purpose::Isp),
        };
        let is_blocked = matches!(place, Place::Vpn { .. }) && own.at(3).chance(0.35);
        Self {
            place,
            data_center,
            transport: if is_blocked { Transport::Tcp } else { Transport::Udp },
            is_direct: false,
            base_ms: base_ms + provider.between(3.0, 9.0),
            wifi,
            line,
            provider,
            center: root.of(Purpose::DataCenter).at(data_center as u64),
            own: own.of(Purpose::Burst).at(meeting.instance.series.into()),
        }
    }

    /// The same way straight to somebody in another place, and not through the data centre.
    pub(crate) fn straight(self, own: Region, other: Region) -> Self {
        let base_ms = self.base_ms - own.round_trip_ms(self.data_center) + own.round_trip_ms(other);
        Self { is_direct: true, base_ms, ..self }
    }

    /// True for a way that leads past the data centre.
    pub(crate) const fn is_direct(&self) -> bool {
        self.is_direct
    }

    pub(crate) const fn place(&self) -> Place {
        self.place
    }

    pub(crate) const fn data_center(&self) -> Region {
        self.data_center
    }

    pub(crate) const fn transport(&self) -> Transport {
        self.transport
    }

    /// The state during one window.
    pub(crate) fn window(&self, number: i64, effect: &Effect) -> Window {
        let instant = number * WINDOW;
        let noise = self.own.when(number);
        let radio = self.wifi.as_ref().map(|wifi| wifi.window(number, noise, effect));
        let bad = radio.map_or(0.0, |(_, bad)| bad);
        let load = self.line.load_at(instant, number, effect);
        let provider_ms = 3.0 * self.provider.of(Purpose::Day).smooth(instant, 900_000)
            + 1.2 * self.provider.when(number).unit();
        let center_ms =
            if self.is_direct { 0.0 } else { 2.0 * self.center.smooth(instant, 600_000) };
        let fixed_ms = self.base_ms
            + provider_ms
            + center_ms
            + effect.delay_ms * noise.at(20).between(0.5, 1.5);

        let leg = |load: f64, sent_loss: f64, draw: Draw| {
            // The mean wait of a queue with one server, in units of ten packets' time, up to
            // what the queue holds.
            let service_ms = 10.0 * 12.0 * 1_000.0 / self.line.capacity_kbps.max(10_000.0);
            let queue_ms = (service_ms * load / (1.0 - load).max(0.004)).min(QUEUE_MS);
            let overflow = ((load - 0.93).max(0.0) * 0.5).min(0.06);
            let radio_loss = 0.0004 + 0.07 * bad;
            // Radio losses come in bursts, a full queue drops evenly.
            let loss = burst(radio_loss, 1.0 + 6.0 * f64::from(u8::from(radio.is_some())), draw.at(0))
                + overflow * draw.at(1).between(0.6, 1.4)
                + burst(effect.loss + sent_loss, 2.0, draw.at(2))
                // Now and then something goes wrong far away that nobody will ever name.
                + if draw.at(3).chance(0.004) { draw.at(4).between(0.01, 0.08) } else { 0.0 };
            let loss = loss.min(0.6);
            let wait_ms = 2.0 + 18.0 * bad * draw.at(5).between(0.3, 1.7);
            let jitter_ms = 1.0
                + 2.0 * draw.at(6).unit()
                + 22.0 * bad * draw.at(7).between(0.4, 1.6)
                + 0.22 * queue_ms * draw.at(8).between(0.5, 1.5)
                + 60.0 * (effect.loss + sent_loss) * draw.at(9).unit();
            let radio_kbps = 30_000.0 * (1.0 - bad) * (1.0 - bad) + 250.0;
            let line_kbps = self.line.capacity_kbps * (1.0 - load) + 120.0;
            let (waiting_ms, loss) = match self.transport {
                Transport::Udp => (0.0, loss),
                // A lost segment is sent again after a round trip, and all behind it wait.
                Transport::Tcp => (loss * 20.0 * fixed_ms, 0.0),
            };
            Leg {
                latency_ms: fixed_ms + wait_ms + queue_ms + waiting_ms,
                jitter_ms: jitter_ms + 0.3 * waiting_ms,
                loss,
                capacity_kbps: radio_kbps.min(line_kbps),
            }
        };
        // Lines of homes are narrow on the way out; others' downloads fill the way in.
        let up_load = if self.line.is_office { load } else { load * 0.9 };
        Window {
            up: leg(up_load, effect.sent_loss, noise.of(Purpose::Uplink)),
            down: leg(load * 0.92, 0.0, noise.of(Purpose::Network)),
            signal_dbm: radio.map(|(signal, _)| signal).filter(|_| self.place != Place::Cellular),
        }
    }
}

impl Wifi {
    /// Signal strength, and how bad the link is: 0 to 1.
    fn window(&self, number: i64, noise: Draw, effect: &Effect) -> (f64, f64) {
        let slow = self.air.smooth(number * WINDOW, 120_000) - 0.5;
        let signal = self.signal_dbm - effect.signal_db
            + 2.0 * self.swing_db * slow
            + noise.at(10).about(0.0, self.swing_db);
        // The steps of modulation fade out around -76 dBm.
        let weakness = 1.0 / (1.0 + libm::exp((signal + 76.0) / 2.8));
        // Neighbours take air too, by spells of two minutes.
        let spell = self.air.of(Purpose::Busy).when(number.div_euclid(24));
        let crowd = if spell.chance(0.05) { spell.at(1).between(0.05, 0.35) } else { 0.0 };
        (signal.clamp(-94.0, -25.0), (weakness + crowd).min(1.0))
    }
}

impl Line {
    /// How full the line is: 0 to 0.995.
    fn load_at(&self, instant: i64, number: i64, effect: &Effect) -> f64 {
        let noise = self.load.when(number).about(0.0, 0.03);
        let load = if self.is_office {
            let local = (instant / MINUTE + i64::from(self.utc_offset_minutes)).rem_euclid(24 * 60);
            let local = f64::from(u32::try_from(local).expect("a minute of a day"));
            // Two humps, late morning and mid-afternoon.
            let hump = |top: f64| {
                let away = (local - top) / 110.0;
                libm::exp(-away * away)
            };
            let habit = 0.1 + 0.4 * (hump(10.5 * 60.0) + hump(15.0 * 60.0)).min(1.0);
            habit + 0.15 * self.load.smooth(instant, 300_000)
        } else {
            // By spells of ten minutes somebody at home streams or downloads.
            let spell = self.load.when(instant.div_euclid(10 * MINUTE));
            if spell.chance(0.12) { spell.at(1).between(0.6, 0.98) } else { 0.12 }
        };
        (load + effect.site_load + noise).clamp(0.02, 0.995)
    }
}

/// A share of losses that comes in bursts: mostly nothing, now and then `burstiness` times the
/// mean.
fn burst(mean: f64, burstiness: f64, draw: Draw) -> f64 {
    if draw.chance(1.0 / burstiness) {
        mean * burstiness * draw.at(1).between(0.4, 1.6)
    } else {
        0.0
    }
}
