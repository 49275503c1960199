//! `zqos auth check`: is the credential good, and for what.

use std::time::Duration;

use zoom_dashboard::{ApiUrl, Plan};
use zoom_wire::meeting::ListMeetings;
use zoom_wire::rate_limit::{Label, RetryAfter};
use zoom_wire::request::Bound;
use zoom_wire::{Endpoint as _, Operation, Range, When};
use zqos_core::{Clock as _, Shown, SystemClock, Timestamp};

use crate::config::{Account, Login};
use crate::exit::Exit;
use crate::output::Output;
use crate::session::{Asker, Session};

/// A clock further off than this makes tokens look expired and ranges miss meetings.
const SKEW_MAX: Duration = Duration::from_secs(30);

pub(super) async fn check(session: &Session) -> anyhow::Result<Exit> {
    let mut output = Output::new();
    let mut is_good = true;
    for account in session.accounts()? {
        let mut lines = Lines::default();
        let asked = check_account(session, account, &mut lines).await;
        let problems = lines.problems;
        output.write(|out| {
            lines.lines.iter().try_for_each(|(label, line)| writeln!(out, "{label:<12}{line}"))?;
            writeln!(out)
        })?;
        asked?;
        is_good &= problems == 0;
        output.write(|out| {
            writeln!(
                out,
                "{}",
                match problems {
                    0 => "The credential is good.",
                    _ => "The credential works, but see what is marked with `!`.",
                }
            )
        })?;
    }
    output.finish()?;
    Ok(if is_good { Exit::Done } else { Exit::Incomplete })
}

/// What was found out.
#[derive(Default)]
struct Lines {
    lines: Vec<(&'static str, String)>,
    problems: u32,
}

impl Lines {
    fn good(&mut self, label: &'static str, line: impl Into<String>) {
        self.lines.push((label, line.into()));
    }

    fn problem(&mut self, label: &'static str, line: impl std::fmt::Display) {
        self.problems += 1;
        self.lines.push((label, format!("! {line}")));
    }
}

async fn check_account(
    session: &Session,
    account: &Account,
    lines: &mut Lines,
) -> anyhow::Result<()> {
    lines.good("account", account.name.clone());
    lines.good(
        "credential",
        match &account.login {
            Login::None => "none".to_owned(),
            Login::Bearer(token) => format!("access token, {}", token.describe()),
            Login::ServerToServer { client_secret, .. } => {
                format!("server-to-server OAuth app, its secret {}", client_secret.describe())
            }
        },
    );
    let asker = Asker::new(session, account)?;
    let token = asker.client.token_info().await?;
    let mut base = asker.client.api_base().to_string();
    match &token.api_url {
        ApiUrl::Absent => {}
        ApiUrl::Used(url) => base = format!("{url} (named by the token answer)"),
        ApiUrl::Overridden(url) => base = format!("{base} (set; the token answer names {url})"),
        ApiUrl::Refused(url) => {
            lines.problem(
                "API",
                format_args!(
                    "the token answer names `{}`, which is not Zoom's and not used",
                    Shown(url)
                ),
            );
        }
    }
    lines.good("API", base);
    if let Some(expires_at) = token.expires_at {
        let zone = &session.zone;
        lines.good(
            "token",
            format!("good until {} ({})", zone.date_and_time(expires_at), zone.name()),
        );
    }
    if let Some(scopes) = &token.scopes {
        check_scopes(scopes, lines);
    }
    // The cheapest call that needs what every other one needs: plan, role and scope.
    let today = Bound::Day(SystemClock.now().to_jiff().to_zoned(jiff::tz::TimeZone::UTC).date());
    let probe = ListMeetings::new(Range::new(today, today)?).when(When::Live).page_size(1);
    let label = probe.to_request()?.operation().label;
    let answer = asker.send(probe).await?;
    lines.good("dashboard", "answers");
    limits(account.plan, lines);
    let quota = asker.client.quota();
    if let Some(seen) =
        quota.labels.iter().find(|quota| quota.label == label).and_then(|quota| quota.seen)
        && let (Some(limit), Some(remaining)) = (seen.limit, seen.remaining)
    {
        lines.good("quota", format!("Zoom says {remaining} of {limit} calls left ({label})"));
    }
    let date = answer.raw().headers.get(http::header::DATE);
    let server_time = match date.and_then(|date| RetryAfter::parse(date.to_str().ok()?)) {
        Some(RetryAfter::At(instant)) => Some(instant),
        _ => None,
    };
    clock(server_time, lines);
    Ok(())
}

/// Which families of calls the scopes allow.
fn check_scopes(scopes: &[String], lines: &mut Lines) {
    for (label, operations) in [
        (
            "meetings",
            &[
                Operation::LIST_MEETINGS,
                Operation::GET_MEETING,
                Operation::LIST_MEETING_PARTICIPANTS,
                Operation::GET_MEETING_PARTICIPANT_QOS,
                Operation::LIST_MEETING_PARTICIPANTS_QOS,
            ][..],
        ),
        (
            "webinars",
            &[
                Operation::LIST_WEBINARS,
                Operation::GET_WEBINAR,
                Operation::LIST_WEBINAR_PARTICIPANTS,
                Operation::GET_WEBINAR_PARTICIPANT_QOS,
                Operation::LIST_WEBINAR_PARTICIPANTS_QOS,
            ],
        ),
        ("quality", &[Operation::GET_QUALITY]),
    ] {
        let missing: Vec<&Operation> = operations
            .iter()
            .filter(|operation| !scopes.iter().any(|scope| allows(operation, scope)))
            .collect();
        match missing.first() {
            None => lines.good(label, "the scopes allow it"),
            Some(first) => {
                let granular: Vec<&str> =
                    missing.iter().map(|operation| operation.granular_scope).collect();
                lines.problem(
                    label,
                    format_args!(
                        "missing scope: `{}`, or granular `{}`",
                        first.classic_scopes.first().copied().unwrap_or_default(),
                        granular.join("`, `")
                    ),
                );
            }
        }
    }
}

/// True when a scope allows an operation; a master account's scopes end in `:master`.
fn allows(operation: &Operation, scope: &str) -> bool {
    scope == "dashboard:master"
        || operation.classic_scopes.contains(&scope)
        || scope == operation.granular_scope
        || scope
            .strip_suffix(":master")
            .is_some_and(|stem| operation.granular_scope.strip_suffix(":admin") == Some(stem))
}

/// The limits of the plan that the settings name.
fn limits(plan: Plan, lines: &mut Lines) {
    let of = |label: Label| {
        let limits = plan.limits(label);
        let window = if limits.window == Duration::from_secs(1) { "s" } else { "min" };
        format!("{} {}/{window}", label.as_str().to_lowercase(), limits.calls)
    };
    let daily = plan
        .limits(Label::Heavy)
        .daily
        .map_or_else(String::new, |(_, calls)| format!(", together {calls} a day"));
    lines.good(
        "plan",
        format!(
            "{}: {}, {}{daily} (by the settings; Zoom does not tell)",
            plan,
            of(Label::Heavy),
            of(Label::ResourceIntensive)
        ),
    );
}

fn clock(server_time: Option<Timestamp>, lines: &mut Lines) {
    let Some(server_time) = server_time else {
        lines.good("clock", "not compared: the answer had no date");
        return;
    };
    let now = SystemClock.now();
    let (skew, direction) = match (now.since(server_time), server_time.since(now)) {
        (Some(ahead), _) => (ahead, "ahead of"),
        (None, Some(behind)) => (behind, "behind"),
        (None, None) => return,
    };
    let text = format!("{} s {direction} Zoom's", skew.as_secs());
    if skew > SKEW_MAX {
        lines.problem("clock", format_args!("{text}: set it"));
    } else {
        lines.good("clock", text);
    }
}
