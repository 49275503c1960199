//! Ids that carry what they name: a keyed permutation hides it, and gives it back.
//!
//! Nothing is stored per meeting, so an id must lead to its meeting by computation. Sixteen bytes
//! hold the series, the day and a check word, and pass a Feistel network (Luby and Rackoff, "How to
//! construct pseudorandom permutations from pseudorandom functions", 1988), whose round function is
//! a [`Draw`]. The outcome looks like a random UUID: now and then it starts with `/` in Base64.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::draw::{self, Draw, Purpose};

/// Four rounds make a pseudorandom permutation out of pseudorandom functions; two more cost
/// nothing.
const ROUNDS: u64 = 6;

/// A keyed permutation of 128 bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Permutation(Draw);

impl Permutation {
    pub(crate) const fn new(root: Draw, purpose: Purpose) -> Self {
        Self(root.of(purpose))
    }

    pub(crate) fn apply(self, [mut left, mut right]: [u64; 2]) -> [u64; 2] {
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ self.0.at(round).at(right).bits());
        }
        [left, right]
    }

    pub(crate) fn invert(self, [mut left, mut right]: [u64; 2]) -> [u64; 2] {
        for round in (0..ROUNDS).rev() {
            (left, right) = (right ^ self.0.at(round).at(left).bits(), left);
        }
        [left, right]
    }
}

/// One instance of a series: the UTC day on which it begins, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Instance {
    pub(crate) day: u32,
    pub(crate) series: u32,
}

impl Instance {
    /// A number by which instances are in the order of day and series.
    pub(crate) fn key(self) -> u64 {
        u64::from(self.day) << 32 | u64::from(self.series)
    }

    /// The instance of a key.
    pub(crate) const fn of_key(key: u64) -> Self {
        let [day, series] = draw::words(key);
        Self { day, series }
    }
}

/// The ids of one simulated account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ids {
    uuids: Permutation,
    /// What the other half of a UUID holds, so that a made-up one is not taken for a meeting.
    check: u64,
    numbers: Draw,
    root: Draw,
}

/// Meeting numbers have eleven digits and begin with 9.
const FIRST_NUMBER: u64 = 90_000_000_000;

/// Ids of phone calls have nineteen digits and begin with 7.
const FIRST_CALL: u64 = 7_000_000_000_000_000_000;
/// Bits of each half of what an id of a call adds to the first.
const CALL_HALF: u32 = 29;
/// The bits of a half.
const CALL_MASK: u64 = (1 << CALL_HALF) - 1;
/// Bits of a call's key; the others are a check, so that a made-up id is not taken for a call.
const CALL_KEY: u32 = 40;

impl Ids {
    pub(crate) const fn new(root: Draw) -> Self {
        Self {
            uuids: Permutation::new(root, Purpose::MeetingUuid),
            check: root.of(Purpose::MeetingUuid).of(Purpose::Echo).bits(),
            numbers: root.of(Purpose::MeetingNumber),
            root,
        }
    }

    /// The UUID of a meeting: sixteen bytes in standard Base64.
    pub(crate) fn uuid(self, instance: Instance) -> String {
        let [left, right] = self.uuids.apply([instance.key(), self.check]);
        STANDARD.encode((u128::from(left) << 64 | u128::from(right)).to_be_bytes())
    }

    /// The meeting that a UUID names; `None` for one that was not made here.
    pub(crate) fn instance(self, uuid: &str) -> Option<Instance> {
        let bytes: [u8; 16] = STANDARD.decode(uuid).ok()?.try_into().ok()?;
        let [left, right] = halves(bytes);
        let [named, check] = self.uuids.invert([left, right]);
        (check == self.check).then(|| Instance::of_key(named))
    }

    /// The number of a series.
    pub(crate) fn number(self, series: u32) -> u64 {
        let [mut left, mut right] = words(series);
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ self.half(round, right));
        }
        FIRST_NUMBER + (u64::from(left) << 16 | u64::from(right))
    }

    /// The series that a number names; `None` for one outside of all numbers.
    pub(crate) fn series(self, number: u64) -> Option<u32> {
        let [mut left, mut right] = words(u32::try_from(number.checked_sub(FIRST_NUMBER)?).ok()?);
        for round in (0..ROUNDS).rev() {
            (left, right) = (right ^ self.half(round, left), left);
        }
        Some(u32::from(left) << 16 | u32::from(right))
    }

    fn half(self, round: u64, word: u16) -> u16 {
        let [a, b, ..] = self.numbers.at(round).at(word.into()).bits().to_be_bytes();
        u16::from_be_bytes([a, b])
    }

    /// The id of a phone call, of whose key 40 bits are used.
    pub(crate) fn phone_call(self, key: u64) -> u64 {
        let whole = key << (2 * CALL_HALF - CALL_KEY) | self.call_check();
        let [mut left, mut right] = [whole >> CALL_HALF, whole & CALL_MASK];
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ self.call_half(round, right));
        }
        FIRST_CALL + (left << CALL_HALF | right)
    }

    /// The key of the phone call that an id names; `None` for one that was not made here.
    pub(crate) fn phone_call_key(self, id: u64) -> Option<u64> {
        let whole = id.checked_sub(FIRST_CALL).filter(|whole| whole >> (2 * CALL_HALF) == 0)?;
        let [mut left, mut right] = [whole >> CALL_HALF, whole & CALL_MASK];
        for round in (0..ROUNDS).rev() {
            (left, right) = (right ^ self.call_half(round, left), left);
        }
        let whole = left << CALL_HALF | right;
        let check = whole & ((1 << (2 * CALL_HALF - CALL_KEY)) - 1);
        (check == self.call_check()).then_some(whole >> (2 * CALL_HALF - CALL_KEY))
    }

    const fn call_check(self) -> u64 {
        self.root.of(Purpose::Phone).of(Purpose::Echo).bits() >> (64 + CALL_KEY - 2 * CALL_HALF)
    }

    const fn call_half(self, round: u64, half: u64) -> u64 {
        self.root.of(Purpose::Phone).at(round).at(half).bits() & CALL_MASK
    }

    /// The id of an office's site of Zoom Phone.
    pub(crate) fn phone_site(self, site: u32) -> String {
        let draw = self.root.of(Purpose::Phone).of(Purpose::Site).at(site.into());
        URL_SAFE_NO_PAD.encode(wide(draw).to_be_bytes())
    }

    /// The UUID of a breakout room.
    pub(crate) fn breakout(self, instance: Instance, room: u32) -> String {
        let draw = self.root.of(Purpose::Breakout);
        let draw = draw.at(instance.day.into()).at(instance.series.into()).at(room.into());
        STANDARD.encode(wide(draw).to_be_bytes())
    }

    /// The id of an account user: twenty-two characters.
    pub(crate) fn account_user(self, person: u32) -> String {
        let draw = self.root.of(Purpose::Account).at(person.into());
        URL_SAFE_NO_PAD.encode(wide(draw).to_be_bytes())
    }

    /// The id of a Zoom Room, which is an account user too.
    pub(crate) fn zoom_room(self, site: u32, room: u32) -> String {
        let draw = self.root.of(Purpose::Room).at(site.into()).at(room.into());
        URL_SAFE_NO_PAD.encode(wide(draw).to_be_bytes())
    }

    /// The id of somebody who registered for a series of webinars.
    pub(crate) fn registrant(self, series: u32, place: u32) -> String {
        let draw = self.root.of(Purpose::Guest).at(series.into()).at(place.into());
        URL_SAFE_NO_PAD.encode(wide(draw.of(Purpose::Account)).to_be_bytes())
    }

    /// The id of a group of users: a department's.
    pub(crate) fn group(self, department: u32) -> String {
        let draw = self.root.of(Purpose::Department).at(department.into());
        URL_SAFE_NO_PAD.encode(wide(draw).to_be_bytes())
    }

    /// The GUID of a join.
    pub(crate) fn participant_uuid(self, instance: Instance, user_id: u32) -> String {
        let draw = self.root.of(Purpose::ParticipantUuid);
        let draw = draw.at(instance.day.into()).at(instance.series.into()).at(user_id.into());
        let hex = format!("{:032X}", wide(draw));
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }
}

/// 128 bits from a point.
pub(crate) fn wide(draw: Draw) -> u128 {
    u128::from(draw.at(0).bits()) << 64 | u128::from(draw.at(1).bits())
}

/// The two halves of sixteen bytes.
pub(crate) fn halves(bytes: [u8; 16]) -> [u64; 2] {
    let whole = u128::from_be_bytes(bytes);
    [whole >> 64, whole & u128::from(u64::MAX)]
        .map(|half| u64::try_from(half).expect("half of 128 bits"))
}

fn words(number: u32) -> [u16; 2] {
    let [a, b, c, d] = number.to_be_bytes();
    [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ids(seed: u64) -> Ids {
        Ids::new(Draw::new(seed))
    }

    proptest! {
        #[test]
        fn the_permutation_inverts(seed: u64, left: u64, right: u64) {
            let permutation = Permutation::new(Draw::new(seed), Purpose::MeetingUuid);
            prop_assert_eq!(permutation.invert(permutation.apply([left, right])), [left, right]);
            prop_assert_eq!(permutation.apply(permutation.invert([left, right])), [left, right]);
        }

        #[test]
        fn a_uuid_leads_to_its_meeting(seed: u64, day: u32, series: u32) {
            let instance = Instance { day, series };
            let uuid = ids(seed).uuid(instance);
            prop_assert!(uuid.len() == 24 && uuid.ends_with("=="));
            prop_assert_eq!(ids(seed).instance(&uuid), Some(instance));
            prop_assert_eq!(ids(seed.wrapping_add(1)).instance(&uuid), None);
        }

        #[test]
        fn a_number_leads_to_its_series(seed: u64, series: u32) {
            let number = ids(seed).number(series);
            prop_assert_eq!(number.to_string().len(), 11);
            prop_assert_eq!(ids(seed).series(number), Some(series));
        }

        #[test]
        fn an_id_of_a_call_leads_to_its_key(seed: u64, key in 0_u64..1 << 40, other: u64) {
            let id = ids(seed).phone_call(key);
            prop_assert!((FIRST_CALL..8_000_000_000_000_000_000).contains(&id), "{id}");
            prop_assert_eq!(ids(seed).phone_call_key(id), Some(key));
            // Of all made-up ids one in 2^18 is somebody's.
            if let Some(key) = ids(seed).phone_call_key(other) {
                prop_assert_eq!(ids(seed).phone_call(key), other);
            }
        }

        #[test]
        fn no_text_is_taken_for_a_uuid_or_makes_it_panic(text in any::<String>()) {
            prop_assert_eq!(ids(1).instance(&text), None);
        }
    }

    #[test]
    fn some_uuids_start_with_a_slash_and_some_have_two_in_a_row() {
        let uuids: Vec<String> =
            (0..5_000).map(|series| ids(1).uuid(Instance { day: 20_000, series })).collect();
        let leading = uuids.iter().filter(|uuid| uuid.starts_with('/')).count();
        let doubled = uuids.iter().filter(|uuid| uuid.contains("//")).count();
        // One in 64, and about 21 in 4096.
        assert!((50..110).contains(&leading), "{leading}");
        assert!((10..50).contains(&doubled), "{doubled}");
    }

    #[test]
    fn a_join_has_a_guid() {
        let guid = ids(1).participant_uuid(Instance { day: 1, series: 2 }, 16_778_240);
        let lengths: Vec<usize> = guid.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert!(guid.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()));
        assert_eq!(guid, guid.to_uppercase());
    }
}
