//! `zqos status`: what the store has of a range, and what is missing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::ops::Range;
use std::time::Duration;

use serde::Serialize;
use zoom_wire::rate_limit::Product;
use zqos_collect::{Hole, PhoneStatus, Quota, Savings, Status as Found, Why};
use zqos_core::{Clock as _, PushAlarm, Shown, SystemClock, Timestamp};
use zqos_store::{Known, Location};

use crate::cli::{Format, Global, Status};
use crate::command::import::location;
use crate::config::{Account, Config};
use crate::exit::Exit;
use crate::output::columns::{Align, Columns};
use crate::output::rows::{Cell, Part, RowForm, RowWriter};
use crate::output::{Output, json, note, typed};
use crate::time::Zone;

/// Alarms that began so long before are looked for. **Source**: Zoom asks every 72 hours whose the URL is, and sends
/// nothing any more after six failures.
const LONGEST_ALARM: Duration = Duration::from_hours(6 * 72);
/// How many holes a table shows.
const SHOWN_HOLES: usize = 20;
/// The columns of a line for each account.
const COLUMNS: [&str; 25] = [
    "account",
    "from",
    "to",
    "meetings",
    "complete",
    "not_obtainable",
    "holes",
    "participants_expected",
    "participants_got",
    "minutes_expected",
    "minutes_got",
    "invalid_rows",
    "calls",
    "quota_used_today",
    "quota_left_today",
    "unlisted_days",
    "phone_calls",
    "phone_calls_complete",
    "phone_calls_missing",
    "minutes_rest",
    "minutes_pushed",
    "meetings_left_to_push",
    "calls_saved_by_push",
    "meetings_pushed_in_part",
    "dead_letters",
];

pub(super) async fn run(args: &Status, global: &Global) -> anyhow::Result<Exit> {
    let at = location(&args.store)?;
    let config = Config::load(global.config.as_deref())?;
    let now = SystemClock.now();
    let zone = Zone::new(global.tz.as_deref().or(config.tz.as_deref()), now)?;
    let range = match (&args.from, &args.day) {
        (Some(from), _) => {
            let to = args.to.as_deref().map_or(Ok(now), |to| zone.parse(to))?;
            zone.range(zone.parse(from)?, to)?
        }
        (None, day) => zone.day(zone.parse(day.as_deref().unwrap_or("yesterday"))?),
    };
    let accounts = config.select(global.account.as_deref())?;
    let mut told = Vec::with_capacity(accounts.len());
    for account in accounts {
        told.push(Told::read(&at, account, &range, account.phone, now).await?);
    }
    show(&told, &at, global.format, &zone).await
}

/// What is told of an account.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) account: String,
    range: Range<Timestamp>,
    pub(super) found: Found,
    /// The account's, today.
    pub(super) quota: Quota,
    /// Of calls of Zoom Phone, and their quota; `None` where they are not collected.
    phone: Option<(PhoneStatus, Quota)>,
    /// What was wrong with what is pushed in the range, or is now.
    alarms: Vec<PushAlarm>,
    /// The calls are those of one run.
    is_of_run: bool,
}

impl Told {
    /// Reads what the store has of a range, as it is at `now`. Where phone calls are not to be collected, they are
    /// told of if some were.
    pub(super) async fn read(
        at: &Location,
        account: &Account,
        range: &Range<Timestamp>,
        phone: bool,
        now: Timestamp,
    ) -> anyhow::Result<Self> {
        let (mut found, mut of_phone) = (Found::default(), PhoneStatus::default());
        for part in zqos_collect::parts(range) {
            let known = Known::read(at.clone(), &account.name, part.start, part.end).await?;
            found.append(Found::of(&known, &part, now));
            of_phone.append(PhoneStatus::of(&known, &part, now));
        }
        let today = Known::read(at.clone(), &account.name, now, now).await?;
        let quota = |product| Quota::of(&today, product, now, account.plan, account.spare_pct);
        let is_collected = phone || of_phone.listed > 0;
        let alarms = alarms(at, &account.name, range, now).await?;
        Ok(Self {
            account: account.name.clone(),
            range: range.clone(),
            found,
            quota: quota(Product::Meetings),
            phone: is_collected.then(|| (of_phone, quota(Product::Phone))),
            alarms,
            is_of_run: false,
        })
    }

    /// Calls of one run alone.
    pub(super) fn with_calls(mut self, calls: BTreeMap<&'static str, (u32, u32)>) -> Self {
        self.found.calls =
            calls.into_iter().map(|(purpose, calls)| (purpose.to_owned(), calls)).collect();
        self.is_of_run = true;
        self
    }
}

/// How many rows and events of each account wait that could not be kept where they belong, of whatever time.
struct Letters(BTreeMap<String, u32>);

impl Letters {
    async fn read(at: &Location) -> anyhow::Result<Self> {
        let mut waiting = BTreeMap::new();
        for letter in zqos_store::dead_letters(at.clone()).await? {
            if letter.replayed_at.is_none() {
                *waiting.entry(letter.account).or_default() += 1;
            }
        }
        Ok(Self(waiting))
    }

    fn of(&self, account: &str) -> u32 {
        self.0.get(account).copied().unwrap_or(0)
    }
}

/// What was wrong with what is pushed while a range lasted, or is wrong at `now`.
async fn alarms(
    at: &Location,
    account: &str,
    range: &Range<Timestamp>,
    now: Timestamp,
) -> anyhow::Result<Vec<PushAlarm>> {
    let from = range.start.min(now).saturating_sub(LONGEST_ALARM);
    let mut alarms = zqos_store::push_alarms(at.clone(), account, from, now).await?;
    alarms.retain(|alarm| match alarm.end {
        None => true,
        Some(end) => alarm.start < range.end && end > range.start,
    });
    Ok(alarms)
}

/// Shows what is known of accounts, and tells whether something is missing.
pub(super) async fn show(
    told: &[Told],
    at: &Location,
    format: Option<Format>,
    zone: &Zone,
) -> anyhow::Result<Exit> {
    let letters = Letters::read(at).await?;
    let mut output = Output::new();
    let format = output.format(format);
    typed::refuse_raw(format)?;
    match format {
        Format::Table => {
            let (width, may_style) = (output.width(), output.may_style());
            output.write(|out| {
                told.iter()
                    .try_for_each(|told| told.write_table(out, zone, width, may_style, &letters))
            })?;
        }
        form @ (Format::Csv | Format::Ndjson) => {
            let form = if form == Format::Csv { RowForm::Csv } else { RowForm::Ndjson };
            output.write(|out| {
                let mut writer = RowWriter::new(out, form, &COLUMNS)?;
                told.iter().try_for_each(|told| told.write_row(out, &mut writer, &letters))
            })?;
        }
        Format::Json | Format::Raw => {
            let all: Vec<_> = told.iter().map(|told| told.report(&letters)).collect();
            let text = serde_json::to_string(&all).map_err(io::Error::from)?;
            output.write(|out| {
                json::write_pretty(out, &text, 0)?;
                json::new_line(out, 0)
            })?;
        }
    }
    output.finish()?;
    let found = || told.iter().map(|told| &told.found);
    let phone = || told.iter().filter_map(|told| told.phone.as_ref().map(|(found, _)| found));
    let invalid = found().map(|found| found.invalid).chain(phone().map(|found| found.invalid));
    let invalid: u32 = invalid.sum();
    if invalid > 0 {
        note(format_args!("{invalid} rows could not be read, or not wholly"));
    }
    let unlisted: usize = found().map(|found| found.unlisted.len()).sum();
    if unlisted > 0 {
        note(format_args!("{} never listed to the end: `zqos collect` lists them", days(unlisted)));
    }
    let unlisted: usize = phone().map(|found| found.unlisted.len()).sum();
    if unlisted > 0 {
        let days = days(unlisted);
        note(format_args!(
            "{days} never listed for phone calls: `zqos collect --phone` lists them"
        ));
    }
    let holes: usize = found().map(|found| found.holes.len()).sum();
    if holes > 0 {
        note(format_args!("{} missing, wholly or in part", meetings(holes)));
    }
    let missing: u32 = phone().flat_map(|found| found.missing.values()).sum();
    if missing > 0 {
        note(format_args!("{} missing", phone_calls(missing)));
    }
    let is_complete = found().all(Found::is_complete) && phone().all(PhoneStatus::is_complete);
    Ok(if is_complete { Exit::Done } else { Exit::Incomplete })
}

fn days(count: usize) -> String {
    if count == 1 { "1 day was".to_owned() } else { format!("{count} days were") }
}

fn phone_calls(count: u32) -> String {
    if count == 1 { "1 phone call is".to_owned() } else { format!("{count} phone calls are") }
}

fn meetings(count: usize) -> String {
    if count == 1 { "1 meeting is".to_owned() } else { format!("{count} meetings are") }
}

impl Told {
    fn write_table(
        &self,
        out: &mut dyn Write,
        zone: &Zone,
        width: usize,
        may_style: bool,
        letters: &Letters,
    ) -> io::Result<()> {
        let Found { participants, minutes, .. } = &self.found;
        let found = &self.found;
        writeln!(
            out,
            "{}: {} to {} ({})",
            self.account,
            zone.date_and_time(self.range.start),
            zone.date_and_time(self.range.end),
            zone.name()
        )?;
        let mut known =
            format!("{} ended, {} complete", grouped(found.meetings), grouped(found.complete));
        for (why, count) in &found.not_obtainable {
            write!(known, ", {} {why}", grouped(*count)).map_err(io::Error::other)?;
        }
        if !found.holes.is_empty() {
            write!(known, ", {} missing", found.holes.len()).map_err(io::Error::other)?;
        }
        let of = |(expected, got): (u32, u32)| {
            format!("{} of {}{}", grouped(got), grouped(expected), share(expected, got))
        };
        let calls: Vec<String> = (found.calls.iter())
            .map(|(purpose, (calls, failed))| match failed {
                0 => format!("{} {purpose}", grouped(*calls)),
                failed => format!("{} {purpose} ({} failed)", grouped(*calls), grouped(*failed)),
            })
            .collect();
        let calls = if calls.is_empty() { "none".to_owned() } else { calls.join(", ") };
        let mut lines = vec![
            ("meetings", known),
            ("participants", of(*participants)),
            ("minutes", of(*minutes) + &by_origin(found)),
            ("invalid rows", grouped(found.invalid)),
            ("calls", if self.is_of_run { calls } else { format!("{calls}; of these UTC days") }),
            ("quota", used(self.quota)),
        ];
        if found.pushed_minutes > 0 {
            let in_part = match found.pushed_in_part {
                0 => String::new(),
                1 => "; push lacked something of 1".to_owned(),
                count => format!("; push lacked something of {}", grouped(count)),
            };
            lines.push(("pushed", saved(found.saved) + &in_part));
        }
        if let Some((found, quota)) = &self.phone {
            lines.push(("phone calls", told_of_phone(found)));
            lines.push(("phone quota", used(*quota)));
        }
        let waiting = letters.of(&self.account);
        if waiting > 0 {
            let count = grouped(waiting);
            lines.push(("dead letters", format!("{count}: `zqos store replay --list` tells why")));
        }
        lines.extend(self.alarms.iter().map(|alarm| ("push alarm", told_of_alarm(alarm, zone))));
        for (name, text) in lines {
            writeln!(out, "  {name:<13} {text}")?;
        }
        if !found.open.is_empty() {
            writeln!(
                out,
                "  {:<13} {} may still grow: meetings that ended late are listed late",
                "lists",
                if found.open.len() == 1 {
                    "1 day".to_owned()
                } else {
                    format!("{} days", found.open.len())
                }
            )?;
        }
        if found.holes.is_empty() {
            return Ok(());
        }
        writeln!(out)?;
        let (left, right) = (Align::Left, Align::Right);
        let mut table = Columns::new([
            ("start", right),
            ("why", left),
            ("joins", right),
            ("minutes", right),
            ("until", right),
            ("topic", left),
            ("UUID", right),
        ]);
        for hole in found.holes.iter().take(SHOWN_HOLES) {
            table.row(line(hole, zone));
        }
        table.write(out, width, may_style)?;
        if let Some(more) = found.holes.len().checked_sub(SHOWN_HOLES).filter(|more| *more > 0) {
            writeln!(out, "… and {more} more: `--format json` has all")?;
        }
        Ok(())
    }

    fn write_row(
        &self,
        out: &mut dyn Write,
        writer: &mut RowWriter,
        letters: &Letters,
    ) -> io::Result<()> {
        let found = &self.found;
        let count = |count: usize| Cell::from(count as u64);
        let (from, to) = (self.range.start, self.range.end);
        let cell = |number: u32| Cell::from(u64::from(number));
        let of_phone = |count: fn(&PhoneStatus) -> u32| {
            Cell::from(self.phone.as_ref().map(|(found, _)| u64::from(count(found))))
        };
        writer.row(
            out,
            &[Part::Cells(&[
                Cell::Text(&self.account),
                Some(from).into(),
                Some(to).into(),
                cell(found.meetings),
                cell(found.complete),
                cell(found.not_obtainable.values().sum()),
                count(found.holes.len()),
                cell(found.participants.0),
                cell(found.participants.1),
                cell(found.minutes.0),
                cell(found.minutes.1),
                cell(found.invalid),
                cell(found.calls.values().map(|(calls, _)| calls).sum()),
                cell(self.quota.used),
                cell(self.quota.left()),
                count(found.unlisted.len()),
                of_phone(|phone| phone.calls),
                of_phone(|phone| phone.complete),
                of_phone(|phone| phone.missing.values().sum()),
                cell(found.rest_minutes),
                cell(found.pushed_minutes),
                cell(found.saved.meetings),
                cell(found.saved.calls),
                cell(found.pushed_in_part),
                cell(letters.of(&self.account)),
            ])],
        )
    }

    fn report(&self, letters: &Letters) -> Report<'_> {
        let found = &self.found;
        let pair = |(expected, got)| Pair { expected, got };
        let instants = |days: &[Timestamp]| days.iter().map(Timestamp::to_string).collect();
        Report {
            account: &self.account,
            from: self.range.start.to_string(),
            to: self.range.end.to_string(),
            meetings: Meetings {
                ended: found.meetings,
                complete: found.complete,
                not_obtainable: (found.not_obtainable.iter())
                    .map(|(why, count)| (why.to_string(), *count))
                    .collect(),
            },
            participants: pair(found.participants),
            minutes: pair(found.minutes),
            minutes_by_origin: ByOrigin { rest: found.rest_minutes, qss: found.pushed_minutes },
            pushed: Pushed {
                meetings: found.saved.meetings,
                saved_calls: found.saved.calls,
                in_part: found.pushed_in_part,
            },
            invalid_rows: found.invalid,
            dead_letters: letters.of(&self.account),
            calls: (found.calls.iter())
                .map(|(purpose, &(calls, failed))| Made { purpose, calls, failed })
                .collect(),
            quota: self.quota.into(),
            phone: self.phone.as_ref().map(|(found, quota)| PhoneReport {
                calls: found.calls,
                complete: found.complete,
                not_obtainable: (found.not_obtainable.iter())
                    .map(|(why, count)| (why.to_string(), *count))
                    .collect(),
                missing: (found.missing.iter())
                    .map(|(why, count)| (shown_why(*why), *count))
                    .collect(),
                unlisted_days: instants(&found.unlisted),
                quota: (*quota).into(),
            }),
            push_alarms: (self.alarms.iter())
                .map(|alarm| AlarmReport {
                    kind: &alarm.kind,
                    from: alarm.start.to_string(),
                    to: alarm.end.map(|end| end.to_string()),
                    count: alarm.count,
                })
                .collect(),
            unlisted_days: instants(&found.unlisted),
            open_days: instants(&found.open),
            holes: found.holes.iter().map(HoleReport::of).collect(),
        }
    }
}

fn line(hole: &Hole, zone: &Zone) -> [String; 7] {
    let number = |count: Option<u32>| count.map_or_else(String::new, |count| count.to_string());
    let meeting = &hole.meeting;
    [
        meeting.start.map_or_else(String::new, |start| zone.date_and_time(start)),
        shown_why(hole.why),
        number(hole.joins),
        number(hole.minutes),
        hole.until.map_or_else(|| "gone".to_owned(), |until| zone.date_and_time(until)),
        meeting.topic.as_deref().map_or_else(String::new, |topic| Shown(topic).to_string()),
        meeting.uuid.to_string(),
    ]
}

fn shown_why(why: Option<Why>) -> String {
    why.map_or_else(|| "not fetched yet".to_owned(), |why| why.to_string())
}

/// What is wrong with what is pushed, or was.
fn told_of_alarm(alarm: &PushAlarm, zone: &Zone) -> String {
    let start = zone.date_and_time(alarm.start);
    let time = match alarm.end {
        None => format!("since {start}"),
        Some(end) => format!("{start} to {}", zone.date_and_time(end)),
    };
    let count = grouped(alarm.count);
    let what = match &*alarm.kind {
        "silence" => format!("nothing was pushed of {count} joins that were pushed before"),
        "validation" => format!("Zoom's question whose the URL is was not answered {count} times"),
        other => format!("{} ({count})", Shown(other)),
    };
    format!("{time}: {what}")
}

/// What there is of phone calls.
fn told_of_phone(found: &PhoneStatus) -> String {
    let mut told = vec![
        format!("{} ended", grouped(found.calls)),
        format!("{} complete", grouped(found.complete)),
    ];
    let not_obtainable = found.not_obtainable.iter().map(|(why, count)| (why.to_string(), count));
    let missing = found.missing.iter().map(|(why, count)| (shown_why(*why), count));
    for (why, count) in not_obtainable.chain(missing) {
        told.push(format!("{} {why}", grouped(*count)));
    }
    told.join(", ")
}

/// By what ways minutes came, where some were pushed.
fn by_origin(found: &Found) -> String {
    match found.pushed_minutes {
        0 => String::new(),
        pushed => {
            format!(": {} by reports, {} pushed", grouped(found.rest_minutes), grouped(pushed))
        }
    }
}

/// What push saves.
pub(super) fn saved(Savings { meetings, calls }: Savings) -> String {
    let reports = if calls == 1 { "call" } else { "calls" };
    let what = if meetings == 1 { "meeting" } else { "meetings" };
    format!(
        "{} {what} left to push: {} {reports} for reports saved",
        grouped(meetings),
        grouped(calls)
    )
}

/// How much of a quota is used.
fn used(quota: Quota) -> String {
    if !quota.is_limited() {
        return format!("{} calls used today by our count; no limit", grouped(quota.used));
    }
    format!(
        "{} of {} calls used today by our count, {} left{}",
        grouped(quota.used),
        grouped(quota.limit),
        grouped(quota.left()),
        left_to_others(quota)
    )
}

/// What is left to other apps, where something is.
pub(super) fn left_to_others(quota: Quota) -> String {
    match quota.spared {
        0 => String::new(),
        spared => format!("; {} are left to other apps", grouped(spared)),
    }
}

/// `1,234`.
pub(super) fn grouped(count: u32) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Which share came, cut and not rounded: 100 % is all.
fn share(expected: u32, got: u32) -> String {
    if expected == 0 {
        return String::new();
    }
    let tenths = u64::from(got) * 1_000 / u64::from(expected);
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!(" ({whole} %)"),
        (whole, tenth) => format!(" ({whole}.{tenth} %)"),
    }
}

#[derive(Serialize)]
struct Report<'a> {
    account: &'a str,
    from: String,
    to: String,
    meetings: Meetings,
    participants: Pair,
    minutes: Pair,
    minutes_by_origin: ByOrigin,
    /// Meetings whose reports were not fetched, as push had delivered them.
    pushed: Pushed,
    invalid_rows: u32,
    /// Of whatever time; those that were replayed are left out.
    dead_letters: u32,
    calls: Vec<Made<'a>>,
    quota: QuotaReport,
    /// Null where phone calls are not collected.
    phone: Option<PhoneReport>,
    push_alarms: Vec<AlarmReport<'a>>,
    unlisted_days: Vec<String>,
    open_days: Vec<String>,
    holes: Vec<HoleReport<'a>>,
}

#[derive(Serialize)]
struct Meetings {
    ended: u32,
    complete: u32,
    not_obtainable: BTreeMap<String, u32>,
}

#[derive(Serialize)]
struct Pair {
    expected: u32,
    got: u32,
}

/// Minutes that came by past reports, and by push; some may have come both ways.
#[derive(Serialize)]
struct ByOrigin {
    rest: u32,
    qss: u32,
}

#[derive(Serialize)]
struct Pushed {
    meetings: u32,
    saved_calls: u32,
    in_part: u32,
}

#[derive(Serialize)]
struct Made<'a> {
    purpose: &'a str,
    calls: u32,
    failed: u32,
}

#[derive(Serialize)]
struct QuotaReport {
    used_today: u32,
    /// `None` where there is no daily limit, and so with what is left.
    limit: Option<u32>,
    left_today: Option<u32>,
}

impl From<Quota> for QuotaReport {
    fn from(quota: Quota) -> Self {
        let known = |number: u32| Some(number).filter(|_| quota.is_limited());
        Self { used_today: quota.used, limit: known(quota.limit), left_today: known(quota.left()) }
    }
}

#[derive(Serialize)]
struct PhoneReport {
    calls: u32,
    complete: u32,
    not_obtainable: BTreeMap<String, u32>,
    missing: BTreeMap<String, u32>,
    unlisted_days: Vec<String>,
    quota: QuotaReport,
}

#[derive(Serialize)]
struct AlarmReport<'a> {
    kind: &'a str,
    from: String,
    /// Null while it lasts.
    to: Option<String>,
    count: u32,
}

#[derive(Serialize)]
struct HoleReport<'a> {
    meeting_uuid: &'a str,
    meeting_id: Option<u64>,
    topic: Option<&'a str>,
    start_time: Option<String>,
    why: Option<String>,
    joins: Option<u32>,
    minutes: Option<u32>,
    until: Option<String>,
}

impl<'a> HoleReport<'a> {
    fn of(hole: &'a Hole) -> Self {
        let meeting = &hole.meeting;
        Self {
            meeting_uuid: meeting.uuid.as_str(),
            meeting_id: meeting.number,
            topic: meeting.topic.as_deref(),
            start_time: meeting.start.map(|start| start.to_string()),
            why: hole.why.map(|why| why.to_string()),
            joins: hole.joins,
            minutes: hole.minutes,
            until: hole.until.map(|until| until.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_shares_are_not_rounded_up() {
        let grouped = [0, 999, 1_000, 60_000, 1_234_567].map(grouped);
        assert_eq!(grouped, ["0", "999", "1,000", "60,000", "1,234,567"]);
        let shares =
            [(0, 0), (3, 3), (10_000, 9_999), (3, 2), (4, 2)].map(|(all, got)| share(all, got));
        assert_eq!(shares, ["", " (100 %)", " (99.9 %)", " (66.6 %)", " (50 %)"]);
    }
}
