//! A simulated Zoom, a store of what it answered, and the archive of that.

use std::sync::Arc;

use serde_json::Value;
use zoom_wire::privacy::Policy;
use zqos_archive::Archive;
use zqos_core::{ManualClock, MeetingUuid, Origin};
use zqos_intake::{Intake, Source};
use zqos_sim::{Algorithm, Call, Config, Simulator};
use zqos_store::Store;

/// A Friday, at noon.
pub(crate) const NOW: &str = "2026-11-20T12:00:00Z";
pub(crate) const ACCOUNT: &str = "default";

pub(crate) struct World {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) simulator: Simulator,
    pub(crate) store: Store,
    intake: Intake,
}

/// What either of them answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    /// The token of the next page.
    pub(crate) fn next(&self) -> Option<String> {
        let token = self.body["next_page_token"].as_str()?;
        (!token.is_empty()).then(|| token.to_owned())
    }

    /// The answer without its page token, of which only is said whether there is one.
    pub(crate) fn without_token(&self) -> Self {
        let mut answer = self.clone();
        if let Some(token) = answer.body.get_mut("next_page_token") {
            *token = Value::Bool(token.as_str().is_some_and(|token| !token.is_empty()));
        }
        answer
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with_policy(None).await
    }

    pub(crate) async fn with_policy(policy: Option<Policy>) -> Self {
        let clock = Arc::new(ManualClock::new(NOW.parse().unwrap()));
        let config =
            Config { people: 40, limits: Algorithm::Off, partial_pct: 0, ..Config::default() };
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Arc::<ManualClock>::clone(&clock)).await.unwrap();
        let simulator = Simulator::new(config, Arc::<ManualClock>::clone(&clock)).unwrap();
        let shared: Arc<ManualClock> = Arc::clone(&clock);
        let intake = Intake::new(ACCOUNT, policy.map(Arc::new), None, shared);
        Self { dir, clock, simulator, store, intake }
    }

    /// What Zoom answers.
    pub(crate) fn zoom(&self, target: &str) -> Answer {
        let grant = self.simulator.answer(&Call {
            method: "POST",
            target: "/oauth/token",
            // sim-client:sim-secret
            authorization: Some("Basic c2ltLWNsaWVudDpzaW0tc2VjcmV0"),
            body: b"grant_type=account_credentials&account_id=sim-account",
        });
        let grant: Value = serde_json::from_slice(&grant.body).unwrap();
        let authorization = format!("Bearer {}", grant["access_token"].as_str().unwrap());
        let target = format!("/v2{target}");
        let answer = self.simulator.answer(&Call::get(&target, &authorization));
        Answer { status: answer.status, body: serde_json::from_slice(&answer.body).unwrap() }
    }

    /// What Zoom answers goes into the store, page by page. Returns the pages.
    pub(crate) fn collect(
        &mut self,
        target: &str,
        origin: Origin,
        uuid: Option<&str>,
    ) -> Vec<Answer> {
        let source = Source { origin, meeting: uuid.and_then(MeetingUuid::new), call_start: None };
        let mut pages = Vec::new();
        let mut page = target.to_owned();
        loop {
            let answer = self.zoom(&page);
            assert_eq!(answer.status, 200, "{page}: {}", answer.body);
            self.intake.document(&answer.body.to_string(), &source, &|| page.clone());
            let next = answer.next();
            pages.push(answer);
            match next {
                Some(token) => page = format!("{target}&next_page_token={token}"),
                None => break,
            }
        }
        assert_eq!(self.intake.refused, [], "{target}");
        pages
    }

    /// Keeps what was collected: acknowledged, and no more.
    pub(crate) async fn keep(&mut self) {
        let rows = self.intake.take_rows();
        self.store.append([rows]).await.unwrap();
    }

    pub(crate) async fn archive(&self) -> Archive {
        let clock: Arc<ManualClock> = Arc::clone(&self.clock);
        Archive::open(self.dir.path(), clock).await.unwrap()
    }
}

/// What the archive answers.
pub(crate) async fn ask(archive: &Archive, target: &str) -> Answer {
    let answer = archive.answer(ACCOUNT, "GET", target).await;
    let body = serde_json::from_slice(&answer.body).unwrap_or_else(|error| {
        panic!("{target}: {error}: {}", String::from_utf8_lossy(&answer.body))
    });
    Answer { status: answer.status, body }
}

/// A UUID as a part of a path, for which it is encoded twice.
pub(crate) fn encoded(uuid: &str) -> String {
    let once = |text: &str| {
        text.bytes().fold(String::new(), |path, byte| {
            if byte.is_ascii_alphanumeric() {
                path + &char::from(byte).to_string()
            } else {
                format!("{path}%{byte:02X}")
            }
        })
    };
    once(&once(uuid))
}
