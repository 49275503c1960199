//! The way of packets: access link, the line of the office or home, the provider, the data centre.

use crate::calendar::{Join, MINUTE, Meeting};
use crate::company::{Company, Place, Region, Who};
use crate::draw::{Draw, Purpose};
use crate::fault::{Effect, Fault, Standing};
use crate::media::{Model, WINDOW};
use crate::phone::PhoneCall;
use crate::world::World;

/// Echoing a time stamp includes both applications: what that adds to the round trip.
const PROCESSING_MS: f64 = 8.0;
/// The most that an office's line queues, in ms of delay: routers keep too much rather than too
/// little (Gettys and Nichols, "Bufferbloat", 2011).
const QUEUE_MS: f64 = 180.0;

/// The signal down to which a radio link is as good as it gets, and that at which it is no more.
const FULL_DBM: f64 = -66.0;
const GONE_DBM: f64 = -86.0;

/// How packets travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Udp,
    /// Where UDP is blocked: losses turn into waiting.
    Tcp,
    /// The same through a proxy.
    TcpProxy,
}

/// The path of one join.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    place: Place,
    data_center: Region,
    transport: Transport,
    /// Round trip without any queue.
    base_ms: f64,
    radio: Option<Radio>,
    line: Line,
    /// What the provider does, alike for all whom it serves.
    provider: Draw,
    /// What the data centre does, alike for all whom it serves; none where packets go straight to
    /// the other side.
    center: Option<Draw>,
    /// In what share of all times something is wrong far away.
    troubled: f64,
    own: Draw,
    /// Who provides the line on which packets leave.
    isp: u32,
    /// The faults that chose this path, or may be felt on it.
    faults: Vec<Fault>,
    model: Model,
}

/// Whose path it is, where it leads, and when it is chosen.
struct Ends {
    who: Who,
    day: u32,
    start: i64,
    data_center: Region,
    /// The other side, where packets go straight to it.
    peer: Option<Who>,
    /// A number by which one gathering differs from another.
    gathering: u64,
    model: Model,
}

/// A radio link.
#[derive(Debug, Clone)]
struct Radio {
    /// Signal strength at this person's place, in dBm.
    signal_dbm: f64,
    /// How much it wanders.
    swing_db: f64,
    /// Where the device is, when it is carried about.
    walk: Option<Draw>,
    /// A phone network: its waits for air are longer, and no signal is told.
    is_cellular: bool,
    /// Alike for all who share the air.
    air: Draw,
}

/// The line of an office or a home.
#[derive(Debug, Clone)]
struct Line {
    load: Draw,
    /// Minutes ahead of UTC of an office, whose load follows the day.
    office_offset: Option<i32>,
    /// On the way out.
    capacity_kbps: f64,
    /// The most that it queues, in ms of delay.
    queue_ms: f64,
}

/// What changes slowly on a path, as it is for one minute.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weather {
    /// Round trip without the line's queue.
    fixed_ms: f64,
    /// How full the line is.
    load: f64,
    /// Signal strength, in dBm.
    signal_dbm: f64,
    /// The share of the air that neighbours take.
    crowd: f64,
    /// Lost far away, 0 to 1.
    trouble: f64,
}

/// A path during one window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    fixed_ms: f64,
    load: [f64; 2],
    /// Signal strength, and how bad the link is, 0 to 1.
    radio: Option<(f64, f64)>,
    /// Lost while the radio link goes over to another cell or access point.
    roaming: f64,
    trouble: f64,
    effect: Effect,
    noise: Draw,
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
    /// What a sender that watches losses would send: never more than the largest picture takes,
    /// and less the more is lost.
    pub(crate) fn budget_kbps(&self) -> f64 {
        self.capacity_kbps.min(3_000.0) * (1.0 - 4.0 * self.loss).max(0.08)
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

impl Path {
    /// The path of a join, among the faults that act at some time of the meeting.
    pub(crate) fn new(world: &World, meeting: &Meeting, join: &Join, faults: &[Fault]) -> Self {
        let World { company, calendar, .. } = world;
        let who = join.who;
        let host_site = company.site_of(meeting.host);
        let near = company.site(host_site).city.region;
        let peer = calendar.peer(meeting, who);
        let misplaced =
            faults.iter().find(|fault| peer.is_none() && fault.misplaces(host_site, meeting));
        let data_center = if misplaced.is_some() { near.far_away() } else { near };
        let ends = Ends {
            who,
            day: meeting.instance.day,
            start: join.start,
            data_center,
            peer,
            gathering: meeting.instance.series.into(),
            model: world.model,
        };
        Self::between(company, &ends, faults, misplaced)
    }

    /// The path of one side of a phone call, among the faults that act at some time of it: through the
    /// data centre next to the user whose call it is.
    pub(crate) fn of_call(world: &World, call: &PhoneCall, who: Who, faults: &[Fault]) -> Self {
        let company = &world.company;
        let ends = Ends {
            who,
            day: call.key.day,
            start: call.start,
            data_center: company.city_of(Who::Person(call.key.person)).region,
            peer: None,
            gathering: call.draw.bits(),
            model: world.model,
        };
        Self::between(company, &ends, faults, None)
    }

    /// The path between two ends; `misplaced` is the fault that chose one of them.
    fn between(
        company: &Company,
        ends: &Ends,
        faults: &[Fault],
        misplaced: Option<&Fault>,
    ) -> Self {
        let Ends { who, day, data_center, peer, model, .. } = *ends;
        let place = company.place(who, day);
        let own = company.draw(who).of(Purpose::Network);
        let root = company.root();
        let city = company.city_of(who);
        let mut felt: Vec<Fault> = misplaced.copied().into_iter().collect();

        let way_out = place.way_out();
        let block = faults.iter().find(|fault| fault.blocks(way_out, ends.start, own.at(6)));
        let transport = match block {
            Some(_) if own.at(7).chance(0.3) => Transport::TcpProxy,
            None if !(matches!(place, Place::Vpn { .. }) && own.at(3).chance(0.35)) => {
                Transport::Udp
            }
            _ => Transport::Tcp,
        };
        felt.extend(block);

        let isp = match (way_out, place) {
            (Some(site), _) => company.isp_of_site(site),
            (None, Place::Home { household, .. }) => company.isp_of_household(household),
            (None, _) => Company::isp(city.region, own.of(Purpose::Isp)),
        };
        let standing = Standing {
            who,
            place,
            isp,
            data_center: peer.is_none().then_some(data_center),
            version: company.device(who).version(day),
        };
        felt.extend(faults.iter().filter(|fault| fault.concerns(&standing)));

        let line = Line::of(company, who, place);
        let other_end = peer.map_or(data_center, |other| company.city_of(other).region);
        let base_ms = PROCESSING_MS
            + city.region.round_trip_ms(other_end) * model.distance
            + line.access_ms(own.at(2))
            + own.of(Purpose::Isp).between(3.0, 9.0)
            + if transport == Transport::TcpProxy { 12.0 } else { 0.0 }
            + match place {
                // Packets take the way through the office, and its way out.
                Place::Vpn { site, .. } => {
                    12.0 + city.region.round_trip_ms(company.site(site).city.region) / 2.0
                }
                _ => 0.0,
            };
        Self {
            place,
            data_center,
            transport,
            base_ms,
            radio: Radio::of(company, who, place, day),
            line,
            provider: root.of(Purpose::Isp).at(isp.into()).of(Purpose::Day),
            center: peer.is_none().then(|| root.of(Purpose::DataCenter).at(data_center as u64)),
            troubled: match place {
                Place::OfficeWired { .. } | Place::OfficeWifi { .. } => 0.001,
                Place::Home { .. } | Place::Vpn { .. } => 0.002,
                Place::Cellular => 0.008,
                // Some guests are in hotels and on trains.
                Place::Outside { .. } if own.at(8).chance(0.15) => 0.03,
                Place::Outside { .. } => 0.004,
            },
            own: own.of(Purpose::Burst).at(ends.gathering),
            isp,
            faults: felt,
            model,
        }
    }

    pub(crate) const fn place(&self) -> Place {
        self.place
    }

    pub(crate) const fn data_center(&self) -> Region {
        self.data_center
    }

    /// Who provides the line on which packets leave.
    pub(crate) const fn isp(&self) -> u32 {
        self.isp
    }

    pub(crate) const fn transport(&self) -> Transport {
        self.transport
    }

    /// True for a way that leads past the data centre.
    pub(crate) const fn is_direct(&self) -> bool {
        self.center.is_none()
    }

    /// The faults that chose this path, or may be felt on it.
    pub(crate) fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// What faults do at an instant.
    pub(crate) fn effect(&self, instant: i64) -> Effect {
        let mut effect = Effect::default();
        for fault in &self.faults {
            fault.act(instant, &mut effect);
        }
        let model = &self.model;
        Effect {
            signal_db: effect.signal_db * model.fading,
            up_load: effect.up_load * model.load,
            down_load: effect.down_load * model.load,
            loss: effect.loss * model.loss,
            sent_loss: effect.sent_loss * model.loss,
            received_loss: effect.received_loss * model.loss,
            delay_ms: effect.delay_ms * model.delay,
            processor: effect.processor * model.processor,
        }
    }

    /// The weather of a minute.
    pub(crate) fn weather(&self, minute: i64) -> Weather {
        let instant = minute * MINUTE;
        // Somebody else's event fills what all share for a while.
        let surge = |draw: Draw, minutes: i64, share: f64| {
            let spell = draw.when(minute.div_euclid(minutes));
            if spell.chance(share) { spell.at(1).unit() } else { 0.0 }
        };
        let provider_ms = 4.0 * self.provider.smooth(instant, 900_000)
            + 25.0 * surge(self.provider.at(0), 15, 0.015);
        let center_ms = self.center.map_or(0.0, |center| {
            2.0 * center.smooth(instant, 600_000) + 20.0 * surge(center.at(0), 20, 0.01)
        });
        let own_ms = 3.0 * self.own.of(Purpose::Day).smooth(instant, 240_000);
        let (signal_dbm, crowd, air_ms) =
            self.radio.as_ref().map_or((0.0, 0.0, 0.0), |radio| radio.weather(minute));
        let spell = self.own.of(Purpose::Trouble).when(minute.div_euclid(4));
        Weather {
            fixed_ms: self.base_ms + provider_ms + center_ms + own_ms + air_ms,
            load: self.line.load(minute),
            signal_dbm,
            crowd,
            trouble: if spell.chance(self.troubled) {
                spell.at(1).between(0.01, 0.09) * self.model.trouble
            } else {
                0.0
            },
        }
    }

    /// The state during one window, of which the weather and what faults do are known.
    pub(crate) fn window(&self, number: i64, weather: &Weather, effect: Effect) -> Window {
        let noise = self.own.when(number);
        let radio = self.radio.as_ref();
        let roams = radio.is_some_and(|radio| radio.walk.is_some()) && noise.at(21).chance(0.012);
        let load = self.line.load_in(number, weather.load);
        // Lines of homes are narrow on the way out; others' downloads fill the way in.
        let out = if self.line.office_offset.is_some() { 1.0 } else { 0.9 };
        Window {
            fixed_ms: weather.fixed_ms
                + 1.2 * noise.at(22).unit()
                + effect.delay_ms * noise.at(20).between(0.5, 1.5),
            load: [load * out + effect.up_load, load * 0.92 + effect.down_load]
                .map(|load| load.clamp(0.02, 0.995)),
            radio: radio.map(|radio| radio.window(number, weather, noise, &effect)),
            roaming: if roams { noise.at(23).between(0.02, 0.3) } else { 0.0 },
            trouble: weather.trouble,
            effect,
            noise,
        }
    }

    /// The way out during a window.
    pub(crate) fn up(&self, window: &Window) -> Leg {
        let loss = window.effect.sent_loss;
        self.leg(window, window.load[0], loss, window.noise.of(Purpose::Uplink))
    }

    /// The way in during a window.
    pub(crate) fn down(&self, window: &Window) -> Leg {
        let loss = window.effect.received_loss;
        self.leg(window, window.load[1], loss, window.noise.of(Purpose::Network))
    }

    /// What the device tells of its signal.
    pub(crate) fn signal_dbm(&self, window: &Window) -> Option<f64> {
        let is_told = self.radio.as_ref().is_some_and(|radio| !radio.is_cellular);
        window.radio.map(|(signal, _)| signal).filter(|_| is_told)
    }

    fn leg(&self, window: &Window, load: f64, own_loss: f64, draw: Draw) -> Leg {
        let fault_loss = window.effect.loss + own_loss;
        // The mean wait of a queue with one server, in units of ten packets' time, up to what the
        // queue holds.
        let service_ms = 10.0 * 12.0 * 1_000.0 / self.line.capacity_kbps.max(10_000.0);
        let mean_ms = service_ms * load / (1.0 - load) * draw.at(10).between(0.5, 1.5);
        let queue_ms = (mean_ms * self.model.queue).min(self.line.queue_ms);
        let overflow = (load - 0.93).max(0.0) * 0.9 * self.model.overflow;
        // Frames that radio sends again wait, most a little, a few for long; what is lost after
        // all is lost in bursts. A full queue drops evenly.
        let (bad, retry_ms, stray) = match window.radio {
            Some((_, bad)) => {
                let stray =
                    burst(0.0005 + 0.07 * bad, 1.0 / (0.03 + 0.6 * bad).min(1.0), draw.at(0));
                (bad, (0.9 + 5.0 * bad) * tail(draw.at(5)), stray)
            }
            None => (0.0, 0.0, burst(0.00002, 250.0, draw.at(0))),
        };
        let loss = stray * self.model.stray
            + overflow * draw.at(1).between(0.6, 1.4)
            + burst(fault_loss, 2.0, draw.at(2))
            + burst(window.trouble, 2.0, draw.at(3))
            + window.roaming;
        let loss = loss.min(0.6);
        let jitter_ms = 1.0
            + 2.0 * draw.at(6).unit()
            + 0.7 * retry_ms
            + 18.0 * bad * draw.at(7).between(0.4, 1.6)
            + 0.3 * queue_ms * draw.at(8).between(0.5, 1.5)
            + 60.0 * (fault_loss + window.trouble).min(0.3) * draw.at(9).unit();
        let jitter_ms = jitter_ms * self.model.jitter;
        let radio_kbps = 30_000.0 * (1.0 - bad) * (1.0 - bad) + 250.0;
        let line_kbps = self.line.capacity_kbps * (1.0 - load) + 120.0;
        let wait_ms = 2.0 + retry_ms + 200.0 * window.roaming;
        let (waiting_ms, loss) = match self.transport {
            Transport::Udp => (0.0, loss),
            // A lost segment is sent again after a round trip, and all behind it wait.
            Transport::Tcp | Transport::TcpProxy => {
                ((loss * 20.0 * window.fixed_ms * self.model.resending).min(1_500.0), 0.0)
            }
        };
        Leg {
            latency_ms: window.fixed_ms + wait_ms + queue_ms + waiting_ms,
            jitter_ms: jitter_ms + 0.3 * waiting_ms,
            loss,
            capacity_kbps: radio_kbps.min(line_kbps),
        }
    }
}

impl Radio {
    /// The radio link of somebody on a day; none where there is a cable.
    fn of(company: &Company, who: Who, place: Place, day: u32) -> Option<Self> {
        let own = company.draw(who).of(Purpose::Network);
        let root = company.root();
        // Mean and deviation of the signal in dBm, its bounds, and how much it wanders.
        let (mean, deviation, bounds, swing_db, air) = match place {
            Place::OfficeWired { .. }
            | Place::Home { wired: true, .. }
            | Place::Vpn { wired: true, .. }
            | Place::Outside { wired: true } => return None,
            Place::OfficeWifi { site, access_point } => {
                let air = root.of(Purpose::AccessPoint).at(site.into()).at(access_point.into());
                (-56.0, 5.5, (-72.0, -40.0), 2.0, air)
            }
            Place::Home { household, .. } | Place::Vpn { household, .. } => {
                let air = root.of(Purpose::Household).at(household.into()).of(Purpose::Fading);
                (-56.0, 6.5, (-74.0, -38.0), 2.5, air)
            }
            Place::Outside { .. } => (-56.0, 6.5, (-74.0, -38.0), 2.5, own.of(Purpose::Fading)),
            Place::Cellular => (-60.0, 5.0, (-71.0, -48.0), 3.0, own.of(Purpose::Fading)),
        };
        let walk = own.of(Purpose::Walk).at(day.into());
        let walkers = if company.device(who).kind.is_phone() { 0.5 } else { 0.08 };
        Some(Self {
            signal_dbm: own.at(1).about(mean, deviation).clamp(bounds.0, bounds.1),
            swing_db,
            walk: walk.chance(walkers).then_some(walk),
            is_cellular: place == Place::Cellular,
            air,
        })
    }

    /// Signal strength, the share of the air that neighbours take, and the wait for air.
    fn weather(&self, minute: i64) -> (f64, f64, f64) {
        let slow = self.air.smooth(minute * MINUTE, 120_000) - 0.5;
        // Neighbours take air by spells of two minutes.
        let spell = self.air.of(Purpose::Busy).when(minute.div_euclid(2));
        let crowd = if spell.chance(0.04) { spell.at(1).between(0.05, 0.3) } else { 0.0 };
        let wait_ms = if self.is_cellular { 30.0 } else { 2.0 };
        (self.signal_dbm + 2.0 * self.swing_db * slow, crowd, wait_ms * (slow + 0.5))
    }

    /// Signal strength, and how bad the link is: 0 to 1.
    fn window(&self, number: i64, weather: &Weather, noise: Draw, effect: &Effect) -> (f64, f64) {
        // Away from the cell or access point, and back to it or to the next.
        let walk =
            self.walk.map_or(0.0, |walk| 20.0 * (walk.smooth(number * WINDOW, 45_000) - 0.6));
        let signal =
            weather.signal_dbm - effect.signal_db + walk + noise.at(10).about(0.0, self.swing_db);
        // The steps of modulation fade out one by one.
        let weakness = ((FULL_DBM - signal) / (FULL_DBM - GONE_DBM)).clamp(0.0, 1.0);
        let weakness = weakness * weakness * (3.0 - 2.0 * weakness);
        (signal.clamp(-94.0, -25.0), (weakness + weather.crowd).min(1.0))
    }
}

impl Line {
    /// The line through which somebody's packets leave the place.
    fn of(company: &Company, who: Who, place: Place) -> Self {
        let root = company.root();
        match place {
            Place::OfficeWired { site } | Place::OfficeWifi { site, .. } => {
                let load = root.of(Purpose::Uplink).at(site.into());
                let site = company.site(site);
                Self {
                    load,
                    office_offset: Some(site.city.utc_offset_minutes),
                    capacity_kbps: site.uplink_kbps,
                    queue_ms: QUEUE_MS,
                }
            }
            Place::Home { household, .. } | Place::Vpn { household, .. } => {
                Self::home(root.of(Purpose::Household).at(household.into()))
            }
            Place::Cellular | Place::Outside { .. } => {
                Self::home(company.draw(who).of(Purpose::Network))
            }
        }
    }

    fn home(draw: Draw) -> Self {
        let sort = draw.of(Purpose::Uplink);
        Self {
            load: draw.of(Purpose::Busy),
            office_offset: None,
            capacity_kbps: *sort.pick(&[4_000.0, 10_000.0, 20_000.0, 40_000.0]),
            // Some routers manage their queue, some keep all that they can.
            queue_ms: sort.at(1).between(40.0, 320.0),
        }
    }

    /// What the access adds to the round trip: telephone wire takes longer than fibre, and some
    /// are further away than others.
    fn access_ms(&self, draw: Draw) -> f64 {
        match self.office_offset {
            Some(_) => draw.between(0.0, 3.0),
            None => 4.0 + 60_000.0 / (self.capacity_kbps + 1_500.0) + draw.between(0.0, 12.0),
        }
    }

    /// How full the line is in a minute.
    fn load(&self, minute: i64) -> f64 {
        if let Some(offset) = self.office_offset {
            let local = (minute + i64::from(offset)).rem_euclid(24 * 60);
            let local = f64::from(u32::try_from(local).expect("a minute of a day"));
            // Two humps, late morning and mid-afternoon.
            let hump = |top: f64| {
                let away = (local - top) / 110.0;
                libm::exp(-away * away)
            };
            let habit = 0.1 + 0.4 * (hump(10.5 * 60.0) + hump(15.0 * 60.0)).min(1.0);
            habit + 0.2 * self.load.smooth(minute * MINUTE, 300_000)
        } else {
            // By spells of ten minutes somebody at home streams or downloads.
            let spell = self.load.when(minute.div_euclid(10));
            if spell.chance(0.12) { spell.at(1).between(0.5, 0.99) } else { 0.12 }
        }
    }

    /// How full it is in a window of a minute: now and then a page or a picture fills it.
    fn load_in(&self, number: i64, load: f64) -> f64 {
        let noise = self.load.when(number);
        let page = if self.office_offset.is_none() && noise.at(0).chance(0.03) {
            noise.at(1).between(0.2, 0.8)
        } else {
            0.0
        };
        load + page + noise.about(0.0, 0.03)
    }
}

/// A share of losses that comes in bursts: mostly nothing, now and then `burstiness` times the
/// mean.
fn burst(mean: f64, burstiness: f64, draw: Draw) -> f64 {
    if mean > 0.0 && draw.chance(1.0 / burstiness) {
        mean * burstiness * draw.at(1).between(0.4, 1.6)
    } else {
        0.0
    }
}

/// A number with a long tail: one of two is above 0.9, one of ten above 7, one of a hundred above
/// 32; never above 50.
fn tail(draw: Draw) -> f64 {
    1.0 / (1.02 - draw.unit()) - 0.98
}
