//! `zqos get --summary`: a line for each stream of a whole join.

use serde_json::json as value;

use crate::support::{
    NUMBER, UUID, UUID_IN_PATH, Zqos, answering, asked_with, error, json, paged, serving, targets,
};

/// Where the summaries of the meeting of [`UUID`] are.
fn summaries() -> String {
    format!("/metrics/meetings/{UUID_IN_PATH}/participants/qos_summary")
}

const JILL: &str = r#"{"id":"z8yCxTTTTSiw02QgCAp8uQ","participant_id":"16778240","user_name":"Jill Chill","email":"jill@example.com","qos":[
    {"type":"audio_input","details":{"min_bitrate":"27.15kbps","avg_bitrate":"28 kbps","max_bitrate":"29.5 Kbps","min_latency":"","avg_latency":"126 ms","max_latency":"200 ms","min_jitter":"0ms","avg_jitter":"7.53ms","max_jitter":"9 ms","min_loss":"0.0%","avg_loss":"0.03%","max_loss":"0.4%"}},
    {"type":"video_input","details":{"resolution":"1280*720","min_frame_rate":"12 fps","avg_frame_rate":"15 fps","max_frame_rate":"18 fps"}},
    {"type":"cpu_usage","details":{"zoom_min_cpu_usage":"0%","zoom_avg_cpu_usage":"1%","zoom_max_cpu_usage":"2%","system_max_cpu_usage":"11%","system_max_cpu_pressure_level":"fair"}}]}"#;
const BILL: &str = r#"{"participant_id":"16779264","user_name":"Bill","qos":[{"type":"audio_output","details":{"avg_latency":"9 ms"}}]}"#;

#[test]
fn a_summary_has_a_line_for_each_stream() {
    let server = answering(&summaries(), paged("participants", 2, &[&[JILL], &[BILL]]));
    let run = Zqos::at(&server).run(["get", UUID, "--summary", "--format", "ndjson"]).succeeds();
    let rows = run.rows();
    let key: Vec<_> = rows.iter().map(|row| (&row["user_name"], &row["stream"])).collect();
    assert_eq!(
        value!(key),
        value!([
            ["Jill Chill", "audio_input"],
            ["Jill Chill", "video_input"],
            ["Jill Chill", "cpu_usage"],
            ["Bill", "audio_output"],
        ])
    );
    assert_eq!(rows[0]["meeting_uuid"], UUID);
    assert_eq!(rows[0]["user_id"], "16778240");
    assert_eq!(rows[0]["min_bitrate_kbps"], 27.15);
    assert_eq!(rows[0]["min_latency_ms"], value!(null));
    assert_eq!(rows[0]["avg_jitter_ms"], 7.53);
    assert_eq!(rows[0]["max_loss_pct"], 0.4);
    assert_eq!((&rows[1]["width_px"], &rows[1]["height_px"]), (&value!(1280), &value!(720)));
    assert_eq!(rows[1]["max_frame_rate_fps"], 18.0);
    assert_eq!(rows[2]["system_max_cpu_pct"], 11.0);
    assert_eq!(rows[2]["max_pressure"], "fair");

    // Summaries are of past meetings: nothing says so in the request.
    let path = format!("/v2{}?page_size=10", summaries());
    assert_eq!(targets(&server), [path.clone(), format!("{path}&next_page_token=token-of-page-1")]);
}

#[test]
fn the_summary_of_one_participant_is_picked_from_all() {
    let server = answering(&summaries(), paged("participants", 2, &[&[JILL, BILL]]));
    let args = ["get", UUID, "16779264", "--summary", "--format"];
    let of_format = |format| Zqos::at(&server).run(args.iter().chain(&[format])).succeeds();
    assert_eq!(of_format("ndjson").rows().len(), 1);
    assert_eq!(of_format("csv").csv().1.len(), 1);
    assert_eq!(of_format("json").json()["participants"].as_array().unwrap().len(), 1);
    let table = of_format("table");
    assert!(table.text().contains("Bill") && !table.text().contains("Jill"), "{table}");
}

#[test]
fn the_summary_of_a_person_is_picked_from_all() {
    let path = format!("/v2/metrics/meetings/{UUID_IN_PATH}/participants");
    let bill = r#"{"user_id":"16779264","user_name":"Bill"}"#;
    let routes = zqos_replay::Routes::new()
        .on("GET", path, paged("participants", 1, &[&[bill]]))
        .on("GET", format!("/v2{}", summaries()), paged("participants", 2, &[&[JILL, BILL]]));
    let server = serving(routes);
    let args = ["get", UUID, "--person", "bill", "--summary", "--format", "ndjson"];
    let run = Zqos::at(&server).run(args).exits(0);
    assert_eq!(run.stderr, "Bill is participant 16779264\n");
    assert_eq!(run.rows().len(), 1);
}

#[test]
fn the_summary_of_a_number_is_that_of_its_past_instance() {
    let details = format!("/metrics/meetings/{NUMBER}");
    let body = format!(r#"{{"uuid":"{UUID}"}}"#);
    let routes = zqos_replay::Routes::new()
        .on("GET", asked_with(&details, "type", "past"), json(body))
        .on("GET", format!("/v2{}", summaries()), paged("participants", 1, &[&[BILL]]));
    let server = serving(routes);
    let run = Zqos::at(&server).run(["get", NUMBER, "--summary", "--format", "csv"]).exits(0);
    assert_eq!(run.stderr, format!("meeting {UUID}\n"));
}

#[test]
fn a_wrong_figure_of_a_summary_is_told() {
    let row = r#"{"participant_id":"1","qos":[{"type":"audio_input","details":{"avg_latency":"slow","max_latency":"9 ms"}},7]}"#;
    let server = answering(&summaries(), paged("participants", 1, &[&[row]]));
    let run = Zqos::at(&server).run(["get", UUID, "--summary", "--format", "ndjson"]).exits(3);
    run.explains(&[
        "invalid row: $.participants[0].qos[0].details: expected a time",
        "invalid row: $.participants[0].qos[1]: expected an object",
    ]);
    assert_eq!(run.rows()[0]["max_latency_ms"], 9.0);
}

#[test]
fn without_the_add_on_the_hint_says_so() {
    let message = "Event subscription not found. Subscribe to the Meeting Participant QoS Summary \
                   event in your Marketplace app to get access to this API.";
    let server = answering(&summaries(), error(400, 200, message));
    Zqos::at(&server).run(["get", UUID, "--summary"]).fails(&[
        "HTTP 400 Bad Request",
        "Zoom says: code 200: Event subscription not found.",
        "hint: summaries need the add-on Quality of Service Subscription",
    ]);
}

#[test]
fn no_summaries_are_told() {
    let server = answering(&summaries(), paged("participants", 0, &[&[]]));
    for format in ["ndjson", "csv", "json", "table"] {
        let run = Zqos::at(&server).run(["get", UUID, "--summary", "--format", format]).exits(0);
        assert_eq!(run.stderr, "no summaries: Zoom has none of what was asked for\n");
    }
}

#[test]
fn a_live_summary_is_refused() {
    Zqos::new().run(["get", UUID, "--summary", "--type", "live"]).refuses("past meetings only");
    Zqos::new().run(["get", UUID, "1", "--summary", "--format", "raw"]).refuses("`raw` gives");
}
