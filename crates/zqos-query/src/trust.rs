//! Whom to believe where several origins tell of the same minute.

use std::fmt::Write as _;

use zqos_core::Origin;

/// Origins, the most trusted first. **Source**: a choice of this project: reports of ended meetings are
/// whole, events come once for each minute, and live reports catch some.
pub(crate) const TRUST: [Origin; 5] =
    [Origin::RestPast, Origin::Qss, Origin::Import, Origin::RestLive, Origin::RestSummary];

/// The place of the column `origin` in [`TRUST`], as SQL: the less, the more trusted. Any other origin comes
/// last.
pub(crate) fn place() -> String {
    case(|place| place.to_string(), TRUST.len())
}

/// A bit for each of [`TRUST`], as SQL of the column `origin`; zero for any other.
pub(crate) fn bit() -> String {
    case(|place| bit_of(place).to_string(), 0)
}

/// The names of the origins whose bits are set in a column, but for that of the column `origin`, as SQL; null
/// where there is no other.
pub(crate) fn others(bits: &str) -> String {
    let mut names = String::new();
    for (place, origin) in TRUST.into_iter().enumerate() {
        let (bit, name) = (bit_of(place), origin.as_str());
        write!(names, ", CASE WHEN {bits} & {bit} > 0 AND origin <> '{name}' THEN '{name}' END")
            .expect("a text");
    }
    format!("nullif(concat_ws(', '{names}), '')")
}

const fn bit_of(place: usize) -> u32 {
    1 << place
}

fn case(of: impl Fn(usize) -> String, other: usize) -> String {
    let mut cases = String::new();
    for (place, origin) in TRUST.into_iter().enumerate() {
        write!(cases, " WHEN '{}' THEN {}", origin.as_str(), of(place)).expect("a text");
    }
    format!("CASE origin{cases} ELSE {other} END")
}
