//! From what people know (a number, a time, a name) to what Zoom asks for.

use std::future::Future;

use zoom_dashboard::{Error, PageAnswer};
use zoom_wire::meeting::{GetMeeting, ListMeetings, Meeting};
use zoom_wire::participant::{ListParticipants, Participant};
use zoom_wire::request::Bound;
use zoom_wire::{ApiErrorKind, ForAccount, Kind, Listing, Range, When};
use zqos_core::{MeetingId, MeetingUuid, ParticipantId, Shown, Timestamp};

use crate::cli::{LiveOrPast, WhichMeeting};
use crate::exit::UsageError;
use crate::output::columns::{Align, Columns};
use crate::output::note;
use crate::session::{Asker, Session, Walk};
use crate::time::Zone;

/// The longest that a meeting can last: Zoom ends them after thirty hours. An instance that ran at
/// some time started within this before it.
const LONGEST_MEETING: std::time::Duration = std::time::Duration::from_hours(30);

/// Which meeting is meant, as it was typed.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    kind: Kind,
    /// `None` for the one that ran at a time.
    meeting: Option<MeetingId>,
    /// The `type` that was asked for.
    pub(super) when: Option<When>,
    at: Option<Timestamp>,
    topic: Option<String>,
    host: Option<String>,
}

/// Which meeting is meant, as Zoom is asked for it.
#[derive(Debug, Clone)]
pub(super) struct Meant {
    pub(super) kind: Kind,
    pub(super) meeting: MeetingId,
    /// The `type` that was asked for, or is known.
    pub(super) when: Option<When>,
}

/// An instance of a meeting.
#[derive(Debug, Clone)]
pub(super) struct Instance {
    pub(super) uuid: MeetingUuid,
    pub(super) start: Option<Timestamp>,
    topic: String,
}

/// How many meetings are listed of which one may be meant.
const LISTED: usize = 20;

impl Typed {
    pub(super) fn read(which: &WhichMeeting, zone: &Zone) -> Result<Self, UsageError> {
        let meeting: Option<MeetingId> = which
            .meeting
            .as_deref()
            .map(|text| {
                text.parse()
                    .map_err(|error: zqos_core::EmptyMeetingId| UsageError::new(error.to_string()))
            })
            .transpose()?;
        let at = which.at.as_deref().map(|text| zone.parse(text)).transpose()?;
        if at.is_some() && matches!(meeting, Some(MeetingId::Uuid(_))) {
            return Err(UsageError::new("a UUID names one instance already")
                .hint("leave `--at` out, or give the meeting's number"));
        }
        if at.is_none() && meeting.is_none() {
            return Err(UsageError::new("no meeting is named").hint(
                "give its UUID or number, or say when it ran with `--at`, and more of it with `--topic` and \
                 `--host`",
            ));
        }
        Ok(Self {
            kind: if which.webinar { Kind::Webinar } else { Kind::Meeting },
            meeting,
            when: which.when.map(|when| match when {
                LiveOrPast::Live => When::Live,
                LiveOrPast::Past => When::Past,
            }),
            at,
            topic: which.topic.as_deref().map(str::to_lowercase),
            host: which.host.clone(),
        })
    }

    /// The meeting, where it was named so that Zoom can be asked for it.
    pub(super) fn meant(&self) -> Option<Meant> {
        let meeting = self.meeting.clone()?;
        Some(Meant { kind: self.kind, meeting, when: self.when })
    }

    /// With `--at`: the instance that ran then.
    ///
    /// **Errors**: none, or several, which are listed.
    pub(super) async fn find(&self, asker: &Asker, zone: &Zone) -> anyhow::Result<Meant> {
        let number = match (&self.meeting, self.at) {
            (Some(MeetingId::Number(number)), Some(_)) => Some(*number),
            (Some(meeting), _) => {
                return Ok(Meant { kind: self.kind, meeting: meeting.clone(), when: self.when });
            }
            (None, _) => None,
        };
        let at = self.at.expect("a meeting without a name is one that ran at a time");
        let is_meant = |meeting: &Meeting<'_>| {
            let topic = self.topic.as_ref().is_none_or(|topic| {
                meeting.topic.get().is_some_and(|text| text.to_lowercase().contains(topic))
            });
            let host = self
                .host
                .as_ref()
                .is_none_or(|host| mentions(host, [meeting.host.get(), meeting.email.get()]));
            number.is_none_or(|number| meeting.id.get() == Some(number)) && topic && host
        };
        let kinds = self.when.map_or(vec![When::Past, When::Live], |when| vec![when]);
        let mut found = Vec::new();
        for when in kinds {
            let instances = meetings_at(asker, self.kind, when, at, is_meant).await?;
            found.extend(instances.into_iter().map(|instance| (when, instance)));
            // Instances of one number don't overlap.
            if number.is_some() && !found.is_empty() {
                found.truncate(1);
                break;
            }
        }
        match &found[..] {
            [(when, instance)] => {
                tell(instance, self.kind, zone);
                let meeting = instance.uuid.clone().into();
                Ok(Meant { kind: self.kind, meeting, when: Some(*when) })
            }
            [] => {
                let what = number.map_or_else(String::new, |number| format!(" {number}"));
                anyhow::bail!(
                    "no instance of {} {}{what} ran at {} ({})",
                    if number.is_some() { "the" } else { "such a" },
                    self.kind,
                    zone.date_and_time(at),
                    zone.name()
                )
            }
            several => {
                let lines: Vec<String> = several
                    .iter()
                    .take(LISTED)
                    .map(|(_, instance)| {
                        let start = instance.start.map(|start| zone.date_and_time(start));
                        let topic = Shown(&instance.topic);
                        format!("  {}  {}  {topic}", start.unwrap_or_default(), instance.uuid)
                    })
                    .collect();
                Err(UsageError::new(format!(
                    "{} {}s ran at {} ({})",
                    several.len(),
                    self.kind,
                    zone.date_and_time(at),
                    zone.name()
                ))
                .place(Some(lines.join("\n")))
                .hint("name one of them by its UUID, or say more with `--topic` or `--host`")
                .into())
            }
        }
    }
}

impl Meant {
    /// Asks with the `type` that was asked for; without one, live first, and past once when Zoom
    /// knows no live one.
    pub(super) async fn ask<T, F: Future<Output = Result<T, Error>>>(
        &self,
        ask: impl Fn(When) -> F,
    ) -> Result<(When, T), Error> {
        if let Some(when) = self.when {
            return Ok((when, ask(when).await?));
        }
        match ask(When::Live).await {
            Ok(answer) => Ok((When::Live, answer)),
            Err(error) if is_not_available(&error) => {
                note(format_args!("not known as a live {}; asking for a past one", self.kind));
                Ok((When::Past, ask(When::Past).await?))
            }
            Err(error) => Err(error),
        }
    }

    /// Begins a walk over pages with the `type` that was asked for, as [`Meant::ask`] does; gives
    /// the walk and its first page.
    pub(super) async fn ask_pages<E: Listing>(
        &self,
        asker: &Asker,
        listing: impl Fn(When) -> E,
    ) -> Result<(When, Begun<E>), Error> {
        self.ask(|when| {
            let mut pages = asker.pages(listing(when));
            async move {
                let first = pages.next().await?;
                Ok((pages, first))
            }
        })
        .await
    }

    /// For a walk over pages: a number becomes the UUID of its instance, so that all pages are of
    /// the same one, and the `type` is settled.
    pub(super) async fn settle(mut self, asker: &Asker, zone: &Zone) -> anyhow::Result<Self> {
        let MeetingId::Number(number) = self.meeting else { return Ok(self) };
        let (when, answer) = self
            .ask(|when| asker.send(GetMeeting::new(number.into()).kind(self.kind).when(when)))
            .await?;
        let meeting = answer.decode().map_err(|error| answer.raw().undecodable(error))?;
        let Some(instance) = instance_of(&meeting) else {
            anyhow::bail!("Zoom's answer about the {} {number} names no UUID", self.kind)
        };
        tell(&instance, self.kind, zone);
        self.when = Some(when);
        self.meeting = instance.uuid.into();
        Ok(self)
    }

    /// The UUID, where the meeting was named by it.
    pub(super) fn uuid(&self) -> Option<&MeetingUuid> {
        match &self.meeting {
            MeetingId::Uuid(uuid) => Some(uuid),
            MeetingId::Number(_) => None,
        }
    }
}

/// A walk over pages, and its first page.
pub(super) type Begun<E> = (Walk<ForAccount<E>>, Option<PageAnswer<ForAccount<E>>>);

fn tell(instance: &Instance, kind: Kind, zone: &Zone) {
    let started = instance.start.map_or_else(String::new, |start| {
        format!(", started {} ({})", zone.date_and_time(start), zone.name())
    });
    note(format_args!("{kind} {}{started}", instance.uuid));
}

pub(super) fn is_not_available(error: &Error) -> bool {
    error.api().is_some_and(|api| api.kind == ApiErrorKind::NotAvailable)
}

fn instance_of(meeting: &Meeting<'_>) -> Option<Instance> {
    Some(Instance {
        uuid: meeting.uuid.get()?,
        start: meeting.start_time.get(),
        topic: meeting.topic.get().unwrap_or_default().into_owned(),
    })
}

/// True for a meeting that ran at this time; one without an end is still running.
pub(super) fn ran_at(meeting: &Meeting<'_>, at: Timestamp) -> bool {
    meeting.start_time.get().is_some_and(|start| start <= at)
        && meeting.end_time.get().is_none_or(|end| at < end)
}

/// The instances that ran at a time and are wanted, the latest first.
async fn meetings_at(
    asker: &Asker,
    kind: Kind,
    when: When,
    at: Timestamp,
    is_wanted: impl Fn(&Meeting<'_>) -> bool,
) -> anyhow::Result<Vec<Instance>> {
    let range = range_before(at)?;
    let mut pages = asker.pages(ListMeetings::new(range).kind(kind).when(when));
    let mut found = Vec::new();
    while let Some(page) = pages.next().await? {
        for (_, row) in page.rows().map_err(|error| page.raw().undecodable(error))? {
            if let zoom_wire::Row::Object(meeting) = row
                && is_wanted(&meeting)
                && ran_at(&meeting, at)
            {
                found.extend(instance_of(&meeting));
            }
        }
    }
    found.sort_by_key(|instance| std::cmp::Reverse(instance.start));
    Ok(found)
}

/// The range of starts of meetings that may have run at a time.
pub(super) fn range_before(at: Timestamp) -> anyhow::Result<Range> {
    Ok(Range::new(Bound::Instant(at.saturating_sub(LONGEST_MEETING)), Bound::Instant(at))?)
}

/// True when a name or e-mail address has this text in it, whatever the case.
pub(super) fn mentions(text: &str, values: [Option<std::borrow::Cow<'_, str>>; 2]) -> bool {
    let text = text.to_lowercase();
    values.into_iter().flatten().any(|value| value.to_lowercase().contains(&text))
}

/// A join found by a person's name.
struct Join {
    user_id: ParticipantId,
    name: String,
    is_exact: bool,
    stay: String,
    device: String,
}

/// The join of a person, by name or e-mail address: whole ones win over parts. Several are listed
/// and refused: nobody should read the wrong person's report.
pub(super) async fn find_participant(
    session: &Session,
    asker: &Asker,
    meant: &Meant,
    person: &str,
) -> anyhow::Result<(When, ParticipantId)> {
    let listing = |when| ListParticipants::new(meant.meeting.clone()).kind(meant.kind).when(when);
    let (when, (mut pages, mut next)) = meant.ask_pages(asker, listing).await?;
    let mut joins = Vec::new();
    while let Some(page) = next {
        for (_, row) in page.rows().map_err(|error| page.raw().undecodable(error))? {
            if let zoom_wire::Row::Object(participant) = row {
                joins.extend(join_of(&participant, person, &session.zone));
            }
        }
        next = pages.next().await?;
    }
    if joins.iter().any(|join| join.is_exact) {
        joins.retain(|join| join.is_exact);
    }
    match &joins[..] {
        [] => anyhow::bail!("nobody with `{person}` in name or e-mail address took part"),
        [join] => {
            note(format_args!("{} is participant {}", Shown(&join.name), join.user_id));
            Ok((when, join.user_id.clone()))
        }
        several => {
            let left = Align::Left;
            let mut table = Columns::new([
                ("participant", left),
                ("name", left),
                ("stay", left),
                ("device", left),
            ]);
            for join in several {
                table.row([
                    join.user_id.to_string(),
                    Shown(&join.name).to_string(),
                    join.stay.clone(),
                    join.device.clone(),
                ]);
            }
            let mut lines = Vec::new();
            table.write(&mut lines, 120, false)?;
            note(String::from_utf8_lossy(&lines).trim_end());
            Err(UsageError::new(format!("`{person}` is {} participants", several.len()))
                .hint("give one of the ids above in place of `--person`")
                .into())
        }
    }
}

fn join_of(participant: &Participant<'_>, person: &str, zone: &Zone) -> Option<Join> {
    let (name, email) = (participant.user_name.get(), participant.email.get());
    let is_exact = [&name, &email]
        .into_iter()
        .flatten()
        .any(|value| value.to_lowercase() == person.to_lowercase());
    if !is_exact && !mentions(person, [name.clone(), email.clone()]) {
        return None;
    }
    let time = |ts: Option<Timestamp>| ts.map_or_else(String::new, |ts| zone.time(ts));
    Some(Join {
        user_id: participant.user_id.get()?,
        name: name.or(email).unwrap_or_default().into_owned(),
        is_exact,
        stay: format!(
            "{}–{}",
            time(participant.join_time.get()),
            time(participant.leave_time.get())
        ),
        device: participant
            .device
            .get()
            .map_or_else(String::new, |device| Shown(&device).to_string()),
    })
}
