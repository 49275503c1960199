//! `zqos compare`: whether a cohort, or a change, made a difference beyond chance.

mod show;

use std::ops::Range;
use std::time::Duration;

use zqos_answer::comparison::{self, compare};
use zqos_core::Timestamp;
use zqos_query::{Archive, Limits, QueryError};

use crate::cli::{Compare, Format, Trait};
use crate::command::import::location;
use crate::exit::{Exit, UsageError};
use crate::output::{Output, note};
use crate::session::Session;

/// How long before a change, and after it, joins are compared if nothing else is said.
const PERIOD: Duration = Duration::from_hours(14 * 24);

pub(super) async fn run(session: &Session, args: &Compare) -> anyhow::Result<Exit> {
    let mut output = Output::new();
    let format = output.format(session.format);
    if !matches!(format, Format::Table | Format::Json) {
        return Err(UsageError::new("a comparison is no list of rows")
            .hint("the formats are `table` and `json`")
            .into());
    }
    let question = Question::read(session, args)?;
    let at = location(&args.store)?;
    let accounts: Vec<String> =
        session.accounts()?.iter().map(|account| account.name.clone()).collect();
    session.progress.say(Box::new(|elapsed| format!("{} s: reading the store", elapsed.as_secs())));
    let archive = Archive::open(Some(at), Limits::default()).await?;
    let asked = comparison::Question {
        accounts: &accounts,
        range: question.range,
        medium: args.medium.as_str(),
        change: question.change,
        cohort: args.cohort.as_deref(),
        against: args.against.as_deref(),
        by: args.by.map(Trait::column),
    };
    let zone = &session.zone;
    let answer = compare(&archive, &asked, &|at| zone.hour_of_week(at)).await.map_err(
        |error| -> anyhow::Error {
            match error {
                QueryError::Wrong(wrong) => UsageError::new(wrong.to_string())
                    .place(wrong.place())
                    .hint("conditions are SQL over the columns of `participants` and `meetings`")
                    .into(),
                error => error.into(),
            }
        },
    )?;
    let Some(answer) = answer else {
        note(
            "no verdicts of this time are in the store; `zqos store compact` makes those that are missing",
        );
        return Ok(Exit::Failed);
    };
    if format == Format::Json {
        output.json(&answer)?;
    } else {
        let (width, may_style) = (output.width(), output.may_style());
        output.write(|out| show::show(out, &answer, width, may_style, &session.zone))?;
    }
    output.finish()?;
    Ok(Exit::Done)
}

/// What is asked.
struct Question {
    range: Range<Timestamp>,
    change: Option<Timestamp>,
}

impl Question {
    fn read(session: &Session, args: &Compare) -> Result<Self, UsageError> {
        let zone = &session.zone;
        let change = args.change.as_deref().map(|at| zone.parse(at)).transpose()?;
        if change.is_none() && args.cohort.is_none() && args.by.is_none() {
            return Err(UsageError::new("nothing is to be compared").hint(
                "name a change (`--change '2026-11-18 22:00'`), a cohort (`--where \"version = '6.3.1'\"`), \
                 or what joins are told apart by (`--by site`)",
            ));
        }
        let read = |text: &Option<String>| text.as_deref().map(|at| zone.parse(at)).transpose();
        let (from, to) = (read(&args.from)?, read(&args.to)?);
        let now = zone.now();
        let range = if let Some(at) = change {
            let from = from.unwrap_or_else(|| at.saturating_sub(PERIOD));
            let to = to.unwrap_or_else(|| at.saturating_add(PERIOD).min(now));
            if !(from < at && at < to) {
                return Err(UsageError::new("there is nothing before the change, or after it")
                    .hint("`--from` is before `--change`, and `--to` after it"));
            }
            from..to
        } else {
            let from = from.map_or_else(|| zone.parse("-28d"), Ok)?;
            zone.range(from, to.unwrap_or(now))?
        };
        Ok(Self { range, change })
    }
}
