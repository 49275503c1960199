//! `zqos collect --plan`: what it would take.

use std::io::{self, Write};
use std::ops::Range;

use serde::Serialize;
use zqos_collect::{PhonePlan, Plan, Terms};
use zqos_core::{Clock as _, SystemClock, Timestamp};
use zqos_store::{Known, LayoutError, Location, StoreError};

use crate::cli::{Collect, Format};
use crate::command::status::{self, grouped};
use crate::config::Account;
use crate::exit::{Exit, UsageError};
use crate::output::{Output, json};
use crate::session::Session;
use crate::time::{Zone, duration};

/// Prints what collecting a range would take. Nothing is asked, and nothing written.
pub(super) async fn run(
    session: &Session,
    at: &Location,
    range: &Range<Timestamp>,
    args: &Collect,
) -> anyhow::Result<Exit> {
    let mut output = Output::new();
    let format = output.format(session.format);
    if !matches!(format, Format::Table | Format::Json) {
        return Err(UsageError::new("a plan is no rows")
            .hint("the formats of `--plan` are `table` and `json`")
            .into());
    }
    let now = SystemClock.now();
    let mut plans = Vec::new();
    for account in session.accounts()? {
        let known = known(at, &account.name, range).await?;
        let today = self::known(at, &account.name, &(now..now)).await?;
        let terms = Terms {
            plan: account.plan,
            spared_pct: account.spare_pct,
            fetch_pushed: args.fetch_pushed || account.fetch_pushed,
        };
        let plan = Plan::read(at, &account.name, (&known, &today), range, now, terms).await?;
        let phone = (args.phone || account.phone)
            .then(|| PhonePlan::of(&known, &today, range, now, account.plan, account.spare_pct));
        plans.push((account, plan, phone));
    }
    output.write(|out| {
        if format == Format::Json {
            let all: Vec<_> = plans
                .iter()
                .map(|(account, plan, phone)| report(account, plan, phone.as_ref()))
                .collect();
            let text = serde_json::to_string(&all).map_err(io::Error::from)?;
            json::write_pretty(out, &text, 0)?;
            return json::new_line(out, 0);
        }
        plans.iter().try_for_each(|(account, plan, phone)| {
            write(out, account, plan, range, &session.zone)?;
            phone.iter().try_for_each(|phone| write_phone(out, phone))
        })
    })?;
    output.finish()?;
    Ok(Exit::Done)
}

/// What the store has; nothing where there is none yet.
async fn known(
    at: &Location,
    account: &str,
    range: &Range<Timestamp>,
) -> Result<Known, StoreError> {
    match Known::read(at.clone(), account, range.start, range.end).await {
        Err(StoreError::Layout(LayoutError::Missing(_))) => Ok(Known::default()),
        known => known,
    }
}

fn write(
    out: &mut dyn Write,
    account: &Account,
    plan: &Plan,
    range: &Range<Timestamp>,
    zone: &Zone,
) -> io::Result<()> {
    writeln!(
        out,
        "{}: {} to {} ({})",
        account.name,
        zone.date_and_time(range.start),
        zone.date_and_time(range.end),
        zone.name()
    )?;
    let covered = format!("{} known and owed", grouped(plan.meetings));
    let covered = covered + &more(plan.unlisted_days, plan.unlisted_meetings);
    let is_open = plan.unlisted_days > 0 && plan.unlisted_meetings.is_none();
    let calls = format!(
        "{} lists, {} participants, {} reports: {} in all{}",
        grouped(plan.lists),
        grouped(plan.participants),
        grouped(plan.reports),
        grouped(plan.calls()),
        if is_open { " and those of the days that were not listed" } else { "" }
    );
    let quota = format!(
        "{} of {} calls left today, by our count{}",
        grouped(plan.quota.left()),
        grouped(plan.quota.limit),
        status::left_to_others(plan.quota)
    );
    let at_least = shown(plan.at_least);
    let end = match plan.more_days() {
        Some(0) if is_open => "nobody knows before the days are listed".to_owned(),
        Some(0) => format!("today's quota suffices; {at_least} at least"),
        Some(days) => format!(
            "today's quota ends after {} calls; the rest takes those of {} more, from 00:00 UTC on",
            grouped(plan.quota.left()),
            in_days(days)
        ),
        None => "all calls are left to other apps: lower `spare_pct`".to_owned(),
    };
    let mut lines = vec![("meetings", covered), ("calls", calls)];
    if plan.saved.meetings > 0 {
        lines.push(("pushed", status::saved(plan.saved)));
    }
    lines.extend([("quota", quota), ("end", end)]);
    for (name, text) in lines {
        writeln!(out, "  {name:<9} {text}")?;
    }
    if let Some(gain) = gain(plan) {
        writeln!(out, "  {:<9} {gain}", "more")?;
    }
    Ok(())
}

/// What collecting phone calls takes.
fn write_phone(out: &mut dyn Write, plan: &PhonePlan) -> io::Result<()> {
    let covered = format!("{} known and owed", grouped(plan.owed));
    writeln!(out, "  {:<9} {covered}{}", "phone", more(plan.unlisted_days, plan.unlisted))?;
    writeln!(
        out,
        "  {:<9} {} phone-lists, {} phone-reports; {} at least",
        "",
        grouped(plan.lists),
        grouped(plan.reports),
        shown(plan.at_least)
    )?;
    writeln!(
        out,
        "  {:<9} lists count towards a quota of their own: {} of {} calls left today{}",
        "",
        grouped(plan.quota.left()),
        grouped(plan.quota.limit),
        status::left_to_others(plan.quota)
    )
}

/// What days have that were not listed yet, so many of them.
fn more(unlisted_days: u32, unlisted: Option<u32>) -> String {
    match (unlisted_days, unlisted) {
        (0, _) => String::new(),
        (days, Some(count)) => {
            format!(", and about {} more: {} not listed yet", grouped(count), in_days(days))
        }
        (days, None) => {
            format!("; {} not listed yet, and what is on them nobody knows", in_days(days))
        }
    }
}

/// A duration as people read it.
fn shown(time: std::time::Duration) -> String {
    let end = Timestamp::UNIX_EPOCH.saturating_add(time);
    duration(Timestamp::UNIX_EPOCH, end).unwrap_or_default()
}

fn in_days(count: u32) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{} days", grouped(count)) }
}

/// What other settings would buy, where the quota does not suffice.
fn gain(plan: &Plan) -> Option<String> {
    let missing = plan.calls().saturating_sub(plan.quota.left());
    if missing == 0 || plan.quota.spared == 0 {
        return None;
    }
    let suffices = if missing <= plan.quota.spared { ", which suffices" } else { "" };
    let spared = grouped(plan.quota.spared);
    Some(format!("`spare_pct = 0` would give {spared} calls more today{suffices}"))
}

#[derive(Serialize)]
struct Report<'a> {
    account: &'a str,
    meetings: Meetings,
    calls: Calls,
    /// What need not be fetched, as it was pushed; it is not among `calls`.
    pushed: Pushed,
    quota: Quota,
    at_least_s: u64,
    more_days: Option<u32>,
    /// Null where phone calls are not collected.
    phone: Option<Phone>,
}

#[derive(Serialize)]
struct Pushed {
    meetings: u32,
    saved_calls: u32,
}

#[derive(Serialize)]
struct Phone {
    owed: u32,
    unlisted: Option<u32>,
    unlisted_days: u32,
    lists: u32,
    reports: u32,
    quota: Quota,
    at_least_s: u64,
}

#[derive(Serialize)]
struct Meetings {
    owed: u32,
    unlisted: Option<u32>,
    unlisted_days: u32,
}

#[derive(Serialize)]
struct Calls {
    lists: u32,
    participants: u32,
    reports: u32,
    all: u32,
}

#[derive(Serialize)]
struct Quota {
    limit: u32,
    spared: u32,
    used_today: u32,
    left_today: u32,
}

impl From<zqos_collect::Quota> for Quota {
    fn from(quota: zqos_collect::Quota) -> Self {
        Self {
            limit: quota.limit,
            spared: quota.spared,
            used_today: quota.used,
            left_today: quota.left(),
        }
    }
}

fn report<'a>(account: &'a Account, plan: &Plan, phone: Option<&PhonePlan>) -> Report<'a> {
    Report {
        account: &account.name,
        meetings: Meetings {
            owed: plan.meetings,
            unlisted: plan.unlisted_meetings,
            unlisted_days: plan.unlisted_days,
        },
        calls: Calls {
            lists: plan.lists,
            participants: plan.participants,
            reports: plan.reports,
            all: plan.calls(),
        },
        pushed: Pushed { meetings: plan.saved.meetings, saved_calls: plan.saved.calls },
        quota: plan.quota.into(),
        at_least_s: plan.at_least.as_secs(),
        more_days: plan.more_days(),
        phone: phone.map(|phone| Phone {
            owed: phone.owed,
            unlisted: phone.unlisted,
            unlisted_days: phone.unlisted_days,
            lists: phone.lists,
            reports: phone.reports,
            quota: phone.quota.into(),
            at_least_s: phone.at_least.as_secs(),
        }),
    }
}
