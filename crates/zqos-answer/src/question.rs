//! What is asked: of which meeting, person, site, cause or time.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::Duration;

use zqos_core::{Meeting, Participant, Timestamp};
use zqos_quality::cause::Cause;
use zqos_query::{Archive, QueryError, Which, quoted};

use crate::cells::{Read, each};
use crate::{PERSON, person};

/// How long before and after a meeting others are looked at: what they share with it may tell the cause.
const AROUND: Duration = Duration::from_hours(2);
/// How long before and after a meeting those are looked at whom it puzzles: what is wrong with a person's own network
/// or machine shows in other meetings too.
const OF_PEOPLE: Duration = Duration::from_hours(72);
/// At how many people of a meeting so long a look is taken at most: those with the most to explain.
const MOST_PEOPLE: usize = 20;
/// The longest that a meeting can last: Zoom ends them after thirty hours.
pub const LONGEST: Duration = Duration::from_hours(30);

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// What the answer is about.
    pub about: About,
    /// The time that the answer is about.
    pub range: Range<Timestamp>,
    /// The time of which the store is read.
    pub read: Range<Timestamp>,
    /// The meetings that are read; all if `None`.
    pub meetings: Option<Vec<String>>,
}

/// What an answer is about.
#[derive(Debug, Clone)]
pub enum About {
    /// All that there is.
    Account,
    /// A meeting, or one person in it.
    Meeting {
        /// The meeting.
        meeting: Box<Meeting>,
        /// The person; everybody if `None`.
        person: Option<Who>,
    },
    /// A person, wherever he took part.
    Person(Who),
    /// A site, by its name.
    Site(String),
    /// Every incident of this cause.
    Cause(Cause),
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// What tells the person from others.
    pub key: String,
    /// What people call the person.
    pub name: String,
}

/// Something that may have been meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What tells it from the others.
    pub key: String,
    /// What people call it.
    pub name: String,
}

/// It is not clear what is asked, or nothing of the kind is in the store.
#[derive(Debug, thiserror::Error)]
pub enum Unclear {
    /// No name is given.
    #[error("nobody is named")]
    NoName,
    /// Several people have this name.
    #[error("{} people are found by this name", .0.len())]
    SeveralPeople(Vec<Choice>),
    /// There is none.
    #[error("nobody of this name took part then")]
    Nobody,
    /// The store can't be asked.
    #[error(transparent)]
    Query(#[from] QueryError),
}

/// Everything that somebody may be called in the store, beside what people call him.
pub type Names<'a> = dyn Fn(&str) -> Vec<String> + Sync + 'a;

impl Question {
    /// Of all that there is in a range, or of a part of it.
    pub fn of_range(about: About, range: Range<Timestamp>) -> Self {
        Self { about, read: range.clone(), range, meetings: None }
    }

    /// Of a meeting, with what ran around it; or of somebody in it.
    ///
    /// `now` ends what has no end.
    ///
    /// **Errors**: as [`one_person`], and those of [`Archive::query`].
    pub async fn of_meeting(
        archive: &Archive,
        accounts: &[String],
        meeting: Meeting,
        named: Option<&str>,
        called: &Names<'_>,
        now: Timestamp,
    ) -> Result<Self, Unclear> {
        let uuid = meeting.uuid.as_str().to_owned();
        let start = meeting.start;
        let which = Which {
            accounts: accounts.to_vec(),
            range: start.unwrap_or(Timestamp::UNIX_EPOCH)..meeting.end.unwrap_or(now),
            meetings: Some(vec![uuid.clone()]),
            joins: None,
        };
        let joins = archive.participants(&which).await?;
        let known = |of: &dyn Fn(&Participant) -> Option<Timestamp>| {
            joins.iter().filter_map(|join| of(&join.participant)).collect::<Vec<_>>()
        };
        let start = start.or_else(|| known(&|who| who.join).into_iter().min());
        let end = meeting.end.or_else(|| known(&|who| who.leave).into_iter().max());
        let person = named
            .map(|named| one_person(named, joins.iter().map(|join| &join.participant), called))
            .transpose()?;
        let about = About::Meeting { meeting: Box::new(meeting), person };
        // Without a time of its own it is looked for by its samples alone, whenever they are.
        let Some(start) = start else {
            let all = Timestamp::UNIX_EPOCH..now;
            return Ok(Self { about, range: all.clone(), read: all, meetings: Some(vec![uuid]) });
        };
        let end = end.unwrap_or_else(|| start.saturating_add(LONGEST).min(now));
        Ok(Self {
            about,
            range: start..end.max(start.saturating_add(Duration::from_mins(1))),
            read: start.saturating_sub(AROUND)..end.saturating_add(AROUND),
            meetings: None,
        })
    }

    /// The time of which anything is read to answer it.
    pub fn looked_at(&self) -> Range<Timestamp> {
        match self.about {
            About::Meeting { .. } => {
                let (start, end) = (self.range.start, self.range.end);
                start.saturating_sub(OF_PEOPLE)..end.saturating_add(OF_PEOPLE)
            }
            _ => self.read.clone(),
        }
    }

    /// Which meetings may tell more of some joins of a meeting, those with the most to explain first: what these people
    /// met on the days around, beside what is read anyway. `None` of anything else, and where there is nothing.
    ///
    /// **Errors**: those of [`Archive::query`].
    pub(crate) async fn longer(
        &self,
        archive: &Archive,
        accounts: &[String],
        joins: &[String],
        read: &BTreeSet<&str>,
    ) -> Result<Option<Which>, QueryError> {
        let About::Meeting { meeting, .. } = &self.about else { return Ok(None) };
        if self.meetings.is_some() || joins.is_empty() {
            return Ok(None);
        }
        let which = |range: &Range<Timestamp>| Which {
            accounts: accounts.to_vec(),
            range: range.clone(),
            meetings: None,
            joins: None,
        };
        let puzzling = Which {
            meetings: Some(vec![meeting.uuid.as_str().to_owned()]),
            joins: Some(joins.iter().take(MOST_PEOPLE).cloned().collect()),
            ..which(&self.range)
        };
        let people = archive.participants(&puzzling).await?;
        let people: BTreeSet<String> =
            people.iter().filter_map(|join| person(&join.participant)).collect();
        let around = which(&self.looked_at());
        let mut meetings = meetings_of(archive, &around, &people).await?;
        meetings.retain(|uuid| !read.contains(uuid.as_str()));
        Ok((!meetings.is_empty()).then_some(Which { meetings: Some(meetings), ..around }))
    }

    /// Of somebody, wherever he took part, beside whom others may be of interest in all their meetings: the
    /// keys of these are `team_of` the key of the person.
    ///
    /// **Errors**: as [`one_person`], and those of [`Archive::query`].
    pub async fn of_person(
        archive: &Archive,
        accounts: &[String],
        named: &str,
        range: Range<Timestamp>,
        called: &Names<'_>,
        team_of: &(dyn Fn(&str) -> Vec<String> + Sync),
    ) -> Result<Self, Unclear> {
        let which = Which {
            accounts: accounts.to_vec(),
            range: range.clone(),
            meetings: None,
            joins: None,
        };
        let joins = archive.participants(&which).await?;
        let who = one_person(named, joins.iter().map(|join| &join.participant), called)?;
        let team = team_of(&who.key);
        let of_person = joins.iter().filter(|join| {
            person(&join.participant).is_some_and(|key| key == who.key || team.contains(&key))
        });
        let mut meetings: Vec<String> = of_person.map(|join| join.meeting_uuid.clone()).collect();
        meetings.sort_unstable();
        meetings.dedup();
        let read = range.clone();
        Ok(Self { about: About::Person(who), read, range, meetings: Some(meetings) })
    }
}

/// The meetings in which any of these people took part.
async fn meetings_of(
    archive: &Archive,
    which: &Which,
    people: &BTreeSet<String>,
) -> Result<Vec<String>, QueryError> {
    let list = |texts: &mut dyn Iterator<Item = &String>| {
        texts.map(|text| quoted(text)).collect::<Vec<_>>().join(", ")
    };
    if people.is_empty() || which.accounts.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT DISTINCT meeting_uuid FROM participants WHERE account IN ({}) \
           AND {PERSON} IN ({}) \
           AND join_time >= TIMESTAMP '{}' AND join_time < TIMESTAMP '{}' ORDER BY meeting_uuid",
        list(&mut which.accounts.iter()),
        list(&mut people.iter()),
        which.range.start,
        which.range.end,
    );
    each(archive, &sql, &[Read::Text], |cells, row| cells.owned(0, row)).await
}

/// The one person whom a name means: an e-mail address, an id or a name, or a part of one.
///
/// **Errors**: [`Unclear::NoName`], [`Unclear::Nobody`], [`Unclear::SeveralPeople`].
pub fn one_person<'p>(
    named: &str,
    people: impl Iterator<Item = &'p Participant>,
    called: &Names<'_>,
) -> Result<Who, Unclear> {
    let named = named.trim();
    if named.is_empty() {
        return Err(Unclear::NoName);
    }
    let lower = named.to_lowercase();
    let pseudonyms = called(named);
    let mut found: BTreeMap<String, (String, bool)> = BTreeMap::new();
    for who in people {
        let texts = [&who.email, &who.person_id, &who.user_name];
        let lowered = || texts.iter().filter_map(|text| text.as_deref().map(str::to_lowercase));
        let is_exact = lowered().any(|text| text == lower || pseudonyms.contains(&text));
        if is_exact || lowered().any(|text| text.contains(&lower)) {
            let Some(key) = person(who) else { continue };
            let name = who.user_name.clone().unwrap_or_else(|| key.clone());
            let entry = found.entry(key).or_insert((name, is_exact));
            entry.1 |= is_exact;
        }
    }
    if found.values().any(|(_, is_exact)| *is_exact) {
        found.retain(|_, (_, is_exact)| *is_exact);
    }
    if found.len() > 1 {
        let choice = |(key, (name, _))| Choice { key, name };
        return Err(Unclear::SeveralPeople(found.into_iter().map(choice).collect()));
    }
    let (key, (name, _)) = found.into_iter().next().ok_or(Unclear::Nobody)?;
    Ok(Who { key, name })
}
