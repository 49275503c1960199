//! Every endpoint's request: operation, path and query.

use zoom_wire::meeting::{GetMeeting, ListMeetings, RangeOf};
use zoom_wire::participant::ListParticipants;
use zoom_wire::qos::{GetParticipantQos, ListParticipantsQos};
use zoom_wire::quality::{Counted, GetQuality};
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
fn the_seventeen_rows_of_the_table() {
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
    let groups = ListMeetings::new(january()).groups(vec![String::from("g"); 8]);
    assert_eq!(groups.to_request().unwrap_err(), RequestError::TooManyGroups(8));
}
