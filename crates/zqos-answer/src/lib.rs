//! Answers from a store: what went wrong, for whom, when and why ([`diagnose`]), and whether a cohort or a
//! change made a difference beyond chance ([`comparison`]).
//!
//! Joins and minutes are read by `zqos-query` and judged by `zqos-quality`; here they become what is told.
//! Whoever shows an answer, on a terminal, to a program or in a browser, shows the same one.

mod cells;
mod coverage;
mod eyes;
mod joins;
mod meetings;
mod question;
mod share;

pub mod comparison;
pub mod diagnosis;
pub mod live;
pub mod meeting;
pub mod overview;

pub use coverage::Coverage;
pub use diagnosis::{Answer, Terms, diagnose};
pub use eyes::Eyes;
pub use joins::{JudgedJoin, TRAITS, judged_joins, newest_join};
pub use meetings::{MeetingRow, Suffered, audio_verdicts, meeting_row, meetings};
pub use question::{About, Choice, LONGEST, Names, Question, Unclear, Who, one_person};
pub use share::ShareOf;

use zqos_core::{Participant, Timestamp};

/// The key of a person: the address, else Zoom's id, else the name that was shown; `None` where nothing of
/// that came.
pub fn person(participant: &Participant) -> Option<String> {
    let Participant { email, person_id, user_name, .. } = participant;
    let email = email.as_deref().map(str::to_lowercase);
    email.or_else(|| person_id.clone()).or_else(|| user_name.clone())
}

/// What SQL makes of the columns of `participants` for the same.
const PERSON: &str = "coalesce(lower(email), person_id, user_name)";

/// How many there are, for whoever counts in 32 bits.
pub fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn rfc_3339<S: serde::Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

#[expect(clippy::ref_option, reason = "serde passes a reference")]
fn rfc_3339_or_null<S: serde::Serializer>(
    at: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.collect_str(at),
        None => serializer.serialize_none(),
    }
}
