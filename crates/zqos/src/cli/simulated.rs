//! What the simulated Zoom does where accounts, plans and years of the API differ.

use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use zqos_sim::{
    Algorithm, Config, Dialect, LimitHeaders, Overflow, Plan, Quirk, RetryAfterForm, Scopes, Tokens,
};

#[derive(Debug, Args)]
#[command(next_help_heading = "The account and its API")]
pub(crate) struct Simulated {
    /// The plan, which decides the limits
    #[arg(long, value_name = "PLAN", default_value = "business", value_parser = choice(PLANS))]
    plan: Plan,
    /// How calls are counted against the limits
    #[arg(long, value_name = "ALGORITHM", default_value = "fixed", value_parser = choice(LIMITS))]
    limits: Algorithm,
    /// Which headers tell of the limits
    #[arg(long, value_name = "WHICH", default_value = "full", value_parser = choice(HEADERS))]
    limit_headers: LimitHeaders,
    /// How `Retry-After` tells when a daily limit ends
    #[arg(long, value_name = "FORM", default_value = "instant", value_parser = choice(RETRY_AFTER))]
    retry_after: RetryAfterForm,
    /// Another app of the account that makes so many heavy calls an hour
    #[arg(long, value_name = "CALLS_PER_HOUR", default_value_t = 0)]
    foreign_app: u32,
    /// How many access tokens are good at once
    #[arg(long, value_name = "WHICH", default_value = "many", value_parser = choice(TOKENS))]
    tokens: Tokens,
    /// What the app may call: `classic`, `granular`, or scopes between commas
    #[arg(
        long,
        value_name = "SCOPES",
        default_value = "classic",
        value_parser = str::parse::<Scopes>,
        hide_default_value = true
    )]
    scopes: Scopes,
    /// What the account lacks; may be repeated
    #[arg(long, value_name = "FEATURE", value_parser = choice(FEATURES))]
    without: Vec<Feature>,
    /// What becomes of a page that is too large and a range that is too long
    #[arg(long, value_name = "WHAT", default_value = "cut", value_parser = choice(OVERFLOWS))]
    overflow: Overflow,
    /// How long after the end of a meeting its past report appears, such as 10m
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "10m",
        value_parser = duration,
        allow_hyphen_values = true
    )]
    build_delay: Duration,
    /// How many of a hundred past reports lack something until 30 minutes after the end
    #[arg(long, value_name = "PERCENT", default_value_t = 10)]
    partial: u8,
    /// The account has a legacy BAA: names and addresses of participants are blank
    #[arg(long)]
    legacy_baa: bool,
    /// How figures are spelt
    #[arg(long, value_name = "NAME", default_value = "documented", value_parser = choice(DIALECTS))]
    dialect: Dialect,
    /// An oddity that answers have; may be repeated
    #[arg(long, value_name = "NAME", value_parser = choice(QUIRKS))]
    quirk: Vec<Quirk>,
}

impl Simulated {
    /// The configuration of such a Zoom, with the usual company.
    pub(crate) fn config(&self) -> Config {
        Config {
            plan: self.plan,
            limits: self.limits,
            limit_headers: self.limit_headers,
            retry_after: self.retry_after,
            foreign_calls_per_hour: self.foreign_app,
            tokens: self.tokens,
            scopes: self.scopes.clone(),
            has_dashboard: !self.without.contains(&Feature::Dashboard),
            has_qss: !self.without.contains(&Feature::Qss),
            may_list_by_end: !self.without.contains(&Feature::EndTime),
            overflow: self.overflow,
            build_delay: self.build_delay,
            partial_pct: self.partial,
            legacy_baa: self.legacy_baa,
            dialect: self.dialect,
            quirks: self.quirk.clone(),
            ..Config::default()
        }
    }
}

/// What an account may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Feature {
    Dashboard,
    Qss,
    EndTime,
}

/// A value with its name and what it means.
type Choice<T> = (&'static str, &'static str, T);

const PLANS: &[Choice<Plan>] = &[
    ("free", "One heavy call a second, 1,000 a day", Plan::Free),
    ("pro", "10 heavy calls a second, 30,000 a day", Plan::Pro),
    ("business", "40 heavy calls a second, 60,000 a day", Plan::Business),
];

const LIMITS: &[Choice<Algorithm>] = &[
    ("off", "Not at all", Algorithm::Off),
    ("fixed", "By whole seconds, minutes and UTC days", Algorithm::Fixed),
    ("sliding", "By the second or minute before each call, and by UTC days", Algorithm::Sliding),
    ("bucket", "By a bucket that fills evenly, and by UTC days", Algorithm::Bucket),
];

const HEADERS: &[Choice<LimitHeaders>] = &[
    ("full", "All of them", LimitHeaders::Full),
    ("partial", "Neither the type nor Retry-After", LimitHeaders::Partial),
    ("none", "None", LimitHeaders::None),
];

const RETRY_AFTER: &[Choice<RetryAfterForm>] = &[
    ("instant", "As an instant, Zoom's way", RetryAfterForm::Instant),
    ("seconds", "As a number of seconds, HTTP's way", RetryAfterForm::Seconds),
];

const TOKENS: &[Choice<Tokens>] = &[
    ("many", "All that were given in the last hour", Tokens::Many),
    ("newest", "A new one ends those before it", Tokens::Newest),
];

const FEATURES: &[Choice<Feature>] = &[
    ("dashboard", "A plan with the dashboard: every call is refused", Feature::Dashboard),
    ("qss", "QSS, or the subscription to its summaries", Feature::Qss),
    ("end-time", "Lists of meetings by their end", Feature::EndTime),
];

const OVERFLOWS: &[Choice<Overflow>] = &[
    ("cut", "It is cut, and the answer says so", Overflow::Cut),
    ("refuse", "It is refused", Overflow::Refuse),
];

const DIALECTS: &[Choice<Dialect>] = &[
    ("documented", "27.15 kbps; a stream without traffic is blank", Dialect::Documented),
    ("sample", "27 kbps; an idle share has the size 0*0", Dialect::Sample),
    ("compact", "27.15kbps; a stream without traffic is left out", Dialect::Compact),
    ("capital", "27.15 Kbps; a stream without traffic is blank", Dialect::Capital),
    ("bare", "27, without units; a stream without traffic is left out", Dialect::Bare),
    ("mixed", "Each report in one of the others", Dialect::Mixed),
];

const QUIRKS: &[Choice<Quirk>] = &[
    ("errors-under-200", "Refusals come as HTTP 200", Quirk::ErrorsUnder200),
    ("misquoted-errors", "A missing scope is told in a broken body", Quirk::MisquotedErrors),
    ("text-ids", "Ids of meetings are texts", Quirk::TextIds),
    ("latest-minute", "Live reports have the last minute alone", Quirk::LatestMinute),
];

/// Reads one of a few names.
fn choice<T: Copy + Send + Sync + 'static>(
    choices: &'static [Choice<T>],
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(
        choices.iter().map(|&(name, help, _)| PossibleValue::new(name).help(help)),
    )
    .map(|given| {
        let (_, _, value) =
            choices.iter().find(|(name, _, _)| *name == given).expect("clap admits these alone");
        *value
    })
}

/// Reads a length of time such as `90s`, `10m` or `1h 30m`.
fn duration(text: &str) -> Result<Duration, String> {
    text.parse::<jiff::SignedDuration>()
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| "a length of time is such as 90s, 10m or 1h".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Command};

    /// The configuration that a command line makes.
    fn config(arguments: &str) -> Config {
        let line = ["zqos", "sim"].into_iter().chain(arguments.split_whitespace());
        match Cli::try_parse_from(line).unwrap().command {
            Command::Sim(sim) => sim.simulated.config(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn without_options_it_is_the_usual_account() {
        assert_eq!(config(""), Config::default());
    }

    #[test]
    fn each_option_is_a_member_of_the_configuration() {
        let given = config(
            "--plan pro --limits bucket --limit-headers partial \
             --retry-after seconds --foreign-app 100 --tokens newest --scopes granular \
             --without qss --without dashboard --without end-time --overflow refuse \
             --build-delay 1h30m --partial 50 --dialect mixed --quirk text-ids \
             --quirk latest-minute",
        );
        let expected = Config {
            plan: Plan::Pro,
            limits: Algorithm::Bucket,
            limit_headers: LimitHeaders::Partial,
            retry_after: RetryAfterForm::Seconds,
            foreign_calls_per_hour: 100,
            tokens: Tokens::Newest,
            scopes: Scopes::granular(),
            has_dashboard: false,
            has_qss: false,
            may_list_by_end: false,
            overflow: Overflow::Refuse,
            build_delay: Duration::from_mins(90),
            partial_pct: 50,
            dialect: Dialect::Mixed,
            quirks: vec![Quirk::TextIds, Quirk::LatestMinute],
            ..Config::default()
        };
        assert_eq!(given, expected);
    }
}
