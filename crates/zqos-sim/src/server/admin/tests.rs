use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::Config;

/// A simulator whose clock stands still on a Friday at noon, as it is seen from outside.
struct Outside {
    simulator: Simulator,
    clock: Arc<VirtualClock>,
}

impl Outside {
    fn new() -> Self {
        let noon = "2026-11-20T12:00:00Z".parse().unwrap();
        let clock = Arc::new(VirtualClock::new(noon, Speed::new(0.0).unwrap()));
        let simulator =
            Simulator::new(Config::default(), Arc::<VirtualClock>::clone(&clock)).unwrap();
        Self { simulator, clock }
    }

    fn ask(&self, call: &Call<'_>) -> (u16, Value) {
        let answer = answer(&self.simulator, &self.clock, call);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        (answer.status, serde_json::from_slice(&answer.body).unwrap())
    }

    fn state(&self) -> Value {
        let (status, state) = self.ask(&get("/sim/v1/state"));
        assert_eq!(status, 200, "{state}");
        state
    }

    fn tell(&self, path: &str, body: &Value) -> (u16, Value) {
        self.ask(&post(path, body.to_string().as_bytes()))
    }
}

fn get(path: &str) -> Call<'_> {
    let hosts = vec!["127.0.0.1:8601"];
    Call { method: "GET", path, hosts, has_origin: false, content_type: None, body: b"" }
}

fn post<'a>(path: &'a str, body: &'a [u8]) -> Call<'a> {
    Call { method: "POST", content_type: Some("application/json"), body, ..get(path) }
}

#[test]
fn the_state_tells_the_clock_the_requests_and_what_is_switched_on() {
    let outside = Outside::new();
    let expected = json!({
        "now": "2026-11-20T12:00:00Z", "speed": 0.0, "requests": {}, "faults": {}
    });
    assert_eq!(outside.state(), expected);
    outside.tell("/sim/v1/faults", &json!({"resets": 1, "cut-bodies": 0.5}));
    for target in ["/v2/metrics/meetings", "/v2/metrics/quality", "/oauth/token"] {
        outside.simulator.deliver(&crate::Call::get(target, "Bearer made-up"));
    }
    let expected = json!({
        "now": "2026-11-20T12:00:00Z",
        "speed": 0.0,
        "requests": {"list_meetings": 1, "get_quality": 1, "token": 1},
        "faults": {
            "resets": {"share": 1.0, "struck": 3},
            "cut-bodies": {"share": 0.5, "struck": 0},
        },
    });
    assert_eq!(outside.state(), expected);
}

#[test]
fn the_clock_is_set_put_forward_and_sped_up() {
    let outside = Outside::new();
    let (status, state) = outside.tell("/sim/v1/clock", &json!({"advance_seconds": 90}));
    assert_eq!((status, &state["now"]), (200, &json!("2026-11-20T12:01:30Z")));
    // Backwards too; and what is set is put forward then.
    let order = json!({"set": "2026-11-19T12:00:00+01:00", "advance_seconds": 1});
    assert_eq!(outside.tell("/sim/v1/clock", &order).1["now"], "2026-11-19T11:00:01Z");
    assert_eq!(outside.tell("/sim/v1/clock", &json!({"speed": 60})).1["speed"], 60.0);
}

#[test]
fn a_fault_is_switched_off_by_a_share_of_nothing() {
    let outside = Outside::new();
    outside.tell("/sim/v1/faults", &json!({"resets": 0.25, "5xx": 1}));
    let (status, state) = outside.tell("/sim/v1/faults", &json!({"resets": 0}));
    assert_eq!(status, 200);
    assert_eq!(state["faults"], json!({"5xx": {"share": 1.0, "struck": 0}}));
}

#[test]
fn counts_begin_anew_and_switches_stay() {
    let outside = Outside::new();
    outside.tell("/sim/v1/faults", &json!({"resets": 1}));
    outside.simulator.deliver(&crate::Call::get("/v2/metrics/quality", "Bearer made-up"));
    let (status, state) = outside.tell("/sim/v1/reset", &json!({}));
    assert_eq!((status, &state["requests"]), (200, &json!({})));
    assert_eq!(state["faults"], json!({"resets": {"share": 1.0, "struck": 0}}));
}

#[test]
fn only_programs_on_this_machine_are_answered() {
    let outside = Outside::new();
    for host in ["127.0.0.1", "127.0.0.1:1", "localhost:8601", "LOCALHOST", "[::1]", "[::1]:8601"] {
        assert_eq!(outside.ask(&Call { hosts: vec![host], ..get("/sim/v1/state") }).0, 200);
    }
    let local = "127.0.0.1:8601";
    for hosts in [
        vec![],
        vec!["evil.example"],
        vec!["evil.example:8601"],
        vec!["127.0.0.1.evil.example"],
        vec!["localhost.evil.example:8601"],
        vec!["evil.example:127.0.0.1"],
        vec!["127.0.0.1:8601:evil"],
        vec!["::1"],
        vec![""],
        vec![local, "evil.example"],
    ] {
        let (status, refusal) = outside.ask(&Call { hosts, ..get("/sim/v1/state") });
        assert_eq!(status, 403, "{refusal}");
    }
    // A page that a browser shows, even one from here.
    assert_eq!(outside.ask(&Call { has_origin: true, ..get("/sim/v1/state") }).0, 403);
    let order = Call { has_origin: true, ..post("/sim/v1/clock", b"{\"advance_seconds\": 1}") };
    assert_eq!(outside.ask(&order).0, 403);
    assert_eq!(outside.state()["now"], "2026-11-20T12:00:00Z");
}

#[test]
fn an_order_that_is_not_understood_is_refused_as_a_whole_and_says_why() {
    let outside = Outside::new();
    let plain = Call { content_type: Some("text/plain"), ..post("/sim/v1/clock", b"{}") };
    for (call, status, reason) in [
        (get("/sim/v1"), 404, "expected /sim/v1/state"),
        (get("/sim/v2/state"), 404, "unknown path"),
        (get("/sim/v1/clock"), 405, "takes POST"),
        (post("/sim/v1/state", b"{}"), 405, "takes GET"),
        (Call { content_type: None, ..plain.clone() }, 415, "content-type: application/json"),
        (plain, 415, "content-type: application/json"),
        (post("/sim/v1/clock", b""), 400, "EOF"),
        (post("/sim/v1/clock", b"{\"sped\": 1}"), 400, "unknown field `sped`"),
        (post("/sim/v1/clock", b"{\"speed\": -1}"), 400, "a speed is a finite number"),
        (post("/sim/v1/clock", b"{\"advance_seconds\": -1}"), 400, "invalid value"),
        (
            post("/sim/v1/clock", b"{\"set\": \"noon\", \"speed\": 9}"),
            400,
            "not an RFC 3339 instant",
        ),
        (post("/sim/v1/faults", b"[]"), 400, "expected a map"),
        (post("/sim/v1/faults", b"{\"resets\": 0.5, \"rests\": 1}"), 400, "expected one of `429"),
        (post("/sim/v1/faults", b"{\"resets\": 2}"), 400, "a share is a number from 0 to 1"),
        (post("/sim/v1/reset", b"{\"all\": true}"), 400, "unknown field `all`"),
    ] {
        let before = outside.state();
        let (answered, refusal) = outside.ask(&call);
        let said = refusal["error"].as_str().unwrap();
        assert_eq!(answered, status, "{call:?}: {said}");
        assert!(said.contains(reason), "{said}");
        assert_eq!(outside.state(), before);
    }
}
