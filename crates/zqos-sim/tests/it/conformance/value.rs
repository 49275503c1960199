//! What a value looks like, written down from Zoom's documents and not from the client's parser.

use serde_json::Value;

/// True for a value of one kind.
pub(super) type Is = fn(&Value) -> bool;

fn texts(value: &Value, is: impl Fn(&str) -> bool) -> bool {
    value.as_str().is_some_and(is)
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn text(value: &Value) -> bool {
    value.is_string()
}

pub(super) fn flag(value: &Value) -> bool {
    value.is_boolean()
}

pub(super) fn count(value: &Value) -> bool {
    value.is_u64()
}

/// Seconds with decimals.
pub(super) fn seconds(value: &Value) -> bool {
    value.as_f64().is_some_and(|seconds| seconds >= 0.0)
}

/// True where each `0` of the pattern meets a digit, and every other character itself.
fn fits(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(byte, wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            _ => byte == wanted,
        })
}

/// `yyyy-MM-ddTHH:mm:ssZ`, with decimals or another spelling of UTC at most.
pub(super) fn time(value: &Value) -> bool {
    texts(value, |text| {
        text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00")).is_some_and(|rest| {
            let (whole, decimals) = rest.split_once('.').unwrap_or((rest, "0"));
            fits(whole, "0000-00-00T00:00:00") && digits(decimals)
        })
    })
}

/// Blank as long as it goes on.
pub(super) fn end_time(value: &Value) -> bool {
    value == "" || time(value)
}

/// One end of a range as the caller gave it.
pub(super) fn bound(value: &Value) -> bool {
    texts(value, |text| fits(text, "0000-00-00") || fits(text, "0000-00-00 00:00:00"))
}

/// One end of a range of phone calls.
pub(super) fn bound_of_calls(value: &Value) -> bool {
    texts(value, |text| fits(text, "0000-00-00") || fits(text, "0000-00-00T00:00:00Z"))
}

/// The id of a phone call: nineteen digits.
pub(super) fn call_id(value: &Value) -> bool {
    texts(value, |text| digits(text) && text.len() == 19)
}

pub(super) fn direction(value: &Value) -> bool {
    texts(value, |text| ["inbound", "outbound", "internal"].contains(&text))
}

pub(super) fn extension_type(value: &Value) -> bool {
    texts(value, |text| {
        ["user", "callQueue", "autoReceptionist", "sharedLineGroup"].contains(&text)
    })
}

/// E.164: a plus sign and at most fifteen digits.
pub(super) fn phone_number(value: &Value) -> bool {
    texts(value, |text| {
        text.strip_prefix('+').is_some_and(|number| digits(number) && number.len() <= 15)
    })
}

/// Digits; blank for who has none.
pub(super) fn extension_number(value: &Value) -> bool {
    texts(value, |text| text.is_empty() || digits(text))
}

/// A mean opinion score from 1 to 5; blank where nothing was measured.
pub(super) fn opinion(value: &Value) -> bool {
    texts(value, |text| {
        text.is_empty() || text.parse::<f64>().is_ok_and(|score| (1.0..=5.0).contains(&score))
    })
}

/// `mm:ss` or `hh:mm:ss`; blank as long as it goes on.
pub(super) fn duration(value: &Value) -> bool {
    texts(value, |text| text.is_empty() || fits(text, "00:00") || fits(text, "00:00:00"))
}

/// Sixteen bytes in standard Base64.
pub(super) fn uuid(value: &Value) -> bool {
    texts(value, |text| {
        text.strip_suffix("==").is_some_and(|body| {
            body.len() == 22
                && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
        })
    })
}

/// A number of nine to eleven digits.
pub(super) fn meeting_id(value: &Value) -> bool {
    value.as_u64().is_some_and(|id| (100_000_000..100_000_000_000).contains(&id))
}

/// The same as a text.
pub(super) fn meeting_number(value: &Value) -> bool {
    texts(value, |text| digits(text) && (9..=11).contains(&text.len()))
}

/// The id of a join: eight digits or more.
pub(super) fn join_id(value: &Value) -> bool {
    texts(value, |text| digits(text) && text.len() >= 8)
}

/// The id of an account user or a group; blank for those who have none.
pub(super) fn account_id(value: &Value) -> bool {
    texts(value, |text| {
        text.is_empty()
            || text.len() == 22
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    })
}

/// A GUID in capitals.
pub(super) fn guid(value: &Value) -> bool {
    texts(value, |text| {
        let parts: Vec<&str> = text.split('-').collect();
        parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
            && text
                .bytes()
                .all(|byte| byte == b'-' || byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte))
    })
}

/// Opaque, 35 letters and digits of which the last is a digit; blank on the last page.
pub(super) fn page_token(value: &Value) -> bool {
    texts(value, |text| {
        text.is_empty()
            || text.len() == 35
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && text.ends_with(|last: char| last.is_ascii_digit())
    })
}

/// Three groups of four hexadecimal digits, or six of two; blank where it is nobody's business.
pub(super) fn mac_address(value: &Value) -> bool {
    texts(value, |text| {
        let groups = |separator, length| {
            text.len() == 17 - usize::from(length == 4) * 3
                && text.split(separator).all(|group: &str| {
                    group.len() == length && group.bytes().all(|byte| byte.is_ascii_hexdigit())
                })
        };
        text.is_empty() || groups('-', 4) || groups(':', 2)
    })
}

/// An address, whose end may be masked; blank where it is kept back.
pub(super) fn address(value: &Value) -> bool {
    texts(value, |text| {
        text.is_empty()
            || text.split('.').count() == 4
                && text.split('.').all(|part| part == "*" || part.parse::<u8>().is_ok())
    })
}

/// A decimal number and one of the units; blank where nothing was measured.
fn figure(value: &Value, units: &[&str]) -> bool {
    texts(value, |text| {
        text.is_empty()
            || units.iter().any(|unit| {
                text.strip_suffix(unit).is_some_and(|number| {
                    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
                    digits(whole) && digits(decimals) && decimals.len() <= 2
                })
            })
    })
}

pub(super) fn bitrate(value: &Value) -> bool {
    figure(value, &[" kbps", "kbps", " Kbps", ""])
}

pub(super) fn millis(value: &Value) -> bool {
    figure(value, &[" ms", "ms", ""])
}

pub(super) fn percent(value: &Value) -> bool {
    figure(value, &["%", ""])
        && texts(value, |text| {
            text.is_empty()
                || text
                    .trim_end_matches('%')
                    .parse::<f64>()
                    .is_ok_and(|share| (0.0..=100.0).contains(&share))
        })
}

pub(super) fn frame_rate(value: &Value) -> bool {
    figure(value, &[" fps"])
}

/// `1280*720`, `0*0`, or blank.
pub(super) fn resolution(value: &Value) -> bool {
    texts(value, |text| {
        text.is_empty()
            || text.split_once('*').is_some_and(|(width, height)| digits(width) && digits(height))
    })
}

/// Whole dBm, below zero.
pub(super) fn signal(value: &Value) -> bool {
    value.as_i64().is_some_and(|dbm| (-120..0).contains(&dbm))
}

pub(super) fn signal_unit(value: &Value) -> bool {
    value == "dBm"
}

pub(super) fn pressure(value: &Value) -> bool {
    texts(value, |text| ["normal", "fair", "serious", "critical"].contains(&text))
}

pub(super) fn quality(value: &Value) -> bool {
    texts(value, |text| ["good", "fair", "poor", "bad", ""].contains(&text))
}

pub(super) fn health(value: &Value) -> bool {
    texts(value, |text| ["Good", "Warning", "Critical"].contains(&text))
}

pub(super) fn feedback(value: &Value) -> bool {
    texts(value, |text| ["GOOD", "NOT GOOD"].contains(&text))
}

pub(super) fn role(value: &Value) -> bool {
    texts(value, |text| ["host", "attendee", "panelist"].contains(&text))
}

pub(super) fn status(value: &Value) -> bool {
    texts(value, |text| ["in_meeting", "in_waiting_room"].contains(&text))
}

pub(super) fn archiving(value: &Value) -> bool {
    texts(value, |text| {
        ["no optional archiving", "join without archiving", "join with archiving"].contains(&text)
    })
}

pub(super) fn disclaimer(value: &Value) -> bool {
    texts(value, |text| ["no disclaimer", "agree", "leave meeting"].contains(&text))
}

pub(super) fn call_type(value: &Value) -> bool {
    texts(value, |text| ["call-in", "call-out"].contains(&text))
}

pub(super) fn network_type(value: &Value) -> bool {
    texts(value, |text| ["Wired", "Wifi", "PPP", "Cellular", "Others", ""].contains(&text))
}

pub(super) fn connection_type(value: &Value) -> bool {
    texts(value, |text| {
        let alone = ["P2P", "TCP", "UDP", "Reliable UDP", "SSL", "HTTP", ""];
        let proxied = ["TCP", "UDP", "Reliable", "SSL", "HTTP"];
        alone.contains(&text)
            || text.strip_suffix("+Proxy").is_some_and(|through| proxied.contains(&through))
    })
}

/// The type of an element of a summary.
pub(super) fn stream(value: &Value) -> bool {
    texts(value, |text| {
        text == "cpu_usage" || super::documented::streams().any(|name| name == text)
    })
}
