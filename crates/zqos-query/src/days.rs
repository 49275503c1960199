//! Days of a table that are made of days of others: which of them are not any more what they were made of.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;
use std::time::Duration;

use arrow::array::{AsArray as _, RecordBatch};
use arrow::datatypes::Date32Type;
use sha2::{Digest as _, Sha256};
use zqos_core::Timestamp;
use zqos_core::table::{DAY as DAY_COLUMN, Table};
use zqos_store::{DataFile, Snapshot};

/// Days of `made` that are to be made anew, with the tag of what they are made of; without one nothing is
/// there any more that they could be made of. `tag` tells the tag of a day by the files of each table.
pub(crate) fn stale<'a>(
    snapshot: &'a Snapshot,
    of: &'static Table,
    made: &'static Table,
    tag: impl Fn(&str, &dyn Fn(&'static Table) -> &'a [DataFile]) -> Option<String>,
) -> Vec<(String, Option<String>)> {
    let files = |table: &'static Table| files(snapshot, table);
    let days: BTreeSet<&str> =
        files(of).iter().chain(files(made)).map(|file| file.day.as_str()).collect();
    let stale = days.into_iter().filter_map(|day| {
        let wanted = tag(day, &files);
        let of_day = files(made).iter().filter(|file| file.day == day);
        let tags: Vec<Option<&str>> = of_day.map(DataFile::tag).collect();
        let is_made = tags == wanted.iter().map(|tag| Some(tag.as_str())).collect::<Vec<_>>();
        (!is_made).then(|| (day.to_owned(), wanted))
    });
    stale.collect()
}

/// The files of a table.
pub(crate) fn files<'a>(snapshot: &'a Snapshot, table: &Table) -> &'a [DataFile] {
    snapshot.tables().find(|(other, ..)| *other == table).map_or(&[], |(.., files)| files)
}

/// What stands for files, and for whatever else the hash has taken in.
///
/// A file's path stands for its content, for files never change and their names have checksums.
pub(crate) fn fingerprint(mut hash: Sha256, groups: &[Vec<&DataFile>]) -> String {
    for files in groups {
        let mut paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        paths.sort_unstable();
        for path in paths {
            hash.update(path);
            hash.update([0]);
        }
        hash.update([1]);
    }
    // Half of it tells enough days apart.
    let hash = hash.finalize();
    let half = *hash.first_chunk().expect("a hash has 32 bytes");
    format!("{:032x}", u128::from_be_bytes(half))
}

/// What stands for all rows of the UTC days that a range touches.
///
/// A file's path stands for its content, as above. Rows that no file has yet are counted: they come, and go into
/// files.
pub(crate) fn mark(snapshot: &Snapshot, range: &Range<Timestamp>) -> u64 {
    let mut hash = DefaultHasher::new();
    let (first, last) = (shown(range.start), shown(range.end));
    let numbers = day_number(range.start)..=day_number(range.end);
    for (table, _, files) in snapshot.tables() {
        table.name.hash(&mut hash);
        let mut paths: Vec<&str> = (files.iter())
            .filter(|file| (first.as_str()..=last.as_str()).contains(&file.day.as_str()))
            .map(|file| file.path.as_str())
            .collect();
        paths.sort_unstable();
        paths.hash(&mut hash);
        let of_days = |rows: &RecordBatch| {
            let days = rows.column_by_name(DAY_COLUMN.name)?.as_primitive_opt::<Date32Type>()?;
            Some(days.values().iter().filter(|day| numbers.contains(*day)).count())
        };
        let waiting: usize = snapshot.tail(table).iter().filter_map(of_days).sum();
        waiting.hash(&mut hash);
    }
    hash.finish()
}

/// The number of a UTC day since 1970.
fn day_number(at: Timestamp) -> i32 {
    let days = at.unix_millis().div_euclid(24 * 60 * 60 * 1_000);
    i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX })
}

/// The UTC day before, as in `2026-11-15`.
pub(crate) fn day_before(day: &str) -> Option<String> {
    Some(shown(midnight(day)?.saturating_sub(DAY)))
}

/// The UTC day after.
pub(crate) fn day_after(day: &str) -> Option<String> {
    Some(shown(midnight(day)?.saturating_add(DAY)))
}

const DAY: Duration = Duration::from_hours(24);

fn midnight(day: &str) -> Option<Timestamp> {
    format!("{day}T00:00:00Z").parse().ok()
}

fn shown(at: Timestamp) -> String {
    at.to_jiff().strftime("%F").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_before_the_first_is_the_last() {
        assert_eq!(day_before("2026-03-01").as_deref(), Some("2026-02-28"));
        assert_eq!(day_before("2026-01-01").as_deref(), Some("2025-12-31"));
        assert_eq!(day_after("2026-12-31").as_deref(), Some("2027-01-01"));
    }
}
