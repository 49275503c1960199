//! What a failure shows: what was asked, what came back, what Zoom said, and what to do.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

use zoom_dashboard::{Error, ErrorKind, FailedResponse, TimeoutPhase};
use zoom_wire::rate_limit::Label;
use zoom_wire::{ApiError, ApiErrorKind};
use zqos_core::{Shown, Timestamp};

use crate::exit::UsageError;
use crate::time::Zone;

/// A failed call, with the zone that its times are shown in.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub(crate) struct Failure {
    #[source]
    pub(crate) error: Error,
    pub(crate) zone: Zone,
}

/// Shows a failure on standard error.
pub(crate) fn report(error: &anyhow::Error) {
    let text = if let Some(failure) = error.downcast_ref::<Failure>() {
        of_call(&failure.error, Some(&failure.zone))
    } else if let Some(call) = error.downcast_ref::<Error>() {
        of_call(call, None)
    } else if let Some(usage) = error.downcast_ref::<UsageError>() {
        let mut text = format!("error: {}\n", Shown(&usage.to_string()));
        for line in usage.place.iter().flat_map(|place| place.lines()) {
            text.extend(["  ", &Shown(line).to_string(), "\n"]);
        }
        with_hint(text, usage.hint.as_deref())
    } else {
        format!("error: {}\nFailed.\n", Shown(&format!("{error:#}")))
    };
    show(&text);
}

/// What failed and what to do about it, in one line.
#[cfg(feature = "store")]
pub(crate) fn in_short(error: &Error) -> String {
    let hint = hint(error, None).map(|hint| format!(" ({hint})")).unwrap_or_default();
    format!("{}{hint}", causes(error))
}

/// Shows on standard error what ended a walk over pages: the rows before it are out.
pub(crate) fn report_lost(error: &Error, zone: &Zone) {
    show(&(explained(error, Some(zone)) + "Incomplete: the rest is missing.\n"));
}

fn show(text: &str) {
    crate::output::clear();
    // A closed standard error is nobody to tell.
    drop(std::io::stderr().lock().write_all(text.as_bytes()));
}

fn with_hint(mut text: String, hint: Option<&str>) -> String {
    if let Some(hint) = hint {
        text.push_str("hint: ");
        text.push_str(hint);
        text.push('\n');
    }
    text
}

/// The parts in their order: request, status line, headers, what Zoom said, hint, `Failed.`
fn of_call(error: &Error, zone: Option<&Zone>) -> String {
    if error.is_usage() {
        let text = format!("error: {}\n", Shown(&error.kind().to_string()));
        return with_hint(text, hint(error, zone).as_deref());
    }
    explained(error, zone) + "Failed.\n"
}

fn explained(error: &Error, zone: Option<&Zone>) -> String {
    let mut text = String::new();
    if let Some(sent) = error.request() {
        push_line(&mut text, format_args!("{} {}", sent.method, Shown(sent.url.as_str())));
    }
    if let Some(response) = error.response() {
        text.push_str(&head(response));
    }
    match error.api() {
        // Without a code it is not Zoom that speaks, but something between.
        Some(api) if api.code.is_none() => {
            push_line(&mut text, format_args!("the server says: {api}"));
        }
        Some(api) => push_line(&mut text, format_args!("Zoom says: {api}")),
        None => push_line(&mut text, format_args!("error: {}", causes(error))),
    }
    if error.tries() > 1 {
        let seconds = error.elapsed().as_secs_f64();
        push_line(&mut text, format_args!("tried {} times in {seconds:.1} s", error.tries()));
    }
    with_hint(text, hint(error, zone).as_deref())
}

fn push_line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a string takes all");
}

/// The status line and headers of an answer.
pub(crate) fn head(response: &FailedResponse) -> String {
    head_of(response.status, &response.reason, &response.headers)
}

/// The status line and headers of an answer.
pub(crate) fn head_of(status: u16, reason: &str, headers: &http::HeaderMap) -> String {
    let mut text = String::new();
    push_line(&mut text, format_args!("HTTP {status} {}", Shown(reason)));
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        push_line(&mut text, format_args!("{name}: {}", Shown(&value)));
    }
    text
}

/// What failed, and why, in one line.
fn causes(error: &Error) -> String {
    let mut line = error.kind().to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !line.ends_with(&cause_text) {
            write!(line, ": {cause_text}").expect("a string takes all");
        }
        source = cause.source();
    }
    Shown(&line).to_string()
}

/// What to do about it.
fn hint(error: &Error, zone: Option<&Zone>) -> Option<String> {
    let text = match error.kind() {
        ErrorKind::Api(api) => return api_hint(error, api),
        ErrorKind::RateLimited {
            api: Some(ApiError { kind: ApiErrorKind::TooManyConcurrent, .. }),
            ..
        } => "the same request is under way already, from here or elsewhere; try again",
        ErrorKind::RateLimited { label, daily, until, .. } => {
            return Some(rate_limit_hint(*label, *daily, *until, zone));
        }
        ErrorKind::HeldBack => "another collector works on this account",
        ErrorKind::TokenRequest { status, error, .. } => match (status, error.as_deref()) {
            (_, Some("invalid_client")) => {
                "client id or client secret is wrong: compare them with the app's page in the Zoom \
                 Marketplace"
            }
            (_, Some("unsupported_grant_type" | "unauthorized_client")) => {
                "the app is not of the type server-to-server OAuth, or is not activated"
            }
            (400..=499, _) => {
                "account id, client id and client secret must be those of one activated \
                 server-to-server OAuth app"
            }
            _ => "Zoom's token endpoint has trouble; try again in a few minutes",
        },
        ErrorKind::Dns => {
            "is the host name right (ZOOM_API_BASE, ZOOM_OAUTH_BASE), and does name resolution work?"
        }
        ErrorKind::Connect => {
            "does something listen there, and do the firewall and the proxy let it through?"
        }
        ErrorKind::Tls => {
            "if a proxy opens TLS here, name its certificate: `ca_file` under [http] in the \
             configuration"
        }
        ErrorKind::Proxy => "look at HTTPS_PROXY, HTTP_PROXY and NO_PROXY",
        ErrorKind::Timeout(TimeoutPhase::Whole) => {
            "the answer kept coming, too slowly; `whole_timeout_s` under [http] allows longer"
        }
        ErrorKind::Timeout(_) => {
            "the server did not answer in time; `read_timeout_s` under [http] allows longer"
        }
        ErrorKind::Reset | ErrorKind::Cut => "the connection is unreliable; try again",
        ErrorKind::BodyTooLarge { .. } => {
            "no answer of Zoom's is so large; if it is meant so, raise `max_body_mib` under [http]"
        }
        ErrorKind::Malformed | ErrorKind::Decode(_) => {
            "this did not come from Zoom's API: is ZOOM_API_BASE right, and does it end in `/v2`?"
        }
        ErrorKind::NotUpgraded => {
            "is `websocket_base` right, and do proxies on the way let WebSockets through?"
        }
        ErrorKind::NotAdmitted { .. } => {
            "is `websocket_subscription` the id of an event subscription of the method WebSocket, in the app \
             whose credential this is? `websocket_grant` says how its token is got"
        }
        ErrorKind::Closed { .. } => {
            "a subscription has one connection at a time: does another program connect for it?"
        }
        ErrorKind::EndlessPages(_) => {
            "the pages go round in circles; try again, or fetch fewer rows"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

fn api_hint(error: &Error, api: &ApiError) -> Option<String> {
    let asked_live = error.request().is_some_and(|sent| {
        sent.url.query_pairs().any(|(name, value)| name == "type" && value == "live")
    });
    let text = match &api.kind {
        ApiErrorKind::NotAvailable if asked_live => {
            "ended meetings need `--type past`; a past report can take 30 minutes to appear"
        }
        ApiErrorKind::NotAvailable => {
            "are the ids right (`zqos participants MEETING` lists those of participants)? A past report \
             can take 30 minutes to appear, and a running meeting needs `--type live`"
        }
        ApiErrorKind::IsWebinar => "this is a webinar: add `--webinar`",
        ApiErrorKind::IsMeeting => "this is a meeting, not a webinar: leave `--webinar` out",
        ApiErrorKind::PageTokenExpired => {
            "page tokens live fifteen minutes and go with their own request: start again without it"
        }
        ApiErrorKind::Validation => "a parameter is wrong: see above which",
        ApiErrorKind::TooOld => "Zoom forgets reports after a year: this meeting is older",
        ApiErrorKind::EndTimeNotAllowed => "this account can't list by end time",
        ApiErrorKind::PlanWithoutDashboard => {
            "the Dashboard belongs to the plans Business and higher: ask the account's owner for it"
        }
        ApiErrorKind::NoQssSubscription => {
            "summaries need the add-on Quality of Service Subscription, and the app must subscribe \
             to its summary event; leave `--summary` out to get the report by minutes"
        }
        ApiErrorKind::MissingScopes(scopes) if !scopes.is_empty() => {
            let named: Vec<String> =
                scopes.iter().map(|scope| format!("`{}`", Shown(scope))).collect();
            return Some(format!(
                "give the app one of these scopes: {}; then wait a moment for a new token",
                named.join(", ")
            ));
        }
        ApiErrorKind::MissingScopes(_) => "the app lacks a scope: see `zqos auth check`",
        ApiErrorKind::TokenRejected if error.token_refreshed() => {
            "the token was refreshed once and the new one was rejected too: is the app activated, \
             and of this account?"
        }
        ApiErrorKind::TokenRejected => {
            "the access token (ZOOM_ACCESS_TOKEN, or `access_token` of the account) is wrong or has \
             expired, and can't be refreshed: get a new one"
        }
        ApiErrorKind::Forbidden if api.code.is_none() => {
            "if Zoom says so, the role of the app's user lacks the Dashboard: an admin can add it under \
             User Management, Roles; if a proxy does, ask for access to the host"
        }
        ApiErrorKind::Forbidden => {
            "the role of the app's user lacks the Dashboard: an admin can add it under User \
             Management, Roles"
        }
        ApiErrorKind::Server => "Zoom has trouble; try again in a few minutes",
        ApiErrorKind::Redirect => {
            "redirects are not followed, for they would carry the token elsewhere: is ZOOM_API_BASE \
             right?"
        }
        ApiErrorKind::Other if api.status == 404 => {
            "Zoom's API has no such path: is ZOOM_API_BASE right, and does it end in `/v2`?"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

/// The limits by the second and minute open within the next minute, which may begin as late as the
/// retries of a run end. What opens later does so by the server's word.
const SHORT_LIMIT_MAX: Duration = Duration::from_mins(3);

fn rate_limit_hint(
    label: Label,
    daily: bool,
    until: Option<Timestamp>,
    zone: Option<&Zone>,
) -> String {
    let at = |until: Timestamp| match zone {
        Some(zone) => format!("at {} ({})", zone.date_and_time(until), zone.name()),
        None => format!("at {until}"),
    };
    if daily {
        let when = until.map_or_else(|| "at 00:00 UTC".to_owned(), at);
        return format!(
            "the day's calls of the whole account are used up, by every app together; they open \
             again {when}"
        );
    }
    let is_far = |until: &Timestamp| {
        zone.and_then(|zone| until.since(zone.now())).is_some_and(|wait| wait > SHORT_LIMIT_MAX)
    };
    let when = match (until.filter(is_far), label) {
        (Some(until), _) => at(until),
        (None, Label::ResourceIntensive) => "within a minute".to_owned(),
        (None, _) => "within seconds".to_owned(),
    };
    format!(
        "too many {label} calls at once, by every app of the account together; they open again {when}"
    )
}
