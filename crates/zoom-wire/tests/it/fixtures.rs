//! Zoom's own examples decode, and encode again, with nothing lost.

use serde::{Deserialize, Serialize};
use zoom_wire::event::Event;
use zoom_wire::meeting::{Meeting, MeetingsPage};
use zoom_wire::participant::ParticipantsPage;
use zoom_wire::phone::{CallLog, CallLogsPage, CallQos};
use zoom_wire::qos::{ParticipantQos, ParticipantsQosPage};
use zoom_wire::quality::Quality;
use zoom_wire::sharing::SharingPage;
use zoom_wire::summary::QosSummaryPage;
use zoom_wire::{RawPage, decode};

/// The text of a fixture.
macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../fixtures/", $name, ".json"))
    };
}
pub(crate) use fixture;

#[track_caller]
fn survives<'a, T: Deserialize<'a> + Serialize>(text: &'a str) {
    let decoded: T = decode(text.as_bytes()).unwrap();
    let encoded = serde_json::to_value(&decoded).unwrap();
    let original: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(encoded, original);
}

#[test]
fn every_typed_body_survives_decoding_and_encoding() {
    survives::<ParticipantQos<'_>>(fixture!("get_meeting_participant_qos.seed"));
    survives::<ParticipantQos<'_>>(fixture!("get_meeting_participant_qos"));
    survives::<ParticipantsQosPage<'_>>(fixture!("list_meeting_participants_qos"));
    survives::<QosSummaryPage<'_>>(fixture!("list_meeting_qos_summary"));
    survives::<SharingPage<'_>>(fixture!("list_meeting_sharing"));
    survives::<ParticipantsPage<'_>>(fixture!("list_meeting_participants"));
    survives::<ParticipantsPage<'_>>(fixture!("list_webinar_participants"));
    survives::<Meeting<'_>>(fixture!("get_meeting"));
    survives::<Meeting<'_>>(fixture!("get_webinar"));
    survives::<MeetingsPage<'_>>(fixture!("list_meetings"));
    survives::<MeetingsPage<'_>>(fixture!("list_webinars"));
    survives::<Quality<'_>>(fixture!("get_quality"));
    survives::<Event<'_>>(fixture!("meeting.participant_qos"));
    survives::<Event<'_>>(fixture!("meeting.participant_qos_summary"));
    survives::<Event<'_>>(fixture!("meeting.participant_data"));
    survives::<Event<'_>>(fixture!("meeting.participant_data_summary"));
    survives::<Event<'_>>(fixture!("phone.call_qos"));
    survives::<CallLogsPage<'_>>(fixture!("list_call_logs"));
    survives::<CallLogsPage<'_>>(fixture!("list_past_calls"));
    survives::<CallLog<'_>>(fixture!("get_call_log"));
    survives::<CallQos<'_>>(fixture!("get_call_qos"));
}

#[test]
fn a_body_without_a_type_is_split_into_rows_and_the_rest() {
    for (text, member) in [
        (fixture!("other_crc"), "crc_ports_usage"),
        (fixture!("other_client_versions"), "client_versions"),
    ] {
        let page = RawPage::decode(text.as_bytes(), None).unwrap();
        let mut whole: serde_json::Map<String, serde_json::Value> = page
            .envelope
            .iter()
            .map(|(name, value)| (name.to_string(), serde_json::from_str(value.get()).unwrap()))
            .collect();
        let rows = page.rows.iter().map(|row| serde_json::from_str(row.get()).unwrap()).collect();
        whole.insert(member.to_owned(), serde_json::Value::Array(rows));
        let original: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::Value::Object(whole), original);
    }
}

#[test]
fn no_member_of_an_example_is_unknown() {
    let page: ParticipantsPage<'_> =
        decode(fixture!("list_meeting_participants").as_bytes()).unwrap();
    assert!(page.other.is_empty());
    for participant in page.participants.objects("$.participants") {
        assert!(participant.unwrap().other.is_empty());
    }
    let page: MeetingsPage<'_> = decode(fixture!("list_meetings").as_bytes()).unwrap();
    for meeting in page.meetings.objects("$.meetings") {
        assert!(meeting.unwrap().other.is_empty());
    }
    for text in [fixture!("list_call_logs"), fixture!("list_past_calls")] {
        let page: CallLogsPage<'_> = decode(text.as_bytes()).unwrap();
        assert!(page.other.is_empty());
        for call in page.call_logs.objects("$.call_logs") {
            assert!(call.unwrap().other.is_empty());
        }
    }
    let call: CallLog<'_> = decode(fixture!("get_call_log").as_bytes()).unwrap();
    assert!(call.other.is_empty());
    for party in call.caller.objects("$.caller").chain(call.callee.objects("$.callee")) {
        assert!(party.unwrap().other.is_empty());
    }
    let qos: CallQos<'_> = decode(fixture!("get_call_qos").as_bytes()).unwrap();
    assert!(qos.other.is_empty());
}

#[test]
fn the_seeds_figures_arrive_as_numbers() {
    let report: ParticipantQos<'_> =
        decode(fixture!("get_meeting_participant_qos.seed").as_bytes()).unwrap();
    assert_eq!(report.user_id.get().unwrap().as_str(), "1670000000");
    assert_eq!(report.location.get().as_deref(), Some("San Jose (US)"));
    assert_eq!(report.mac_addr.get(), None);

    let samples = report.samples("$");
    assert_eq!(samples.invalid, []);
    let figures: Vec<_> = samples
        .streams
        .iter()
        .map(|sample| {
            let f = sample.figures;
            (
                sample.stream.as_str(),
                [
                    f.bitrate.map(zqos_core::Kbps::get),
                    f.latency.map(zqos_core::Millis::get),
                    f.jitter.map(zqos_core::Millis::get),
                    f.avg_loss.map(zqos_core::Percent::get),
                    f.max_loss.map(zqos_core::Percent::get),
                    f.frame_rate.map(zqos_core::Fps::get),
                ],
                f.resolution.map(|r| (r.width(), r.height())),
            )
        })
        .collect();
    let some = |figures: [f64; 6]| figures.map(Some);
    let without_rate =
        |[a, b, c, d, e]: [f64; 5]| [Some(a), Some(b), Some(c), Some(d), Some(e), None];
    assert_eq!(
        figures,
        [
            ("audio_input", without_rate([23.0, 126.0, 6.0, 0.3, 1.9]), None),
            ("audio_output", without_rate([63.0, 134.0, 6.0, 0.0, 0.0]), None),
            ("video_input", some([1055.0, 129.0, 11.0, 0.0, 4.9, 12.0]), Some((1280, 720))),
            ("video_output", some([673.0, 135.0, 11.0, 0.0, 0.0, 22.0]), Some((640, 360))),
            ("as_input", without_rate([70.0, 135.0, 8.0, 0.0, 0.0]), None),
            ("as_output", without_rate([70.0, 135.0, 8.0, 0.0, 0.0]), None),
        ]
    );
    let [device] = samples.devices[..] else { panic!("one device sample") };
    assert_eq!(device.ts.to_string(), "2021-06-24T20:00:00Z");
    assert_eq!(
        [device.zoom_min_cpu, device.zoom_avg_cpu, device.zoom_max_cpu, device.system_max_cpu]
            .map(|load| load.map(zqos_core::Percent::get)),
        [8.0, 12.0, 18.0, 40.0].map(Some)
    );
}
