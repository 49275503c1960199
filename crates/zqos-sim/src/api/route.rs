//! Paths: which call a request is.

use percent_encoding::percent_decode_str;
use zoom_wire::rate_limit::{Label, Product};

use crate::api::error::ApiError;

/// What a request asks for, and of which account where its path names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Destination {
    pub(crate) route: Route,
    /// What stands behind `/accounts/`.
    pub(crate) account: Option<String>,
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// `POST /oauth/token`.
    Token,
    Meetings {
        webinars: bool,
    },
    Meeting {
        webinar: bool,
        id: String,
        part: MeetingPart,
    },
    Quality,
    /// A list of phone calls: all of them, or past ones.
    Calls {
        past: bool,
    },
    Call {
        id: String,
        part: CallPart,
    },
}

/// What of a phone call is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallPart {
    Details,
    Qos,
}

/// What of a meeting is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MeetingPart {
    Details,
    Participants,
    ParticipantsQos,
    ParticipantQos(String),
    ParticipantsQosSummary,
    Sharing,
    Satisfaction,
}

impl MeetingPart {
    /// True where `type=pastOne` may be asked for.
    pub(crate) const fn knows_past_one(&self, webinar: bool) -> bool {
        match self {
            Self::Details | Self::Participants => !webinar,
            Self::Satisfaction => true,
            _ => false,
        }
    }
}

impl Destination {
    /// The call of a method on a target.
    pub(crate) fn of(method: &str, target: &str) -> Result<Self, ApiError> {
        let path = target.split('?').next().unwrap_or(target);
        if path == "/oauth/token" {
            return match method {
                "POST" => Ok(Self { route: Route::Token, account: None }),
                _ => Err(ApiError::method_not_allowed()),
            };
        }
        // Slashes in a row are one: a UUID that starts with an unencoded one loses it.
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let (account, below) = match &*segments {
            ["v2", "accounts", account, below @ ..] => (Some(decode(account)), below),
            ["v2", below @ ..] => (None, below),
            _ => return Err(ApiError::unknown_endpoint()),
        };
        let route = match below {
            ["metrics", below @ ..] => Route::of_segments(below),
            ["phone", "metrics", below @ ..] => Route::of_phone_segments(below),
            _ => None,
        };
        let route = route.ok_or_else(ApiError::unknown_endpoint)?;
        match method {
            "GET" => Ok(Self { route, account }),
            _ => Err(ApiError::method_not_allowed()),
        }
    }
}

impl Route {
    /// The call of the segments behind `metrics`.
    fn of_segments(segments: &[&str]) -> Option<Self> {
        let (collection, below) = segments.split_first()?;
        let webinar = match *collection {
            "meetings" => false,
            "webinars" => true,
            "quality" if below.is_empty() => return Some(Self::Quality),
            _ => return None,
        };
        let Some((id, below)) = below.split_first() else {
            return Some(Self::Meetings { webinars: webinar });
        };
        let part = match below {
            [] => MeetingPart::Details,
            ["participants"] => MeetingPart::Participants,
            ["participants", "qos"] => MeetingPart::ParticipantsQos,
            ["participants", "qos_summary"] => MeetingPart::ParticipantsQosSummary,
            ["participants", "sharing"] => MeetingPart::Sharing,
            ["participants", "satisfaction"] => MeetingPart::Satisfaction,
            ["participants", participant, "qos"] => {
                MeetingPart::ParticipantQos(decode(participant))
            }
            _ => return None,
        };
        Some(Self::Meeting { webinar, id: meeting_id(id), part })
    }

    /// The call of the segments behind `phone/metrics`.
    fn of_phone_segments(segments: &[&str]) -> Option<Self> {
        Some(match segments {
            ["call_logs"] => Self::Calls { past: false },
            ["past_calls"] => Self::Calls { past: true },
            ["call_logs", id] => Self::Call { id: decode(id), part: CallPart::Details },
            ["call_logs", id, "qos"] => Self::Call { id: decode(id), part: CallPart::Qos },
            _ => return None,
        })
    }

    /// What decides which limits count the call, of those of its product.
    pub(crate) const fn label(&self) -> Label {
        match self {
            Self::Token | Self::Call { part: CallPart::Qos, .. } => Label::Light,
            Self::Meetings { .. } => Label::ResourceIntensive,
            Self::Meeting { .. } | Self::Quality | Self::Calls { .. } | Self::Call { .. } => {
                Label::Heavy
            }
        }
    }

    /// Whose limits count the call.
    pub(crate) const fn product(&self) -> Product {
        match self {
            Self::Calls { .. } | Self::Call { .. } => Product::Phone,
            _ => Product::Meetings,
        }
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The id that a segment means. The edge decodes once, and tidies slashes as it does in any path;
/// what is encoded still is decoded by the application.
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

    fn get(path: &str) -> Option<Route> {
        Destination::of("GET", path).ok().map(|destination| destination.route)
    }

    fn id_of(segment: &str) -> String {
        match get(&format!("/v2/metrics/meetings/{segment}/participants/qos")) {
            Some(Route::Meeting { id, part: MeetingPart::ParticipantsQos, .. }) => id,
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
        assert_eq!(id_of("a%2F%2Fb%3D%3D"), "a/b==");
        assert_eq!(id_of("/ajXp112QmuoKj4854875=="), "ajXp112QmuoKj4854875==");
    }

    #[test]
    fn a_participant_called_qos_is_known_by_its_second_qos() {
        let part = |path: &str| match get(path) {
            Some(Route::Meeting { part, .. }) => Some(part),
            _ => None,
        };
        let base = "/v2/metrics/webinars/1/participants";
        assert_eq!(part(&format!("{base}/qos")), Some(MeetingPart::ParticipantsQos));
        assert_eq!(
            part(&format!("{base}/qos/qos")),
            Some(MeetingPart::ParticipantQos("qos".to_owned()))
        );
        assert_eq!(part(&format!("{base}/sharing?type=past")), Some(MeetingPart::Sharing));
        assert_eq!(part(base), Some(MeetingPart::Participants));
    }

    #[test]
    fn what_is_not_simulated_is_not_recognised() {
        for path in [
            "/",
            "/v2",
            "/v2/users/me",
            "/v2/metrics/crc",
            "/v1/metrics/meetings",
            "//",
            "/v2/phone/metrics",
            "/v2/phone/metrics/past_calls/1",
            "/v2/phone/metrics/call_logs/1/qos/2",
            "/v2/phone/users",
        ] {
            assert_eq!(get(path), None, "{path}");
        }
        assert!(Destination::of("POST", "/v2/metrics/meetings").is_err());
        assert!(Destination::of("GET", "/oauth/token").is_err());
        let token = Destination { route: Route::Token, account: None };
        assert_eq!(Destination::of("POST", "/oauth/token?a=b"), Ok(token));
        let account = |path| Destination::of("GET", path).unwrap().account;
        assert_eq!(account("/v2/accounts/me/metrics/meetings").as_deref(), Some("me"));
        assert_eq!(account("/v2/metrics/meetings"), None);
        let of_phone = account("/v2/accounts/me/phone/metrics/call_logs");
        assert_eq!(of_phone.as_deref(), Some("me"));
    }

    #[test]
    fn labels_are_those_of_the_table_of_operations() {
        for operation in Operation::ALL {
            let path = operation.template.replace("{meetingId}", "1").replace("{webinarId}", "1");
            let path = path.replace("{participantId}", "1");
            let path = path.replace("{call_id}", "1").replace("{callId}", "1");
            let route = get(&format!("/v2{path}")).unwrap();
            let product = Product::of_path(operation.template);
            assert_eq!((route.label(), route.product()), (operation.label, product), "{path}");
        }
    }
}
