//! `zqos demo`: the main job on a simulated Zoom, in one process.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser as _;
use tokio::net::TcpListener;
use zqos_core::{SystemClock, Timestamp};
use zqos_sim::{Config, HurtMinute, Simulator, Speed, VirtualClock};

use crate::cli::{Cli, Command, Demo, Global};
use crate::command::{get, sim};
use crate::exit::{Exit, UsageError};
use crate::output::note;
use crate::session::Session;
use crate::time::Zone;

/// How far back somebody is looked for who had a bad meeting.
const DAYS: u32 = 7;
/// A day of the company.
const DAY: Duration = Duration::from_hours(24);
/// Meetings that end later may lack their report.
const BUILT: Duration = Duration::from_hours(1);

/// Simulates a company, shows the report of somebody who had a bad meeting, and goes on serving.
pub(crate) async fn run(args: &Demo, global: &Global) -> anyhow::Result<Exit> {
    let zone = Zone::new(global.tz.as_deref(), zqos_core::Clock::now(&SystemClock))?;
    let now = args.now.as_deref().map_or_else(|| Ok(zone.now()), |text| zone.parse(text))?;
    let clock = Arc::new(VirtualClock::new(now, Speed::NORMAL));
    let simulator = Simulator::new(Config::default(), Arc::<VirtualClock>::clone(&clock))
        .map_err(|error| UsageError::new(error.to_string()))?;
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
        .await
        .context("there is no free port on 127.0.0.1")?;
    let address = listener.local_addr().context("the socket has no address")?;
    let story = Story::find(&simulator, now);
    let samples = simulator.samples();
    #[cfg(feature = "store")]
    let offices = offices(&simulator);
    let serving = zqos_sim::serve(listener, Arc::new(simulator), Arc::clone(&clock));
    let telling = async {
        let Some(story) = story else {
            return Err(anyhow::anyhow!("nobody of the company met in the last {DAYS} days"));
        };
        let exit = story.tell(address, global, &zone).await?;
        // Kept until the program ends.
        #[cfg(feature = "store")]
        let collected = {
            let days = if args.once { 1 } else { DAYS };
            Collected::read(address, global, &zone, now, days, &offices).await?
        };
        if args.once {
            return Ok(exit);
        }
        #[cfg(feature = "serve")]
        let dashboard = collected.dashboard(clock).await?;
        #[cfg(all(feature = "store", not(feature = "serve")))]
        let _ = &collected;
        // Standard output has the report, and nothing else.
        let mut introduction = Vec::new();
        sim::introduce(&mut introduction, address, &samples)?;
        note(format_args!("\n{}", String::from_utf8_lossy(&introduction)));
        note(format_args!("ready http://{address}"));
        #[cfg(feature = "serve")]
        dashboard.serve().await?;
        std::future::pending().await
    };
    tokio::select! {
        served = serving => match served {
            Ok(never) => match never {},
            Err(error) => Err(anyhow::Error::new(error).context("the socket can't be served")),
        },
        told = telling => told,
    }
}

/// The site map of a company, as its network engineer would write it.
#[cfg(feature = "store")]
fn offices(simulator: &Simulator) -> String {
    let mut map = String::from("name,public_networks,internal_networks,kind\n");
    let mut seen: HashMap<&str, u32> = HashMap::new();
    for (location, address) in simulator.offices() {
        let city = location.split(" (").next().unwrap_or(location);
        let count = seen.entry(city).or_default();
        *count += 1;
        let number = if *count > 1 { format!(" {count}") } else { String::new() };
        map.extend([city, &number, ",", &address.to_string(), ",,office\n"]);
    }
    map
}

/// What was collected of the company, for as long as the program runs.
#[cfg(feature = "store")]
struct Collected {
    folder: tempfile::TempDir,
    /// Its settings read the simulator.
    #[cfg(feature = "serve")]
    session: Session,
}

#[cfg(feature = "store")]
impl Collected {
    /// Collects the company's last days, and shows what came.
    async fn read(
        address: SocketAddr,
        global: &Global,
        zone: &Zone,
        now: Timestamp,
        days: u32,
        offices: &str,
    ) -> anyhow::Result<Self> {
        use crate::command::collect;

        let folder = tempfile::tempdir().context("there is no room for a store")?;
        let plain = "the folder of temporary files has no plain name";
        let sites = folder.path().join("sites.csv");
        std::fs::write(&sites, offices).context("there is no room for a site map")?;
        let store = folder.path().join("store");
        let (path, sites) = (store.to_str().context(plain)?, sites.to_str().context(plain)?);
        let from = zone.day(now.saturating_sub(DAY * days)).start.to_string();
        let to = zone.day(now.saturating_sub(DAY)).end.to_string();
        let (what, how_long) =
            if days == 1 { ("a day", "") } else { ("a week", " (half a minute)") };
        note(format_args!(
            "\nThat was one report. This is every one of {what}, in a store{how_long}:\n\n\
             $ zqos collect --from {from} --to {to} --sites {sites} --store {path}\n"
        ));
        let typed =
            ["zqos", "collect", "--from", &from, "--to", &to, "--sites", sites, "--store", path];
        let Ok(Cli { command: Command::Collect(args), .. }) = Cli::try_parse_from(typed) else {
            unreachable!("it is a command of ours");
        };
        let session = Session::simulated(address, global)?;
        session.progress.watch(false, Box::pin(collect::run(&session, &args))).await?;
        note(format_args!(
            "\nAsk it, for example:\n\n\
             zqos diagnose --store {path} --sites {sites} --from {from} --to {to}\n\
             zqos sql --store {path} 'SELECT location, approx_percentile_cont(latency_ms, 0.95) AS p95_ms \
             FROM joined_samples GROUP BY location ORDER BY p95_ms DESC'"
        ));
        Ok(Self {
            folder,
            #[cfg(feature = "serve")]
            session,
        })
    }

    /// Opens the dashboard of what was collected, where `zqos serve` has it, or at a free port.
    #[cfg(feature = "serve")]
    async fn dashboard(&self, clock: Arc<VirtualClock>) -> anyhow::Result<Dashboard> {
        use crate::command::serve::Served;

        let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, 8600));
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listener = match TcpListener::bind(usual).await {
            Ok(listener) => listener,
            Err(_) => {
                TcpListener::bind(free).await.context("there is no free port on 127.0.0.1")?
            }
        };
        let sites = self.folder.path().join("sites.csv");
        let context = zqos_context::Context::read(Some(&sites), None, None)
            .map_err(|error| UsageError::new(error.to_string()))?;
        let config = &self.session.config;
        let what = Served {
            at: self.folder.path().join("store").into(),
            accounts: self.session.accounts()?.into_iter().cloned().collect(),
            hosts: Vec::new(),
            proxy_header: None,
            share_safe: false,
            is_encrypted: false,
            oidc: None,
            rate: None,
            archive_rate: None,
            memory: 256 << 20,
            sql: None,
        };
        let mut settings = what.settings(config, context)?;
        settings.clock = clock;
        let server = Arc::new(zqos_server::Server::new(settings)?);
        Ok(Dashboard { listener, server })
    }
}

/// The dashboard, which listens.
#[cfg(feature = "serve")]
struct Dashboard {
    listener: TcpListener,
    server: Arc<zqos_server::Server>,
}

#[cfg(feature = "serve")]
impl Dashboard {
    /// Says where it is, and serves it.
    async fn serve(self) -> anyhow::Result<()> {
        let Self { listener, server } = self;
        let address = listener.local_addr().context("the socket has no address")?;
        note("\nAnd this is the dashboard of that week:\n");
        crate::command::serve::introduce(&server, "http", address, None);
        let bound = zqos_http::Bound { listener, tls: None };
        zqos_http::serve(bound, server.router(), std::future::pending()).await?;
        Ok(())
    }
}

/// Somebody's bad meeting, and what really was the matter.
struct Story {
    uuid: String,
    user_id: u32,
    minutes: usize,
    /// What went wrong, where, and when.
    incident: zqos_sim::Incident,
}

impl Story {
    /// The latest day on which an incident hurt somebody, and whom it hurt longest.
    fn find(simulator: &Simulator, now: Timestamp) -> Option<Self> {
        let end = now.saturating_sub(BUILT);
        (0..DAYS).find_map(|day| {
            let range = end.saturating_sub(DAY * (day + 1))..end.saturating_sub(DAY * day);
            let mut joins: HashMap<(String, u32, String), Vec<HurtMinute>> = HashMap::new();
            for minute in simulator.truth(range.clone()) {
                let key = (minute.meeting_uuid.clone(), minute.user_id, minute.incident.clone());
                joins.entry(key).or_default().push(minute);
            }
            // Of those hurt as long the first by id, so that the choice is the same every time.
            let (key, minutes) = joins
                .into_iter()
                .max_by(|(one, a), (other, b)| (a.len(), other).cmp(&(b.len(), one)))?;
            let (uuid, user_id, id) = key;
            let incident = simulator.incidents(range).find(|incident| incident.id == id)?;
            Some(Self { uuid, user_id, minutes: minutes.len(), incident })
        })
    }

    /// Runs the command that shows it, as anybody would type it.
    async fn tell(
        &self,
        address: SocketAddr,
        global: &Global,
        zone: &Zone,
    ) -> anyhow::Result<Exit> {
        let Self { uuid, user_id, minutes, incident } = self;
        note(format_args!(
            "A company of 200 people and its Zoom are simulated at http://{address}.\n\
             Its last week went partly wrong. Somebody complains about this meeting:\n\n\
             $ zqos get '{uuid}' {user_id} --type past\n"
        ));
        let user_id = user_id.to_string();
        let typed = ["zqos", "get", uuid.as_str(), &user_id, "--type", "past"];
        let Ok(Cli { command: Command::Get(get), .. }) = Cli::try_parse_from(typed) else {
            unreachable!("it is a command of ours");
        };
        let session = Session::simulated(address, global)?;
        let exit = get::run(&session, &get).await?;
        note(format_args!(
            "\nWhat really happened, as `zqos sim truth` tells: {} ({}) from {} to {} ({}), which made \
             {minutes} of these minutes worse.",
            incident.kind.id(),
            incident.scope.name,
            zone.date_and_time(incident.from),
            zone.date_and_time(incident.to),
            zone.name(),
        ));
        Ok(exit)
    }
}
