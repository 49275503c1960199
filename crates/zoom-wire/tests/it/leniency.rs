//! What is wrong is counted with its place, and spoils nothing else.

use zoom_wire::qos::{ParticipantQos, ParticipantsQosPage};
use zoom_wire::{DecodeError, Page as _, RawPage, decode};
use zqos_core::StreamName;

fn report(text: &str) -> ParticipantQos<'_> {
    decode(text.as_bytes()).unwrap()
}

/// Reads the samples of a report with this one minute.
fn minute(members: &str) -> zoom_wire::qos::Samples {
    report(&format!(r#"{{"user_qos":[{{"date_time":"2026-01-05T10:01:00Z",{members}}}]}}"#))
        .samples("$")
}

#[test]
fn a_wrong_row_does_not_fail_its_page() {
    let text = r#"{"participants":[{"user_id":"1"},42,{"user_id":"3"},null,"x",[1]]}"#;
    let page: ParticipantsQosPage<'_> = decode(text.as_bytes()).unwrap();
    let (good, wrong): (Vec<_>, Vec<_>) =
        page.participants.objects("$.participants").partition(Result::is_ok);
    assert_eq!(good.len(), 2);
    let wrong: Vec<String> = wrong.into_iter().map(|row| row.unwrap_err().to_string()).collect();
    assert_eq!(
        wrong,
        [
            "$.participants[1]: expected an object, found a number",
            "$.participants[3]: expected an object, found null",
            "$.participants[4]: expected an object, found a text",
            "$.participants[5]: expected an object, found an array",
        ]
    );
    assert_eq!(
        serde_json::to_value(&page).unwrap(),
        serde_json::from_str::<serde_json::Value>(text).unwrap()
    );
}

#[test]
fn a_wrong_figure_is_one_invalid_row_and_the_others_stay() {
    let samples = minute(
        r#""audio_input":{"bitrate":"fast","latency":"slow","jitter":"6 ms"},
           "audio_output":{"bitrate":"63 kbps"}"#,
    );
    let [invalid] = &samples.invalid[..] else { panic!("{:?}", samples.invalid) };
    assert_eq!(
        invalid.to_string(),
        "$.user_qos[0].audio_input.bitrate: expected a bitrate such as `23 kbps`, found \"fast\""
    );
    assert_eq!(samples.streams.len(), 2);
    assert_eq!(samples.streams[0].figures.bitrate, None);
    assert!(samples.streams[0].figures.jitter.is_some());
}

#[test]
fn a_sample_without_a_readable_time_is_left_out_and_counted() {
    let text = r#"{"user_qos":[{"audio_input":{"bitrate":"1 kbps"}},
        {"date_time":"half past ten","audio_input":{"bitrate":"1 kbps"}},
        {"date_time":"2026-01-05T10:01:00Z","audio_input":{"bitrate":"1 kbps"}}]}"#;
    let samples = report(text).samples("$.participants[7]");
    assert_eq!(samples.streams.len(), 1);
    let paths: Vec<&str> = samples.invalid.iter().map(|row| &*row.path).collect();
    assert_eq!(
        paths,
        ["$.participants[7].user_qos[0].date_time", "$.participants[7].user_qos[1].date_time"]
    );
}

#[test]
fn one_odd_spelling_does_not_disturb_its_neighbours() {
    let samples = minute(
        r#""audio_input":{"bitrate":"23 kbps","latency" : "126ms","jitter":6,"avg_loss":"0.3%","max_loss":"1.9%","codec":"x"},
           "audio_output":{"bitrate":"63 kbps","latency":"134 ms","jitter":"6 ms","avg_loss":"0.0%","max_loss":"0.0%"}"#,
    );
    assert!(samples.invalid.is_empty());
    let [input, output] = &samples.streams[..] else { panic!("{:?}", samples.streams) };
    let figures = |sample: &zqos_core::StreamSample| {
        let figures = sample.figures;
        (
            figures.bitrate.map(zqos_core::Kbps::get),
            figures.latency.map(zqos_core::Millis::get),
            figures.jitter.map(zqos_core::Millis::get),
            figures.avg_loss.map(zqos_core::Percent::get),
            figures.max_loss.map(zqos_core::Percent::get),
        )
    };
    assert_eq!(figures(input), (Some(23.0), Some(126.0), Some(6.0), Some(0.3), Some(1.9)));
    assert_eq!(figures(output), (Some(63.0), Some(134.0), Some(6.0), Some(0.0), Some(0.0)));
}

#[test]
fn the_three_forms_of_an_empty_stream() {
    let samples = minute(
        r#""video_input":{"bitrate":"","latency":"","jitter":"","avg_loss":"","max_loss":"","resolution":"","frame_rate":""},
           "as_input":{"bitrate":"70 kbps","resolution":"0*0","frame_rate":""}"#,
    );
    let [share] = &samples.streams[..] else { panic!("{:?}", samples.streams) };
    assert_eq!(share.stream.as_str(), "as_input");
    assert_eq!((share.figures.resolution, share.figures.frame_rate), (None, None));
    assert!(samples.invalid.is_empty());
}

#[test]
fn null_and_empty_stand_for_no_stream_but_a_number_does_not() {
    let samples = minute(r#""audio_input":null,"audio_output":"","video_input":7"#);
    assert!(samples.streams.is_empty());
    let [invalid] = &samples.invalid[..] else { panic!("{:?}", samples.invalid) };
    assert_eq!(&*invalid.path, "$.user_qos[0].video_input");
}

#[test]
fn an_unknown_stream_is_kept_under_its_name() {
    let samples = minute(r#""hologram_input":{"bitrate":"9 kbps"},"mood":"good","tags":{"a":1}"#);
    let [hologram] = &samples.streams[..] else { panic!("{:?}", samples.streams) };
    assert_eq!(hologram.stream, StreamName::new("hologram_input"));
    assert!(samples.invalid.is_empty());
}

#[test]
fn unknown_members_and_repeated_ones_are_kept() {
    let text = r#"{"shoe_size":43,"user_id":"1","user_id":"2","user_qos":[{"new":{}}]}"#;
    let report = report(text);
    assert_eq!(report.user_id.get().unwrap().as_str(), "1");
    let names: Vec<&str> = report.other.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["shoe_size", "user_id"]);
    let encoded = serde_json::to_string(&report).unwrap();
    assert_eq!(encoded, r#"{"user_id":"1","user_qos":[{"new":{}}],"shoe_size":43,"user_id":"2"}"#);
}

#[test]
fn numbers_keep_their_spelling() {
    let text = r#"{"user_id":16778240,"other_number":1.50e2}"#;
    let report = report(text);
    assert_eq!(report.user_id.get().unwrap().as_str(), "16778240");
    assert_eq!(serde_json::to_string(&report).unwrap(), text);
}

#[test]
fn user_qos_may_be_missing_null_or_a_single_object() {
    for text in ["{}", r#"{"user_qos":null}"#, r#"{"user_qos":[]}"#] {
        assert_eq!(report(text).samples("$"), zoom_wire::qos::Samples::default(), "{text}");
    }
    let single =
        r#"{"user_qos":{"date_time":"2026-01-05T10:01:00Z","audio_input":{"bitrate":"1 kbps"}}}"#;
    assert_eq!(report(single).samples("$").streams.len(), 1);
}

#[test]
fn the_device_is_one_sample() {
    let samples = minute(
        r#""cpu_usage":{"zoom_avg_cpu_usage":"12%","system_max_cpu_usage":""},
           "cpu_pressure_level":{"system_avg_cpu_pressure_level":"serious","system_max_cpu_pressure_level":"molten"},
           "wifi_rssi":{"max_rssi":-44,"avg_rssi":"-50","min_rssi":-56,"rssi_unit":"dBm"}"#,
    );
    let [device] = samples.devices[..] else { panic!("{:?}", samples.devices) };
    assert_eq!(device.zoom_avg_cpu.unwrap().to_string(), "12 %");
    assert_eq!(device.system_max_cpu, None);
    assert_eq!(device.avg_pressure, Some(zqos_core::Pressure::Serious));
    assert_eq!(device.avg_rssi.unwrap().get(), -50);
    let [invalid] = &samples.invalid[..] else { panic!("{:?}", samples.invalid) };
    assert_eq!(&*invalid.path, "$.user_qos[0].cpu_pressure_level.system_max_cpu_pressure_level");
}

#[test]
fn a_body_that_is_no_object_says_why() {
    let error = |body: &[u8]| decode::<ParticipantQos<'_>>(body).unwrap_err();
    assert!(matches!(error(b"[]"), DecodeError::NotAnObject));
    assert!(matches!(error(b"{\"user_id\":\"1\""), DecodeError::NotJson { line: 1, .. }));
    assert!(matches!(error(b"<html>"), DecodeError::NotJson { .. }));
    assert!(matches!(error(b""), DecodeError::NotJson { .. }));
    assert!(matches!(error(b"{\"a\":\"\xff\"}"), DecodeError::NotText(6)));
    let deep = format!("{{\"user_qos\":{}", "[".repeat(100_000));
    assert!(matches!(error(deep.as_bytes()), DecodeError::NotJson { .. }));
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    assert!(decode::<ParticipantQos<'_>>("\u{feff}{}".as_bytes()).is_ok());
}

#[test]
fn raw_pages_keep_rows_as_text() {
    let text = r#"{"next_page_token":"abc","participants":[{"user_id": "1"},7],"total_records":2}"#;
    let page = RawPage::decode(text.as_bytes(), Some("participants")).unwrap();
    assert_eq!(page.next_page_token().as_deref(), Some("abc"));
    assert_eq!(page.total_records(), Some(2));
    let rows: Vec<&str> = page.rows.iter().map(|row| row.get()).collect();
    assert_eq!(rows, [r#"{"user_id": "1"}"#, "7"]);

    let wrong = RawPage::decode(br#"{"participants":{}}"#, Some("participants")).unwrap();
    assert_eq!(&*wrong.invalid.unwrap().path, "$.participants");
    let none = RawPage::decode(br#"{"participants":null}"#, Some("participants")).unwrap();
    assert!(none.invalid.is_none() && none.rows.is_empty());
}

#[test]
fn a_row_is_told_from_others_by_its_join() {
    let identity =
        |text: &str| zoom_wire::answer::row_identity(serde_json::from_str(text).unwrap());
    let join = r#"{"user_id":"1","join_time":"2026-01-05T10:00:00Z","user_qos":[1]}"#;
    let same = r#"{"user_id":"1","join_time":"2026-01-05T10:00:00Z","user_qos":[1,2]}"#;
    let rejoin = r#"{"user_id":"1","join_time":"2026-01-05T10:30:00Z"}"#;
    assert_eq!(identity(join), identity(same));
    assert_ne!(identity(join), identity(rejoin));
    assert_ne!(identity(r#"{"user_id":"","x":1}"#), identity(r#"{"user_id":"","x":2}"#));
    assert_eq!(identity(r#"{"uuid":"a","x":1}"#), identity(r#"{"uuid":"a","x":2}"#));
    assert_eq!(identity("7"), "7");
}

#[test]
fn pages_give_their_rows() {
    let text = r#"{"participants":[{"user_id":"1"}]}"#;
    let page: ParticipantsQosPage<'_> = decode(text.as_bytes()).unwrap();
    assert_eq!(page.into_rows().len(), 1);
}
