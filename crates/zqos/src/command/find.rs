//! `zqos find`: from a person and a time to the meeting.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::time::Duration;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use futures::TryStreamExt as _;
use zoom_wire::meeting::ListMeetings;
use zoom_wire::participant::ListParticipants;
use zoom_wire::{ApiError, Kind, Row, When};
use zqos_collect::Status;
use zqos_core::{MeetingId, Shown, Timestamp};
use zqos_query::{Archive, Limits, quoted};
use zqos_store::{Known, LayoutError, Location, Snapshot, StoreError};

use crate::cli::Find;
use crate::command::resolve::{is_not_available, mentions, ran_at, range_before};
use crate::command::store;
use crate::exit::{Exit, UsageError};
use crate::output::columns::{Align, Columns};
use crate::output::rows::Cell;
use crate::output::{Output, note, typed};
use crate::session::{Asker, Session};
use crate::time::Zone;

const COLUMNS: [&str; 17] = [
    "account",
    "meeting_uuid",
    "meeting_id",
    "topic",
    "host",
    "user_id",
    "person_id",
    "user_name",
    "email",
    "join_time",
    "leave_time",
    "leave_reason",
    "network_type",
    "location",
    "site",
    "device",
    "version",
];

/// The same in SQL, and whether it was a webinar.
const SELECTED: &str = "p.account, p.meeting_uuid, m.meeting_id, m.topic, m.host, p.user_id, p.person_id, \
     p.user_name, p.email, p.join_time, p.leave_time, p.leave_reason, p.network_type, p.location, p.site, \
     p.device, p.version, m.kind";

/// How long before and after a time is looked at, when nobody was there at that time.
const AROUND: Duration = Duration::from_hours(1);
/// How many joins are looked at: whose they are is known when all are.
const LOOKED_AT: usize = 100_000;
/// How many joins are shown.
const SHOWN: usize = 1_000;
/// How many people are listed of whom one may be meant.
const PEOPLE: usize = 20;

/// A join, as its row has it.
#[derive(Debug, Default, Clone)]
struct Join {
    account: String,
    meeting_uuid: String,
    meeting_id: Option<i64>,
    topic: Option<String>,
    host: Option<String>,
    user_id: String,
    person_id: Option<String>,
    user_name: Option<String>,
    email: Option<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    leave_reason: Option<String>,
    network_type: Option<String>,
    location: Option<String>,
    site: Option<String>,
    device: Option<String>,
    version: Option<String>,
    is_webinar: bool,
}

/// What is looked for.
struct Wanted {
    person: String,
    range: Range<Timestamp>,
    at: Option<Timestamp>,
    topic: Option<String>,
    host: Option<String>,
}

pub(super) async fn run(session: &Session, args: &Find) -> anyhow::Result<Exit> {
    let mut output = Output::new();
    let format = output.format(session.format);
    typed::refuse_raw(format)?;
    let wanted = Wanted::read(session, args)?;
    let at = store::named(&args.store)?;
    let mut found = match &at {
        _ if args.online => online(session, &wanted).await?,
        Some(at) if is_there(at).await? => stored(session, at, &wanted).await?,
        _ => return Ok(price(&wanted)),
    };
    if found.is_empty() {
        nobody(session, at.as_ref().filter(|_| !args.online), &wanted).await?;
        return Ok(Exit::Failed);
    }
    keep_exact(&wanted.person, &mut found);
    if let Some(time) = wanted.at {
        let is_on = |join: &Join| {
            join.from.is_some_and(|from| from <= time) && join.to.is_none_or(|to| time < to)
        };
        if found.iter().any(is_on) {
            found.retain(is_on);
        } else {
            let (time, zone) = (session.zone.date_and_time(time), session.zone.name());
            note(format_args!("nobody of this name was there at {time} ({zone}); within an hour:"));
        }
    }
    one_person(&found)?;
    if found.len() > SHOWN {
        note(format_args!("the latest {SHOWN} joins; `--from` and `--to` narrow them down"));
        found.truncate(SHOWN);
    }
    let rows: Vec<_> = found.iter().map(Join::cells).collect();
    let table = table(&found, &session.zone);
    typed::write(&mut output, format, &COLUMNS, rows.iter().map(|row| &row[..]), &table)?;
    output.finish()?;
    if let [join] = &found[..] {
        let several = session.config.accounts.len() > 1;
        note(format_args!("next: {}", join.next(several)));
    }
    Ok(Exit::Done)
}

/// True when there is a store to ask.
async fn is_there(at: &Location) -> Result<bool, StoreError> {
    match Snapshot::open_tables(at.clone(), &[]).await {
        Err(StoreError::Layout(LayoutError::Missing(_))) => Ok(false),
        opened => opened.map(|_| true),
    }
}

impl Wanted {
    fn read(session: &Session, args: &Find) -> anyhow::Result<Self> {
        let zone = &session.zone;
        let person = args.person.trim().to_owned();
        if person.is_empty() {
            return Err(UsageError::new("nobody is named")
                .hint("name a person by e-mail address, or by a part of the name")
                .into());
        }
        let read = |text: &Option<String>| text.as_deref().map(|text| zone.parse(text)).transpose();
        let at = read(&args.at)?;
        let range = if let Some(at) = at {
            at.saturating_sub(AROUND)..at.saturating_add(AROUND)
        } else {
            let from = read(&args.from)?.map_or_else(|| zone.parse("-7d"), Ok)?;
            zone.range(from, read(&args.to)?.unwrap_or_else(|| zone.now()))?
        };
        let lower = |text: &Option<String>| text.as_deref().map(str::to_lowercase);
        Ok(Self { person, range, at, topic: lower(&args.topic), host: lower(&args.host) })
    }
}

/// The joins that the store has, the latest first.
async fn stored(session: &Session, at: &Location, wanted: &Wanted) -> anyhow::Result<Vec<Join>> {
    let mut sql = format!(
        "SELECT {SELECTED} FROM participants p \
         LEFT JOIN meetings m ON p.account = m.account AND p.meeting_uuid = m.meeting_uuid WHERE p.account IN ("
    );
    let accounts = session.accounts()?;
    let mut names = vec![wanted.person.to_lowercase()];
    for (place, account) in accounts.into_iter().enumerate() {
        let comma = if place == 0 { "" } else { ", " };
        write!(sql, "{comma}{}", quoted(&account.name))?;
        // What stands in the store in place of people.
        if let Some(policy) = session.config.policy(&account.name, at.local())? {
            names.extend(policy.pseudonyms(&wanted.person));
        }
    }
    sql.push_str(") AND (");
    for (place, name) in names.iter().enumerate() {
        let (or, name) = (if place == 0 { "" } else { " OR " }, quoted(name));
        write!(
            sql,
            "{or}strpos(lower(p.user_name), {name}) > 0 OR strpos(lower(p.email), {name}) > 0 \
             OR lower(p.person_id) = {name}"
        )?;
    }
    let Range { start, end } = &wanted.range;
    write!(
        sql,
        ") AND p.join_time < TIMESTAMP '{end}' AND coalesce(p.leave_time, \
         m.end_time, p.join_time + INTERVAL '30 hours') >= TIMESTAMP '{start}'"
    )?;
    if let Some(topic) = &wanted.topic {
        write!(sql, " AND strpos(lower(m.topic), {}) > 0", quoted(topic))?;
    }
    if let Some(host) = &wanted.host {
        let host = quoted(host);
        write!(
            sql,
            " AND (strpos(lower(m.host), {host}) > 0 OR strpos(lower(m.host_email), {host}) > 0)"
        )?;
    }
    write!(sql, " ORDER BY p.join_time DESC, p.meeting_uuid, p.user_id LIMIT {}", LOOKED_AT + 1)?;
    let archive = Archive::open_for(&sql, Some(at.clone()), Limits::default()).await?;
    let batches: Vec<RecordBatch> = archive.query(&sql).await?.try_collect().await?;
    let mut joins = Vec::new();
    for batch in &batches {
        joins.extend(joins_of(batch)?);
    }
    if joins.len() > LOOKED_AT {
        return Err(UsageError::new(format!("more than {LOOKED_AT} joins are found"))
            .hint("say more of the name, or narrow the time down with `--from` and `--to`")
            .into());
    }
    Ok(joins)
}

fn joins_of(batch: &RecordBatch) -> anyhow::Result<Vec<Join>> {
    let texts = batch.columns().iter().map(|cells| cast(cells, &DataType::Utf8));
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    let numbers = [2, 9, 10].map(|place: usize| cast(batch.column(place), &DataType::Int64));
    let [number, join, leave] = numbers;
    let (number, join, leave) = (number?, join?, leave?);
    let text = |place: usize, row: usize| {
        let cells = texts[place].as_string::<i32>();
        cells.is_valid(row).then(|| cells.value(row).to_owned())
    };
    let integer = |cells: &arrow::array::ArrayRef, row: usize| {
        let cells = cells.as_primitive::<Int64Type>();
        cells.is_valid(row).then(|| cells.value(row))
    };
    let instant = |cells, row| {
        integer(cells, row).and_then(|micros| Timestamp::from_unix_millis(micros / 1_000).ok())
    };
    let row = |row: usize| Join {
        account: text(0, row).unwrap_or_default(),
        meeting_uuid: text(1, row).unwrap_or_default(),
        meeting_id: integer(&number, row),
        topic: text(3, row),
        host: text(4, row),
        user_id: text(5, row).unwrap_or_default(),
        person_id: text(6, row),
        user_name: text(7, row),
        email: text(8, row),
        from: instant(&join, row),
        to: instant(&leave, row),
        leave_reason: text(11, row),
        network_type: text(12, row),
        location: text(13, row),
        site: text(14, row),
        device: text(15, row),
        version: text(16, row),
        is_webinar: text(17, row).as_deref() == Some("webinar"),
    };
    Ok((0..batch.num_rows()).map(row).collect())
}

/// Leaves the joins of those who are called so wholly, if there are any.
fn keep_exact(person: &str, found: &mut Vec<Join>) {
    let is_exact = |join: &Join| {
        [&join.email, &join.person_id, &join.user_name]
            .into_iter()
            .flatten()
            .any(|text| text.to_lowercase() == person.to_lowercase())
    };
    if found.iter().any(is_exact) {
        found.retain(is_exact);
    }
}

/// **Errors**: when joins are of several people, who they are.
fn one_person(found: &[Join]) -> Result<(), UsageError> {
    let mut people: BTreeMap<(String, String), usize> = BTreeMap::new();
    for join in found {
        let who = join.email.clone().or_else(|| join.person_id.clone()).unwrap_or_default();
        let name = join.user_name.clone().unwrap_or_default();
        // People with an address may call themselves this and that.
        let key = if who.is_empty() { (name, who) } else { (String::new(), who) };
        *people.entry(key).or_default() += 1;
    }
    if people.len() <= 1 {
        return Ok(());
    }
    let mut list = String::new();
    for ((name, who), joins) in people.iter().take(PEOPLE) {
        let called = if who.is_empty() { name } else { who };
        let plural = if *joins == 1 { "" } else { "s" };
        let line = format!("\n  {}  {joins} join{plural}", Shown(called));
        list.push_str(&line);
    }
    if people.len() > PEOPLE {
        list.push_str("\n  …");
    }
    Err(UsageError::new(format!("{} people are found by this name", people.len()))
        .place(Some(list.trim_start_matches('\n').to_owned()))
        .hint("name one of them by e-mail address"))
}

/// Says what it would cost to ask Zoom.
fn price(wanted: &Wanted) -> Exit {
    note("there is no store to look into: `--store FOLDER` or `ZQOS_STORE` names one");
    if wanted.at.is_none() {
        note("Zoom can be asked about a time: add `--at TIME`");
        return Exit::Usage;
    }
    note(
        "Zoom can be asked with `--online`. It takes a call for each 300 meetings that began within 30 hours \
         before (20 such calls a minute), and one for each 300 participants of every meeting that ran then; \
         `--topic` and `--host` make these fewer",
    );
    Exit::Usage
}

/// Says why nobody may be there.
async fn nobody(session: &Session, at: Option<&Location>, wanted: &Wanted) -> anyhow::Result<()> {
    note(format_args!("nobody is found by `{}`", Shown(&wanted.person)));
    if let Some(at) = at {
        for account in session.accounts()? {
            let Range { start, end } = wanted.range;
            let known = Known::read(at.clone(), &account.name, start, end).await?;
            let status = Status::of(&known, &wanted.range, session.zone.now());
            if !status.unlisted.is_empty() {
                note(format_args!(
                    "{}: the store has no list of that time; `zqos collect --from {start} --to {end}` fetches it",
                    account.name
                ));
            } else if !status.holes.is_empty() {
                note(format_args!(
                    "{}: {} meetings of that time are missing: see `zqos status`",
                    account.name,
                    status.holes.len()
                ));
            }
        }
    }
    note("meetings that other organisations host are invisible to an account");
    Ok(())
}

/// The joins that Zoom tells of, the latest first.
async fn online(session: &Session, wanted: &Wanted) -> anyhow::Result<Vec<Join>> {
    let Some(at) = wanted.at else {
        return Err(UsageError::new("Zoom is asked about a time").hint("add `--at TIME`").into());
    };
    let askers = session.accounts()?.into_iter().map(|account| Asker::new(session, account));
    let mut found = Vec::new();
    for asker in askers.collect::<Result<Vec<_>, _>>()? {
        for when in [When::Past, When::Live] {
            for kind in [Kind::Meeting, Kind::Webinar] {
                match asked(&asker, kind, when, at, wanted, &mut found).await {
                    // Who has no webinars has meetings all the same.
                    Err(error) if kind == Kind::Webinar && is_refusal(&error) => {
                        note(format_args!("{}: Zoom gives no {kind}s: {error}", asker.account));
                    }
                    asked => asked?,
                }
            }
        }
        let sent: u64 = asker.client.quota().labels.iter().map(|label| label.sent).sum();
        note(format_args!("{}: asked Zoom by {sent} calls", asker.account));
    }
    found.sort_by_key(|join| std::cmp::Reverse(join.from));
    Ok(found)
}

fn is_refusal(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<zoom_dashboard::Error>();
    error.and_then(zoom_dashboard::Error::api).is_some_and(ApiError::is_refusal)
}

/// Adds the joins that are wanted, of the meetings that ran at a time.
async fn asked(
    asker: &Asker,
    kind: Kind,
    when: When,
    at: Timestamp,
    wanted: &Wanted,
    found: &mut Vec<Join>,
) -> anyhow::Result<()> {
    let mut pages = asker.pages(ListMeetings::new(range_before(at)?).kind(kind).when(when));
    while let Some(page) = pages.next().await? {
        for (_, row) in page.rows().map_err(|error| page.raw().undecodable(error))? {
            let Row::Object(row) = row else { continue };
            let fits = |text: &Option<String>, values| {
                text.as_ref().is_none_or(|text| mentions(text, values))
            };
            if !ran_at(&row, at)
                || !fits(&wanted.topic, [row.topic.get(), None])
                || !fits(&wanted.host, [row.host.get(), row.email.get()])
            {
                continue;
            }
            let Some(meeting) = row.to_record(Some(kind)) else { continue };
            let of_meeting = Join {
                account: asker.account.clone(),
                meeting_uuid: meeting.uuid.to_string(),
                meeting_id: meeting.number.and_then(|number| number.try_into().ok()),
                topic: meeting.topic,
                host: meeting.host,
                is_webinar: kind == Kind::Webinar,
                ..Join::default()
            };
            joins_in(asker, &meeting.uuid.into(), kind, when, wanted, &of_meeting, found).await?;
        }
    }
    Ok(())
}

/// Adds the joins of a meeting that are wanted.
async fn joins_in(
    asker: &Asker,
    id: &MeetingId,
    kind: Kind,
    when: When,
    wanted: &Wanted,
    of_meeting: &Join,
    found: &mut Vec<Join>,
) -> anyhow::Result<()> {
    let mut pages = asker.pages(ListParticipants::new(id.clone()).kind(kind).when(when));
    loop {
        let page = match pages.next().await {
            Ok(Some(page)) => page,
            Ok(None) => return Ok(()),
            Err(error) if is_not_available(&error) => {
                note(format_args!("{kind} {id}: its participants are not available"));
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        for (_, row) in page.rows().map_err(|error| page.raw().undecodable(error))? {
            let Row::Object(row) = row else { continue };
            let Some(who) = row.to_record() else { continue };
            let is_meant = mentions(&wanted.person, [row.user_name.get(), row.email.get()])
                || who.person_id.as_deref() == Some(&wanted.person);
            let is_around = who.join.is_none_or(|join| join < wanted.range.end)
                && who.leave.is_none_or(|leave| leave >= wanted.range.start);
            if is_meant && is_around {
                found.push(Join {
                    user_id: who.id.as_str().to_owned(),
                    person_id: who.person_id,
                    user_name: who.user_name,
                    email: who.email,
                    from: who.join,
                    to: who.leave,
                    leave_reason: who.leave_reason,
                    network_type: who.network_type,
                    location: who.location,
                    device: who.device,
                    version: who.version,
                    ..of_meeting.clone()
                });
            }
        }
    }
}

impl Join {
    fn cells(&self) -> [Cell<'_>; COLUMNS.len()] {
        [
            Cell::Text(&self.account),
            Cell::Text(&self.meeting_uuid),
            self.meeting_id.map_or(Cell::Null, Cell::Integer),
            self.topic.as_deref().into(),
            self.host.as_deref().into(),
            Cell::Text(&self.user_id),
            self.person_id.as_deref().into(),
            self.user_name.as_deref().into(),
            self.email.as_deref().into(),
            self.from.into(),
            self.to.into(),
            self.leave_reason.as_deref().into(),
            self.network_type.as_deref().into(),
            self.location.as_deref().into(),
            self.site.as_deref().into(),
            self.device.as_deref().into(),
            self.version.as_deref().into(),
        ]
    }

    /// The command that shows its report; where there are several accounts it names this one's.
    fn next(&self, several: bool) -> String {
        let webinar = if self.is_webinar { " --webinar" } else { "" };
        let when = if self.to.is_some() { " --type past" } else { "" };
        let account = if several { format!(" --account {}", self.account) } else { String::new() };
        // Ids are Zoom's: a shell is to take them as they are.
        let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
        format!(
            "zqos get {} {}{webinar}{when}{account}",
            quoted(&Shown(&self.meeting_uuid).to_string()),
            quoted(&Shown(&self.user_id).to_string())
        )
    }
}

fn table(found: &[Join], zone: &Zone) -> Columns {
    let (left, right) = (Align::Left, Align::Right);
    let mut table = Columns::new([
        ("joined", right),
        ("left", right),
        ("topic", left),
        ("host", left),
        ("name", left),
        ("where", left),
        ("network", left),
        ("participant", right),
        ("UUID", right),
    ]);
    let shown = |text: &Option<String>| {
        text.as_deref().map_or_else(String::new, |text| Shown(text).to_string())
    };
    for join in found {
        let place = if join.site.is_some() { &join.site } else { &join.location };
        let left = match (join.from, join.to) {
            (Some(from), Some(to)) if zone.same_day(from, to) => zone.time(to),
            (_, Some(to)) => zone.date_and_time(to),
            _ => String::new(),
        };
        table.row([
            join.from.map_or_else(String::new, |from| zone.date_and_time(from)),
            left,
            shown(&join.topic),
            shown(&join.host),
            shown(&join.user_name),
            shown(place),
            shown(&join.network_type),
            Shown(&join.user_id).to_string(),
            Shown(&join.meeting_uuid).to_string(),
        ]);
    }
    table
}
