//! Counter-based randomness: every draw is a pure function of the seed, what it is for, and the
//! numbers that say where and when.
//!
//! There is no generator with a state that one request would leave behind for the next. A
//! [`Draw`] is a point in a tree of keys; [`Draw::of`] and [`Draw::at`] lead to points below it,
//! and a number is read from the point itself.
//!
//! **Source**: the finaliser is variant 13 of David Stafford's search ("Better Bit Mixing", 2011),
//! as used by `SplitMix64` (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators",
//! OOPSLA 2014), whose increment is used here too.

/// The increment of `SplitMix64`: the fraction of the golden ratio in 64 bits, made odd.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// Spreads every bit of a word over all bits. A bijection.
const fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// The upper and the lower half of a word.
pub(crate) const fn words(word: u64) -> [u32; 2] {
    let (high, low) = (word >> 32, word & 0xffff_ffff);
    [low_half(high), low_half(low)]
}

#[expect(clippy::cast_possible_truncation, reason = "only the lower half is asked for")]
const fn low_half(word: u64) -> u32 {
    word as u32
}

/// What a draw is for. Two draws at the same place are independent when their purposes differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Purpose {
    Account = 1,
    AccessPoint,
    AccessToken,
    Address,
    Attends,
    Background,
    Burst,
    Busy,
    Camera,
    City,
    Client,
    Cpu,
    DataCenter,
    Day,
    Department,
    Device,
    Echo,
    Fading,
    Fault,
    Guest,
    Home,
    Household,
    Isp,
    Join,
    Layout,
    Leave,
    Length,
    MeetingNumber,
    MeetingUuid,
    Microphone,
    Name,
    Network,
    PageToken,
    ParticipantUuid,
    Place,
    Rejoin,
    Schedule,
    Score,
    Share,
    Site,
    Speaker,
    Start,
    Talk,
    Team,
    Topic,
    TrackingId,
    Uplink,
    Vpn,
    Breakout,
    Direct,
    Oddity,
    Release,
    Room,
    Telephone,
    WaitingRoom,
    Trouble,
    Walk,
    Server,
    Dialect,
    Building,
    Feedback,
    Misbehaviour,
    Event,
    Qss,
    Phone,
    Model,
}

/// A point in the tree of keys, and the number drawn there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Draw(u64);

impl Draw {
    /// The root for a seed.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(mix(seed.wrapping_add(GAMMA)))
    }

    /// The point for a purpose.
    pub(crate) const fn of(self, purpose: Purpose) -> Self {
        self.at(purpose as u64)
    }

    /// The point for a number: an id, a minute, a place in a list.
    pub(crate) const fn at(self, number: u64) -> Self {
        Self(mix(self.0.wrapping_add(GAMMA) ^ mix(number.wrapping_add(GAMMA))))
    }

    /// The point for an instant or a count that may be negative.
    pub(crate) const fn when(self, number: i64) -> Self {
        self.at(number.cast_unsigned())
    }

    /// All 64 bits.
    pub(crate) const fn bits(self) -> u64 {
        self.0
    }

    /// A number from 0 (included) to 1 (not included).
    pub(crate) fn unit(self) -> f64 {
        let [high, _] = words(self.0);
        f64::from(high) / 4_294_967_296.0
    }

    /// A number from `low` (included) to `high` (not included).
    pub(crate) fn between(self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True in a share of all places.
    pub(crate) fn chance(self, share: f64) -> bool {
        self.unit() < share
    }

    /// A whole number below `count`; 0 when there is none.
    pub(crate) const fn below(self, count: u32) -> u32 {
        let [high, _] = words(self.0);
        // The upper half of a 64-bit product is below `count`.
        let [below, _] = words(high as u64 * count as u64);
        below
    }

    /// One of `choices`, each as likely.
    ///
    /// **Panics** when there is none.
    pub(crate) fn pick<T>(self, choices: &[T]) -> &T {
        let count = u32::try_from(choices.len()).expect("tables of choices are short");
        &choices[self.below(count) as usize]
    }

    /// A number about `mean`, nearly normal: the sum of four uniform ones (Irwin and Hall), so
    /// that it never lies further off than 3.5 times `deviation`.
    pub(crate) fn about(self, mean: f64, deviation: f64) -> f64 {
        let part = |shift: u32| u16::try_from(self.0 >> shift & 0xffff).map_or(0, u32::from);
        let sum = part(0) + part(16) + part(32) + part(48);
        // Four uniform numbers have a mean of 2 and a variance of 1/3.
        mean + deviation * 1.732_050_807_568_877_2 * (f64::from(sum) / 65_536.0 - 2.0)
    }

    /// A number from 0 to 1 that changes smoothly: drawn at whole multiples of `period`,
    /// interpolated in between.
    pub(crate) fn smooth(self, instant: i64, period: u32) -> f64 {
        let knot = instant.div_euclid(period.into());
        let into = u32::try_from(instant.rem_euclid(period.into())).expect("less than the period");
        let share = f64::from(into) / f64::from(period);
        // Zero slope at both ends.
        let share = share * share * (3.0 - 2.0 * share);
        let (before, after) = (self.when(knot).unit(), self.when(knot + 1).unit());
        before + (after - before) * share
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_finaliser_is_that_of_splitmix64() {
        // The first outputs of `SplitMix64` from state 0, as its reference implementation prints
        // them.
        let outputs = [GAMMA, GAMMA.wrapping_mul(2), GAMMA.wrapping_mul(3)].map(mix);
        assert_eq!(outputs, [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f]);
    }

    #[test]
    fn draws_are_spread_evenly() {
        let root = Draw::new(1).of(Purpose::Talk);
        let mut counts = [0_u32; 10];
        let (mut sum, mut squares) = (0.0, 0.0);
        for place in 0..10_000 {
            counts[root.at(place).below(10) as usize] += 1;
            let number = root.at(place).about(0.0, 1.0);
            sum += number;
            squares += number * number;
        }
        assert!(counts.iter().all(|count| (900..1_100).contains(count)), "{counts:?}");
        assert!(libm::fabs(sum) < 300.0, "{sum}");
        assert!((9_500.0..10_500.0).contains(&squares), "{squares}");
    }

    #[test]
    fn neighbours_differ_in_about_half_of_their_bits() {
        let root = Draw::new(7);
        let flipped: u32 = (0..1_000)
            .map(|place| (root.at(place).bits() ^ root.at(place + 1).bits()).count_ones())
            .sum();
        assert!((31_000..33_000).contains(&flipped), "{flipped}");
    }

    proptest! {
        #[test]
        fn a_draw_keeps_its_range(seed: u64, place: u64, count in 1_u32.., instant: i32) {
            let draw = Draw::new(seed).at(place);
            prop_assert!((0.0..1.0).contains(&draw.unit()));
            prop_assert!(draw.below(count) < count);
            prop_assert!((-3.5..=3.5).contains(&draw.about(0.0, 1.0)));
            prop_assert!((0.0..1.0).contains(&draw.smooth(instant.into(), 60)));
            prop_assert_eq!(draw, Draw::new(seed).at(place));
        }

        #[test]
        fn smooth_noise_has_no_jumps(seed: u64, instant: i32) {
            let draw = Draw::new(seed);
            let instant = i64::from(instant);
            let step = draw.smooth(instant, 60) - draw.smooth(instant + 1, 60);
            prop_assert!(libm::fabs(step) < 0.03);
        }
    }
}
