//! One suite, two arms: what Zoom's documents say of each answer is checked on Zoom's own examples
//! and on the simulator's answers. So neither the suite nor the simulator can be wrong alone, and
//! neither shares a mistake with the client, whose parser is not used.

mod documented;
mod value;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;
use zqos_sim::{Algorithm, Config, Dialect};

use self::documented::Documented;
use crate::support::{NOW, Zoom, encoded};

/// An answer, and where it comes from.
struct Body {
    /// Such as `meeting participants`.
    call: &'static str,
    value: Value,
    /// How to get it again.
    replay: String,
}

/// A rule that every answer keeps.
type Check = fn(&Body, &Documented) -> Result<(), String>;

const CHECKS: &[(&str, Check)] = &[
    ("every member is documented, and every value of its kind", members_and_values),
    ("the envelope has the members of its call", envelope),
    ("a page has no more rows than it says", rows_of_page),
    ("the worst of a figure is no better than its mean", order_of_figures),
    ("no row comes twice", distinct_rows),
];

/// All leaves with their paths, `[]` for any element.
fn leaves<'v>(value: &'v Value, path: &str, into: &mut Vec<(String, &'v Value)>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                leaves(value, &format!("{path}.{name}"), into);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                leaves(element, &format!("{path}[]"), into);
            }
        }
        leaf => into.push((path.to_owned(), leaf)),
    }
    if value.as_array().is_some_and(Vec::is_empty) {
        into.push((format!("{path}[]"), value));
    }
}

fn members_and_values(body: &Body, documented: &Documented) -> Result<(), String> {
    let mut all = Vec::new();
    leaves(&body.value, "", &mut all);
    for (path, leaf) in all {
        // Of what is empty, nobody can say of which kind its elements are.
        if leaf.is_array() && documented.members.keys().any(|known| known.starts_with(&path)) {
            continue;
        }
        match documented.members.get(&path) {
            None => return Err(format!("{path} is not documented")),
            Some(is) if !is(leaf) => return Err(format!("{path} is {leaf}")),
            Some(_) => {}
        }
    }
    Ok(())
}

fn envelope(body: &Body, documented: &Documented) -> Result<(), String> {
    let page = body.value.as_object().ok_or("no object")?;
    // Elsewhere the answer itself is a row.
    if documented.envelope.is_empty() {
        return Ok(());
    }
    let is_row = |value: &&Value| value.is_array() || value.is_object();
    let names: BTreeSet<&str> =
        page.iter().filter(|(_, value)| !is_row(value)).map(|(name, _)| name.as_str()).collect();
    let expected: BTreeSet<&str> = documented.envelope.iter().copied().collect();
    (names == expected).then_some(()).ok_or_else(|| format!("{names:?}, not {expected:?}"))
}

/// The rows of a page.
fn rows(body: &Body) -> Option<&Vec<Value>> {
    let names = ["meetings", "webinars", "participants", "call_logs"];
    names.iter().find_map(|name| body.value[*name].as_array())
}

fn rows_of_page(body: &Body, _: &Documented) -> Result<(), String> {
    let (Some(rows), Some(size)) = (rows(body), body.value["page_size"].as_u64()) else {
        return Ok(());
    };
    let size = usize::try_from(size).map_err(|error| error.to_string())?;
    let is_full = rows.len() == size;
    let goes_on = body.value["next_page_token"] != "";
    // Zoom's examples go on after a page that is not full.
    if rows.len() > size || goes_on && !is_full && !body.replay.starts_with("fixture") {
        return Err(format!("{} rows of {size}", rows.len()));
    }
    Ok(())
}

fn order_of_figures(body: &Body, _: &Documented) -> Result<(), String> {
    fn check(value: &Value) -> Result<(), String> {
        match value {
            Value::Array(elements) => elements.iter().try_for_each(check),
            Value::Object(object) => {
                let number = |name: &str| -> Option<f64> {
                    let text = object.get(name)?.as_str()?;
                    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
                    text[..end.unwrap_or(text.len())].parse().ok()
                };
                let names = ["bitrate", "latency", "jitter", "loss", "frame_rate"];
                for name in names {
                    let [min, avg, max] =
                        ["min", "avg", "max"].map(|bound| number(&format!("{bound}_{name}")));
                    let is_ordered = |low: Option<f64>, high: Option<f64>| {
                        low.zip(high).is_none_or(|(l, h)| l <= h)
                    };
                    if !is_ordered(min, avg) || !is_ordered(avg, max) {
                        return Err(format!("{name}: {value}"));
                    }
                }
                object.values().try_for_each(check)
            }
            _ => Ok(()),
        }
    }
    check(&body.value)
}

fn distinct_rows(body: &Body, _: &Documented) -> Result<(), String> {
    let rows = rows(body).into_iter().flatten();
    let keys: Vec<String> = rows
        .map(|row| {
            let key = ["uuid", "user_id", "participant_id", "call_id"];
            key.map(|name| row[name].to_string()).concat()
        })
        .collect();
    let distinct: BTreeSet<&String> = keys.iter().collect();
    (distinct.len() == keys.len()).then_some(()).ok_or_else(|| format!("{keys:?}"))
}

/// Runs every check on every answer; tells of the first failures, each with how to get it again.
#[track_caller]
fn conform(bodies: &[Body]) {
    let mut failures = String::new();
    let mut count = 0;
    for body in bodies {
        let documented = Documented::of(body.call);
        for (name, check) in CHECKS {
            if let Err(failure) = check(body, &documented) {
                count += 1;
                if count <= 10 {
                    writeln!(failures, "{}: {name}: {failure}", body.call).unwrap();
                    writeln!(failures, "  replay: {}", body.replay).unwrap();
                }
            }
        }
    }
    assert!(failures.is_empty(), "{count} failures:\n{failures}");
}

macro_rules! fixture {
    ($call:literal, $name:literal) => {
        Body {
            call: $call,
            value: serde_json::from_str(include_str!(concat!(
                "../../../zoom-wire/tests/fixtures/",
                $name,
                ".json"
            )))
            .unwrap(),
            replay: concat!("fixture ", $name).to_owned(),
        }
    };
}

/// Zoom's own examples.
fn fixtures() -> Vec<Body> {
    vec![
        fixture!("meeting list", "list_meetings"),
        fixture!("meeting details", "get_meeting"),
        fixture!("meeting participants", "list_meeting_participants"),
        fixture!("meeting report", "get_meeting_participant_qos"),
        fixture!("meeting report", "get_meeting_participant_qos.seed"),
        fixture!("meeting reports", "list_meeting_participants_qos"),
        fixture!("meeting sharing", "list_meeting_sharing"),
        fixture!("meeting summaries", "list_meeting_qos_summary"),
        fixture!("webinar list", "list_webinars"),
        fixture!("webinar details", "get_webinar"),
        fixture!("webinar participants", "list_webinar_participants"),
        fixture!("quality", "get_quality"),
        fixture!("phone calls", "list_call_logs"),
        fixture!("phone calls", "list_past_calls"),
        fixture!("phone call", "get_call_log"),
        fixture!("phone qos", "get_call_qos"),
    ]
}

/// The simulator's answers to every call.
struct Arm {
    zoom: Zoom,
    command: String,
    bodies: Vec<Body>,
}

impl Arm {
    fn new(seed: u64, people: u32, dialect: Dialect) -> Self {
        let config = Config { seed, people, dialect, limits: Algorithm::Off, ..Config::default() };
        let spelling = if dialect == Dialect::Mixed { " --dialect mixed" } else { "" };
        let command = format!(
            "zqos sim --seed {seed} --people {people} --now {NOW} --speed 0 --limits off{spelling}"
        );
        Self { zoom: Zoom::new(config), command, bodies: Vec::new() }
    }

    /// Asks, keeps the answer, and gives it back.
    fn ask(&mut self, call: &'static str, path: &str) -> Value {
        let Self { zoom, command, bodies } = self;
        let replay = format!("{command}, then GET http://127.0.0.1:8601/v2{path}");
        let answer = zoom.get(path);
        assert_eq!(answer.status, 200, "{replay}");
        let value: Value = serde_json::from_slice(&answer.body).unwrap();
        bodies.push(Body { call, value: value.clone(), replay });
        value
    }

    /// Asks for everything about a meeting or webinar.
    fn ask_of(&mut self, calls: &[&'static str; 7], kind: &str, meeting: &Value, when: &str) {
        let base = format!("/metrics/{kind}/{}", encoded(&meeting["uuid"]));
        let [details, participants, reports, report, sharing, satisfaction, summaries] = calls;
        self.ask(details, &format!("{base}?type={when}"));
        let base = format!("{base}/participants");
        let path = format!("{base}?type={when}&include_fields=registrant_id");
        let joins = self.ask(participants, &path)["participants"].clone();
        self.ask(reports, &format!("{base}/qos?type={when}&page_size=4"));
        // The host has a camera, the last may be from outside.
        let joins = joins.as_array().unwrap();
        for join in [joins.first(), joins.last()].into_iter().flatten() {
            let id = join["user_id"].as_str().unwrap();
            self.ask(report, &format!("{base}/{id}/qos?type={when}"));
        }
        self.ask(sharing, &format!("{base}/sharing?type={when}"));
        self.ask(satisfaction, &format!("{base}/satisfaction?type={when}"));
        if when == "past" {
            self.ask(summaries, &format!("{base}/qos_summary?page_size=3"));
        }
    }

    fn ask_everything(mut self) -> Vec<Body> {
        const MEETING: [&str; 7] = [
            "meeting details",
            "meeting participants",
            "meeting reports",
            "meeting report",
            "meeting sharing",
            "meeting satisfaction",
            "meeting summaries",
        ];
        const WEBINAR: [&str; 7] = [
            "webinar details",
            "webinar participants",
            "webinar reports",
            "webinar report",
            "webinar sharing",
            "webinar satisfaction",
            "webinar summaries",
        ];
        for by in ["meeting", "participants"] {
            self.ask(
                "quality",
                &format!("/metrics/quality?from=2026-11-19&to=2026-11-19&type={by}"),
            );
        }
        let range = "from=2026-11-16&to=2026-11-20";
        for when in ["live", "past", "pastOne"] {
            let path =
                format!("/metrics/meetings?type={when}&{range}&include_fields=tracking_fields");
            let list = self.ask("meeting list", &path);
            if when != "pastOne" {
                for meeting in list["meetings"].as_array().unwrap().iter().take(15) {
                    self.ask_of(&MEETING, "meetings", meeting, when);
                }
            }
        }
        let list = self.ask("webinar list", &format!("/metrics/webinars?type=past&{range}"));
        for webinar in list["webinars"].as_array().unwrap() {
            self.ask_of(&WEBINAR, "webinars", webinar, "past");
        }
        let instants = "from=2026-11-19T09:00:00Z&to=2026-11-19T15:00:00Z";
        for list in [
            "call_logs?page_size=20".to_owned(),
            "call_logs?from=2026-11-18&to=2026-11-18&quality_type=good".to_owned(),
            format!("past_calls?{instants}&page_size=20"),
        ] {
            let path = format!("/phone/metrics/{list}");
            let calls = self.ask("phone calls", &path)["call_logs"].clone();
            for call in calls.as_array().unwrap().iter().take(10) {
                let path =
                    format!("/phone/metrics/call_logs/{}", call["call_id"].as_str().unwrap());
                self.ask("phone call", &path);
                self.ask("phone qos", &format!("{path}/qos"));
            }
        }
        self.bodies
    }
}

#[test]
fn zooms_examples_conform() {
    conform(&fixtures());
}

#[test]
fn the_simulator_conforms_and_sends_whatever_is_documented() {
    let bodies: Vec<Body> = [
        (1, 200, Dialect::Documented),
        (2, 40, Dialect::Documented),
        (3, 40, Dialect::Mixed),
        (4, 10, Dialect::Mixed),
    ]
    .into_iter()
    .flat_map(|(seed, people, dialect)| Arm::new(seed, people, dialect).ask_everything())
    .collect();
    conform(&bodies);
    let is_live = |body: &&Body| body.call == "meeting report" && body.replay.contains("=live");
    assert!(bodies.iter().filter(is_live).count() > 1, "somebody meets at {NOW}");
    // Of meetings and webinars, of one report and of a page of them, any will do.
    let subject = |call: &'static str| {
        call.rsplit(' ').next().map_or(call, |subject| subject.trim_end_matches('s'))
    };
    let member = |path: &str| {
        let rows = [".participants[]", ".meetings[]", ".webinars[]", ".call_logs[]"];
        rows.iter().find_map(|rows| path.strip_prefix(rows)).unwrap_or(path).to_owned()
    };
    let (mut documented, mut sent) = (BTreeSet::new(), BTreeSet::new());
    for body in &bodies {
        let members = Documented::of(body.call).members.into_keys();
        let members = members.filter(|path| !is_unsimulated(path));
        documented.extend(members.map(|path| (subject(body.call), member(&path))));
        let mut all = Vec::new();
        leaves(&body.value, "", &mut all);
        sent.extend(all.iter().map(|(path, _)| (subject(body.call), member(path))));
    }
    let missing: Vec<_> = documented.difference(&sent).collect();
    assert!(missing.is_empty(), "documented and never sent: {missing:#?}");
}

/// The units in which each figure of calls of a name is spelt.
fn units(bodies: &[Body], call: &str) -> BTreeSet<(String, String)> {
    let mut all = Vec::new();
    for body in bodies.iter().filter(|body| body.call.starts_with(call)) {
        leaves(&body.value, "", &mut all);
    }
    all.into_iter()
        .filter(|(path, _)| {
            [".user_qos[].", ".details.", ".qos."].iter().any(|within| path.contains(within))
        })
        .filter_map(|(path, leaf)| {
            let text =
                leaf.as_str().filter(|text| text.starts_with(|c: char| c.is_ascii_digit()))?;
            let (_, name) = path.rsplit_once('.').filter(|(_, name)| *name != "date_time")?;
            // Of a resolution, what stands between its numbers.
            let is_number = |c: char| c.is_ascii_digit() || c == '.';
            Some((name.to_owned(), text.trim_matches(is_number).to_owned()))
        })
        .collect()
}

#[test]
fn figures_are_spelt_as_in_the_examples_unless_told_otherwise() {
    let examples = fixtures();
    let bodies = Arm::new(1, 40, Dialect::Documented).ask_everything();
    for (call, figures) in [("meeting report", 10), ("meeting summaries", 10), ("phone qos", 5)] {
        let examples = units(&examples, call);
        assert!(examples.len() > figures, "{call}: {examples:?}");
        assert_eq!(units(&bodies, call), examples, "{call}");
    }
}

/// True for keys of somebody's own, which nobody has.
fn is_unsimulated(path: &str) -> bool {
    path.contains("custom_keys")
}

#[test]
fn the_suite_sees_what_is_wrong() {
    let wrong = |change: fn(&mut Value)| {
        let mut body = fixture!("meeting reports", "list_meeting_participants_qos");
        change(&mut body.value);
        let documented = Documented::of(body.call);
        CHECKS.iter().filter(|(_, check)| check(&body, &documented).is_err()).count()
    };
    assert_eq!(wrong(|_| {}), 0);
    for change in [
        (|page| page["codec"] = "opus".into()) as fn(&mut Value),
        |page| page["page_size"] = "10".into(),
        |page| page["next_page_token"] = "short".into(),
        |page| page["codecs"] = Vec::<Value>::new().into(),
        |page| drop(page.as_object_mut().unwrap().remove("total_records")),
        |page| page["participants"][0]["join_time"] = "2022-03-01 10:15".into(),
        |page| page["participants"][0]["user_id"] = 20_161_536.into(),
        |page| page["participants"][0]["user_qos"][0]["audio_input"]["latency"] = "0.1 s".into(),
        |page| page["participants"][0]["user_qos"][0]["audio_input"]["max_loss"] = "0.01%".into(),
        |page| page["participants"][0]["user_qos"][0]["wifi_rssi"]["max_rssi"] = "-75".into(),
        |page| page["page_size"] = 0.into(),
    ] {
        assert!(wrong(change) > 0);
    }
    let mut twice = fixture!("meeting sharing", "list_meeting_sharing");
    let row = twice.value["participants"][0].clone();
    twice.value["participants"].as_array_mut().unwrap().push(row);
    assert!(distinct_rows(&twice, &Documented::of(twice.call)).is_err());
}
