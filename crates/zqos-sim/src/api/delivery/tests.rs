use std::sync::Arc;

use serde_json::Map;
use zqos_core::ManualClock;

use super::*;
use crate::api::Config;

const LIST: &str = "/v2/metrics/meetings?type=past&from=2026-11-19&to=2026-11-19";

/// A simulator on a Friday at noon, and what authorizes a call of it.
fn simulator(seed: u64) -> (Simulator, String) {
    let clock = Arc::new(ManualClock::new("2026-11-20T12:00:00Z".parse().unwrap()));
    let config = Config { seed, limits: crate::Algorithm::Off, ..Config::default() };
    let simulator = Simulator::new(config, clock).unwrap();
    let answer = simulator.answer(&TOKEN);
    let grant: Value = serde_json::from_slice(&answer.body).unwrap();
    let authorization = format!("Bearer {}", grant["access_token"].as_str().unwrap());
    (simulator, authorization)
}

const TOKEN: Call<'_> = Call {
    method: "POST",
    target: "/oauth/token",
    // sim-client:sim-secret
    authorization: Some("Basic c2ltLWNsaWVudDpzaW0tc2VjcmV0"),
    body: b"grant_type=account_credentials&account_id=sim-account",
};

fn whole(delivery: Delivery) -> Answer {
    match delivery {
        Delivery::Whole(answer) => answer,
        other => panic!("{other:?}"),
    }
}

/// The answer to a call of the list when every request is struck.
fn struck(which: Misbehaviour) -> Answer {
    let (simulator, authorization) = simulator(1);
    simulator.misbehave(which, Share::new(1.0).unwrap());
    whole(simulator.deliver(&Call::get(LIST, &authorization)))
}

fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

#[test]
fn without_misbehaviour_answers_arrive_as_they_are() {
    let (simulator, authorization) = simulator(1);
    let call = Call::get(LIST, &authorization);
    let expected = simulator.answer(&call);
    assert_eq!(simulator.deliver(&call), Delivery::Whole(expected.clone()));
    simulator.misbehave(Misbehaviour::Resets, Share::default());
    simulator.misbehave(Misbehaviour::Resets, Share::NONE);
    assert_eq!(simulator.deliver(&call), Delivery::Whole(expected));
    assert!(simulator.misbehaviours().is_empty());
}

#[test]
fn a_limit_is_met_with_headers_or_without() {
    for (which, told) in [
        (Misbehaviour::RateLimitStorm, Some(("QPS", "20", None))),
        (Misbehaviour::BareRateLimitStorm, None),
        (Misbehaviour::DailyLimit, Some(("Daily-limit", "60000", Some("2026-11-21T00:00:00Z")))),
        (Misbehaviour::BareDailyLimit, None),
    ] {
        let answer = struck(which);
        assert_eq!((answer.status, &json(&answer)["code"]), (429, &Value::from(429)));
        let daily = json(&answer)["message"].as_str().unwrap().contains("daily");
        assert_eq!(daily, which.name().contains("daily"));
        let header = |name| answer.header(name);
        let category = told.map(|_| "Resource-intensive");
        assert_eq!(header("x-ratelimit-category"), category);
        assert_eq!(header("x-ratelimit-type"), told.map(|(period, ..)| period));
        assert_eq!(header("x-ratelimit-limit"), told.map(|(_, limit, _)| limit));
        assert_eq!(header("x-ratelimit-remaining"), told.map(|_| "0"));
        assert_eq!(header("retry-after"), told.and_then(|(.., until)| until));
    }
}

#[test]
fn other_refusals_have_their_status_and_body() {
    let server_error = struck(Misbehaviour::ServerErrors);
    assert!([500, 502, 503, 504].contains(&server_error.status) && server_error.body.is_empty());
    for (which, status) in
        [(Misbehaviour::Html200, 200), (Misbehaviour::Html502, 502), (Misbehaviour::Html503, 503)]
    {
        let answer = struck(which);
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("content-type"), Some("text/html;charset=UTF-8"));
        assert!(answer.body.starts_with(b"<!DOCTYPE html>"));
    }
    let answer = struck(Misbehaviour::ExpiredAccessTokens);
    assert_eq!((answer.status, &json(&answer)["code"]), (401, &Value::from(124)));
}

#[test]
fn the_token_of_a_further_page_expires_within_the_walk() {
    let (simulator, authorization) = simulator(1);
    simulator.misbehave(Misbehaviour::ExpiredPageTokens, Share::new(1.0).unwrap());
    let page = whole(simulator.deliver(&Call::get(LIST, &authorization)));
    assert_eq!(page.status, 200);
    let token = json(&page)["next_page_token"].as_str().unwrap().to_owned();
    assert!(!token.is_empty());
    let next = format!("{LIST}&next_page_token={token}");
    let answer = whole(simulator.deliver(&Call::get(&next, &authorization)));
    assert_eq!((answer.status, &json(&answer)["code"]), (400, &Value::from(300)));
}

#[test]
fn tokens_are_granted_whatever_limits_and_members_do() {
    let (simulator, _) = simulator(1);
    for which in Misbehaviour::ALL.iter().copied().filter(|which| {
        let name = which.name();
        name.starts_with("429") || name.starts_with("expired") || name.starts_with("drift")
    }) {
        simulator.misbehave(which, Share::new(1.0).unwrap());
    }
    assert_eq!(simulator.deliver(&TOKEN), Delivery::Whole(simulator.answer(&TOKEN)));
}

#[test]
fn the_way_of_an_answer_is_struck_with_what_it_was() {
    let (simulator, authorization) = simulator(1);
    let call = Call::get(LIST, &authorization);
    let answer = simulator.answer(&call);
    let all = Share::new(1.0).unwrap();
    simulator.misbehave(Misbehaviour::SlowBodies, all);
    assert_eq!(simulator.deliver(&call), Delivery::Slow(answer.clone()));
    simulator.misbehave(Misbehaviour::CutBodies, all);
    assert_eq!(simulator.deliver(&call), Delivery::Cut(answer));
    simulator.misbehave(Misbehaviour::Resets, all);
    assert_eq!(simulator.deliver(&call), Delivery::Reset);
}

/// All objects of a value.
fn objects(value: &Value) -> Vec<&Map<String, Value>> {
    match value {
        Value::Object(object) => {
            object.values().flat_map(objects).chain(std::iter::once(object)).collect()
        }
        Value::Array(elements) => elements.iter().flat_map(objects).collect(),
        _ => Vec::new(),
    }
}

/// How often each name stands in a value.
fn names(value: &Value) -> BTreeMap<&str, usize> {
    let mut names = BTreeMap::new();
    for name in objects(value).into_iter().flat_map(Map::keys) {
        *names.entry(name.as_str()).or_default() += 1;
    }
    names
}

/// The plain answer, and the one with a drift.
fn drifted(which: Misbehaviour) -> (Value, Value) {
    let (simulator, authorization) = simulator(1);
    let plain = simulator.answer(&Call::get(LIST, &authorization));
    (json(&plain), json(&struck(which)))
}

#[test]
fn a_drift_adds_a_member_to_every_object() {
    let (plain, drifted) = drifted(Misbehaviour::UnknownMembers);
    let new: Vec<_> =
        names(&drifted).into_iter().filter(|(name, _)| !names(&plain).contains_key(name)).collect();
    assert!(matches!(*new, [(name, _), ..] if name.starts_with("new_")), "{new:?}");
    assert!(new[0].1 >= objects(&plain).len(), "{new:?}");
}

#[test]
fn a_drift_takes_a_member_away_wherever_it_stood() {
    let (plain, drifted) = drifted(Misbehaviour::MissingMembers);
    let (before, after) = (names(&plain), names(&drifted));
    assert_eq!(before.len(), after.len() + 1);
    assert!(after.iter().all(|(name, count)| before[name] == *count));
}

#[test]
fn a_drift_gives_a_member_another_name() {
    let (plain, drifted) = drifted(Misbehaviour::RenamedMembers);
    let (before, after) = (names(&plain), names(&drifted));
    assert_eq!(before.len(), after.len());
    let gone: Vec<_> = before.iter().filter(|(name, _)| !after.contains_key(*name)).collect();
    let [(name, count)] = *gone else { panic!("{gone:?}") };
    assert_eq!(after[&*format!("{name}_v2")], *count);
}

#[test]
fn a_drift_makes_numbers_of_texts() {
    let mut report = serde_json::json!({"user_qos": [
        {"audio_input": {"bitrate": "27.15 kbps", "name": "a"}},
        {"audio_input": {"bitrate": ""}},
    ]});
    drift::make_numbers(&mut report, Draw::new(1));
    let expected = serde_json::json!({"user_qos": [
        {"audio_input": {"bitrate": 27.15, "name": "a"}},
        {"audio_input": {"bitrate": ""}},
    ]});
    assert_eq!(report, expected);
    let mut nothing = serde_json::json!({"name": "a"});
    drift::make_numbers(&mut nothing, Draw::new(1));
    assert_eq!(nothing, serde_json::json!({"name": "a"}));
}

/// Which of the first requests of a simulator are struck.
fn pattern(simulator: &Simulator, which: Misbehaviour, authorization: &str) -> Vec<bool> {
    let call = Call::get("/v2/metrics/quality", authorization);
    let plain = simulator.answer(&call);
    simulator.misbehave(which, Share::new(0.2).unwrap());
    (0..400).map(|_| simulator.deliver(&call) != Delivery::Whole(plain.clone())).collect()
}

#[test]
fn which_requests_are_struck_is_drawn_from_the_seed() {
    let ((one, authorization), (two, other)) = (simulator(1), simulator(2));
    let first = pattern(&one, Misbehaviour::Resets, &authorization);
    let count = first.iter().filter(|&&struck| struck).count();
    assert!((60..100).contains(&count), "{count}");
    let [(Misbehaviour::Resets, switch)] = *one.misbehaviours() else { panic!() };
    assert_eq!(usize::try_from(switch.struck), Ok(count));
    assert_ne!(pattern(&two, Misbehaviour::Resets, &other), first);
    // Counted anew, it is the same again.
    assert_eq!(one.requests(), BTreeMap::from([("get_quality", 400)]));
    one.recount();
    assert_eq!(pattern(&one, Misbehaviour::Resets, &authorization), first);
}

#[test]
fn a_storm_takes_four_requests_at_once() {
    let (simulator, authorization) = simulator(1);
    let struck = pattern(&simulator, Misbehaviour::RateLimitStorm, &authorization);
    assert!(struck.chunks(4).all(|run| run.iter().all(|&one| one == run[0])));
    let runs = struck.chunks(4).filter(|run| run[0]).count();
    assert!((8..32).contains(&runs), "{runs}");
}

#[test]
fn every_name_leads_back_to_its_misbehaviour() {
    for &which in Misbehaviour::ALL {
        assert_eq!(Misbehaviour::with_share(which.name()), Ok((which, Share::default())));
        let half = Share::new(0.5).unwrap();
        assert_eq!(Misbehaviour::with_share(&format!("{}=0.5", which.name())), Ok((which, half)));
    }
    for text in ["resets=", "resets=-0.1", "resets=1.1", "resets=NaN", "resets=a"] {
        assert_eq!(Misbehaviour::with_share(text), Err(crate::MisbehaviourError::Share), "{text}");
    }
    let unknown = Misbehaviour::with_share("rests").unwrap_err().to_string();
    assert!(unknown.starts_with("unknown misbehaviour `rests`: expected one of `429-storm`"));
}
