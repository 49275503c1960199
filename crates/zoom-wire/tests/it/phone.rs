//! What answers of Zoom Phone say, from bodies of the documented shape.

use zoom_wire::document::{Document, DocumentKind};
use zoom_wire::event::Event;
use zoom_wire::phone::{CallLog, CallLogsPage, CallQos, CallRecords};
use zoom_wire::{RawPage, answer, decode};
use zqos_core::{Kbps, Millis, Percent, PhoneCall, PhoneSample};

use crate::fixtures::fixture;

fn page(text: &str) -> CallLogsPage<'_> {
    decode(text.as_bytes()).unwrap()
}

/// The records of a call in detail.
fn call(text: &str) -> CallRecords {
    let call: CallLog<'_> = decode(text.as_bytes()).unwrap();
    call.to_records("$")
}

fn qos(text: &str) -> CallRecords {
    let qos: CallQos<'_> = decode(text.as_bytes()).unwrap();
    qos.to_records()
}

/// What is wrong, as people see it.
fn wrong(records: &CallRecords) -> Vec<String> {
    records.invalid.iter().map(ToString::to_string).collect()
}

#[test]
fn a_row_of_a_list_is_two_sides_of_a_call() {
    let page = page(fixture!("list_call_logs"));
    let rows: Vec<&CallLog<'_>> =
        page.call_logs.objects("$.call_logs").map(Result::unwrap).collect();
    let records = rows[0].to_records("$.call_logs[0]");
    assert_eq!(records.invalid, []);
    let [calling, called] = &records.sides[..] else { panic!("two sides") };
    let expected = PhoneCall {
        start: Some("2026-01-05T10:02:11Z".parse().unwrap()),
        direction: Some("internal".to_owned()),
        duration_s: Some(312),
        mos: Some(4.3),
        phone_number: Some("+12025550152".to_owned()),
        extension_number: Some("100052".to_owned()),
        site_id: Some("ZNWikLeVSjuaMvUoxFqCuw".to_owned()),
        ip_address: Some("192.0.2.1".to_owned()),
        internal_ip_address: Some("10.1.0.52".to_owned()),
        isp: Some("AS64500".to_owned()),
        device: Some("Windows_Client 6.2.5.48876".to_owned()),
        codec: Some("OPUS".to_owned()),
        microphone: Some("Microphone Array (Realtek(R) Audio)".to_owned()),
        ..PhoneCall::new("7081466125443483485", "caller")
    };
    assert_eq!(calling.call, expected);
    assert_eq!((&*called.call.side, called.call.headset.is_some()), ("callee", true));
    assert!(records.sides.iter().all(|side| side.samples.is_empty()));
}

#[test]
fn what_is_blank_is_missing_and_zero_is_zero() {
    let page = page(fixture!("list_call_logs"));
    let last = page.call_logs.objects("$.call_logs").last().unwrap().unwrap();
    let records = last.to_records("$.call_logs[2]");
    assert_eq!(records.invalid, []);
    let caller = &records.sides[0].call;
    assert_eq!((caller.mos, caller.duration_s, caller.end), (None, Some(0), None));
    assert_eq!((&caller.device, &caller.ip_address, &caller.site_id), (&None, &None, &None));
    assert_eq!(caller.phone_number.as_deref(), Some("+14155550177"));
}

#[test]
fn in_detail_a_side_has_a_name_and_a_user_has_an_id() {
    let records = call(fixture!("get_call_log"));
    assert_eq!(records.invalid, []);
    let who: Vec<_> = records
        .sides
        .iter()
        .map(|side| {
            let call = &side.call;
            (call.user_name.as_deref(), call.extension_type.as_deref(), call.person_id.as_deref())
        })
        .collect();
    let queue = (Some("Service desk"), Some("callQueue"), None);
    assert_eq!(who, [(Some("Jill Chill"), Some("user"), Some("S5ODD6U3RcGs7H01n8vswA")), queue]);
}

#[test]
fn each_leg_of_each_side_has_its_samples() {
    let records = qos(fixture!("get_call_qos"));
    assert_eq!(records.invalid, []);
    let [calling, called] = &records.sides[..] else { panic!("two sides") };
    assert_eq!((&*calling.call.id, &*calling.call.side), ("7081466125443483485", "caller"));
    assert_eq!(called.call.internal_ip_address.as_deref(), Some("10.1.0.43"));
    let legs = |samples: &[PhoneSample]| -> Vec<String> {
        samples.iter().map(|sample| format!("{} {}", sample.ts, sample.leg)).collect()
    };
    assert_eq!(
        legs(&calling.samples),
        ["2026-01-05T10:03:00Z sending", "2026-01-05T10:04:00Z sending"]
    );
    assert_eq!(
        legs(&called.samples),
        ["2026-01-05T10:03:00Z sending", "2026-01-05T10:03:00Z receiving"]
    );
    let received = &called.samples[1];
    assert_eq!(received.bitrate.map(Kbps::get), Some(14.98));
    assert_eq!(received.jitter.map(Millis::get), Some(7.53));
    assert_eq!(
        [received.avg_loss, received.max_loss].map(|loss| loss.map(Percent::get)),
        [Some(0.82), Some(1.51)]
    );
    assert_eq!(received.network_delay.map(Millis::get), Some(307.0));
    assert_eq!((received.mos, &received.network), (Some(3.6), &None));
    // Nothing was lost, which is something else than that nothing was said.
    assert_eq!(called.samples[0].avg_loss.map(Percent::get), Some(0.0));
    let blank = &calling.samples[1];
    assert_eq!((blank.avg_loss, blank.bitrate, blank.mos), (None, None, None));
}

#[test]
fn an_answer_and_an_event_make_the_same_sample() {
    let event: Event<'_> = decode(fixture!("phone.call_qos").as_bytes()).unwrap();
    let pushed = event.records().unwrap().calls.remove(0);
    let answer = r#"{"call_id":"6971668082545971778","caller_qos":{"sending":[
        {"date_time":"2021-04-26T05:26:00Z","qos":{"bitrate":"6.00kbps","avg_loss":"0%",
        "max_loss":"0.0%","jitter":"8ms","network_delay":"23","mos":"4.5"}}]}}"#;
    let asked = qos(answer).sides.remove(0);
    assert_eq!(asked.samples, pushed.samples);
    assert_eq!((asked.call.id, asked.call.side), (pushed.call.id, pushed.call.side));
}

#[test]
fn what_is_wrong_is_noted_with_its_place_and_spoils_nothing_else() {
    let records = call(
        r#"{"call_id":7,"date_time":"soon","duration":99999999999,"mos":"great",
            "caller":[{"headset":"x"},4],"callee":"nobody"}"#,
    );
    assert_eq!(
        wrong(&records),
        [
            "$.date_time: expected an instant such as `2026-01-05T10:00:12Z`, found \"soon\"",
            "$.duration: expected a number of seconds, found 99999999999",
            "$.mos: expected a number, found \"great\"",
            "$.caller: expected an object, found a number",
            "$.callee: expected an object, found a text",
        ]
    );
    let [caller] = &records.sides[..] else { panic!("one side") };
    assert_eq!((&*caller.call.id, caller.call.headset.as_deref()), ("7", Some("x")));

    let records = qos(r#"{"call_id":"7","callee_qos":null,"caller_qos":{"sending":[
            {"qos":{"bitrate":"1kbps"}},5,
            {"date_time":"2026-01-05T10:03:00Z","qos":{"bitrate":"fast","jitter":"6ms","mos":"NaN"}}]}}"#);
    assert_eq!(
        wrong(&records),
        [
            "$.caller_qos.sending[0].date_time: expected an instant such as \
             `2026-01-05T10:00:12Z`, found none",
            "$.caller_qos.sending[1]: expected an object, found a number",
            "$.caller_qos.sending[2].qos.bitrate: expected a bitrate such as `23 kbps`, found \
             \"fast\"",
        ]
    );
    let [sample] = &records.sides[0].samples[..] else { panic!("one sample") };
    assert_eq!((sample.jitter.map(Millis::get), sample.mos), (Some(6.0), None));

    for records in [call(r#"{"caller":{}}"#), qos(r#"{"call_id":"","caller_qos":{}}"#)] {
        assert!(records.sides.is_empty());
        assert!(wrong(&records)[0].starts_with("$.call_id: expected a call's id"));
    }
}

#[test]
fn a_wrong_call_does_not_fail_its_page() {
    let page = page(r#"{"call_logs":[{"call_id":"1"},42,{"call_id":"3"}]}"#);
    let (good, wrong): (Vec<_>, Vec<_>) =
        page.call_logs.objects("$.call_logs").partition(Result::is_ok);
    assert_eq!((good.len(), wrong.len()), (2, 1));
}

#[test]
fn a_call_is_known_by_its_id_across_pages() {
    let page = RawPage::decode(fixture!("list_call_logs").as_bytes(), Some("call_logs")).unwrap();
    let ids: Vec<String> = page.rows.iter().map(|row| answer::row_identity(row)).collect();
    assert_eq!(ids[0], "\"7081466125443483485\"");
    assert_eq!(page.next_page_token().map(|token| token.len()), Some(35));
    assert_eq!(page.total_records(), Some(3));
}

#[test]
fn saved_answers_are_recognised() {
    for (text, kind) in [
        (fixture!("list_call_logs"), DocumentKind::CallLogs),
        (fixture!("list_past_calls"), DocumentKind::CallLogs),
        (fixture!("get_call_log"), DocumentKind::CallLog),
        (fixture!("get_call_qos"), DocumentKind::CallQos),
        (fixture!("phone.call_qos"), DocumentKind::Event),
        (fixture!("list_meeting_qos_summary"), DocumentKind::Participants),
        (r#"{"call_id":"7","caller_qos":null,"callee_qos":{}}"#, DocumentKind::CallQos),
        (r#"{"call_logs":"none"}"#, DocumentKind::Other),
    ] {
        let document: Document<'_> = decode(text.as_bytes()).unwrap();
        assert_eq!(document.kind(), kind, "{text}");
    }
}
