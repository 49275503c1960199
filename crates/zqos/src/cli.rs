//! The command line: what can be typed. Nothing is looked up or derived here.

#[cfg(feature = "sim")]
mod simulated;

#[cfg(feature = "sim")]
use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Zoom quality of service: fetch, keep, score, explain and show it.
#[derive(Debug, Parser)]
#[command(name = "zqos", version, about, max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// The commands that somebody types, without those by which zqos calls itself.
    pub(crate) fn typed() -> clap::Command {
        let whole = <Self as clap::CommandFactory>::command();
        let typed = whole.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
        clap::Command::new("zqos")
            .version(env!("CARGO_PKG_VERSION"))
            .args(whole.get_arguments().cloned())
            .subcommands(typed)
    }
}

const AFTER_HELP: &str = "Exit codes:
  0    done, complete
  1    it failed: the API said no, or the network did
  2    wrong usage or configuration, or an ambiguous name: nothing was attempted
  3    done as far as it went: what is missing is printed
  130  interrupted

Settings come by flag, then environment, then file, then default: see `zqos config default`.

Example:
  zqos get 93201235621 16778240";

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// The account, by its name in the configuration; `all` where a command can ask several
    #[arg(long, global = true, value_name = "NAME", help_heading = "Global options")]
    pub(crate) account: Option<String>,
    /// The configuration file, in place of the usual one
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "ZQOS_CONFIG",
        hide_env_values = true,
        help_heading = "Global options"
    )]
    pub(crate) config: Option<std::path::PathBuf>,
    /// How rows come out; a table on a terminal, else JSON, if not given
    #[arg(long, global = true, value_name = "FORMAT", help_heading = "Global options")]
    pub(crate) format: Option<Format>,
    /// The time zone that times are typed and shown in, such as `Europe/Berlin`; the system's if
    /// not given
    #[arg(long, global = true, value_name = "ZONE", help_heading = "Global options")]
    pub(crate) tz: Option<String>,
    /// Says more on standard error: once, every request and wait; twice, everything
    #[arg(
        short,
        long,
        global = true,
        action = clap::ArgAction::Count,
        help_heading = "Global options"
    )]
    pub(crate) verbose: u8,
}

/// How rows come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// Zoom's own JSON, set out in lines
    Json,
    /// One typed row a line
    Ndjson,
    /// Typed rows with a heading
    Csv,
    /// The body's bytes as they came
    Raw,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Fetch the quality-of-service report of one participant, or of all
    Get(Get),
    /// List meetings or webinars
    Meetings(Meetings),
    /// List who took part in a meeting: one row for each join
    Participants(Participants),
    /// Send any GET request of Zoom's API, with our authentication, limits and retries
    Api(Api),
    /// Look at the credential
    #[command(subcommand, after_help = "Example:\n  zqos auth check")]
    Auth(Auth),
    /// Look at the configuration
    #[command(subcommand, after_help = "Example:\n  zqos config show")]
    Config(Config),
    /// Serve a simulated Zoom: a company whose meetings can be asked for without an account
    #[cfg(feature = "sim")]
    Sim(Box<Sim>),
    /// Show the main job on a simulated company, without an account
    #[cfg(feature = "sim")]
    Demo(Demo),
    /// Take saved answers of Zoom's API into the store
    #[cfg(feature = "store")]
    Import(Import),
    /// Fetch every report of an account into the store, inside the quota
    #[cfg(feature = "store")]
    Collect(Collect),
    /// Take in what Zoom pushes: the endpoint of a webhook
    #[cfg(feature = "store")]
    Receive(Receive),
    /// Show what the store has of a day, what is missing and why, and the quota
    #[cfg(feature = "store")]
    Status(Status),
    /// Find the meetings of a person: the joins that the store has
    #[cfg(feature = "query")]
    Find(Find),
    /// Say whether a cohort, or a change, made a difference beyond chance
    #[cfg(feature = "query")]
    Compare(Box<Compare>),
    /// Say what went wrong, for whom, when and why
    #[cfg(feature = "query")]
    Diagnose(Box<Diagnose>),
    /// Look after the store
    #[cfg(feature = "store")]
    #[command(subcommand, after_help = "Example:\n  zqos store info")]
    Store(Store),
    /// Ask the store, or files, in SQL
    #[cfg(feature = "query")]
    Sql(Sql),
    /// Show the store: a dashboard, an API, Zoom's own API, metrics
    #[cfg(feature = "serve")]
    Serve(Serve),
    /// Answer one query of the server
    #[cfg(feature = "serve")]
    #[command(hide = true)]
    AnswerQuery(AnswerQuery),
    /// Credentials for the server
    #[cfg(feature = "serve")]
    #[command(subcommand, after_help = "Example:\n  zqos client add grafana --role viewer")]
    Client(Client),
    /// Print a script that completes commands in a shell
    #[command(after_help = "Example:\n  zqos completions bash > zqos.bash")]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    #[command(after_help = "Example:\n  zqos man > zqos.1")]
    Man,
}

/// Which meeting, and how it is asked for.
#[derive(Debug, Args)]
pub(crate) struct WhichMeeting {
    /// The meeting: its UUID, or its number, which means Zoom's latest instance; if not given, the one
    /// that ran at the time of `--at`
    #[arg(value_name = "MEETING")]
    pub(crate) meeting: Option<String>,
    /// `live` or `past`; if not given, live is asked first, and past when Zoom knows no live one
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) when: Option<LiveOrPast>,
    /// The meeting is a webinar
    #[arg(long)]
    pub(crate) webinar: bool,
    /// The instance that ran at this time, such as `yesterday 10:00`
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) at: Option<String>,
    /// Without MEETING: the one whose topic has this in it
    #[arg(long, value_name = "TEXT", requires = "at", conflicts_with = "meeting")]
    pub(crate) topic: Option<String>,
    /// Without MEETING: the one whose host's name or e-mail address has this in it
    #[arg(long, value_name = "TEXT", requires = "at", conflicts_with = "meeting")]
    pub(crate) host: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LiveOrPast {
    /// Still running
    Live,
    /// Ended
    Past,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListType {
    /// Still running
    Live,
    /// Ended
    Past,
    /// Ended, and held by one participant only
    #[value(name = "pastOne", alias = "past-one", alias = "pastone")]
    PastOne,
}

/// A request printed instead of sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RequestForm {
    /// A curl command
    Curl,
    /// An item for a Postman collection
    Postman,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zqos get 93201235621 16778240
  zqos get 'gm8s9L+PTEC+FG3sFbd1Cw==' --person 'Jill Chill' --type past
  zqos get 93201235621 --at 'yesterday 10:00' --format csv > meeting.csv
  zqos get --at 'yesterday 10:00' --topic board --person jill
  zqos get 93201235621 16778240 --print-request curl")]
pub(crate) struct Get {
    #[command(flatten)]
    pub(crate) which: WhichMeeting,
    /// The participant: Zoom's id of the join, sent as given; all participants if not given
    #[arg(value_name = "PARTICIPANT")]
    pub(crate) participant: Option<String>,
    /// The participant, looked up by name or e-mail address
    #[arg(long, value_name = "NAME|E-MAIL", conflicts_with = "participant")]
    pub(crate) person: Option<String>,
    /// The summary of the whole join, which needs the QSS add-on; past meetings only
    #[arg(long)]
    pub(crate) summary: bool,
    /// Also show the status line and headers, on standard error
    #[arg(long)]
    pub(crate) include: bool,
    /// Print the request and send nothing; there is never a token in it
    #[arg(long, value_name = "FORM")]
    pub(crate) print_request: Option<RequestForm>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zqos meetings --from yesterday --topic board
  zqos meetings --type live
  zqos meetings --at 'yesterday 10:00' --host jill@example.com
  zqos meetings --from -7d --format csv > meetings.csv")]
pub(crate) struct Meetings {
    /// Which meetings
    #[arg(long = "type", value_name = "TYPE", default_value = "past")]
    pub(crate) when: ListType,
    /// List webinars
    #[arg(long)]
    pub(crate) webinar: bool,
    /// From this time on: a date, `2026-11-22 10:05`, `yesterday`, `-7d`; today's midnight if not
    /// given
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with = "at")]
    pub(crate) from: Option<String>,
    /// Until before this time; now if not given
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with = "at")]
    pub(crate) to: Option<String>,
    /// Only those that ran at this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) at: Option<String>,
    /// Only those whose host's name or e-mail address has this in it
    #[arg(long, value_name = "TEXT")]
    pub(crate) host: Option<String>,
    /// Only those whose topic has this in it
    #[arg(long, value_name = "TEXT")]
    pub(crate) topic: Option<String>,
    /// Only those in which somebody of this name or e-mail address took part; costs a call for
    /// each meeting that the other conditions leave
    #[arg(long, value_name = "NAME|E-MAIL")]
    pub(crate) participant: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zqos participants 93201235621
  zqos participants 'gm8s9L+PTEC+FG3sFbd1Cw==' --type past --person jill
  zqos participants 93201235621 --at 'yesterday 10:00' --format ndjson")]
pub(crate) struct Participants {
    #[command(flatten)]
    pub(crate) which: WhichMeeting,
    /// Only those whose name or e-mail address has this in it
    #[arg(long, value_name = "TEXT", visible_alias = "participant")]
    pub(crate) person: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zqos api /metrics/quality from=2026-11-01 to=2026-11-22
  zqos api /metrics/meetings type=past from=2026-11-22 to=2026-11-22 page_size=300 --all
  zqos api /users/me --format raw")]
pub(crate) struct Api {
    /// The path below the API root, such as `/metrics/meetings`
    #[arg(value_name = "PATH")]
    pub(crate) path: String,
    /// Query parameters
    #[arg(value_name = "KEY=VALUE")]
    pub(crate) parameters: Vec<String>,
    /// Follow the pages, and give all rows as one answer
    #[arg(long)]
    pub(crate) all: bool,
    /// Also show the status line and headers, on standard error
    #[arg(long)]
    pub(crate) include: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Auth {
    /// Is the credential good, which scopes has it, which limits, and is the clock right
    #[command(after_help = "Example:\n  zqos auth check")]
    Check,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Show the settings in force, without secrets
    #[command(after_help = "Example:\n  zqos config show")]
    Show,
    /// Print a configuration file with every setting explained
    #[command(after_help = "Example:\n  zqos config default > zqos.toml")]
    Default,
    /// Check the settings in force without asking Zoom
    #[command(after_help = "Example:\n  zqos config check")]
    Check,
}

/// Where the store is.
#[cfg(feature = "store")]
#[derive(Debug, Args)]
pub(crate) struct WhichStore {
    /// The store's folder
    #[cfg_attr(feature = "s3", doc = "or `s3://bucket/prefix`")]
    #[arg(long, value_name = "FOLDER", env = "ZQOS_STORE", hide_env_values = true)]
    // No path: an empty variable is as good as none.
    pub(crate) store: Option<std::ffi::OsString>,
    /// The folder of the write-ahead log of a store on S3; if not given, one of the state folder
    #[cfg(feature = "s3")]
    #[arg(long, value_name = "FOLDER", env = "ZQOS_STORE_LOG", hide_env_values = true)]
    pub(crate) log: Option<std::ffi::OsString>,
}

#[cfg(feature = "store")]
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zqos import report.json --meeting 'gm8s9L+PTEC+FG3sFbd1Cw=='
  zqos import answers/*.json.gz --meeting 'gm8s9L+PTEC+FG3sFbd1Cw=='
  zqos get 93201235621 --format json | zqos import - --meeting 'gm8s9L+PTEC+FG3sFbd1Cw=='

A file holds JSON: one answer or many, one after the other or a line each, as they are or with
gzip. What was imported before is not doubled.")]
pub(crate) struct Import {
    /// The files; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<std::path::PathBuf>,
    /// The UUID of the meeting that answers are of which do not say so: Zoom's reports name only its
    /// number
    #[arg(long, value_name = "UUID")]
    pub(crate) meeting: Option<String>,
    /// The site map, CSV with the header `name,public_networks,internal_networks,kind` or TOML, in place
    /// of the one that the configuration names
    #[arg(long, value_name = "FILE")]
    pub(crate) sites: Option<std::path::PathBuf>,
    #[command(flatten)]
    pub(crate) store: WhichStore,
}

#[cfg(feature = "store")]
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zqos collect --from yesterday
  zqos collect --from 2026-11-01 --to 2026-12-01 --plan
  zqos collect --from -7d --once
  zqos collect --past --account all

What was collected before is not fetched again: run it as often as you like. When the daily quota is
spent it waits until that opens again, unless `--once` is given. Exit code 3: something is missing
that can still be had.")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line by itself")]
pub(crate) struct Collect {
    /// Meetings that began from this time on, six months back at most; yesterday's midnight if not given
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) from: Option<String>,
    /// Meetings that began before this time; now if not given
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) to: Option<String>,
    /// End when the daily quota is spent, instead of waiting for the next day's
    #[arg(long)]
    pub(crate) once: bool,
    /// Go on until interrupted: every quarter of an hour, fetch what has ended since
    #[arg(long, conflicts_with_all = ["from", "to", "once"])]
    pub(crate) past: bool,
    /// The same, and sample meetings that run, by calls that past reports do not need
    #[arg(long, conflicts_with_all = ["from", "to", "once", "past"])]
    pub(crate) live: bool,
    /// Collect calls of Zoom Phone too, for which the app needs scopes of its own
    #[arg(long)]
    pub(crate) phone: bool,
    /// Fetch reports of meetings too of which every minute was pushed
    #[arg(long)]
    pub(crate) fetch_pushed: bool,
    /// Print how many calls it would take and for what, and whether the quota suffices; ask nothing
    #[arg(long, conflicts_with_all = ["past", "live"])]
    pub(crate) plan: bool,
    /// The site map, CSV with the header `name,public_networks,internal_networks,kind` or TOML, in place
    /// of the one that the configuration names
    #[arg(long, value_name = "FILE")]
    pub(crate) sites: Option<std::path::PathBuf>,
    #[command(flatten)]
    pub(crate) store: WhichStore,
}

#[cfg(feature = "store")]
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zqos receive --store ~/zoom
  zqos receive --listen 0.0.0.0:8602 --tls-cert cert.pem --tls-key key.pem
  ZOOM_WEBSOCKET_SUBSCRIPTION=AbCdEfGhIjKlMnOpQrStUv zqos receive

Zoom posts to /hooks/zoom. An event is answered with 200 when it is durable in the store; what can't be
kept now is answered so that Zoom sends it again. The secret token of the app's event subscriptions
stands in the configuration, or in ZOOM_WEBHOOK_SECRET. For accounts with a subscription by WebSocket it
connects to Zoom, and listens only where there is a secret, too. Ctrl-C ends it, as does SIGTERM.")]
pub(crate) struct Receive {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8602")]
    pub(crate) listen: std::net::SocketAddr,
    /// The certificate, with what leads to its root, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<std::path::PathBuf>,
    /// Its key, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<std::path::PathBuf>,
    /// A reverse proxy speaks TLS in front of it
    #[arg(long, conflicts_with = "tls_cert")]
    pub(crate) behind_proxy: bool,
    /// How far from now an event may be signed without being counted as one from another time; it is
    /// kept in any case
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub(crate) window: u32,
    /// The site map, CSV with the header `name,public_networks,internal_networks,kind` or TOML, in place
    /// of the one that the configuration names
    #[arg(long, value_name = "FILE")]
    pub(crate) sites: Option<std::path::PathBuf>,
    #[command(flatten)]
    pub(crate) store: WhichStore,
}

#[cfg(feature = "store")]
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zqos status --day yesterday
  zqos status --day 2026-11-20 --format json
  zqos status --from -30d --account all

Exit code 3: something is missing.")]
pub(crate) struct Status {
    /// The day, such as `yesterday` or `2026-11-20`; yesterday if nothing is given
    #[arg(long, value_name = "DAY", allow_hyphen_values = true, conflicts_with_all = ["from", "to"])]
    pub(crate) day: Option<String>,
    /// Meetings that began from this time on
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) from: Option<String>,
    /// Meetings that began before this time; now if not given
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, requires = "from")]
    pub(crate) to: Option<String>,
    #[command(flatten)]
    pub(crate) store: WhichStore,
}

#[cfg(feature = "query")]
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zqos diagnose --at 'yesterday 10:00' --topic board
  zqos diagnose 93201235621 --person jill@example.com
  zqos diagnose --person jill@example.com --days 30
  zqos diagnose --site Berlin --from yesterday
  zqos diagnose --cause tcp-fallback --from -7d
  zqos diagnose --from yesterday --to today --format json

Causes are named with a probability and with what speaks for and against them, and only where they are
more probable than chance. Words tell conditions on the network and in devices, not what people felt.
Exit code 1: the store has no such meeting or person; 2: several are meant.")]
pub(crate) struct Diagnose {
    /// The meeting: its UUID, or its number, which means the latest instance in the store
    #[arg(value_name = "MEETING")]
    pub(crate) meeting: Option<String>,
    /// The meeting that ran at this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with_all = ["from", "to", "days"])]
    pub(crate) at: Option<String>,
    /// The meeting whose topic has this in it
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["site", "cause"])]
    pub(crate) topic: Option<String>,
    /// The meeting whose host's name or e-mail address has this in it
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["site", "cause"])]
    pub(crate) host: Option<String>,
    /// A person: in the meeting, or without one in all of the last 30 days
    #[arg(long, value_name = "NAME|E-MAIL", conflicts_with_all = ["site", "cause"])]
    pub(crate) person: Option<String>,
    /// A site, by its name
    #[arg(long, value_name = "NAME", conflicts_with_all = ["meeting", "at", "cause"])]
    pub(crate) site: Option<String>,
    /// Every incident of a cause, such as `tcp-fallback`
    #[arg(long, value_name = "CAUSE", conflicts_with_all = ["meeting", "at"])]
    pub(crate) cause: Option<CauseName>,
    /// From this time on
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) from: Option<String>,
    /// Until before this time; now if not given
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) to: Option<String>,
    /// The last days, in place of `--from`
    #[arg(long, value_name = "N", conflicts_with = "from", value_parser = clap::value_parser!(u16).range(1..=3660))]
    pub(crate) days: Option<u16>,
    #[command(flatten)]
    pub(crate) context: ContextFiles,
    #[command(flatten)]
    pub(crate) store: WhichStore,
}

#[cfg(feature = "query")]
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zqos compare --change '2026-11-18 22:00' --where \"version = '6.3.1'\"
  zqos compare --change '2026-11-18 22:00'
  zqos compare --where \"network_type = 'Wifi'\" --against \"network_type = 'Wired'\" --from -28d
  zqos compare --by site --from -28d

Joins are compared with those of the same hour of the week. Limits and p-values know that the joins of a
meeting, and of a person, resemble each other. What is compared are verdicts: conditions, not what people
felt.")]
pub(crate) struct Compare {
    /// When something was changed: after it is compared with before
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with_all = ["by", "against"])]
    pub(crate) change: Option<String>,
    /// The cohort: a condition in SQL over the columns of `participants` and `meetings`. With
    /// `--change`, those whom it holds for afterwards
    #[arg(long = "where", value_name = "CONDITION", conflicts_with = "by")]
    pub(crate) cohort: Option<String>,
    /// What the cohort is compared with, likewise; all others if not given
    #[arg(long, value_name = "CONDITION", requires = "cohort")]
    pub(crate) against: Option<String>,
    /// Ranks all cohorts that joins are told apart by
    #[arg(long, value_name = "COLUMN")]
    pub(crate) by: Option<Trait>,
    /// From this time on; 14 days before the change, else the last 28 days, if not given
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) from: Option<String>,
    /// Until before this time; 14 days after the change, or now, if not given
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) to: Option<String>,
    /// Of what the verdicts are
    #[arg(long, value_name = "MEDIUM", default_value = "audio")]
    pub(crate) medium: MediumName,
    #[command(flatten)]
    pub(crate) store: WhichStore,
}

/// What joins are told apart by.
#[cfg(feature = "query")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Trait {
    /// The site, by the site map that was in force when it came in
    Site,
    /// Where, in Zoom's words
    Location,
    /// Wi-Fi, wired and the like
    NetworkType,
    /// The data centre
    DataCenter,
    /// The version of the client
    Version,
    /// The sort of device
    Device,
    /// The operating system
    Os,
    /// The microphone
    Microphone,
    /// The speaker
    Speaker,
}

#[cfg(feature = "query")]
impl Trait {
    /// The column of `participants`.
    pub(crate) const fn column(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Location => "location",
            Self::NetworkType => "network_type",
            Self::DataCenter => "data_center",
            Self::Version => "version",
            Self::Device => "device",
            Self::Os => "os",
            Self::Microphone => "microphone",
            Self::Speaker => "speaker",
        }
    }
}

/// A medium.
#[cfg(feature = "query")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MediumName {
    /// Voice and sound
    Audio,
    /// Camera pictures
    Video,
    /// The shared screen
    Share,
}

#[cfg(feature = "query")]
impl MediumName {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Share => "share",
        }
    }
}

/// What an organisation knows of itself.
#[cfg(feature = "query")]
#[derive(Debug, Args)]
pub(crate) struct ContextFiles {
    /// The site map, CSV with the header `name,public_networks,internal_networks,kind` or TOML, in place
    /// of the one that the configuration names
    #[arg(long, value_name = "FILE")]
    pub(crate) sites: Option<std::path::PathBuf>,
    /// The people file, CSV with the header `email,name,team,site,vip`, likewise
    #[arg(long, value_name = "FILE")]
    pub(crate) people: Option<std::path::PathBuf>,
    /// The file of autonomous systems, CSV with the header `network,asn,name`, likewise
    #[arg(long, value_name = "FILE")]
    pub(crate) asn: Option<std::path::PathBuf>,
}

/// A cause, by its name.
#[cfg(feature = "query")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct CauseName(pub(crate) zqos_quality::cause::Cause);

#[cfg(feature = "query")]
impl ValueEnum for CauseName {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [CauseName; zqos_quality::cause::Cause::ALL.len()] = {
            let mut all = [CauseName(zqos_quality::cause::Cause::NotDeterminable);
                zqos_quality::cause::Cause::ALL.len()];
            let mut place = 0;
            while place < all.len() {
                all[place] = CauseName(zqos_quality::cause::Cause::ALL[place]);
                place += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.as_str()))
    }
}

#[cfg(feature = "query")]
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zqos find jill@example.com --at 'yesterday 10:00'
  zqos find 'Jill Chill' --from -30d --topic board
  zqos find jill --at 'yesterday 10:00' --online

Without a store it says what it would cost to ask Zoom. Exit code 2: several people are found by the
name.")]
pub(crate) struct Find {
    /// Who: an e-mail address, a part of it or of the name, or Zoom's id of the person
    #[arg(value_name = "PERSON")]
    pub(crate) person: String,
    /// Who was there at this time, else within an hour
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with_all = ["from", "to"])]
    pub(crate) at: Option<String>,
    /// Who was there from this time on; the last seven days if nothing is given
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) from: Option<String>,
    /// Until before this time; now if not given
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) to: Option<String>,
    /// Only meetings whose topic has this in it
    #[arg(long, value_name = "TEXT")]
    pub(crate) topic: Option<String>,
    /// Only meetings whose host's name or e-mail address has this in it
    #[arg(long, value_name = "TEXT")]
    pub(crate) host: Option<String>,
    /// Ask Zoom instead of the store, which takes a call for each meeting of that time
    #[arg(long)]
    pub(crate) online: bool,
    #[command(flatten)]
    pub(crate) store: WhichStore,
}

#[cfg(feature = "store")]
#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Show what is in it: tables, days, files, rows, bytes
    #[command(after_help = "Example:\n  zqos store info --format csv")]
    Info(WhichStore),
    /// Make one file of the many that a day has, with each row once, and seal days that are over
    #[command(after_help = "Example:\n  zqos store compact")]
    Compact(WhichStore),
    /// Read every file through, and tell each that is damaged or gone
    #[command(after_help = "Example:\n  zqos store verify")]
    Verify(WhichStore),
    /// Make rows of dead letters, as far as this version of zqos can
    #[command(after_help = "Examples:\n  zqos store replay --list\n  zqos store replay

Events of which no rows could be made, and that this version can make rows of, leave the list. It does no
harm to say it again. Exit code 3: some are left.")]
    Replay(Replay),
    /// Remove the days before a time, of all tables
    #[command(
        after_help = "Examples:\n  zqos store expire --before -400d\n  zqos store expire --before 2026-01-01"
    )]
    Expire(Expire),
    /// Erase a person, and keep him out from now on
    #[command(
        after_help = "Examples:\n  zqos store forget jill@example.com\n  zqos store forget jill@example.com --account acme

Rows of the person's joins go, of all tables; of meetings that he hosted the host and the topic. What is
erased can't be brought back."
    )]
    Forget(Forget),
}

#[cfg(feature = "store")]
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// Show what waits, and why; do nothing
    #[arg(long)]
    pub(crate) list: bool,
    #[command(flatten)]
    pub(crate) store: WhichStore,
}

#[cfg(feature = "store")]
#[derive(Debug, Args)]
pub(crate) struct Expire {
    /// Days that ended before this go: a date, an instant, or a time ago, as in `-400d`
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) before: String,
    #[command(flatten)]
    pub(crate) store: WhichStore,
}

#[cfg(feature = "store")]
#[derive(Debug, Args)]
pub(crate) struct Forget {
    /// Who: an e-mail address, the id of an account user, or the name of somebody who has neither
    #[arg(value_name = "PERSON")]
    pub(crate) person: String,
    #[command(flatten)]
    pub(crate) store: WhichStore,
}

#[cfg(feature = "query")]
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zqos sql 'SELECT count(*) FROM stream_samples'
  zqos sql \"SELECT location, avg(latency_ms) FROM joined_samples GROUP BY location\" --format csv
  zqos sql \"SELECT * FROM 'samples.parquet' LIMIT 10\"
  zqos sql 'SELECT * FROM joined_samples' --output samples.parquet

Without a query it reads one from standard input, and on a terminal asks for one after the other. It can
only read. Times are UTC.")]
pub(crate) struct Sql {
    /// The query
    #[arg(value_name = "QUERY")]
    pub(crate) query: Option<String>,
    /// Writes the rows into a file: `.parquet`, `.csv`, `.ndjson` or `.arrow`
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<std::path::PathBuf>,
    /// Stops the query after so many seconds
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<u32>,
    /// The memory of the query; what does not fit goes into temporary files
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) memory: u32,
    /// The site map that `site_of` looks into, in place of the one that the configuration names
    #[arg(long, value_name = "FILE")]
    pub(crate) sites: Option<std::path::PathBuf>,
    #[command(flatten)]
    pub(crate) store: WhichStore,
}

#[cfg(feature = "serve")]
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zqos serve --store ~/zoom
  zqos serve --listen 0.0.0.0:8600 --host qos.example.com --tls-cert cert.pem --tls-key key.pem

It prints an address at which a browser signs in, once. `ready` on standard error says that it listens.
Programs send the credentials of a client: `zqos client add`. Ctrl-C ends it, as does SIGTERM.")]
pub(crate) struct Serve {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8600")]
    pub(crate) listen: std::net::SocketAddr,
    /// A name by which the server may be called, beside addresses of this machine; several may be given
    #[arg(long = "host", value_name = "NAME")]
    pub(crate) hosts: Vec<String>,
    /// The certificate, with what leads to its root, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<std::path::PathBuf>,
    /// Its key, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<std::path::PathBuf>,
    /// A reverse proxy speaks TLS in front of it, and adds this header, such as `X-Forwarded-Proto`
    #[arg(long, value_name = "HEADER", conflicts_with = "tls_cert")]
    pub(crate) behind_proxy: Option<String>,
    /// Shows nobody's name, address or words, to nobody
    #[arg(long)]
    pub(crate) share_safe: bool,
    /// The memory of all queries together; what does not fit goes into temporary files
    #[arg(long, value_name = "MIB", default_value_t = 256, value_parser = clap::value_parser!(u32).range(16..))]
    pub(crate) memory: u32,
    /// How many requests a second each client and session may send, and each address that signs in, again and again; ten
    /// times as many at once; 0 for as many as they like
    #[arg(long, value_name = "REQUESTS", default_value_t = 50)]
    pub(crate) rate: u32,
    /// The same of Zoom's own API below `/v2`
    #[arg(long, value_name = "REQUESTS", default_value_t = 0)]
    pub(crate) archive_rate: u32,
    /// Answers queries in SQL of analysts and admins, each in a process of its own
    #[arg(long)]
    pub(crate) sql: bool,
    /// Stops such a query after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, requires = "sql", value_parser = clap::value_parser!(u32).range(1..=3_600))]
    pub(crate) sql_timeout: u32,
    /// The memory of one; what does not fit goes into temporary files
    #[arg(long, value_name = "MIB", default_value_t = 256, requires = "sql", value_parser = clap::value_parser!(u32).range(16..))]
    pub(crate) sql_memory: u32,
    /// How many run at once
    #[arg(long, value_name = "COUNT", default_value_t = 2, requires = "sql", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) sql_at_once: u16,
    #[command(flatten)]
    pub(crate) context: ContextFiles,
    #[command(flatten)]
    pub(crate) store: WhichStore,
}

/// What `zqos serve --sql` runs for each query; nobody types it.
#[cfg(feature = "serve")]
#[derive(Debug, Args)]
pub(crate) struct AnswerQuery {
    /// The site map that `site_of` looks into
    #[arg(long, value_name = "FILE")]
    pub(crate) sites: Option<std::path::PathBuf>,
    #[command(flatten)]
    pub(crate) store: WhichStore,
}

#[cfg(feature = "serve")]
#[derive(Debug, Subcommand)]
pub(crate) enum Client {
    /// Make credentials, and print them once
    Add(ClientAdd),
    /// List who has some
    List(ClientList),
    /// Take somebody's away
    Revoke(ClientRevoke),
}

#[cfg(feature = "serve")]
#[derive(Debug, Args)]
#[command(after_help = "Example:
  zqos client add grafana --role viewer --store ~/zoom

A viewer sees no names, addresses or words of people, and no groups of fewer than five. An analyst sees
everything in the store, an admin likewise. With --account it sees that account alone.")]
pub(crate) struct ClientAdd {
    /// What it is called
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// What it may see
    #[arg(long, value_name = "ROLE", value_parser = ["viewer", "analyst", "admin"])]
    pub(crate) role: String,
    #[command(flatten)]
    pub(crate) store: WhichStore,
}

#[cfg(feature = "serve")]
#[derive(Debug, Args)]
#[command(after_help = "Example:
  zqos client list --store ~/zoom")]
pub(crate) struct ClientList {
    #[command(flatten)]
    pub(crate) store: WhichStore,
}

#[cfg(feature = "serve")]
#[derive(Debug, Args)]
#[command(after_help = "Example:
  zqos client revoke grafana --store ~/zoom")]
pub(crate) struct ClientRevoke {
    /// What it is called
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) store: WhichStore,
}

#[cfg(feature = "sim")]
#[derive(Debug, Args)]
#[command(after_help = "Example:
  zqos demo

It simulates a company on this machine, shows the report of somebody who had a bad meeting, tells what
really was the matter, and goes on serving, so that you can ask for more. Ctrl-C ends it.")]
pub(crate) struct Demo {
    /// End after the report
    #[arg(long)]
    pub(crate) once: bool,
    /// What the company's clock shows; the meeting lies in the week before. The time now if not given
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) now: Option<String>,
}

#[cfg(feature = "sim")]
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  zqos sim --people 2000 --now 2026-11-20T12:00:00Z
  zqos sim truth --people 2000 --now 2026-11-20T12:00:00Z

It prints the settings with which another zqos, or any client written for Zoom, finds it, and
meetings to ask for. `ready` on standard error says that it listens. Ctrl-C ends it."
)]
pub(crate) struct Sim {
    #[command(subcommand)]
    pub(crate) command: Option<SimCommand>,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8601")]
    pub(crate) listen: std::net::SocketAddr,
    #[command(flatten)]
    pub(crate) world: SimWorld,
    /// How many times as fast as usual the clock runs
    #[arg(
        long,
        value_name = "X",
        default_value = "1",
        value_parser = str::parse::<zqos_sim::Speed>,
        allow_negative_numbers = true
    )]
    pub(crate) speed: zqos_sim::Speed,
    #[command(flatten)]
    pub(crate) simulated: simulated::Simulated,
    /// Misbehave in a share of all requests, 0.1 if not said otherwise; may be given several times
    #[arg(long = "fault", value_name = "NAME[=SHARE]", value_parser = MisbehaviourParser)]
    pub(crate) faults: Vec<(zqos_sim::Misbehaviour, zqos_sim::Share)>,
    /// Send events to this URL on this machine, once it has passed Zoom's validation
    #[arg(long = "events", value_name = "URL")]
    pub(crate) events_url: Option<String>,
    /// The file with the secret token that signs what is sent there; `sim-events-secret` if not given
    #[arg(long, value_name = "FILE", requires = "events_url")]
    pub(crate) events_secret_file: Option<std::path::PathBuf>,
    #[command(flatten)]
    pub(crate) events: SimSubscription,
}

/// Which events there are.
#[cfg(feature = "sim")]
#[derive(Debug, Args)]
pub(crate) struct SimSubscription {
    /// How the figures of a minute come
    #[arg(long, value_name = "MODE", default_value = "per-type")]
    pub(crate) events_mode: SimEventsMode,
    /// How many of a hundred hosts have QSS; meetings of others have no quality of service events
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = 50,
        value_parser = clap::value_parser!(u8).range(..=100)
    )]
    pub(crate) qss_hosts: u8,
    /// Tell of phone calls, too
    #[arg(long)]
    pub(crate) events_phone: bool,
    /// Tell of meetings and webinars as sessions of the Video SDK
    #[arg(long)]
    pub(crate) events_sessions: bool,
}

/// How the figures that a participant has in a minute are divided among events.
#[cfg(feature = "sim")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SimEventsMode {
    /// One event for each sort of figures
    PerType,
    /// One event with all of them
    Aggregated,
}

/// Reads what `--fault` takes, and lists the names for help and completion.
#[cfg(feature = "sim")]
#[derive(Debug, Clone)]
struct MisbehaviourParser;

#[cfg(feature = "sim")]
impl TypedValueParser for MisbehaviourParser {
    type Value = (zqos_sim::Misbehaviour, zqos_sim::Share);

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<Self::Value, clap::Error> {
        zqos_sim::Misbehaviour::with_share.parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let all = zqos_sim::Misbehaviour::ALL.iter();
        Some(Box::new(all.map(|which| PossibleValue::new(which.name()).help(which.summary()))))
    }
}

/// Which company is simulated, and when.
#[cfg(feature = "sim")]
#[derive(Debug, Args)]
pub(crate) struct SimWorld {
    /// What everything is drawn from: the same seed and clock give the same answers; that of the
    /// scenario, else 1, if not given
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// How many people the company has, 10 to 100000; as in the scenario, else 200, if not given
    #[arg(long, value_name = "N")]
    pub(crate) people: Option<u32>,
    /// What the clock shows at first; past meetings lie in the days before. The time now if not
    /// given
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) now: Option<String>,
    /// A file that plans what goes wrong
    #[arg(long, value_name = "FILE")]
    pub(crate) scenario: Option<std::path::PathBuf>,
}

#[cfg(feature = "sim")]
#[derive(Debug, Subcommand)]
pub(crate) enum SimCommand {
    /// Print what really went wrong: the incidents, and the minutes that each of them made worse
    Truth(SimTruth),
    /// Print the events of a range, as they would be sent
    Events(SimEvents),
}

#[cfg(feature = "sim")]
#[derive(Debug, Args)]
#[command(after_help = "Example:
  zqos sim truth --now 2026-11-20T12:00:00Z --from -2d

Prints NDJSON: a line for each incident, then one for each minute of a participant that an incident
made worse, with the difference to the same minute without it.")]
pub(crate) struct SimTruth {
    #[command(flatten)]
    pub(crate) world: SimWorld,
    #[command(flatten)]
    pub(crate) range: SimRange,
}

#[cfg(feature = "sim")]
#[derive(Debug, Args)]
#[command(after_help = "Example:
  zqos sim events --now 2026-11-20T12:00:00Z --from -1d --events-mode aggregated > events.ndjson

Prints NDJSON: the body of one event in each line, in the order in which they are told.")]
pub(crate) struct SimEvents {
    #[command(flatten)]
    pub(crate) world: SimWorld,
    #[command(flatten)]
    pub(crate) range: SimRange,
    #[command(flatten)]
    pub(crate) events: SimSubscription,
}

/// Of which time something is told.
#[cfg(feature = "sim")]
#[derive(Debug, Args)]
pub(crate) struct SimRange {
    /// From when on; seven days before the simulated now if not given
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) from: Option<String>,
    /// Until when, itself not included; the simulated now if not given
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) to: Option<String>,
}
