//! What is shown, and to whom.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use axum::Router;
use bytes::Bytes;
use tokio::sync::Semaphore;
use zqos_answer::{Eyes, JudgedJoin, MeetingRow};
use zqos_context::Context;
use zqos_core::{Clock, Timestamp};
use zqos_quality::{InputMeaning, Judge};
use zqos_query::{Limits, Settings as QuerySettings, SiteOf};
use zqos_store::Location;

use crate::access::{Audit, AuditError, Clients, Identity, Oidc, OidcSettings, Sessions, Token};
use crate::api::{FoundMeeting, Stored};
use crate::cache::Cache;
use crate::coverage::CoverageSource;
use crate::held::Held;
use crate::problem::Problem;
use crate::push::PushSource;
use crate::rate::{Limiter, Rate};
use crate::sql::{Queries, Runner};

/// What people may be called in the store, beside what people call them.
pub type Names = Arc<dyn Fn(&str) -> Vec<String> + Send + Sync>;

/// What is shown, and how.
pub struct Settings {
    /// The store.
    pub store: Location,
    /// The accounts that are shown.
    pub accounts: Vec<String>,
    /// How minutes are judged.
    pub judge: Judge,
    /// Which way a stream goes that Zoom calls input, where somebody knows.
    pub input: Option<InputMeaning>,
    /// What the organisation knows of itself.
    pub context: Arc<Context>,
    /// What stands in the store in place of people.
    pub names: Names,
    /// Who knows what was collected.
    pub coverage: Arc<dyn CoverageSource>,
    /// Names, beside addresses of this machine, by which the server may be called: `qos.example.com`.
    pub hosts: Vec<String>,
    /// A header that a reverse proxy adds, which speaks TLS with whoever asks: without it nothing is answered.
    pub proxy_header: Option<String>,
    /// Browsers speak TLS, with it or with the proxy: then cookies are sent in no other way.
    pub is_encrypted: bool,
    /// Who signs people in; `None` where nobody does but the address that is printed.
    pub oidc: Option<OidcSettings>,
    /// Everybody sees what a viewer sees.
    pub share_safe: bool,
    /// Memory of all queries together, in bytes.
    pub memory: usize,
    /// How much each client, session or address may ask; `None` for as much as it likes.
    pub rate: Option<Rate>,
    /// The same of the archive of Zoom's API, by client.
    pub archive_rate: Option<Rate>,
    /// How queries in SQL are run; `None` where nobody may send any.
    pub sql: Option<Queries>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("accounts", &self.accounts)
            .field("hosts", &self.hosts)
            .field("share_safe", &self.share_safe)
            .finish_non_exhaustive()
    }
}

/// How many bytes of answers are kept to be given again.
const ANSWERS: usize = 64 << 20;
/// How many joins are kept for what is asked next of the same time.
const JOINS: usize = 400_000;
/// How many meetings likewise.
const MEETINGS: usize = 100_000;
/// Of how many sets of accounts it is kept which days they have, and which join is the newest.
const ACCOUNTS: usize = 1_000;
/// How many meetings that were looked at by themselves.
const FOUND: usize = 10_000;
/// How many participants' minutes.
const MINUTES: usize = 1_000_000;
/// How many rows and incidents of diagnoses.
const TOLD: usize = 200_000;
/// How many things are read at once that take much memory; others wait. All share the memory of queries, and a query
/// that finds none left fails.
///
/// **Source**: a choice of this project: a diagnosis takes up to a third of what there is if nothing else is set.
const READ_AT_ONCE: usize = 2;

/// What asks for joins have in common: accounts, range, medium and eyes.
pub(crate) type JoinsKey = (Vec<String>, Timestamp, Timestamp, String, bool);
/// The same of one meeting.
pub(crate) type MeetingKey = (Vec<String>, String, bool);
/// What diagnoses have in common: accounts, what is asked, as it is shown for debugging, the time zone and eyes.
pub(crate) type DiagnosisKey = (Vec<String>, String, Option<String>, bool);

/// All that requests share.
pub struct Server {
    pub(crate) settings: Settings,
    pub(crate) held: Held,
    pub(crate) sessions: Sessions,
    pub(crate) clients: Clients,
    pub(crate) audit: Audit,
    pub(crate) answers: Cache<String, Bytes>,
    pub(crate) joins: Cache<JoinsKey, Vec<JudgedJoin>>,
    pub(crate) meetings: Cache<JoinsKey, Vec<MeetingRow>>,
    pub(crate) days: Cache<Vec<String>, Stored>,
    pub(crate) newest: Cache<Vec<String>, Option<Timestamp>>,
    pub(crate) found: Cache<(Vec<String>, String), FoundMeeting>,
    pub(crate) attended: Cache<MeetingKey, zqos_answer::meeting::Attended>,
    pub(crate) diagnoses: Cache<DiagnosisKey, zqos_answer::Answer>,
    reading: Semaphore,
    pub(crate) metrics: crate::metrics::Health,
    pub(crate) zoom: crate::zoom::Zoom,
    /// Who tells what is pushed to this program, where something is.
    pub(crate) push: OnceLock<Arc<dyn PushSource>>,
    pub(crate) oidc: Option<Oidc>,
    pub(crate) limiter: Limiter,
    pub(crate) archive_limiter: Limiter,
    /// `None` where nobody may send queries.
    pub(crate) sql: Option<Runner>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Server {
    /// A server of a store.
    ///
    /// **Errors**: the record of who saw whom can't be kept, or was changed.
    pub fn new(mut settings: Settings) -> Result<Self, AuditError> {
        let folder = settings.store.local();
        let sites = settings.context.sites.is_some().then(|| {
            let context = Arc::clone(&settings.context);
            let site_of: SiteOf = Arc::new(move |public, internal| {
                context.sites.as_ref()?.site_of(public, internal).map(str::to_owned)
            });
            site_of
        });
        let query = QuerySettings {
            limits: Limits { memory: settings.memory, time: None },
            judge: settings.judge,
            sites,
            our_own: true,
            ..QuerySettings::default()
        };
        Ok(Self {
            clients: Clients::of_store(folder),
            audit: Audit::of_store(folder)?,
            held: Held::new(settings.store.clone(), query),
            sessions: Sessions::default(),
            answers: Cache::new(ANSWERS),
            joins: Cache::new(JOINS),
            meetings: Cache::new(MEETINGS),
            days: Cache::new(ACCOUNTS),
            newest: Cache::new(ACCOUNTS),
            found: Cache::new(FOUND),
            attended: Cache::new(MINUTES),
            diagnoses: Cache::new(TOLD),
            reading: Semaphore::new(READ_AT_ONCE),
            metrics: crate::metrics::Health::default(),
            zoom: crate::zoom::Zoom::default(),
            push: OnceLock::new(),
            oidc: settings.oidc.take().map(Oidc::new),
            limiter: Limiter::new(settings.rate),
            archive_limiter: Limiter::new(settings.archive_rate),
            sql: settings.sql.clone().map(Runner::new),
            settings,
        })
    }

    /// Says who tells what is pushed to this program. The first who is named stays.
    pub fn tell_of_push(&self, source: Arc<dyn PushSource>) {
        drop(self.push.set(source));
    }

    /// A code for the address at which a browser signs in, once: `/sign-in?code=…`.
    pub fn sign_in_code(&self) -> Token {
        self.sessions.code(self.now())
    }

    /// Reads something that takes much memory, when it is its turn. What is read must not wait for another turn.
    pub(crate) async fn in_turn<T>(&self, read: impl Future<Output = T>) -> T {
        // Nobody closes it.
        let _turn = self.reading.acquire().await;
        read.await
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.settings.clock.now()
    }

    /// What somebody may see of people.
    pub(crate) fn eyes(&self, who: &Identity) -> Eyes {
        if who.role.sees_people() && !self.settings.share_safe { Eyes::Open } else { Eyes::Veiled }
    }

    /// Whether somebody may see every account that is shown, and so what files have of all of them together.
    pub(crate) fn sees_all(&self, who: &Identity) -> bool {
        self.settings.accounts.iter().all(|account| who.accounts.contains(account))
    }

    /// Whether a `Host` is one by which the server may be called, so that no page of another site leads here
    /// under a name of its own.
    pub(crate) fn is_host(&self, authority: &str) -> bool {
        let name = match authority.parse::<axum::http::uri::Authority>() {
            Ok(authority) => authority.host().to_owned(),
            Err(_) => return false,
        };
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        address.is_ok_and(|address| address.is_loopback())
            || name.eq_ignore_ascii_case("localhost")
            || self.settings.hosts.iter().any(|host| host.eq_ignore_ascii_case(&name))
    }

    /// Keeps that somebody is about to see people.
    pub(crate) fn sees(&self, who: &Identity, what: &str) -> Result<(), Problem> {
        if self.eyes(who) == Eyes::Open {
            self.audit.keep(who, what, self.now())?;
        }
        Ok(())
    }

    /// Everything that can be asked.
    pub fn router(self: &Arc<Self>) -> Router {
        crate::guard::guarded(self, crate::api::router(self))
    }
}
