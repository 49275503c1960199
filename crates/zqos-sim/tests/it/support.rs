//! A simulator at a certain time, and a walk over its pages.

use std::sync::Arc;

use serde_json::Value;
use zqos_core::ManualClock;
use zqos_sim::{Answer, Call, Config, Simulator};

/// A Friday at noon.
pub(crate) const NOW: &str = "2026-11-20T12:00:00Z";

/// A simulator with a clock that stands still, and a token for it.
pub(crate) struct Zoom {
    pub(crate) simulator: Simulator,
    pub(crate) clock: Arc<ManualClock>,
    authorization: String,
}

impl Zoom {
    pub(crate) fn new(config: Config) -> Self {
        let clock = Arc::new(ManualClock::new(NOW.parse().unwrap()));
        let simulator = Simulator::new(config, Arc::<ManualClock>::clone(&clock)).unwrap();
        let mut zoom = Self { simulator, clock, authorization: String::new() };
        zoom.sign_in();
        zoom
    }

    /// The default company without limits.
    pub(crate) fn unlimited() -> Self {
        Self::new(Config { limits: zqos_sim::Algorithm::Off, ..Config::default() })
    }

    /// Asks for a new token.
    pub(crate) fn token(&self) -> Answer {
        self.simulator.answer(&Call {
            method: "POST",
            target: "/oauth/token",
            // sim-client:sim-secret
            authorization: Some("Basic c2ltLWNsaWVudDpzaW0tc2VjcmV0"),
            body: b"grant_type=account_credentials&account_id=sim-account",
        })
    }

    /// Takes a new token.
    pub(crate) fn sign_in(&mut self) {
        let grant = json(&self.token());
        self.authorization = format!("Bearer {}", grant["access_token"].as_str().unwrap());
    }

    /// Asks for a path below `/v2`.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.simulator.answer(&Call::get(&format!("/v2{path}"), &self.authorization))
    }

    /// The JSON of a path that must be there.
    #[track_caller]
    pub(crate) fn json(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        json(&answer)
    }

    /// Every row of a listing, with its pages.
    #[track_caller]
    pub(crate) fn walk(&self, path: &str, rows: &str) -> (Vec<Value>, Vec<Value>) {
        let (mut pages, mut all) = (Vec::new(), Vec::new());
        let mut token = String::new();
        loop {
            let page = self.json(&format!("{path}&next_page_token={token}"));
            all.extend(page[rows].as_array().unwrap().iter().cloned());
            page["next_page_token"].as_str().unwrap().clone_into(&mut token);
            pages.push(page);
            if token.is_empty() {
                return (pages, all);
            }
        }
    }

    /// The past meetings of the two days before the clock's.
    pub(crate) fn past_meetings(&self) -> Vec<Value> {
        let path = "/metrics/meetings?type=past&from=2026-11-18&to=2026-11-19&page_size=300";
        self.walk(path, "meetings").1
    }

    /// The past webinars of the week.
    pub(crate) fn past_webinars(&self) -> Vec<Value> {
        let path = "/metrics/webinars?type=past&from=2026-11-16&to=2026-11-20&page_size=300";
        self.walk(path, "webinars").1
    }
}

/// The JSON of an answer.
pub(crate) fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

/// A UUID as it stands in a path, always encoded twice.
pub(crate) fn encoded(uuid: &Value) -> String {
    let once = |text: &str| {
        text.replace('%', "%25").replace('/', "%2F").replace('+', "%2B").replace('=', "%3D")
    };
    once(&once(uuid.as_str().unwrap()))
}
