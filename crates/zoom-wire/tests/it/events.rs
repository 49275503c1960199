//! What events say, from Zoom's examples and from shapes that it documents in words.

use serde_json::{Value, json};
use zoom_wire::event::{Event, EventKind, EventRecords, ParticipantEvent};
use zqos_core::{Dbm, Fps, Kbps, Millis, Percent, Span, Summary};

use crate::fixtures::fixture;

fn records(text: &str) -> EventRecords {
    let event: Event<'_> = serde_json::from_str(text).unwrap();
    event.records().unwrap()
}

/// The records of the only participant, of whom nothing is wrong.
fn participant(text: &str) -> ParticipantEvent {
    let mut records = records(text);
    assert_eq!(records.invalid, []);
    assert_eq!(records.participants.len(), 1);
    records.participants.remove(0)
}

/// A minute's event with these elements.
fn minute(qos: &Value) -> String {
    let participant = json!({"user_id": "16778240", "participant_user_id": "", "qos": qos});
    json!({
        "event": "meeting.participant_qos",
        "event_ts": 1_767_607_314_776_u64,
        "payload": {"account_id": "acc", "object": {"uuid": "u==", "participant": participant}},
    })
    .to_string()
}

#[test]
fn the_example_of_a_minute_has_a_stream_a_signal_and_a_score_in_one_element() {
    let event = participant(fixture!("meeting.participant_qos"));
    assert_eq!(event.meeting.uuid.as_str(), "4444AAAiAAAAAiAiAiiAii==");
    assert_eq!(event.meeting.is_webinar, Some(false));
    assert_eq!(event.participant.id.as_str(), "1234567890");
    assert_eq!(event.participant.person_id.as_deref(), Some("rstuvwxyza789-cde"));
    assert_eq!(event.participant.email.as_deref(), Some("user@example.com"));
    assert_eq!(event.part, "2021-07-13T21:44:51Z audio_input");
    let [stream] = &event.streams[..] else { panic!("one stream") };
    assert_eq!(stream.stream.as_str(), "audio_input");
    assert_eq!(stream.figures.bitrate.map(Kbps::get), Some(63.0));
    assert_eq!(stream.figures.latency.map(Millis::get), Some(134.0));
    assert_eq!(stream.figures.max_loss.map(Percent::get), Some(0.0));
    let [device] = &event.devices[..] else { panic!("one device") };
    assert_eq!(
        [device.min_rssi, device.avg_rssi, device.max_rssi].map(|dbm| dbm.map(Dbm::get)),
        [Some(-56), Some(-50), Some(-44)]
    );
    let [score] = &event.scores[..] else { panic!("one score") };
    assert_eq!((&*score.subject, score.span), ("audio_input", Span::Minute));
    assert_eq!(score.quality.as_deref(), Some("good"));
    assert_eq!(score.quality_score, Some(3.65));
}

#[test]
fn the_example_of_a_summary_has_streams_and_a_device() {
    let event = participant(fixture!("meeting.participant_qos_summary"));
    assert_eq!(event.participant.user_name.as_deref(), Some("JillChill"));
    assert_eq!(event.participant.person_id.as_deref(), Some("iFxeBPYun6SAiWUzBcEkX"));
    assert_eq!(event.part, "audio_output,cpu_usage,video_output");
    let [
        Summary::Stream(audio, of_audio),
        Summary::Stream(video, of_video),
        Summary::Device(device),
    ] = &event.summaries[..]
    else {
        panic!("two streams and a device: {:?}", event.summaries)
    };
    assert_eq!((audio.as_str(), video.as_str()), ("audio_output", "video_output"));
    let bitrate = of_audio.bitrate;
    assert_eq!(
        [bitrate.min, bitrate.avg, bitrate.max].map(|kbps| kbps.map(Kbps::get)),
        [Some(6.0), Some(9.0), Some(27.0)]
    );
    assert_eq!(of_audio.loss.max.map(Percent::get), Some(0.0));
    assert_eq!(of_audio.frame_rate.min, None);
    assert_eq!(of_video.frame_rate.avg.map(Fps::get), Some(0.0));
    assert_eq!(of_video.resolution, None);
    assert_eq!(device.system_max_cpu.map(Percent::get), Some(23.0));
    assert!(event.streams.is_empty() && event.devices.is_empty());
}

#[test]
fn the_examples_of_settings_tell_the_client_and_its_network() {
    let change = participant(fixture!("meeting.participant_data"));
    let end = participant(fixture!("meeting.participant_data_summary"));
    assert_eq!(end.meeting.number, Some(1_234_567_890));
    assert_eq!(change.part, "2021-07-14T02:44:51.572Z");
    for (event, span, detail) in
        [(&change, Span::Change, None), (&end, Span::Join, Some("GoogleChromeSAB 130"))]
    {
        let [settings] = &event.settings[..] else { panic!("one element") };
        assert_eq!((settings.span, settings.element), (span, 0));
        assert_eq!(settings.device_detail.as_deref(), detail);
        assert_eq!(settings.mac_addr.as_deref(), Some("00:00:5E:00:53:00"));
        assert_eq!(settings.media[2].port, Some(5060));
        assert_eq!(settings.destination.address.as_deref(), Some("example.com"));
        assert_eq!(event.participant.ip_address.as_deref(), Some("192.0.2.1"));
        assert_eq!(event.participant.internal_ip_addresses, ["127.0.0.1"]);
        assert_eq!(event.participant.network_type.as_deref(), Some("Wired"));
    }
}

#[test]
fn who_comes_and_goes_is_told_with_the_meeting() {
    let joined = include_str!("../../../../fuzz/corpus/event/participant_joined.json");
    let event = participant(joined);
    assert_eq!(event.meeting.number, Some(93_201_235_621));
    assert_eq!(event.meeting.topic.as_deref(), Some("Board"));
    assert_eq!(event.meeting.start, "2026-11-20T09:00:00Z".parse().ok());
    assert_eq!(event.participant.uuid.as_deref(), Some("AAAA-1"));
    assert_eq!(event.participant.user_name.as_deref(), Some("Ann"));
    assert_eq!(event.participant.join, "2026-11-20T09:01:00Z".parse().ok());
    assert_eq!(event.part, "2026-11-20T09:01:01Z");
    let left =
        joined.replace("participant_joined", "participant_left").replace("join_time", "leave_time");
    let event = participant(&left);
    assert_eq!(
        (event.participant.join, event.participant.leave),
        (None, "2026-11-20T09:01:00Z".parse().ok())
    );
}

#[test]
fn a_meeting_that_ends_is_told_without_anybody() {
    let records = records(
        r#"{"event":"webinar.ended","event_ts":1795168800000,"payload":{"object":{"uuid":"w==","id":1234567890,
            "topic":"Launch","start_time":"2026-11-20T09:00:00Z","end_time":"2026-11-20T10:00:00Z"}}}"#,
    );
    assert_eq!(records.invalid, []);
    assert!(records.participants.is_empty());
    let [event] = &records.meetings[..] else { panic!("one meeting") };
    assert_eq!((event.meeting.is_webinar, event.meeting.number), (Some(true), Some(1_234_567_890)));
    assert_eq!(event.meeting.end, Some(event.ts));
    assert_eq!(event.part, "2026-11-20T10:00:00Z");
}

#[test]
fn the_example_of_a_call_has_one_side_and_figures_without_units() {
    let records = records(fixture!("phone.call_qos"));
    assert_eq!(records.invalid, []);
    let [event] = &records.calls[..] else { panic!("one side") };
    assert_eq!((&*event.call.id, &*event.call.side), ("6971668082545971778", "caller"));
    assert_eq!(event.call.person_id.as_deref(), Some("KLN56y2cSzu0pWxUSec4RQ"));
    assert_eq!(event.part, "2021-04-26T05:26:00Z sending");
    let [sample] = &event.samples[..] else { panic!("one sample") };
    assert_eq!(sample.bitrate.map(Kbps::get), Some(6.0));
    assert_eq!(sample.network_delay.map(Millis::get), Some(23.0));
    assert_eq!(sample.mos, Some(4.5));
}

#[test]
fn both_sides_at_the_end_of_a_call_are_arrays() {
    let text = fixture!("phone.call_qos")
        .replace("phone.call_qos", "phone.call_qos_summary")
        .replace("\"id\": \"KLN", "\"user_id\": \"KLN");
    let mut event: Value = serde_json::from_str(&text).unwrap();
    let side = event["payload"]["object"]["call_qos"].take();
    let mut other = side.clone();
    other["type"] = "callee".into();
    other["qos"] = json!([side["qos"], {"type": "receiving", "details": {"mos": "4.0"}}]);
    event["payload"]["object"]["call_qos"] = json!([side, other]);
    let records = records(&event.to_string());
    assert_eq!(records.invalid, []);
    let sides: Vec<_> = records
        .calls
        .iter()
        .map(|event| (&*event.call.side, event.call.person_id.is_some(), event.samples.len()))
        .collect();
    assert_eq!(sides, [("caller", true, 1), ("callee", true, 1)]);
}

#[test]
fn processor_and_signal_of_one_minute_are_one_sample() {
    let at = "2026-01-05T10:01:00Z";
    let event = participant(&minute(&json!([
        {"date_time": at, "type": "cpu_usage", "details": {"system_max_cpu_usage": "4%"}},
        {"date_time": at, "type": "audio_input", "details": {"bitrate": "63 kbps"}},
        {"date_time": at, "type": "wifi_rssi", "details": {"max_rssi": "-44", "rssi_unit": "dBm"}},
        {"date_time": at, "type": "notification",
         "details": {"network_notification": "network bandwidth low"}},
        {"date_time": at, "type": "as_input", "details": {"bitrate": "", "resolution": "0*0"}},
    ])));
    let [device] = &event.devices[..] else { panic!("one device: {:?}", event.devices) };
    assert_eq!(device.system_max_cpu.map(Percent::get), Some(4.0));
    assert_eq!(device.max_rssi.map(Dbm::get), Some(-44));
    assert_eq!(event.streams.len(), 1, "a stream without traffic has no sample");
    let [score] = &event.scores[..] else { panic!("one notice") };
    assert_eq!(score.notification.as_deref(), Some("network bandwidth low"));
    assert_eq!(
        event.part,
        "2026-01-05T10:01:00Z as_input,audio_input,cpu_usage,notification,wifi_rssi"
    );
}

#[test]
fn what_is_wrong_in_one_element_costs_that_element() {
    let at = "2026-01-05T10:01:00Z";
    let records = records(&minute(&json!([
        {"date_time": at, "type": "audio_input", "details": {"bitrate": "fast", "jitter": "6 ms"}},
        {"type": "audio_output", "details": {"bitrate": "63 kbps"}},
        {"date_time": at, "details": {"bitrate": "63 kbps"}},
        "none",
        {"date_time": at, "type": "video_input", "details": [1]},
    ])));
    let paths: Vec<&str> = records.invalid.iter().map(|invalid| &*invalid.path).collect();
    let qos = "$.payload.object.participant.qos";
    assert_eq!(
        paths,
        [
            format!("{qos}[3]"),
            format!("{qos}[0].details.bitrate"),
            format!("{qos}[1].date_time"),
            format!("{qos}[2].type"),
            format!("{qos}[4].details"),
        ]
    );
    let [event] = &records.participants[..] else { panic!("one participant") };
    let [sample] = &event.streams[..] else { panic!("one stream") };
    assert_eq!(sample.figures.jitter.map(Millis::get), Some(6.0));
}

#[test]
fn a_session_names_its_user_and_itself_otherwise() {
    let event = participant(
        r#"{"event":"session.user_qos","event_ts":1767607314776,"payload":{"object":{
            "session_id":"s==","session_name":"Class","user":{"id":"16778240","name":"Ann","user_key":"k-1",
            "qos":[{"date_time":"2026-01-05T10:01:00Z","type":"audio_input","details":{"bitrate":"1 kbps"}}]}}}}"#,
    );
    assert_eq!(event.meeting.uuid.as_str(), "s==");
    assert_eq!(event.meeting.topic.as_deref(), Some("Class"));
    assert_eq!(event.participant.id.as_str(), "16778240");
    assert_eq!(event.participant.person_id.as_deref(), Some("k-1"));
    assert_eq!(event.streams.len(), 1);
}

#[test]
fn an_event_says_what_sort_it_is() {
    for (name, kind) in [
        ("meeting.participant_qos", Some(EventKind::Qos)),
        ("webinar.participant_qos_summary", Some(EventKind::QosSummary)),
        ("session.user_data", Some(EventKind::Data)),
        ("meeting.participant_data_summary", Some(EventKind::DataSummary)),
        ("phone.call_qos", Some(EventKind::CallQos)),
        ("phone.participant_qos", None),
        ("meeting.user_qos", None),
        ("meeting.participant_joined", Some(EventKind::Join)),
        ("webinar.ended", Some(EventKind::Meeting)),
        ("session.started", None),
        ("meeting.sharing_started", None),
        ("endpoint.url_validation", None),
        ("", None),
    ] {
        let text = json!({"event": name}).to_string();
        let event: Event<'_> = serde_json::from_str(&text).unwrap();
        assert_eq!(event.kind(), kind, "{name}");
    }
}

#[test]
fn an_event_without_a_time_of_its_own_is_refused() {
    for sent in [json!(null), json!("soon"), json!(-1), json!(u64::MAX)] {
        let text = minute(&json!([])).replace("1767607314776", &sent.to_string());
        let event: Event<'_> = serde_json::from_str(&text).unwrap();
        assert_eq!(&*event.records().unwrap_err().path, "$.event_ts", "{sent}");
    }
}
