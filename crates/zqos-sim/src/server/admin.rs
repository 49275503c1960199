//! What can be told to a running simulator, and asked of it: its clock, its misbehaviour, its counts.
//!
//! It has no password, so it listens to programs on this machine alone: a page in a browser says where
//! it comes from, or names another host by which it found this one (DNS rebinding).

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use zqos_core::{Clock as _, Timestamp, TimestampError};

use crate::api::{Answer, Simulator};
use crate::clock::{Speed, SpeedError, VirtualClock};
use crate::misbehaviour::{Misbehaviour, MisbehaviourError, Share};

/// Where paths begin that are not Zoom's.
pub(super) const ROOT: &str = "/sim/";

/// A request as it came in.
#[derive(Debug, Clone)]
pub(super) struct Call<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    /// Whom the request was meant for: every `Host`, and that of the target.
    pub(super) hosts: Vec<&'a str>,
    /// It came from a page in a browser.
    pub(super) has_origin: bool,
    pub(super) content_type: Option<&'a str>,
    pub(super) body: &'a [u8],
}

/// Why a request is refused.
#[derive(Debug, thiserror::Error)]
enum AdminError {
    #[error("only programs on this machine are answered, at 127.0.0.1, [::1] or localhost")]
    Forbidden,
    #[error("unknown path: expected {ROOT}v1/state, /clock, /faults or /reset")]
    UnknownPath,
    #[error("this path takes {0}")]
    Method(&'static str),
    #[error("expected a body of `content-type: application/json`")]
    ContentType,
    #[error("not what is expected: {0}")]
    Body(#[from] serde_json::Error),
    #[error(transparent)]
    Time(#[from] TimestampError),
    #[error(transparent)]
    Speed(#[from] SpeedError),
    #[error(transparent)]
    Misbehaviour(#[from] MisbehaviourError),
}

impl AdminError {
    const fn status(&self) -> u16 {
        match self {
            Self::Forbidden => 403,
            Self::UnknownPath => 404,
            Self::Method(_) => 405,
            Self::ContentType => 415,
            Self::Body(_) | Self::Time(_) | Self::Speed(_) | Self::Misbehaviour(_) => 400,
        }
    }
}

/// What to do with the clock, in the order of the members.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SetClock {
    speed: Option<f64>,
    set: Option<String>,
    advance_seconds: Option<u64>,
}

/// The body of a request that takes no orders.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// What every answer without an error is.
#[derive(Debug, Serialize)]
struct State {
    now: String,
    speed: f64,
    /// How many requests there have been of each sort.
    requests: BTreeMap<&'static str, u64>,
    /// What is switched on, or was and struck.
    faults: BTreeMap<&'static str, Fault>,
}

#[derive(Debug, Serialize)]
struct Fault {
    share: f64,
    struck: u64,
}

#[derive(Debug, Serialize)]
struct Refusal {
    error: String,
}

/// Does as it is told, and tells how things are then.
pub(super) fn answer(simulator: &Simulator, clock: &VirtualClock, call: &Call<'_>) -> Answer {
    let (status, body) = match obey(simulator, clock, call) {
        Ok(()) => (200, serde_json::to_vec(&state(simulator, clock))),
        Err(error) => (error.status(), serde_json::to_vec(&Refusal { error: error.to_string() })),
    };
    Answer {
        status,
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("cache-control", "no-store".to_owned()),
        ],
        body: body.expect("texts and numbers are JSON"),
    }
}

fn obey(simulator: &Simulator, clock: &VirtualClock, call: &Call<'_>) -> Result<(), AdminError> {
    if call.has_origin || call.hosts.is_empty() || !call.hosts.iter().all(|host| is_local(host)) {
        return Err(AdminError::Forbidden);
    }
    match call.path.strip_prefix(ROOT) {
        Some("v1/state") if call.method == "GET" => {}
        Some("v1/state") => return Err(AdminError::Method("GET")),
        Some("v1/clock") => {
            let SetClock { speed, set, advance_seconds } = order(call)?;
            // Both are read before either is obeyed.
            let speed = speed.map(Speed::new).transpose()?;
            let set: Option<Timestamp> = set.map(|text| text.parse()).transpose()?;
            if let Some(speed) = speed {
                clock.set_speed(speed);
            }
            if let Some(instant) = set {
                clock.set(instant);
            }
            if let Some(seconds) = advance_seconds {
                clock.advance(Duration::from_secs(seconds));
            }
        }
        Some("v1/faults") => {
            let orders: BTreeMap<String, f64> = order(call)?;
            let orders = orders
                .into_iter()
                .map(|(name, share)| Ok((name.parse::<Misbehaviour>()?, Share::new(share)?)));
            let orders: Vec<_> = orders.collect::<Result<_, MisbehaviourError>>()?;
            for (which, share) in orders {
                simulator.misbehave(which, share);
            }
        }
        Some("v1/reset") => {
            let Nothing {} = order(call)?;
            simulator.recount();
        }
        _ => return Err(AdminError::UnknownPath),
    }
    Ok(())
}

/// The body of a POST request.
fn order<'a, T: Deserialize<'a>>(call: &Call<'a>) -> Result<T, AdminError> {
    if call.method != "POST" {
        return Err(AdminError::Method("POST"));
    }
    let media_type = call.content_type.and_then(|value| value.split(';').next());
    if !media_type.is_some_and(|value| value.trim().eq_ignore_ascii_case("application/json")) {
        return Err(AdminError::ContentType);
    }
    Ok(serde_json::from_slice(call.body)?)
}

/// True for the names that this machine has for itself, with any port.
fn is_local(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    ["127.0.0.1", "[::1]"].contains(&name) || name.eq_ignore_ascii_case("localhost")
}

fn state(simulator: &Simulator, clock: &VirtualClock) -> State {
    let faults = simulator.misbehaviours().into_iter().map(|(which, switch)| {
        (which.name(), Fault { share: switch.share.get(), struck: switch.struck })
    });
    State {
        now: clock.now().to_string(),
        speed: clock.speed().times(),
        requests: simulator.requests(),
        faults: faults.collect(),
    }
}

#[cfg(test)]
mod tests;
