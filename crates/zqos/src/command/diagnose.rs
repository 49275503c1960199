//! `zqos diagnose`: what went wrong, for whom, when and why.

mod question;
mod show;

use std::ops::Range;

use zqos_answer::{About, Coverage, Eyes, Question, Terms, diagnose};
use zqos_collect::Status;
use zqos_context::Context;
use zqos_core::{Shown, Timestamp};
use zqos_query::{Archive, Limits};
use zqos_store::{Known, Location, StoreError};

use self::question::NotFound;
use self::show::Screen;
use crate::cli::{Diagnose, Format};
use crate::command::import::location;
use crate::context::context;
use crate::exit::{Exit, UsageError};
use crate::output::{Output, note};
use crate::session::Session;

pub(super) async fn run(session: &Session, args: &Diagnose) -> anyhow::Result<Exit> {
    let mut output = Output::new();
    let format = output.format(session.format);
    if !matches!(format, Format::Table | Format::Json) {
        return Err(UsageError::new("a diagnosis is no list of rows")
            .hint("the formats are `table` and `json`")
            .into());
    }
    let at = location(&args.store)?;
    let context = context(&args.context, &session.config.context)?;
    let accounts = session.accounts()?;
    let names: Vec<String> = accounts.iter().map(|account| account.name.clone()).collect();
    let policies = accounts
        .iter()
        .map(|account| session.config.policy(&account.name, at.local()))
        .collect::<Result<Vec<_>, _>>()?;
    // What stands in the store in place of people.
    let called = |person: &str| -> Vec<String> {
        policies.iter().flatten().flat_map(|policy| policy.pseudonyms(person)).collect()
    };
    session.progress.say(Box::new(|elapsed| format!("{} s: reading the store", elapsed.as_secs())));
    let archive = Archive::open(Some(at.clone()), Limits::default()).await?;
    let question =
        match question::read(args, &session.zone, &archive, &names, &called, &context).await {
            Ok(question) => question,
            Err(error) => match error.downcast_ref::<NotFound>() {
                Some(nothing) => return Ok(not_found(nothing)),
                None => return Err(error),
            },
        };
    let mut status: Option<Status> = None;
    for account in &names {
        let of_account = status_of(&at, account, &question.range, session.zone.now()).await?;
        match &mut status {
            Some(status) => status.append(of_account),
            None => status = Some(of_account),
        }
    }
    let (quality, zone) = (session.config.quality, &session.zone);
    let terms = Terms {
        judge: quality.judge,
        input: quality.input.known(),
        context: &context,
        day_of: &|at| zone.day(at).start,
        eyes: Eyes::Open,
    };
    let coverage = status.as_ref().and_then(coverage);
    let answer = diagnose(&archive, &names, &question, &terms, coverage).await?;
    if let (About::Site(site), 0) = (&question.about, answer.minutes.joins) {
        return Ok(not_found(&nobody_at(site, &context)));
    }
    if format == Format::Json {
        output.json(&answer)?;
    } else {
        let (width, may_style) = (output.width(), output.may_style());
        let title = title(session, &question);
        output.write(|out| {
            Screen { out, width, may_style, zone: &session.zone }.show(&title, &answer)
        })?;
    }
    output.finish()?;
    Ok(Exit::Done)
}

fn not_found(nothing: &NotFound) -> Exit {
    note(nothing);
    note(
        "`zqos status` says what the store has; meetings that other organisations host are invisible to an account",
    );
    Exit::Failed
}

fn nobody_at(site: &str, context: &Context) -> NotFound {
    let is_site = |known: &&str| known.to_lowercase() == site.to_lowercase();
    let map = context.sites.as_ref();
    let known: Vec<&str> = map
        .into_iter()
        .flat_map(zqos_context::SiteMap::sites)
        .map(|known| known.name.as_str())
        .collect();
    NotFound(match map {
        Some(_) if !known.iter().any(is_site) => format!(
            "the site map has no site `{}`; it has {}",
            Shown(site),
            Shown(&known.join(", "))
        ),
        Some(_) => format!("nobody is known to have been at `{}` in that time", Shown(site)),
        None => format!(
            "nobody is known to have been at `{}` in that time; without a site map places are called by location, or \
             public address",
            Shown(site)
        ),
    })
}

async fn status_of(
    at: &Location,
    account: &str,
    range: &Range<Timestamp>,
    now: Timestamp,
) -> Result<Status, StoreError> {
    let known = Known::read(at.clone(), account, range.start, range.end).await?;
    Ok(Status::of(&known, range, now))
}

/// Of a range that nothing was collected of nothing is known.
fn coverage(status: &Status) -> Option<Coverage> {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    (status.meetings > 0 && status.participants.0 > 0).then(|| Coverage {
        meetings: status.meetings,
        complete_meetings: status.complete,
        not_obtainable_meetings: status.not_obtainable.values().sum(),
        participants_expected: status.participants.0,
        participants_got: status.participants.1,
        minutes_expected: status.minutes.0,
        minutes_got: status.minutes.1,
        holes: count(status.holes.len()),
        unlisted_days: count(status.unlisted.len()),
    })
}

/// What the answer is about, in a line.
fn title(session: &Session, question: &Question) -> String {
    let zone = &session.zone;
    let Range { start, end } = &question.range;
    let time = if zone.same_day(*start, *end) {
        format!("{} to {}", zone.date_and_time(*start), zone.time(*end))
    } else {
        format!("{} to {}", zone.date_and_time(*start), zone.date_and_time(*end))
    };
    let what = match &question.about {
        About::Account => "everything".to_owned(),
        About::Meeting { meeting, person } => {
            let topic = meeting.topic.as_deref().unwrap_or(meeting.uuid.as_str());
            let topic = Shown(topic).to_string();
            match person {
                Some(who) => format!("{} in {topic}", Shown(&who.name)),
                None => topic,
            }
        }
        About::Person(who) => Shown(&who.name).to_string(),
        About::Site(site) => format!("site {}", Shown(site)),
        About::Cause(cause) => format!("cause {cause}"),
    };
    format!("{what}, {time} ({})", zone.name())
}
