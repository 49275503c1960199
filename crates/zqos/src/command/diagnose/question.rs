//! What is asked, by what was typed.

use std::ops::Range;
use std::time::Duration;

use zqos_answer::{About, Choice, LONGEST, Names, Question, Unclear};
use zqos_context::Context;
use zqos_core::{Meeting, MeetingId, Shown, Timestamp};
use zqos_query::{Archive, Which};

use crate::cli::Diagnose;
use crate::exit::UsageError;
use crate::time::Zone;

/// How far back the latest instance of a number is looked for.
const LATEST_WITHIN: Duration = Duration::from_hours(24 * 200);
/// How many meetings or people are listed of which one may be meant.
const LISTED: usize = 20;

/// Nothing of the kind is in the store.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct NotFound(pub(super) String);

/// Reads what was typed.
pub(super) async fn read(
    args: &Diagnose,
    zone: &Zone,
    archive: &Archive,
    accounts: &[String],
    names: &Names<'_>,
    context: &Context,
) -> anyhow::Result<Question> {
    let finder = Finder { args, zone, archive, accounts, names, context };
    if args.meeting.is_some() || args.topic.is_some() || args.host.is_some() || args.at.is_some() {
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
                .hint(
                    "name a meeting, or `--person`, `--site` or `--cause`, or a time with `--from`",
                )
                .into());
        }
    };
    Ok(Question::of_range(about, finder.range(since)?))
}

/// Finds what is meant.
struct Finder<'a> {
    args: &'a Diagnose,
    zone: &'a Zone,
    archive: &'a Archive,
    accounts: &'a [String],
    /// Everything that somebody may be called in the store.
    names: &'a Names<'a>,
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
        let which = Which { accounts: self.accounts.to_vec(), range, meetings: None, joins: None };
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
                    joins: None,
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
        let person = self.args.person.as_deref();
        let now = self.zone.now();
        Question::of_meeting(self.archive, self.accounts, meeting, person, self.names, now)
            .await
            .map_err(unclear)
    }

    /// Somebody, wherever he took part.
    async fn person(&self, named: &str) -> anyhow::Result<Question> {
        let range = self.range("-30d")?;
        let team_of = |key: &str| -> Vec<String> {
            let people = self.context.people.as_ref();
            let team = people.map(|people| people.team_of(key)).unwrap_or_default();
            team.into_iter().map(str::to_owned).collect()
        };
        Question::of_person(self.archive, self.accounts, named, range, self.names, &team_of)
            .await
            .map_err(unclear)
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

/// What is to be done where a name is not clear.
fn unclear(unclear: Unclear) -> anyhow::Error {
    let usage = match &unclear {
        Unclear::Query(_) => return unclear.into(),
        Unclear::Nobody => return NotFound(unclear.to_string()).into(),
        Unclear::NoName => UsageError::new(unclear.to_string())
            .hint("name a person by e-mail address, or by a part of the name"),
        Unclear::SeveralPeople(choices) => {
            let line = |Choice { key, name }: &Choice| format!("  {}  {}", Shown(key), Shown(name));
            let mut list: Vec<String> = choices.iter().take(LISTED).map(line).collect();
            if choices.len() > LISTED {
                list.push("  …".to_owned());
            }
            UsageError::new(unclear.to_string())
                .place(Some(list.join("\n")))
                .hint("name one of them by e-mail address")
        }
    };
    usage.into()
}

fn meeting_id(text: &str) -> Result<MeetingId, UsageError> {
    text.parse().map_err(|error: zqos_core::EmptyMeetingId| UsageError::new(error.to_string()))
}
