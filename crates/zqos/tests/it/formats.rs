//! What each `--format` of a report is made of.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::Value;
use zqos_replay::{Response, fixtures};

use crate::support::{NUMBER, PERSON, Run, Zqos, compact, json, reporting};

/// A report in this format.
fn shown(answer: Response, format: &str) -> Run {
    let server = reporting(answer);
    Zqos::at(&server).run(["get", NUMBER, PERSON, "--type", "live", "--format", format])
}

/// What the program should make of the published example: each stream's figures by column, read
/// here in the plainest way.
fn expected_figures() -> BTreeMap<String, BTreeMap<String, f64>> {
    let report: Value = serde_json::from_str(fixtures::seed_report()).unwrap();
    let mut streams = BTreeMap::new();
    for (stream, members) in report["user_qos"][0].as_object().unwrap() {
        let Some(members) = members.as_object() else { continue };
        let mut figures = BTreeMap::new();
        for (member, value) in members {
            let text = value.as_str().unwrap();
            let number = |text: &str| {
                let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
                text[..end.unwrap_or(text.len())].parse::<f64>().unwrap()
            };
            let columns: &[(&str, f64)] = match &**member {
                _ if text.is_empty() || text == "0*0" => &[],
                "bitrate" => &[("bitrate_kbps", number(text))],
                "latency" => &[("latency_ms", number(text))],
                "jitter" => &[("jitter_ms", number(text))],
                "avg_loss" => &[("avg_loss_pct", number(text))],
                "max_loss" => &[("max_loss_pct", number(text))],
                "frame_rate" => &[("frame_rate_fps", number(text))],
                "resolution" => {
                    let (width, height) = text.split_once('*').unwrap();
                    &[("width_px", number(width)), ("height_px", number(height))]
                }
                "zoom_min_cpu_usage" => &[("zoom_min_cpu_pct", number(text))],
                "zoom_avg_cpu_usage" => &[("zoom_avg_cpu_pct", number(text))],
                "zoom_max_cpu_usage" => &[("zoom_max_cpu_pct", number(text))],
                "system_max_cpu_usage" => &[("system_max_cpu_pct", number(text))],
                other => panic!("{other}"),
            };
            figures.extend(columns.iter().map(|(name, value)| ((*name).to_owned(), *value)));
        }
        let stream = if stream == "cpu_usage" { "device" } else { stream };
        streams.insert(stream.to_owned(), figures);
    }
    // Six streams of five, two pictures of three more, and four of the processor.
    assert_eq!(streams.values().map(BTreeMap::len).sum::<usize>(), 6 * 5 + 2 * 3 + 4);
    streams
}

#[test]
fn ndjson_has_every_figure_of_the_published_example_as_a_number() {
    let run = shown(json(fixtures::seed_report()), "ndjson").succeeds();
    let mut figures = BTreeMap::new();
    for row in run.rows() {
        let row = row.as_object().unwrap();
        assert_eq!(row["meeting_uuid"], Value::Null);
        assert_eq!(row["user_id"], PERSON);
        assert_eq!(row["user_name"], "User");
        assert_eq!(row["ts"], "2021-06-24T20:00:00Z");
        let of_stream: BTreeMap<String, f64> = row
            .iter()
            .filter_map(|(column, value)| Some((column.clone(), value.as_f64()?)))
            .collect();
        // What is neither a number nor one of the texts above is missing.
        let missing = row.values().filter(|value| value.is_null()).count() - 1;
        assert_eq!(of_stream.len() + missing, row.len() - 5, "{run}");
        figures.insert(row["stream"].as_str().unwrap().to_owned(), of_stream);
    }
    assert_eq!(figures, expected_figures());
}

#[test]
fn csv_has_every_figure_of_the_published_example_as_a_number() {
    let run = shown(json(fixtures::seed_report()), "csv").succeeds();
    let (heading, rows) = run.csv();
    assert_eq!(
        heading.join(","),
        "meeting_uuid,user_id,user_name,ts,stream,bitrate_kbps,latency_ms,jitter_ms,avg_loss_pct,\
         max_loss_pct,width_px,height_px,frame_rate_fps,zoom_min_cpu_pct,zoom_avg_cpu_pct,\
         zoom_max_cpu_pct,system_max_cpu_pct,min_pressure,avg_pressure,max_pressure,min_rssi_dbm,\
         avg_rssi_dbm,max_rssi_dbm"
    );
    let mut figures = BTreeMap::new();
    for row in rows {
        assert_eq!((&*row["meeting_uuid"], &*row["user_id"]), ("", PERSON));
        assert_eq!((&*row["user_name"], &*row["ts"]), ("User", "2021-06-24T20:00:00Z"));
        let of_stream: BTreeMap<String, f64> = heading[5..]
            .iter()
            .filter(|column| !row[*column].is_empty())
            .map(|column| (column.clone(), row[column].parse().unwrap()))
            .collect();
        figures.insert(row["stream"].clone(), of_stream);
    }
    assert_eq!(figures, expected_figures());
}

#[test]
fn json_is_the_published_example_set_out_in_lines() {
    let run = shown(json(fixtures::seed_report()), "json").succeeds();
    assert_eq!(compact(run.text()), compact(fixtures::seed_report()));
    assert!(run.text().starts_with("{\n  \"user_id\": \"1670000000\",\n"), "{run}");
    assert!(run.text().ends_with("\n}\n"), "{run}");
}

#[test]
fn json_keeps_key_order_numbers_escapes_and_unknown_members() {
    let body = r#"{"z":1.50e2,"a":12345678901234567890123,"text":"A\/\u00e9 \" x","user_qos":[ ],"b":{"new":[0.10,-0,null,true]},"a":1}"#;
    let run = shown(json(body), "json").exits(0);
    assert_eq!(compact(run.text()), compact(body));
}

#[test]
fn json_of_nothing_but_brackets_does_not_grow_by_its_square() {
    let body = format!(r#"{{"x":{}{}}}"#, "[".repeat(20_000), "]".repeat(20_000));
    let run = shown(json(&*body), "json").exits(0);
    assert_eq!(compact(run.text()), body);
    assert!(run.stdout.len() < 100 * body.len());
}

#[test]
fn json_is_the_format_where_nobody_looks() {
    let server = reporting(json(fixtures::seed_report()));
    let run = Zqos::at(&server).run(["get", NUMBER, PERSON]).succeeds();
    assert_eq!(run.json(), serde_json::from_str::<Value>(fixtures::seed_report()).unwrap());
}

#[test]
fn json_of_a_body_with_a_byte_order_mark_is_json() {
    let run = shown(json(format!("\u{feff}{}", fixtures::seed_report())), "json").succeeds();
    assert_eq!(run.json()["user_id"], PERSON);
}

#[test]
fn raw_is_the_body_byte_for_byte() {
    for body in [
        fixtures::seed_report().as_bytes(),
        b"{\"user_name\":\"\x1b[31m\"}  ",
        b"\xff\xfe not text",
        b"",
    ] {
        let run = shown(Response::new(200).body(body), "raw").succeeds();
        assert_eq!(run.stdout, body);
    }
}

#[test]
fn compressed_and_chunked_answers_are_the_same() {
    for answer in [
        json(fixtures::seed_report()).gzip(),
        json(fixtures::seed_report()).chunked(),
        json(fixtures::seed_report()).gzip().chunked(),
    ] {
        assert_eq!(shown(answer, "raw").succeeds().text(), fixtures::seed_report());
    }
}

#[test]
fn a_table_is_for_people() {
    let run = shown(json(fixtures::seed_report()), "table").succeeds();
    let text = run.text();
    // Who, where, on what.
    for particular in [
        "User\n",
        "San Jose (US), 192.0.2.0",
        "Android",
        "Zoom 4.4.55383.0726",
        "2021-06-24 20:00 to 20:00",
        "UTC",
        "live report",
    ] {
        assert!(text.contains(particular), "no `{particular}`: {run}");
    }
    // Then each stream, in Zoom's order, then the device.
    let streams = [
        "audio_input",
        "audio_output",
        "video_input",
        "video_output",
        "as_input",
        "as_output",
        "CPU",
    ];
    let places = streams.map(|stream| text.find(&format!("\n{stream} ")).unwrap());
    assert!(places.is_sorted(), "{run}");
    let line = |stream: &str| text.lines().find(|line| line.starts_with(stream)).unwrap();
    for figure in ["129", "11", "4.9", "1055", "720", "12"] {
        assert!(line("video_input").contains(figure), "no {figure}: {run}");
    }
    assert!(line("CPU").contains("12") && line("CPU").contains("40"), "{run}");
    // Colour is for terminals.
    assert!(!text.contains('\u{1b}'));
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{run}");
}

#[test]
fn a_table_draws_the_minutes_as_a_curve() {
    let minute = |minute: u32, latency: u32| {
        format!(
            r#"{{"date_time":"2026-01-05T10:0{minute}:00Z","audio_input":{{"latency":"{latency} ms"}}}}"#
        )
    };
    let minutes = [minute(0, 10), minute(1, 800), minute(4, 400)].join(",");
    let run = shown(json(format!(r#"{{"user_id":"1","user_qos":[{minutes}]}}"#)), "table");
    let run = run.succeeds();
    // Two minutes are missing between the second and the last.
    assert!(run.text().contains("▁█  ▅"), "{run}");
}

#[test]
fn device_samples_are_lines_of_their_own() {
    let body = r#"{"user_id":"1","user_name":"Jill","user_qos":[{"date_time":"2026-01-05T10:00:00Z",
        "cpu_usage":{"zoom_avg_cpu_usage":"12%"},
        "cpu_pressure_level":{"system_max_cpu_pressure_level":"critical"},
        "wifi_rssi":{"max_rssi":-44,"avg_rssi":"-50","min_rssi":-60,"rssi_unit":"dBm"}}]}"#;
    let run = shown(json(body), "ndjson").succeeds();
    assert_eq!(
        run.rows(),
        [serde_json::json!({
            "meeting_uuid": null, "user_id": "1", "user_name": "Jill",
            "ts": "2026-01-05T10:00:00Z", "stream": "device", "zoom_min_cpu_pct": null,
            "zoom_avg_cpu_pct": 12, "zoom_max_cpu_pct": null, "system_max_cpu_pct": null,
            "min_pressure": null, "avg_pressure": null, "max_pressure": "critical",
            "min_rssi_dbm": -60, "avg_rssi_dbm": -50, "max_rssi_dbm": -44,
        })]
    );
}

#[test]
fn an_unknown_stream_is_kept_under_its_name() {
    let body = r#"{"user_id":"1","user_qos":[{"date_time":"2026-01-05T10:00:00Z",
        "hologram_input":{"bitrate":"9 kbps","depth":"3 m"},"note":"x"}]}"#;
    let run = shown(json(body), "ndjson").succeeds();
    let [row] = &run.rows()[..] else { panic!("{run}") };
    assert_eq!((&row["stream"], &row["bitrate_kbps"]), (&"hologram_input".into(), &9.into()));
    assert!(shown(json(body), "table").succeeds().text().contains("hologram_input"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, rng_seed: RngSeed::Fixed(1), ..Default::default() })]

    #[test]
    fn a_name_survives_ndjson_and_json(name in "\\PC{1,20}|[ -~]{1,20}|.{1,20}") {
        prop_assume!(!matches!(name.trim(), "" | "-" | "-(-)"));
        let body = serde_json::json!({"user_name": name, "user_qos": [
            {"date_time": "2026-01-05T10:00:00Z", "audio_input": {"latency": "1 ms"}},
        ]});
        let run = shown(json(body.to_string()), "ndjson").succeeds();
        prop_assert_eq!(run.text().lines().count(), 1);
        prop_assert_eq!(&run.rows()[0]["user_name"], &Value::from(name));
        prop_assert_eq!(shown(json(body.to_string()), "json").succeeds().json(), body);
    }
}
