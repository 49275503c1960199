//! What is compared: joins, each with what was counted of it.

use crate::Proportion;

const HOURS: u8 = 24;
const WEEKDAYS: u8 = 7;

/// An hour of the week, on the clocks of whoever takes part. Networks have busy hours, so joins are
/// compared with those of the same hour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u8);

impl Slot {
    /// The hour from 0 to 23 of the weekday from 0, which is Monday, to 6; `None` for another.
    pub const fn new(weekday: u8, hour: u8) -> Option<Self> {
        if weekday < WEEKDAYS && hour < HOURS { Some(Self(weekday * HOURS + hour)) } else { None }
    }
}

/// One medium of one join that has a verdict. Joins without one are not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Join {
    /// Which meeting; the caller numbers them.
    pub meeting: u32,
    /// Which person; the caller numbers them. `None` where it is not known: such joins to one
    /// meeting count as those of one person.
    pub person: Option<u32>,
    /// When it began.
    pub slot: Slot,
    /// Whether its verdict is poor or bad.
    pub is_poor: bool,
    /// How many of its judged minutes were poor or bad.
    pub minutes: Proportion,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_week_has_168_slots() {
        let slots: BTreeSet<Slot> =
            (0..=9).flat_map(|day| (0..=30).filter_map(move |hour| Slot::new(day, hour))).collect();
        assert_eq!(slots.len(), 168);
        assert_eq!(Slot::new(7, 0).or(Slot::new(0, 24)), None);
    }
}
