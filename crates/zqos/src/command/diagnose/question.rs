//! What is asked: of which meeting, person, site, cause or time.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use zqos_core::{Meeting, MeetingId, Shown, Timestamp};
use zqos_quality::cause::Cause;
use zqos_query::{Archive, Which};

use super::case::person;
use super::context::Context;
use crate::cli::Diagnose;
use crate::exit::UsageError;
use crate::time::Zone;

/// How long before and after a meeting others are looked at: what they share with it may tell the cause.
const AROUND: Duration = Duration::from_hours(2);
/// The longest that a meeting can last: Zoom ends them after thirty hours.
const LONGEST: Duration = Duration::from_hours(30);
/// How far back the latest instance of a number is looked for.
const LATEST_WITHIN: Duration = Duration::from_hours(24 * 200);
/// How many meetings or people are listed of which one may be meant.
const LISTED: usize = 20;

/// What is asked.
#[derive(Debug)]
pub(super) struct Question {
    /// What the answer is about.
    pub(super) about: About,
    /// The time that the answer is about.
    pub(super) range: Range<Timestamp>,
    /// The time of which the store is read.
    pub(super) read: Range<Timestamp>,
    /// The meetings that are read; all if `None`.
    pub(super) meetings: Option<Vec<String>>,
}

/// What an answer is about.
#[derive(Debug)]
pub(super) enum About {
    /// All that there is.
    Account,
    /// A meeting, or one person in it.
    Meeting { meeting: Box<Meeting>, person: Option<Who> },
    /// A person, wherever he took part.
    Person(Who),
    /// A site, by its name.
    Site(String),
    /// Every incident of this cause.
    Cause(Cause),
}

/// A person: the key, and what people call him.
#[derive(Debug, Clone)]
pub(super) struct Who {
    pub(super) key: String,
    pub(super) name: String,
}

/// Nothing of the kind is in the store.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct NotFound(pub(super) String);

impl Question {
    pub(super) async fn read(
        args: &Diagnose,
        zone: &Zone,
        archive: &Archive,
        accounts: &[String],
        names: &dyn Fn(&str) -> Vec<String>,
        context: &Context,
    ) -> anyhow::Result<Self> {
        let finder = Finder { args, zone, archive, accounts, names, context };
        if args.meeting.is_some()
            || args.topic.is_some()
            || args.host.is_some()
            || args.at.is_some()
        {
            return finder.meeting().await;
        }
        if let Some(named) = &args.person {
            return finder.person(named).await;
        }
        let (about, since) = match (&args.site, args.cause) {
            (Some(site), None) => (About::Site(site.trim().to_owned()), "yesterday"),
            (None, Some(cause)) => (About::Cause(cause.0), "-7d"),
            (None, None) if args.from.is_some() || args.days.is_some() => (About::Account, "-7d"),
            _ => {
                return Err(UsageError::new("nothing is asked")
                    .hint("name a meeting, or `--person`, `--site` or `--cause`, or a time with `--from`")
                    .into());
            }
        };
        let range = finder.range(since)?;
        Ok(Self { about, read: range.clone(), range, meetings: None })
    }
}

/// Finds what is meant.
struct Finder<'a> {
    args: &'a Diagnose,
    zone: &'a Zone,
    archive: &'a Archive,
    accounts: &'a [String],
    /// Everything that somebody may be called in the store.
    names: &'a dyn Fn(&str) -> Vec<String>,
    context: &'a Context,
}

impl Finder<'_> {
    fn range(&self, since: &str) -> Result<Range<Timestamp>, UsageError> {
        let days = self.args.days.map(|days| format!("-{days}d"));
        let from = self.args.from.as_deref().or(days.as_deref()).unwrap_or(since);
        let to =
            self.args.to.as_deref().map_or_else(|| Ok(self.zone.now()), |to| self.zone.parse(to));
        self.zone.range(self.zone.parse(from)?, to?)
    }

    async fn meetings_in(&self, range: Range<Timestamp>) -> anyhow::Result<Vec<Meeting>> {
        let which = Which { accounts: self.accounts.to_vec(), range, meetings: None };
        let found = self.archive.meetings(&which).await?;
        Ok(found.into_iter().map(|(_, meeting)| meeting).collect())
    }

    /// The one meeting that is meant.
    async fn meeting(&self) -> anyhow::Result<Question> {
        let at = self.args.at.as_deref().map(|at| self.zone.parse(at)).transpose()?;
        let id: Option<MeetingId> = self.args.meeting.as_deref().map(meeting_id).transpose()?;
        let found = match (&id, at) {
            (Some(MeetingId::Uuid(uuid)), _) => {
                let which = Which {
                    accounts: self.accounts.to_vec(),
                    range: Timestamp::UNIX_EPOCH..self.zone.now(),
                    meetings: Some(vec![uuid.as_str().to_owned()]),
                };
                let found = self.archive.meetings(&which).await?;
                // What was imported may have no row of its meeting.
                let known = found.into_iter().next().map(|(_, meeting)| meeting);
                vec![known.unwrap_or_else(|| Meeting::new(uuid.clone()))]
            }
            (_, Some(at)) => self.meetings_in(at.saturating_sub(LONGEST)..at).await?,
            _ => {
                let since = if id.is_some() {
                    self.zone.now().saturating_sub(LATEST_WITHIN)..self.zone.now()
                } else {
                    self.range("-7d")?
                };
                self.meetings_in(since).await?
            }
        };
        let lower = |text: &Option<String>| text.as_deref().map(str::to_lowercase);
        let (topic, host) = (lower(&self.args.topic), lower(&self.args.host));
        let has = |text: &Option<String>, part: &Option<String>| {
            part.as_ref().is_none_or(|part| {
                text.as_ref().is_some_and(|text| text.to_lowercase().contains(part.as_str()))
            })
        };
        let hosts: Vec<String> = self.args.host.as_deref().map(self.names).unwrap_or_default();
        let is_meant = |meeting: &Meeting| {
            let by_number = match &id {
                Some(MeetingId::Number(number)) => meeting.number == Some(number.get()),
                _ => true,
            };
            let ran = at.is_none_or(|at| {
                meeting.start.is_some_and(|start| start <= at)
                    && meeting.end.is_none_or(|end| at < end)
            });
            let is_host = has(&meeting.host, &host)
                || has(&meeting.host_email, &host)
                || hosts.iter().any(|name| meeting.host_email.as_ref() == Some(name));
            by_number && ran && has(&meeting.topic, &topic) && is_host
        };
        let mut found: Vec<Meeting> = found.into_iter().filter(is_meant).collect();
        found.sort_by_key(|meeting| std::cmp::Reverse(meeting.start));
        // A number without a time is its latest instance.
        if matches!(id, Some(MeetingId::Number(_))) && at.is_none() {
            found.truncate(1);
        }
        let meeting = match &found[..] {
            [] => return Err(NotFound("the store has no such meeting".to_owned()).into()),
            [meeting] => meeting.clone(),
            several => return Err(self.several(several).into()),
        };
        self.in_meeting(meeting).await
    }

    async fn in_meeting(&self, meeting: Meeting) -> anyhow::Result<Question> {
        let uuid = meeting.uuid.as_str().to_owned();
        let start = meeting.start;
        let which = Which {
            accounts: self.accounts.to_vec(),
            range: start.unwrap_or(Timestamp::UNIX_EPOCH)..meeting.end.unwrap_or(self.zone.now()),
            meetings: Some(vec![uuid.clone()]),
        };
        let joins = self.archive.participants(&which).await?;
        let known = |of: &dyn Fn(&zqos_core::Participant) -> Option<Timestamp>| {
            joins.iter().filter_map(|join| of(&join.participant)).collect::<Vec<_>>()
        };
        let start = start.or_else(|| known(&|who| who.join).into_iter().min());
        let end = meeting.end.or_else(|| known(&|who| who.leave).into_iter().max());
        let person = match &self.args.person {
            None => None,
            Some(named) => {
                let people = joins.iter().map(|join| &join.participant);
                Some(self.one_person(named, people)?)
            }
        };
        // Without a time of its own it is looked for by its samples alone, whenever they are.
        let Some(start) = start else {
            let all = Timestamp::UNIX_EPOCH..self.zone.now();
            let meetings = Some(vec![uuid]);
            let about = About::Meeting { meeting: Box::new(meeting), person };
            return Ok(Question { about, range: all.clone(), read: all, meetings });
        };
        let end = end.unwrap_or_else(|| start.saturating_add(LONGEST).min(self.zone.now()));
        Ok(Question {
            about: About::Meeting { meeting: Box::new(meeting), person },
            range: start..end.max(start.saturating_add(Duration::from_mins(1))),
            read: start.saturating_sub(AROUND)..end.saturating_add(AROUND),
            meetings: None,
        })
    }

    /// Somebody, wherever he took part.
    async fn person(&self, named: &str) -> anyhow::Result<Question> {
        let range = self.range("-30d")?;
        let which =
            Which { accounts: self.accounts.to_vec(), range: range.clone(), meetings: None };
        let joins = self.archive.participants(&which).await?;
        let who = self.one_person(named, joins.iter().map(|join| &join.participant))?;
        let team = self.context.people.as_ref().map(|people| people.team_of(&who.key));
        let team = team.unwrap_or_default();
        let of_person = joins.iter().filter(|join| {
            let key = person(&join.participant);
            key.is_some_and(|key| key == who.key || team.contains(&&*key))
        });
        let mut meetings: Vec<String> = of_person.map(|join| join.meeting_uuid.clone()).collect();
        meetings.sort_unstable();
        meetings.dedup();
        Ok(Question {
            about: About::Person(who),
            read: range.clone(),
            range,
            meetings: Some(meetings),
        })
    }

    /// The one person whom a name means.
    ///
    /// **Errors**: nobody; or several, who are listed.
    fn one_person<'p>(
        &self,
        named: &str,
        people: impl Iterator<Item = &'p zqos_core::Participant>,
    ) -> anyhow::Result<Who> {
        let named = named.trim();
        if named.is_empty() {
            return Err(UsageError::new("nobody is named")
                .hint("name a person by e-mail address, or by a part of the name")
                .into());
        }
        let lower = named.to_lowercase();
        let pseudonyms = (self.names)(named);
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
            let mut list: Vec<String> = (found.iter().take(LISTED))
                .map(|(key, (name, _))| format!("  {}  {}", Shown(key), Shown(name)))
                .collect();
            if found.len() > LISTED {
                list.push("  …".to_owned());
            }
            return Err(UsageError::new(format!("{} people are found by this name", found.len()))
                .place(Some(list.join("\n")))
                .hint("name one of them by e-mail address")
                .into());
        }
        let Some((key, (name, _))) = found.into_iter().next() else {
            return Err(NotFound("nobody of this name took part then".to_owned()).into());
        };
        Ok(Who { key, name })
    }

    fn several(&self, meetings: &[Meeting]) -> UsageError {
        let line = |meeting: &Meeting| {
            let start = meeting.start.map_or_else(String::new, |at| self.zone.date_and_time(at));
            let topic = meeting.topic.as_deref().unwrap_or_default();
            format!("  {start}  {}  {}", Shown(meeting.uuid.as_str()), Shown(topic))
        };
        let mut list: Vec<String> = meetings.iter().take(LISTED).map(line).collect();
        if meetings.len() > LISTED {
            list.push("  …".to_owned());
        }
        UsageError::new(format!("{} meetings are found ({})", meetings.len(), self.zone.name()))
            .place(Some(list.join("\n")))
            .hint("name one of them by its UUID, or narrow them down with `--at`, `--topic` or `--host`")
    }
}

fn meeting_id(text: &str) -> Result<MeetingId, UsageError> {
    text.parse().map_err(|error: zqos_core::EmptyMeetingId| UsageError::new(error.to_string()))
}
