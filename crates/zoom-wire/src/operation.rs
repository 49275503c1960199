//! The operations of the dashboard API and of Zoom Phone's: one row of the table each.

use crate::rate_limit::{Label, below_account};

/// One operation of Zoom's dashboard (metrics) API, or of Zoom Phone's.
///
/// **Source**: Zoom's API reference, product "Accounts", tag "Dashboards", and product "Phone", tag
/// "Dashboard".
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// A short name for logs and counters.
    pub name: &'static str,
    /// The path below the API root, with `{…}` for ids.
    pub template: &'static str,
    /// Which rate limits count it, of those of its [`Product`](crate::rate_limit::Product).
    pub label: Label,
    /// The classic scopes, any of which suffices.
    pub classic_scopes: &'static [&'static str],
    /// The granular scope.
    pub granular_scope: &'static str,
    /// How it is paged; `None` where one answer is everything.
    pub paging: Option<Paging>,
}

/// How a listing is paged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Paging {
    /// Rows on a page when none are asked for. One for QoS listings: whoever forgets
    /// `page_size` and the page token sees a single participant.
    pub default_size: u16,
    /// The most rows on a page.
    pub max_size: u16,
    /// The member of the answer that holds the rows.
    pub rows: &'static str,
}

const MEETING_SCOPES: &[&str] = &["dashboard_meetings:read:admin", "dashboard:read:admin"];
const WEBINAR_SCOPES: &[&str] = &["dashboard_webinars:read:admin", "dashboard:read:admin"];
const HOME_SCOPES: &[&str] = &["dashboard_home:read:admin", "dashboard:read:admin"];

const PHONE_SCOPES: &[&str] = &["phone:read:admin"];

const fn paging(default_size: u16, max_size: u16, rows: &'static str) -> Paging {
    Paging { default_size, max_size, rows }
}

/// Defines the operations and the list of all of them.
macro_rules! operations {
    ($($(#[$doc:meta])* $id:ident = $name:literal, $template:literal, $label:ident,
       $scopes:ident, $granular:literal, $paging:expr;)*) => {
        impl Operation {
            $(
                $(#[$doc])*
                pub const $id: Self = Self {
                    name: $name,
                    template: $template,
                    label: Label::$label,
                    classic_scopes: $scopes,
                    granular_scope: $granular,
                    paging: $paging,
                };
            )*

            /// Every operation that has a type of its own here.
            pub const ALL: &[&'static Self] = &[$(&Self::$id),*];
        }
    };
}

operations! {
    /// "List meetings".
    LIST_MEETINGS = "list_meetings", "/metrics/meetings", ResourceIntensive,
        MEETING_SCOPES, "dashboard:read:list_meetings:admin", Some(paging(30, 300, "meetings"));
    /// "Get meeting details".
    GET_MEETING = "get_meeting", "/metrics/meetings/{meetingId}", Heavy,
        MEETING_SCOPES, "dashboard:read:meeting:admin", None;
    /// "List meeting participants".
    LIST_MEETING_PARTICIPANTS = "list_meeting_participants",
        "/metrics/meetings/{meetingId}/participants", Heavy,
        MEETING_SCOPES, "dashboard:read:list_meeting_participants:admin",
        Some(paging(30, 300, "participants"));
    /// "Get meeting participant QoS".
    GET_MEETING_PARTICIPANT_QOS = "get_meeting_participant_qos",
        "/metrics/meetings/{meetingId}/participants/{participantId}/qos", Heavy,
        MEETING_SCOPES, "dashboard:read:meeting_participant_qos:admin", None;
    /// "List meeting participants QoS".
    LIST_MEETING_PARTICIPANTS_QOS = "list_meeting_participants_qos",
        "/metrics/meetings/{meetingId}/participants/qos", Heavy,
        MEETING_SCOPES, "dashboard:read:list_meeting_participants_qos:admin",
        Some(paging(1, 10, "participants"));
    /// "Get meeting sharing/recording details".
    LIST_MEETING_SHARING = "list_meeting_sharing",
        "/metrics/meetings/{meetingId}/participants/sharing", Heavy,
        MEETING_SCOPES, "dashboard:read:meeting_sharing:admin", Some(paging(30, 300, "participants"));
    /// "Get post meeting feedback".
    LIST_MEETING_SATISFACTION = "list_meeting_satisfaction",
        "/metrics/meetings/{meetingId}/participants/satisfaction", Heavy,
        MEETING_SCOPES, "dashboard:read:post_meeting_feedback:admin",
        Some(paging(30, 300, "participants"));
    /// "List meeting participants QoS Summary"; needs the QSS add-on.
    LIST_MEETING_QOS_SUMMARY = "list_meeting_qos_summary",
        "/metrics/meetings/{meetingId}/participants/qos_summary", Heavy,
        MEETING_SCOPES, "dashboard:read:list_meeting_participants_qos:admin",
        Some(paging(1, 10, "participants"));
    /// "List webinars".
    LIST_WEBINARS = "list_webinars", "/metrics/webinars", ResourceIntensive,
        WEBINAR_SCOPES, "dashboard:read:list_webinars:admin", Some(paging(30, 300, "webinars"));
    /// "Get webinar details".
    GET_WEBINAR = "get_webinar", "/metrics/webinars/{webinarId}", Heavy,
        WEBINAR_SCOPES, "dashboard:read:webinar:admin", None;
    /// "Get webinar participants".
    LIST_WEBINAR_PARTICIPANTS = "list_webinar_participants",
        "/metrics/webinars/{webinarId}/participants", Heavy,
        WEBINAR_SCOPES, "dashboard:read:list_webinar_participants:admin",
        Some(paging(30, 300, "participants"));
    /// "Get webinar participant QoS".
    GET_WEBINAR_PARTICIPANT_QOS = "get_webinar_participant_qos",
        "/metrics/webinars/{webinarId}/participants/{participantId}/qos", Heavy,
        WEBINAR_SCOPES, "dashboard:read:webinar_participant_qos:admin", None;
    /// "List webinar participant QoS".
    LIST_WEBINAR_PARTICIPANTS_QOS = "list_webinar_participants_qos",
        "/metrics/webinars/{webinarId}/participants/qos", Heavy,
        WEBINAR_SCOPES, "dashboard:read:list_webinar_participants_qos:admin",
        Some(paging(1, 10, "participants"));
    /// "Get webinar sharing/recording details".
    LIST_WEBINAR_SHARING = "list_webinar_sharing",
        "/metrics/webinars/{webinarId}/participants/sharing", Heavy,
        WEBINAR_SCOPES, "dashboard:read:webinar_sharing:admin", Some(paging(30, 300, "participants"));
    /// "Get post webinar feedback".
    LIST_WEBINAR_SATISFACTION = "list_webinar_satisfaction",
        "/metrics/webinars/{webinarId}/participants/satisfaction", Heavy,
        WEBINAR_SCOPES, "dashboard:read:post_webinar_feedback:admin",
        Some(paging(30, 300, "participants"));
    /// "List webinar participants QoS Summary"; needs the QSS add-on.
    LIST_WEBINAR_QOS_SUMMARY = "list_webinar_qos_summary",
        "/metrics/webinars/{webinarId}/participants/qos_summary", Heavy,
        WEBINAR_SCOPES, "dashboard:read:list_webinar_participants_qos:admin",
        Some(paging(1, 10, "participants"));
    /// "Get meeting quality scores".
    GET_QUALITY = "get_quality", "/metrics/quality", Heavy,
        HOME_SCOPES, "dashboard:read:meeting_quality_score:admin", None;
    /// "List call logs" of Zoom Phone.
    LIST_CALL_LOGS = "list_call_logs", "/phone/metrics/call_logs", Heavy,
        PHONE_SCOPES, "phone:read:list_call_logs:admin", Some(paging(30, 100, "call_logs"));
    /// "List past call metrics" of Zoom Phone.
    LIST_PAST_CALLS = "list_past_calls", "/phone/metrics/past_calls", Heavy,
        PHONE_SCOPES, "phone:read:list_call_logs:admin", Some(paging(30, 100, "call_logs"));
    /// "Get call details from call log" of Zoom Phone. No label is documented; heavy is the most
    /// careful guess, as it is for [`Operation::OTHER`].
    GET_CALL_LOG = "get_call_log", "/phone/metrics/call_logs/{call_id}", Heavy,
        PHONE_SCOPES, "phone:read:call_log:admin", None;
    /// "Get call QoS" of Zoom Phone.
    GET_CALL_QOS = "get_call_qos", "/phone/metrics/call_logs/{callId}/qos", Light,
        PHONE_SCOPES, "phone:read:call_qos:admin", None;
}

impl Operation {
    /// Any other call. Its label is not known here; heavy is the most careful guess that shares
    /// the daily pool without the per-minute limit of listings.
    pub const OTHER: Self = Self {
        name: "other",
        template: "",
        label: Label::Heavy,
        classic_scopes: &[],
        granular_scope: "",
        paging: None,
    };

    /// The operation that a path below the API root belongs to; [`Operation::OTHER`] when none
    /// fits.
    ///
    /// A literal segment beats an id: `…/participants/qos` is the listing, and the single report
    /// is known by its second `qos`. A master account's prefix `/accounts/{accountId}` is
    /// passed over.
    pub fn of_path(path: &str) -> &'static Self {
        let path = path.split('?').next().unwrap_or(path);
        let path = below_account(path);
        let fits = |operation: &&&'static Self| {
            let (mut given, mut template) = (path.split('/'), operation.template.split('/'));
            loop {
                match (given.next(), template.next()) {
                    (None, None) => return true,
                    (Some(segment), Some(slot)) if slot == segment => {}
                    (Some(segment), Some(slot)) if slot.starts_with('{') && !segment.is_empty() => {
                    }
                    _ => return false,
                }
            }
        };
        let literal_segments = |operation: &&&'static Self| {
            operation.template.split('/').filter(|slot| !slot.starts_with('{')).count()
        };
        Self::ALL.iter().filter(fits).max_by_key(literal_segments).copied().unwrap_or(&Self::OTHER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_known_by_its_literal_segments() {
        for (path, expected) in [
            ("/metrics/meetings", "list_meetings"),
            ("/metrics/meetings?type=past", "list_meetings"),
            ("/metrics/meetings/932", "get_meeting"),
            ("/metrics/meetings/932/participants/qos", "list_meeting_participants_qos"),
            ("/metrics/meetings/932/participants/qos/qos", "get_meeting_participant_qos"),
            ("/metrics/meetings/932/participants/qos_summary", "list_meeting_qos_summary"),
            ("/accounts/me/metrics/webinars/1/participants", "list_webinar_participants"),
            ("/metrics/quality", "get_quality"),
            ("/phone/metrics/call_logs?page_size=100", "list_call_logs"),
            ("/phone/metrics/past_calls", "list_past_calls"),
            ("/phone/metrics/call_logs/7081466125443483485", "get_call_log"),
            ("/accounts/me/phone/metrics/call_logs/7081466125443483485/qos", "get_call_qos"),
            ("/phone/users", "other"),
            ("/metrics/crc", "other"),
            ("/users/me", "other"),
            ("/accounts/metrics", "other"),
        ] {
            assert_eq!(Operation::of_path(path).name, expected, "{path}");
        }
    }

    #[test]
    fn names_are_distinct() {
        let mut names: Vec<_> = Operation::ALL.iter().map(|operation| operation.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 21);
    }
}
