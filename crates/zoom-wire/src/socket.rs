//! Frames of the WebSocket by which events come, where no webhook can be reached.
//!
//! Each is an object with the member `module`: the server greets, answers heartbeats, and sends events, whose
//! JSON is a text within that of the frame.
//!
//! **Source**: the guide "Using WebSockets" of Zoom's developer documentation, and two public receivers.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// What a client sends to show that it is there.
pub const HEARTBEAT: &str = r#"{"module":"heartbeat"}"#;

/// A frame from the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame<'f> {
    /// The first: whether events will come.
    Hello {
        /// They will.
        is_admitted: bool,
        /// Why not, in Zoom's words.
        why: Option<Cow<'f, str>>,
    },
    /// The answer to [`HEARTBEAT`].
    Heartbeat,
    /// An event.
    Event(EventFrame<'f>),
    /// A frame of another module, by its name.
    Other(Cow<'f, str>),
}

/// An event as it stands in a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFrame<'f> {
    /// Its JSON, as it would be a webhook's body.
    pub body: Cow<'f, str>,
    /// The signature over the body; `None` when the frame has none.
    pub signature: Option<Cow<'f, str>>,
    /// When it was signed, as it is signed.
    pub timestamp: Option<Cow<'f, str>>,
}

#[derive(Deserialize)]
struct Raw<'f> {
    #[serde(borrow)]
    module: Cow<'f, str>,
    success: Option<bool>,
    #[serde(borrow)]
    content: Option<&'f RawValue>,
    #[serde(borrow)]
    header: Option<RawHeader<'f>>,
}

#[derive(Default, Deserialize)]
struct RawHeader<'f> {
    #[serde(borrow, rename = "x-zm-signature")]
    signature: Option<Cow<'f, str>>,
    #[serde(borrow, rename = "x-zm-request-timestamp")]
    timestamp: Option<Cow<'f, str>>,
}

impl<'f> Frame<'f> {
    /// Reads a frame; `None` for what is none, and for an event's without an event.
    pub fn read(text: &'f str) -> Option<Self> {
        let Raw { module, success, content, header } = serde_json::from_str(text).ok()?;
        Some(match &*module {
            "build_connection" => {
                Self::Hello { is_admitted: success == Some(true), why: content.map(text_of) }
            }
            "heartbeat" => Self::Heartbeat,
            "message" => {
                let RawHeader { signature, timestamp } = header.unwrap_or_default();
                Self::Event(EventFrame { body: text_of(content?), signature, timestamp })
            }
            _ => Self::Other(module),
        })
    }
}

/// What a text says; of anything else its JSON.
fn text_of(json: &RawValue) -> Cow<'_, str> {
    /// Borrows where nothing is escaped, which `Cow` alone does not.
    #[derive(Deserialize)]
    struct Text<'t>(#[serde(borrow)] Cow<'t, str>);

    serde_json::from_str::<Text<'_>>(json.get())
        .map_or_else(|_| Cow::Borrowed(json.get()), |Text(text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_comes_out_as_a_webhook_would_have_it() {
        let body = r#"{"event":"meeting.started","payload":{"object":{"topic":"\"Ä\" \u0001"}}}"#;
        let frame = serde_json::json!({
            "module": "message",
            "content": body,
            "header": {
                "clientId": "cid",
                "x-zm-signature": "v0=1",
                "x-zm-request-timestamp": "1767607314",
            },
        });
        let text = frame.to_string();
        let Some(Frame::Event(event)) = Frame::read(&text) else { panic!("an event") };
        assert_eq!(event.body, body);
        assert_eq!(event.signature.as_deref(), Some("v0=1"));
        assert_eq!(event.timestamp.as_deref(), Some("1767607314"));
    }

    #[test]
    fn an_event_may_lack_its_header_and_its_quotes() {
        for text in [
            r#"{"module":"message","content":"{\"event\":\"x\"}"}"#,
            r#"{"module":"message","content":{"event":"x"}}"#,
        ] {
            let Some(Frame::Event(event)) = Frame::read(text) else { panic!("an event: {text}") };
            assert_eq!(event.body, r#"{"event":"x"}"#);
            assert_eq!((event.signature, event.timestamp), (None, None));
        }
    }

    #[test]
    fn a_hello_admits_by_its_word_alone() {
        let hello = |text| match Frame::read(text) {
            Some(Frame::Hello { is_admitted, why }) => (is_admitted, why.map(Cow::into_owned)),
            other => panic!("{other:?}"),
        };
        assert_eq!(hello(r#"{"module":"build_connection","success":true}"#), (true, None));
        assert_eq!(
            hello(r#"{"module":"build_connection","success":false,"content":"Invalid Token"}"#),
            (false, Some("Invalid Token".to_owned()))
        );
        assert_eq!(hello(r#"{"module":"build_connection"}"#), (false, None));
    }

    #[test]
    fn what_is_no_frame_is_none() {
        for text in ["", "heartbeat", "[]", "{}", r#"{"module":1}"#, r#"{"module":"message"}"#] {
            assert_eq!(Frame::read(text), None, "{text}");
        }
        assert_eq!(Frame::read(HEARTBEAT), Some(Frame::Heartbeat));
        let other = Frame::read(r#"{"module":"news","content":[1]}"#);
        assert_eq!(other, Some(Frame::Other("news".into())));
    }
}
