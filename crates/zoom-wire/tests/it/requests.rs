//! Every endpoint's request: operation, path and query.

use zoom_wire::meeting::{GetMeeting, ListMeetings, RangeOf};
use zoom_wire::participant::ListParticipants;
use zoom_wire::phone::{
    CallLength, CallQuality, Direction, GetCallLog, GetCallQos, ListCallLogs, ListPastCalls,
};
use zoom_wire::qos::{GetParticipantQos, ListParticipantsQos};
use zoom_wire::quality::{Counted, GetQuality};
use zoom_wire::rate_limit::Product;
use zoom_wire::request::Bound;
use zoom_wire::satisfaction::ListSatisfaction;
use zoom_wire::sharing::ListSharing;
use zoom_wire::summary::ListQosSummary;
use zoom_wire::{Endpoint, Kind, Operation, Range, RequestError, When};
use zqos_core::{MeetingId, ParticipantId};

fn meeting() -> MeetingId {
    "93201235621".parse().unwrap()
}

fn participant() -> ParticipantId {
    ParticipantId::new("16778240").unwrap()
}

fn january() -> Range {
    let day = |text: &str| Bound::Day(text.parse().unwrap());
    Range::new(day("2026-01-01"), day("2026-01-31")).unwrap()
}

#[track_caller]
fn is(endpoint: &impl Endpoint, operation: &Operation, target: &str) {
    let request = endpoint.to_request().unwrap();
    assert_eq!((request.operation(), &*request.target()), (operation, target));
    // The path alone leads back to the operation: labels and limits of any call are known.
    assert_eq!(Operation::of_path(request.path()), operation);
}

#[test]
fn the_rows_of_the_dashboards_table() {
    let webinar = Kind::Webinar;
    is(
        &ListMeetings::new(january()),
        &Operation::LIST_MEETINGS,
        "/metrics/meetings?type=past&from=2026-01-01&to=2026-01-31&page_size=300",
    );
    is(
        &GetMeeting::new(meeting()),
        &Operation::GET_MEETING,
        "/metrics/meetings/93201235621?type=live",
    );
    is(
        &ListParticipants::new(meeting()).when(When::PastOne),
        &Operation::LIST_MEETING_PARTICIPANTS,
        "/metrics/meetings/93201235621/participants?type=pastOne&page_size=300",
    );
    is(
        &GetParticipantQos::new(meeting(), participant()),
        &Operation::GET_MEETING_PARTICIPANT_QOS,
        "/metrics/meetings/93201235621/participants/16778240/qos?type=live",
    );
    is(
        &ListParticipantsQos::new(meeting()).when(When::Past),
        &Operation::LIST_MEETING_PARTICIPANTS_QOS,
        "/metrics/meetings/93201235621/participants/qos?type=past&page_size=10",
    );
    is(
        &ListSharing::new(meeting()),
        &Operation::LIST_MEETING_SHARING,
        "/metrics/meetings/93201235621/participants/sharing?type=live&page_size=300",
    );
    is(
        &ListSatisfaction::new(meeting()),
        &Operation::LIST_MEETING_SATISFACTION,
        "/metrics/meetings/93201235621/participants/satisfaction?type=past&page_size=300",
    );
    is(
        &ListQosSummary::new(meeting()),
        &Operation::LIST_MEETING_QOS_SUMMARY,
        "/metrics/meetings/93201235621/participants/qos_summary?page_size=10",
    );
    is(
        &ListMeetings::new(january()).kind(webinar).when(When::Live),
        &Operation::LIST_WEBINARS,
        "/metrics/webinars?type=live&from=2026-01-01&to=2026-01-31&page_size=300",
    );
    is(
        &GetMeeting::new(meeting()).kind(webinar),
        &Operation::GET_WEBINAR,
        "/metrics/webinars/93201235621?type=live",
    );
    is(
        &ListParticipants::new(meeting()).kind(webinar),
        &Operation::LIST_WEBINAR_PARTICIPANTS,
        "/metrics/webinars/93201235621/participants?type=live&page_size=300",
    );
    is(
        &GetParticipantQos::new(meeting(), participant()).kind(webinar).when(When::Past),
        &Operation::GET_WEBINAR_PARTICIPANT_QOS,
        "/metrics/webinars/93201235621/participants/16778240/qos?type=past",
    );
    is(
        &ListParticipantsQos::new(meeting()).kind(webinar).page_size(1),
        &Operation::LIST_WEBINAR_PARTICIPANTS_QOS,
        "/metrics/webinars/93201235621/participants/qos?type=live&page_size=1",
    );
    is(
        &ListSharing::new(meeting()).kind(webinar).when(When::Past),
        &Operation::LIST_WEBINAR_SHARING,
        "/metrics/webinars/93201235621/participants/sharing?type=past&page_size=300",
    );
    is(
        &ListSatisfaction::new(meeting()).kind(webinar),
        &Operation::LIST_WEBINAR_SATISFACTION,
        "/metrics/webinars/93201235621/participants/satisfaction?type=past&page_size=300",
    );
    is(
        &ListQosSummary::new(meeting()).kind(webinar),
        &Operation::LIST_WEBINAR_QOS_SUMMARY,
        "/metrics/webinars/93201235621/participants/qos_summary?page_size=10",
    );
    is(
        &GetQuality::new(january()).counted(Counted::Participants),
        &Operation::GET_QUALITY,
        "/metrics/quality?type=participants&from=2026-01-01&to=2026-01-31",
    );
}

#[test]
fn the_rows_of_the_phones_table() {
    is(
        &ListCallLogs::new(january()),
        &Operation::LIST_CALL_LOGS,
        "/phone/metrics/call_logs?from=2026-01-01&to=2026-01-31&page_size=100",
    );
    is(
        &ListPastCalls::new(january()).page_size(30),
        &Operation::LIST_PAST_CALLS,
        "/phone/metrics/past_calls?from=2026-01-01&to=2026-01-31&page_size=30",
    );
    is(
        &GetCallLog::new("7081466125443483485"),
        &Operation::GET_CALL_LOG,
        "/phone/metrics/call_logs/7081466125443483485",
    );
    is(
        &GetCallQos::new("7081466125443483485"),
        &Operation::GET_CALL_QOS,
        "/phone/metrics/call_logs/7081466125443483485/qos",
    );
}

#[test]
fn a_list_of_calls_can_be_narrowed() {
    let logs = ListCallLogs::new(january()).site_id("ZNWikLeVSjuaMvUoxFqCuw");
    assert_eq!(
        logs.quality(CallQuality::Bad).to_request().unwrap().target(),
        "/phone/metrics/call_logs?from=2026-01-01&to=2026-01-31\
         &site_id=ZNWikLeVSjuaMvUoxFqCuw&quality_type=bad&page_size=100"
    );
    let instant = |text: &str| Bound::Instant(text.parse().unwrap());
    let range = Range::new(instant("2026-01-05T10:00:00Z"), instant("2026-01-05T11:30:00Z"));
    let calls = ListPastCalls::new(range.unwrap())
        .phone_number("+12025550143")
        .extension_number("100152")
        .quality(CallQuality::Good)
        .department("Sales & support")
        .cost_center("4711")
        .site_id("s")
        .direction(Direction::Inbound)
        .direction(Direction::Internal)
        .direction(Direction::Inbound)
        .length(CallLength::UnderOneMinute)
        .length(CallLength::OverTenMinutes);
    assert_eq!(
        calls.to_request().unwrap().target(),
        "/phone/metrics/past_calls?from=2026-01-05T10%3A00%3A00Z&to=2026-01-05T11%3A30%3A00Z\
         &phone_number=%2B12025550143&extension_number=100152&quality_type=good\
         &department=Sales%20%26%20support&cost_center=4711&site_id=s\
         &directions=inbound&directions=internal&durations=3&durations=2&page_size=100"
    );
}

#[test]
fn both_ends_of_a_range_of_calls_have_one_form() {
    let day = Bound::Day("2026-01-05".parse().unwrap());
    let instant = Bound::Instant("2026-01-06T11:30:00Z".parse().unwrap());
    let mixed = Range::new(day, instant).unwrap();
    for request in [
        ListPastCalls::new(mixed).to_request(),
        ListCallLogs::new(Range::new(instant, instant).unwrap()).to_request(),
    ] {
        let request = request.unwrap();
        assert_eq!(request.parameter("to"), Some("2026-01-06"));
        assert_eq!(request.parameter("from").map(str::len), Some(10));
    }
}

#[test]
fn calls_of_the_phone_are_of_a_product_of_their_own() {
    for operation in Operation::ALL {
        let is_phone = operation.name.contains("call");
        let product = if is_phone { Product::Phone } else { Product::Meetings };
        assert_eq!(Product::of_path(operation.template), product, "{}", operation.name);
    }
    let request = GetCallQos::new("1").to_request().unwrap().for_account("me").unwrap();
    assert_eq!(request.target(), "/accounts/me/phone/metrics/call_logs/1/qos");
    assert_eq!(request.product(), Product::Phone);
    for path in ["/phones", "/accounts/phone/", "/metrics/phone/", "/users/me"] {
        assert_eq!(Product::of_path(path), Product::Meetings, "{path}");
    }
    assert_eq!(Product::of_path("/phone/users"), Product::Phone);
}

#[test]
fn a_list_of_meetings_takes_instants_groups_and_fields() {
    let instant = |text: &str| Bound::Instant(text.parse().unwrap());
    let range = Range::new(instant("2026-01-05T10:00:00Z"), instant("2026-01-05T11:30:00Z"));
    let list = ListMeetings::new(range.unwrap())
        .range_of(RangeOf::End)
        .groups(vec!["a".to_owned(), "b".to_owned()])
        .tracking_fields()
        .page_size(30);
    assert_eq!(
        list.to_request().unwrap().target(),
        "/metrics/meetings?type=past&from=2026-01-05%2010%3A00%3A00&to=2026-01-05%2011%3A30%3A00\
         &query_date_type=end_time&group_id=a%2Cb&include_fields=tracking_fields&page_size=30"
    );
}

#[test]
fn what_zoom_would_refuse_is_refused_before_it_is_sent() {
    let page = ListParticipantsQos::new(meeting()).page_size(300).to_request().unwrap_err();
    assert_eq!(page.to_string(), "a page of this listing holds 1 to 10 rows, not 300");
    let none = ListParticipants::new(meeting()).page_size(0).to_request().unwrap_err();
    assert_eq!(none, RequestError::PageSize { asked: 0, max: 300 });
    let one = GetParticipantQos::new(meeting(), participant()).when(When::PastOne);
    assert_eq!(one.to_request().unwrap_err(), RequestError::PastOne);
    let calls = ListCallLogs::new(january()).page_size(101).to_request().unwrap_err();
    assert_eq!(calls, RequestError::PageSize { asked: 101, max: 100 });
    for id in ["", ".", ".."] {
        let call = GetCallQos::new(id).to_request().unwrap_err();
        assert_eq!(call, RequestError::DotSegment(id.into()));
    }
    let groups = ListMeetings::new(january()).groups(vec![String::from("g"); 8]);
    assert_eq!(groups.to_request().unwrap_err(), RequestError::TooManyGroups(8));
}
