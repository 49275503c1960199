//! Phone calls: who calls whom, when, and for how long. A function of the day and the user, as the
//! calendar is of the day and the series.

use std::ops::Range;

use crate::calendar::{DAY, LAST_DAY, SECOND};
use crate::company::{Company, TEAM_SIZE, Who};
use crate::draw::{Draw, Purpose};

/// The most calls that somebody makes or takes on a day: those who talk to customers, and others.
const MOST: [u32; 2] = [12, 3];
/// The hours of a user's day in which there are calls.
const HOURS: Range<u32> = 8..18;
/// No call is longer: seconds.
const LONGEST: u32 = 1_700;
/// How many people outside of the account call, or are called.
const OUTSIDE: u32 = 5_000;

/// Which call it is: the day on which it begins, the user whose call it is, and the place among the
/// calls of that user on that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CallKey {
    pub(crate) day: u32,
    pub(crate) person: u32,
    place: u32,
}

/// Bits of a key's number for the place and for the person; days have the rest of forty.
const PLACE_BITS: u32 = 5;
const PERSON_BITS: u32 = 17;

impl CallKey {
    /// A number by which calls are in the order of day, person and place.
    pub(crate) fn number(self) -> u64 {
        let Self { day, person, place } = self;
        (u64::from(day) << PERSON_BITS | u64::from(person)) << PLACE_BITS | u64::from(place)
    }

    /// The key of a number.
    pub(crate) fn of_number(number: u64) -> Self {
        let part = |shift: u32, bits: u32| {
            u32::try_from(number >> shift & ((1 << bits) - 1)).expect("fewer than 32 bits")
        };
        Self {
            day: part(PERSON_BITS + PLACE_BITS, 18),
            person: part(PLACE_BITS, PERSON_BITS),
            place: part(0, PLACE_BITS),
        }
    }
}

/// From where to where a call goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Inbound,
    Outbound,
    Internal,
}

impl Direction {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
            Self::Internal => "internal",
        }
    }
}

/// A phone call. Instants are Unix milliseconds, whole seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PhoneCall {
    pub(crate) key: CallKey,
    pub(crate) direction: Direction,
    /// Who calls, and who is called.
    pub(crate) parties: [Who; 2],
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) draw: Draw,
}

impl PhoneCall {
    /// How long it takes, in seconds.
    pub(crate) const fn seconds(&self) -> i64 {
        (self.end - self.start) / SECOND
    }
}

/// Which calls a range of time has, as far as they are told of.
#[derive(Debug, Clone)]
pub(crate) struct CallList {
    /// When they begin.
    pub(crate) range: Range<i64>,
    /// Those that ended later are not told of yet.
    pub(crate) told_until: i64,
}

/// The phone calls of a company.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Phone {
    company: Company,
}

impl Phone {
    pub(crate) const fn new(company: Company) -> Self {
        Self { company }
    }

    /// How many calls a user has on a day: on working days alone, and more where customers are talked
    /// to.
    fn count(&self, day: u32, person: u32) -> u32 {
        // 1970-01-01 was a Thursday.
        if day > LAST_DAY || (day + 3) % 7 >= 5 {
            return 0;
        }
        let department = Company::department(self.company.department_of(person));
        let [with_customers, others] = MOST;
        let most = if matches!(department, "Sales" | "Support") { with_customers } else { others };
        self.draw(day, person).below(most + 1)
    }

    const fn draw(&self, day: u32, person: u32) -> Draw {
        self.company.root().of(Purpose::Phone).of(Purpose::Day).at(day as u64).at(person as u64)
    }

    /// The call of a key, if there is one.
    pub(crate) fn call(&self, key: CallKey) -> Option<PhoneCall> {
        let CallKey { day, person, place } = key;
        let count = if person < self.company.people() { self.count(day, person) } else { 0 };
        (place < count).then(|| self.nth(key, count))
    }

    /// The call at a place among so many of a day.
    fn nth(&self, key: CallKey, count: u32) -> PhoneCall {
        let CallKey { day, person, place } = key;
        let who = Who::Person(person);
        let draw = self.draw(day, person).at(place.into());
        // Each call has a stretch of the day to itself.
        let stretch = (HOURS.end - HOURS.start) * 3_600 / count;
        let local =
            HOURS.start * 3_600 + place * stretch + draw.of(Purpose::Start).below(stretch / 3);
        let offset = i64::from(self.company.city_of(who).utc_offset_minutes) * 60;
        let second = (i64::from(local) - offset).rem_euclid(DAY / SECOND);
        let start = i64::from(day) * DAY + second * SECOND;
        // Most are short.
        let share = draw.of(Purpose::Length).unit();
        let share = share * share * share * share;
        let length = share * f64::from(LONGEST.min(stretch / 2));
        let end = start + SECOND + whole_seconds(length) * SECOND;
        let other = draw.of(Purpose::Direct);
        let outside = || Who::Guest { series: u32::MAX, place: other.at(1).below(OUTSIDE) };
        let (direction, parties) = match other.below(100) {
            0..45 => (Direction::Internal, [who, self.colleague(person, other.at(2))]),
            45..70 => (Direction::Inbound, [outside(), who]),
            _ => (Direction::Outbound, [who, outside()]),
        };
        PhoneCall { key, direction, parties, start, end, draw }
    }

    /// Somebody else of the company, mostly of the team.
    fn colleague(&self, person: u32, draw: Draw) -> Who {
        let people = self.company.people();
        let other = if draw.chance(0.6) {
            (person / TEAM_SIZE * TEAM_SIZE + draw.at(0).below(TEAM_SIZE)) % people
        } else {
            draw.at(1).below(people)
        };
        Who::Person(if other == person { (other + 1) % people } else { other })
    }
}

impl CallList {
    /// The calls, in the order of their keys, from a key on.
    pub(crate) fn calls<'l>(
        &'l self,
        phone: &'l Phone,
        from: Option<CallKey>,
    ) -> impl Iterator<Item = PhoneCall> + 'l {
        let days = self.days();
        let from = from.unwrap_or(CallKey { day: 0, person: 0, place: 0 });
        (from.day.max(days.start)..days.end).flat_map(move |day| {
            let first = if day == from.day { from.person } else { 0 };
            (first..phone.company.people())
                .flat_map(move |person| Self::of_person(phone, day, person))
                .filter(move |call| call.key >= from && self.has(call))
        })
    }

    /// How many calls there are.
    pub(crate) fn count(&self, phone: &Phone) -> u32 {
        let longest = i64::from(LONGEST + 1) * SECOND;
        let is_whole = |day: u32| {
            let start = i64::from(day) * DAY;
            self.range.start <= start
                && start + DAY <= self.range.end
                && start + DAY + longest <= self.told_until
        };
        self.days()
            .map(|day| {
                let people = 0..phone.company.people();
                if is_whole(day) {
                    return people.map(|person| phone.count(day, person)).sum();
                }
                let calls = people.flat_map(|person| Self::of_person(phone, day, person));
                u32::try_from(calls.filter(|call| self.has(call)).count()).unwrap_or(u32::MAX)
            })
            .sum()
    }

    fn of_person(phone: &Phone, day: u32, person: u32) -> impl Iterator<Item = PhoneCall> {
        let count = phone.count(day, person);
        (0..count).map(move |place| phone.nth(CallKey { day, person, place }, count))
    }

    /// The days on which its calls begin.
    fn days(&self) -> Range<u32> {
        let day = |instant: i64| u32::try_from(instant.div_euclid(DAY)).unwrap_or(0);
        let last = self.range.end.min(self.told_until);
        if last <= self.range.start { 0..0 } else { day(self.range.start)..day(last) + 1 }
    }

    fn has(&self, call: &PhoneCall) -> bool {
        self.range.contains(&call.start) && call.end <= self.told_until
    }
}

#[expect(clippy::cast_possible_truncation, reason = "no call lasts for an hour")]
const fn whole_seconds(seconds: f64) -> i64 {
    seconds as i64
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn people_call_each_other_and_outside_on_working_days() {
        let company = Company::new(1, 200);
        let phone = Phone::new(company);
        // 2026-11-16, a Monday.
        let of_day = |day: i64| {
            let range = (20_773 + day) * DAY..(20_774 + day) * DAY;
            let list = CallList { range, told_until: i64::MAX };
            list.calls(&phone, None).collect::<Vec<_>>()
        };
        assert!(of_day(5).is_empty() && of_day(6).is_empty());
        let calls = of_day(2);
        assert!((300..700).contains(&calls.len()), "{}", calls.len());
        let share = |direction| {
            let count = calls.iter().filter(|call| call.direction == direction).count();
            100 * count / calls.len()
        };
        assert!((35..55).contains(&share(Direction::Internal)));
        assert!((15..35).contains(&share(Direction::Inbound)));
        assert!((20..40).contains(&share(Direction::Outbound)));
        for call in &calls {
            let outside = call.parties.map(Who::is_external);
            let expected = match call.direction {
                Direction::Internal => [false, false],
                Direction::Inbound => [true, false],
                Direction::Outbound => [false, true],
            };
            assert_eq!(outside, expected);
            assert_ne!(call.parties[0], call.parties[1]);
            assert!((1..=1_701).contains(&call.seconds()));
        }
        let short = calls.iter().filter(|call| call.seconds() < 60).count();
        assert!((30..60).contains(&(100 * short / calls.len())));
    }

    proptest! {
        #[test]
        fn a_key_leads_to_its_call(seed: u64, people in 10_u32..2_000, number in 0_u64..1 << 40) {
            let phone = Phone::new(Company::new(seed, people));
            let key = CallKey::of_number(number);
            prop_assert_eq!(key.number(), number);
            if let Some(call) = phone.call(key) {
                prop_assert_eq!(call.key, key);
                prop_assert_eq!(call.start.div_euclid(DAY), i64::from(key.day));
            }
        }

        #[test]
        fn a_list_has_as_many_calls_as_are_counted(
            seed: u64,
            people in 10_u32..60,
            start in 0..10 * DAY,
            length in 0..10 * DAY,
            told in 0..22 * DAY,
            skipped in 0_usize..50,
        ) {
            let phone = Phone::new(Company::new(seed, people));
            let start = 20_000 * DAY + start;
            let list = CallList { range: start..start + length, told_until: 20_000 * DAY + told };
            let all: Vec<PhoneCall> = list.calls(&phone, None).collect();
            prop_assert_eq!(list.count(&phone) as usize, all.len());
            let keys: HashSet<u64> = all.iter().map(|call| call.key.number()).collect();
            prop_assert_eq!(keys.len(), all.len());
            prop_assert!(all.is_sorted_by_key(|call| call.key));
            if let Some(call) = all.get(skipped) {
                prop_assert_eq!(list.calls(&phone, Some(call.key)).count(), all.len() - skipped);
                prop_assert_eq!(phone.call(call.key).map(|found| found.start), Some(call.start));
            }
        }
    }
}
