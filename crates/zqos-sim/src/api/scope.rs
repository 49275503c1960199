//! Scopes: what an app may call, in either of Zoom's two styles.

use std::fmt;
use std::str::FromStr;

use crate::api::error::ApiError;
use crate::api::route::{CallPart, Destination, MeetingPart, Route};

/// The scopes of the app, in the order in which its tokens name them: at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scopes(Vec<String>);

/// A text that names no scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("scopes are `classic`, `granular`, or a list such as `dashboard:read:admin`")]
pub struct ScopesError;

/// **Source**: the classic scopes of Zoom's dashboard calls, and of those of Zoom Phone.
const CLASSIC: [&str; 6] = [
    "dashboard:read:admin",
    "dashboard_meetings:read:admin",
    "dashboard_webinars:read:admin",
    "dashboard_home:read:admin",
    "dashboard:master",
    PHONE,
];
/// The classic scope of all calls of Zoom Phone.
const PHONE: &str = "phone:read:admin";

/// The granular scope of the quality scores; those of meetings and webinars are made of a name.
const QUALITY: &str = "meeting_quality_score";
/// The granular scopes of phone calls: of the lists, of one in detail, and of what both sides measured.
const CALLS: [&str; 3] = ["list_call_logs", "call_log", "call_qos"];

impl Scopes {
    /// All classic scopes of the calls that are simulated.
    pub fn classic() -> Self {
        Self(CLASSIC.map(str::to_owned).into())
    }

    /// All granular scopes of the calls that are simulated.
    pub fn granular() -> Self {
        let names = ["meeting", "webinar"].into_iter().flat_map(|kind| {
            [
                format!("list_{kind}s"),
                kind.to_owned(),
                format!("list_{kind}_participants"),
                format!("{kind}_participant_qos"),
                format!("list_{kind}_participants_qos"),
                format!("{kind}_sharing"),
                format!("post_{kind}_feedback"),
            ]
        });
        let names = names.chain([QUALITY.to_owned()]).map(|name| format!("dashboard:read:{name}"));
        let names = names.chain(CALLS.map(|name| format!("phone:read:{name}")));
        Self(
            names
                .flat_map(|name| ["admin", "master"].map(|level| format!("{name}:{level}")))
                .collect(),
        )
    }

    fn has(&self, scope: &str) -> bool {
        self.0.iter().any(|own| own == scope)
    }

    /// An app has scopes of one style; the granular ones have a part more.
    fn is_granular(&self) -> bool {
        self.0.iter().any(|scope| scope.matches(':').count() >= 3)
    }

    /// Fails unless the app has one of the scopes that suffice for a call.
    ///
    /// **Errors**: Zoom's, which names those that would do, in the style of the app.
    pub(crate) fn check(&self, destination: &Destination) -> Result<(), ApiError> {
        let Some(Needed { classic, granular }) = needed(&destination.route) else { return Ok(()) };
        let is_master = destination.account.is_some();
        let sufficient = match (self.is_granular(), is_master) {
            (true, false) => vec![format!("{granular}:admin")],
            (true, true) => vec![format!("{granular}:master")],
            (false, false) => classic.iter().map(|&scope| scope.to_owned()).collect(),
            // What is documented of phone calls' events; of the calls themselves nothing is.
            (false, true) => vec!["dashboard:master".to_owned()],
        };
        if sufficient.iter().any(|scope| self.has(scope)) {
            return Ok(());
        }
        Err(ApiError::missing_scopes(&sufficient))
    }
}

/// The scopes of a call.
struct Needed {
    /// Any of which suffices.
    classic: &'static [&'static str],
    /// Without its level.
    granular: String,
}

/// The scopes of a call; `None` for the token.
fn needed(route: &Route) -> Option<Needed> {
    let of_dashboard =
        |classic, name: &str| Needed { classic, granular: format!("dashboard:read:{name}") };
    let of_phone =
        |name: &str| Needed { classic: &[PHONE], granular: format!("phone:read:{name}") };
    let [lists, details, figures] = CALLS;
    let (webinar, name): (bool, fn(&str) -> String) = match route {
        Route::Token => return None,
        Route::Quality => {
            let classic = &["dashboard_home:read:admin", CLASSIC[0]];
            return Some(of_dashboard(classic, QUALITY));
        }
        Route::Calls { .. } => return Some(of_phone(lists)),
        Route::Call { part: CallPart::Details, .. } => return Some(of_phone(details)),
        Route::Call { part: CallPart::Qos, .. } => return Some(of_phone(figures)),
        Route::Meetings { webinars } => (*webinars, |kind| format!("list_{kind}s")),
        Route::Meeting { webinar, part, .. } => (
            *webinar,
            match part {
                MeetingPart::Details => str::to_owned,
                MeetingPart::Participants => |kind| format!("list_{kind}_participants"),
                MeetingPart::ParticipantQos(_) => |kind| format!("{kind}_participant_qos"),
                MeetingPart::ParticipantsQos | MeetingPart::ParticipantsQosSummary => {
                    |kind| format!("list_{kind}_participants_qos")
                }
                MeetingPart::Sharing => |kind| format!("{kind}_sharing"),
                MeetingPart::Satisfaction => |kind| format!("post_{kind}_feedback"),
            },
        ),
    };
    Some(if webinar {
        of_dashboard(&["dashboard_webinars:read:admin", CLASSIC[0]], &name("webinar"))
    } else {
        of_dashboard(&["dashboard_meetings:read:admin", CLASSIC[0]], &name("meeting"))
    })
}

impl Default for Scopes {
    /// [`Scopes::classic`].
    fn default() -> Self {
        Self::classic()
    }
}

impl fmt::Display for Scopes {
    /// As a token's answer lists them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

impl FromStr for Scopes {
    type Err = ScopesError;

    /// Reads `classic`, `granular`, or scopes between commas or spaces.
    fn from_str(text: &str) -> Result<Self, ScopesError> {
        match text {
            "classic" => return Ok(Self::classic()),
            "granular" => return Ok(Self::granular()),
            _ => {}
        }
        let scopes: Vec<String> =
            text.split([',', ' ']).filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
        let is_scope = |scope: &String| {
            scope.contains(':')
                && scope.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_:".contains(&byte))
        };
        (!scopes.is_empty() && scopes.iter().all(is_scope))
            .then_some(Self(scopes))
            .ok_or(ScopesError)
    }
}

#[cfg(test)]
mod tests {
    use zoom_wire::Operation;

    use super::*;

    fn destination(prefix: &str, operation: &Operation) -> Destination {
        let path = operation.template.replace(['{', '}'], "");
        Destination::of("GET", &format!("/v2{prefix}{path}")).unwrap()
    }

    fn scopes(text: &str) -> Scopes {
        text.parse().unwrap()
    }

    #[test]
    fn each_scope_of_the_table_of_operations_suffices_alone() {
        for operation in Operation::ALL {
            let own = destination("", operation);
            let other = operation.granular_scope.replace(":admin", ":master");
            for scope in operation.classic_scopes.iter().chain([&operation.granular_scope]) {
                assert_eq!(scopes(scope).check(&own), Ok(()), "{scope}");
            }
            for scope in ["dashboard:master", "dashboard_im:read:admin", &other] {
                assert!(scopes(scope).check(&own).is_err(), "{scope}");
            }
            let of_account = destination("/accounts/me", operation);
            for scope in ["dashboard:master", &other] {
                assert_eq!(scopes(scope).check(&of_account), Ok(()), "{scope}");
            }
            for scope in operation.classic_scopes.iter().chain([&operation.granular_scope]) {
                assert!(scopes(scope).check(&of_account).is_err(), "{scope}");
            }
            for all in [Scopes::classic(), Scopes::granular()] {
                assert_eq!(all.check(&own).and(all.check(&of_account)), Ok(()));
            }
        }
    }

    #[test]
    fn scopes_are_read_as_they_are_written() {
        assert_eq!("granular".parse(), Ok(Scopes::granular()));
        assert_eq!(Scopes::classic().to_string().parse(), Ok(Scopes::default()));
        assert_eq!(scopes("a:read,b:read c:read").to_string(), "a:read b:read c:read");
        for text in ["", " ", "everything", "a:read\"", "ä:read"] {
            assert_eq!(text.parse::<Scopes>(), Err(ScopesError), "{text}");
        }
    }
}
