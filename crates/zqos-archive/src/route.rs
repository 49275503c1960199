//! Paths: what a request asks for.

use percent_encoding::percent_decode_str;
use zoom_wire::Kind;
use zoom_wire::operation::Paging;

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// The meetings or webinars of a range.
    List(Kind),
    /// Something of one of them, by the id that the path has, decoded.
    Of(Kind, String, Part),
}

/// What of a meeting is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Details,
    Participants,
    ParticipantsQos,
    ParticipantQos(String),
    ParticipantsQosSummary,
    Sharing,
    Satisfaction,
}

impl Part {
    /// True where `type=pastOne` may be asked for.
    pub(crate) const fn knows_past_one(&self, kind: Kind) -> bool {
        match self {
            Self::Details | Self::Participants => matches!(kind, Kind::Meeting),
            Self::Satisfaction => true,
            _ => false,
        }
    }
}

/// How listings with few and large rows are paged, and all others.
///
/// **Source**: the table of query parameters in Zoom's API reference, as in
/// [`Operation`](zoom_wire::Operation).
pub(crate) const REPORTS: Paging =
    zoom_wire::Operation::LIST_MEETING_PARTICIPANTS_QOS.paging.expect("it is paged");
pub(crate) const ROWS: Paging =
    zoom_wire::Operation::LIST_MEETING_PARTICIPANTS.paging.expect("it is paged");

impl Route {
    /// What a path below `/v2` names; `None` for one that the archive does not know.
    ///
    /// A path may begin with `/accounts/me`, as those of Zoom do.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        // Slashes in a row are one: a UUID that starts with an unencoded one loses it.
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let (["metrics", below @ ..] | ["accounts", "me", "metrics", below @ ..]) = &*segments
        else {
            return None;
        };
        let (collection, below) = below.split_first()?;
        let kind = match *collection {
            "meetings" => Kind::Meeting,
            "webinars" => Kind::Webinar,
            _ => return None,
        };
        let Some((id, below)) = below.split_first() else { return Some(Self::List(kind)) };
        let part = match below {
            [] => Part::Details,
            ["participants"] => Part::Participants,
            ["participants", "qos"] => Part::ParticipantsQos,
            ["participants", "qos_summary"] => Part::ParticipantsQosSummary,
            ["participants", "sharing"] => Part::Sharing,
            ["participants", "satisfaction"] => Part::Satisfaction,
            ["participants", participant, "qos"] => Part::ParticipantQos(decode(participant)),
            _ => return None,
        };
        Some(Self::Of(kind, meeting_id(id), part))
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The id that a segment means. Zoom's edge decodes once and tidies slashes; what is encoded still is decoded
/// by the application.
fn meeting_id(segment: &str) -> String {
    let once = decode(segment);
    if once.contains('%') {
        return decode(&once);
    }
    let parts: Vec<&str> = once.split('/').filter(|part| !part.is_empty()).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use zoom_wire::Operation;

    use super::*;

    fn id_of(segment: &str) -> String {
        match Route::of_path(&format!("/metrics/meetings/{segment}/participants/qos")) {
            Some(Route::Of(Kind::Meeting, id, Part::ParticipantsQos)) => id,
            other => panic!("{segment}: {other:?}"),
        }
    }

    #[test]
    fn a_uuid_with_slashes_needs_two_encodings_at_its_start_or_in_a_row() {
        assert_eq!(id_of("%252FajXp112QmuoKj4854875%253D%253D"), "/ajXp112QmuoKj4854875==");
        assert_eq!(id_of("a%252F%252Fb%252Bc%253D%253D"), "a//b+c==");
        assert_eq!(id_of("a%2Fb%2Bc%3D%3D"), "a/b+c==");
        assert_eq!(id_of("a+c=="), "a+c==");
        // Once is not enough: the slash is eaten.
        assert_eq!(id_of("%2FajXp112QmuoKj4854875%3D%3D"), "ajXp112QmuoKj4854875==");
    }

    #[test]
    fn a_participant_called_qos_is_known_by_its_second_qos() {
        let base = "/metrics/webinars/1/participants";
        let part = |path: &str| match Route::of_path(path) {
            Some(Route::Of(Kind::Webinar, _, part)) => part,
            other => panic!("{path}: {other:?}"),
        };
        assert_eq!(part(&format!("{base}/qos")), Part::ParticipantsQos);
        assert_eq!(part(&format!("{base}/qos/qos")), Part::ParticipantQos("qos".to_owned()));
    }

    #[test]
    fn every_operation_on_meetings_and_webinars_is_known_and_nothing_else() {
        for operation in Operation::ALL {
            let path = operation.template.replace("{meetingId}", "1").replace("{webinarId}", "1");
            let path = path.replace("{participantId}", "1");
            let is_ours =
                path.starts_with("/metrics/meetings") || path.starts_with("/metrics/webinars");
            assert_eq!(Route::of_path(&path).is_some(), is_ours, "{path}");
        }
        for path in ["", "/", "//", "/metrics", "/metrics/crc", "/accounts/other/metrics/meetings"]
        {
            assert_eq!(Route::of_path(path), None, "{path}");
        }
        assert_eq!(
            Route::of_path("/accounts/me/metrics/meetings"),
            Some(Route::List(Kind::Meeting))
        );
    }
}
