use std::collections::HashSet;
use std::sync::Arc;

use serde_json::json;
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

fn body(answer: &Answer) -> Value {
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
        assert_eq!((answer.status, &body(&answer)["code"]), (429, &Value::from(429)));
        let daily = body(&answer)["message"].as_str().unwrap().contains("daily");
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
    assert_eq!((answer.status, &body(&answer)["code"]), (401, &Value::from(124)));
}

#[test]
fn the_token_of_a_further_page_expires_within_the_walk() {
    let (simulator, authorization) = simulator(1);
    simulator.misbehave(Misbehaviour::ExpiredPageTokens, Share::new(1.0).unwrap());
    let page = whole(simulator.deliver(&Call::get(LIST, &authorization)));
    assert_eq!(page.status, 200);
    let token = body(&page)["next_page_token"].as_str().unwrap().to_owned();
    assert!(!token.is_empty());
    let next = format!("{LIST}&next_page_token={token}");
    let answer = whole(simulator.deliver(&Call::get(&next, &authorization)));
    assert_eq!((answer.status, &body(&answer)["code"]), (400, &Value::from(300)));
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

#[test]
fn answers_with_a_drift_are_other_json() {
    let (simulator, authorization) = simulator(1);
    // With ids that are texts.
    let sample = simulator.samples().remove(0);
    let uuid = sample.uuid.replace('/', "%2F").replace('+', "%2B");
    let path = format!("/v2/metrics/meetings/{uuid}/participants?type=past");
    let call = Call::get(&path, &authorization);
    let plain = simulator.answer(&call);
    assert_eq!(plain.status, 200);
    for &which in Misbehaviour::ALL.iter().filter(|which| which.name().starts_with("drift")) {
        simulator.misbehave(which, Share::new(1.0).unwrap());
        let drifted = whole(simulator.deliver(&call));
        simulator.misbehave(which, Share::NONE);
        assert_eq!((drifted.status, &drifted.headers), (200, &plain.headers));
        assert!(body(&drifted) != body(&plain), "{}", which.name());
    }
}

#[test]
fn what_drifts_does_not_depend_on_how_often() {
    let (simulator, authorization) = simulator(1);
    simulator.misbehave(Misbehaviour::MissingMembers, Share::new(0.05).unwrap());
    let path = format!("{LIST}&page_size=1");
    let call = Call::get(&path, &authorization);
    let bodies: HashSet<Vec<u8>> =
        (0..1_000).map(|_| whole(simulator.deliver(&call)).body).collect();
    // Nearly every one of the fifty or so that are struck lacks another member.
    assert!(bodies.len() > 10, "{}", bodies.len());
}

/// What many draws make of a small answer.
fn drifts(drift: fn(&mut Value, Draw)) -> Vec<Value> {
    let drifts = (0..100).map(|seed| {
        let mut body = json!({"id": "a", "rows": [{"id": "b", "name": "c"}]});
        drift(&mut body, Draw::new(seed));
        body
    });
    drifts.collect()
}

/// Each of the outcomes has been seen, and no other.
#[track_caller]
fn outcomes_are(seen: &[Value], expected: &[Value]) {
    assert!(seen.iter().all(|one| expected.contains(one)), "{seen:?}");
    assert!(expected.iter().all(|one| seen.contains(one)), "{seen:?}");
}

#[test]
fn a_drift_adds_a_member_to_every_object() {
    for body in drifts(drift::add) {
        let (outer, inner) = (body.as_object().unwrap(), body["rows"][0].as_object().unwrap());
        let new: Vec<_> = outer.iter().filter(|(name, _)| name.starts_with("new_")).collect();
        let [(name, value)] = *new else { panic!("{body}") };
        assert_eq!((inner.get(name), inner.len()), (Some(value), 3));
    }
}

#[test]
fn a_drift_takes_a_member_away_wherever_it_stood() {
    outcomes_are(
        &drifts(drift::remove),
        &[
            json!({"id": "a"}),
            json!({"rows": [{"name": "c"}]}),
            json!({"id": "a", "rows": [{"id": "b"}]}),
        ],
    );
}

#[test]
fn a_drift_gives_a_member_another_name_wherever_it_stood() {
    outcomes_are(
        &drifts(drift::rename),
        &[
            json!({"id": "a", "rows_v2": [{"id": "b", "name": "c"}]}),
            json!({"id_v2": "a", "rows": [{"id_v2": "b", "name": "c"}]}),
            json!({"id": "a", "rows": [{"id": "b", "name_v2": "c"}]}),
        ],
    );
}

#[test]
fn a_drift_makes_numbers_of_texts() {
    let mut report = json!({"user_qos": [
        {"audio_input": {"bitrate": "27.15 kbps", "name": "a"}},
        {"audio_input": {"bitrate": ""}},
    ]});
    drift::make_numbers(&mut report, Draw::new(1));
    let expected = json!({"user_qos": [
        {"audio_input": {"bitrate": 27.15, "name": "a"}},
        {"audio_input": {"bitrate": ""}},
    ]});
    assert_eq!(report, expected);
    let mut nothing = json!({"name": "a"});
    drift::make_numbers(&mut nothing, Draw::new(1));
    assert_eq!(nothing, json!({"name": "a"}));
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
    assert!((40..120).contains(&count), "{count}");
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
    assert!((4..40).contains(&runs), "{runs}");
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
