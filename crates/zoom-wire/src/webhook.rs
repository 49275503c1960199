//! How Zoom's webhooks prove where they come from: signatures, and the validation of a URL.
//!
//! Both sides are here, as whoever receives events must compute what Zoom does.
//!
//! **Source**: the guide "Using webhooks" of Zoom's developer documentation.

use std::borrow::Cow;
use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// The header that has the signature: `v0=` and 64 hexadecimal digits.
pub const SIGNATURE_HEADER: &str = "x-zm-signature";
/// The header that has the time of sending in seconds since 1970, as it is signed.
pub const TIMESTAMP_HEADER: &str = "x-zm-request-timestamp";
/// The event by which Zoom asks whether a URL belongs to whoever knows the secret.
pub const URL_VALIDATION: &str = "endpoint.url_validation";

/// A question is no longer than this: it has a token of some twenty letters, and a time.
const MAX_QUESTION: usize = 4096;
/// The version of the signature, which is the only one.
const VERSION: &str = "v0";

/// A webhook's secret token, ready to sign and to verify.
///
/// ```
/// use zoom_wire::webhook::SigningKey;
///
/// let key = SigningKey::new(b"whs_test_secret");
/// let body = br#"{"event":"meeting.started"}"#;
/// let signature = key.sign("1700000000", body);
/// assert!(key.verify("1700000000", body, &signature));
/// assert!(!key.verify("1700000001", body, &signature));
/// ```
#[derive(Clone)]
pub struct SigningKey(Hmac<Sha256>);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

impl SigningKey {
    /// The key that a secret token makes. Every token makes one, an empty one too.
    pub fn new(secret: &[u8]) -> Self {
        Self(Hmac::new_from_slice(secret).expect("HMAC takes keys of any length"))
    }

    /// Signs a body as it is sent, to the byte.
    ///
    /// `timestamp` is the text of [`TIMESTAMP_HEADER`].
    pub fn sign(&self, timestamp: &str, body: &[u8]) -> String {
        let tag = self.message(timestamp, body).finalize().into_bytes();
        format!("{VERSION}={}", hexadecimal(&tag))
    }

    /// True when `signature` is that of a body as it came, to the byte: a body that was parsed and
    /// written again is another one. Takes as long for a wrong signature as for a right one.
    ///
    /// How old a timestamp may be is for the caller to say: Zoom names no limit, and tries again for
    /// 85 minutes.
    pub fn verify(&self, timestamp: &str, body: &[u8], signature: &str) -> bool {
        signature
            .strip_prefix(VERSION)
            .and_then(|rest| rest.strip_prefix('='))
            .and_then(bytes_of_hexadecimal)
            .is_some_and(|tag| self.message(timestamp, body).verify(&tag.into()).is_ok())
    }

    /// The answer to [`URL_VALIDATION`] with this `plainToken`.
    pub fn validation_answer(&self, plain_token: &str) -> UrlValidation {
        let tag = self.0.clone().chain_update(plain_token).finalize().into_bytes();
        UrlValidation { plain_token: plain_token.to_owned(), encrypted_token: hexadecimal(&tag) }
    }

    fn message(&self, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        let mac = self.0.clone().chain_update(VERSION).chain_update(":");
        mac.chain_update(timestamp).chain_update(":").chain_update(body)
    }
}

/// The question whether a URL belongs to whoever knows the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlQuestion {
    plain_token: String,
}

impl UrlQuestion {
    /// Reads the question; `None` when the body is anything else. Whoever answers has verified the
    /// signature of the body before.
    pub fn read(body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Question<'q> {
            #[serde(borrow)]
            event: Cow<'q, str>,
            payload: Payload,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Payload {
            plain_token: String,
        }

        // Of events each is looked at, and few are this one: most places are passed over by one byte, which is
        // rarer than the first.
        let rare = URL_VALIDATION.find('_').unwrap_or_default();
        let is_it = |bytes: &[u8]| bytes[rare] == b'_' && bytes == URL_VALIDATION.as_bytes();
        let is_mentioned = || body.windows(URL_VALIDATION.len()).any(is_it);
        if body.len() > MAX_QUESTION || !is_mentioned() {
            return None;
        }
        let Question { event, payload } = serde_json::from_slice(body).ok()?;
        (event == URL_VALIDATION).then_some(Self { plain_token: payload.plain_token })
    }

    /// The answer under a secret; `None` for a token that is not 8 to 64 letters, digits, `-` and `_`.
    ///
    /// Zoom's tokens are of those. Who signed any text whatever would sign events for others: what is
    /// signed of an event has a colon behind its version.
    pub fn answer(&self, key: &SigningKey) -> Option<UrlValidation> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let token = &self.plain_token;
        let is_token = (8..=64).contains(&token.len()) && token.bytes().all(is_plain);
        is_token.then(|| key.validation_answer(token))
    }
}

/// The answer to [`URL_VALIDATION`], due within three seconds under status 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UrlValidation {
    /// What was asked with.
    pub plain_token: String,
    /// HMAC-SHA-256 of the plain token under the secret: 64 hexadecimal digits.
    pub encrypted_token: String,
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).expect("half of a byte");
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

/// The 32 bytes that 64 lower-case digits stand for.
fn bytes_of_hexadecimal(text: &str) -> Option<[u8; 32]> {
    let digits = <&[u8; 64]>::try_from(text.as_bytes()).ok()?;
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
        let [high, low] = pair.map(|digit| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        });
        *byte = high? << 4 | low?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TIMESTAMP: &str = "1700000000";
    const BODY: &[u8] = br#"{"event":"meeting.participant_qos","event_ts":1700000000123,"payload":{"account_id":"acc","object":{"uuid":"u=="}}}"#;
    const SIGNATURE: &str = "v0=6f655d86e900b15f106c13082dd7916cae06ffb457dc2e1ac0c848181a25bffa";

    fn key() -> SigningKey {
        SigningKey::new(b"whs_test_secret")
    }

    #[test]
    fn a_body_is_signed_as_openssl_does() {
        // printf 'v0:1700000000:…' | openssl dgst -sha256 -hmac whs_test_secret
        assert_eq!(key().sign(TIMESTAMP, BODY), SIGNATURE);
        assert!(key().verify(TIMESTAMP, BODY, SIGNATURE));
    }

    #[test]
    fn a_url_is_validated_by_the_hash_of_the_plain_token() {
        let answer = key().validation_answer("qgg8vlvZRS6UYooatFL8Aw");
        assert_eq!(
            serde_json::to_string(&answer).unwrap(),
            r#"{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"cbb0d1bb507c0942bc732ff68eadb998a6ae1b65f96b581b91c01ac410d92b52"}"#
        );
    }

    fn question(event: &str, token: &str) -> Vec<u8> {
        let payload = serde_json::json!({ "plainToken": token });
        let body = serde_json::json!({ "payload": payload, "event_ts": 1, "event": event });
        body.to_string().into_bytes()
    }

    #[test]
    fn a_question_is_read_however_its_members_are_ordered() {
        let token = "qgg8vlvZRS6UYooatFL8Aw";
        let read = UrlQuestion::read(&question(URL_VALIDATION, token)).unwrap();
        let answer = read.answer(&key()).unwrap();
        assert_eq!(answer, key().validation_answer(token));
        assert_eq!(UrlQuestion::read(&question("meeting.started", token)), None);
        assert_eq!(UrlQuestion::read(BODY), None);
        assert_eq!(UrlQuestion::read(br#"{"event":"endpoint.url_validation"}"#), None);
        assert_eq!(UrlQuestion::read(&question(URL_VALIDATION, &"a".repeat(MAX_QUESTION))), None);
    }

    #[test]
    fn what_an_event_would_be_signed_for_is_not_answered() {
        let forgery = format!("v0:{TIMESTAMP}:{{}}");
        let long = "a".repeat(65);
        for token in [
            &*forgery,
            "",
            "short77",
            &long,
            "with blank",
            "slash/slash",
            "pünktlich",
            "line\nline",
        ] {
            let read = UrlQuestion::read(&question(URL_VALIDATION, token)).unwrap();
            assert_eq!(read.answer(&key()), None, "{token}");
        }
        // This is what would be won by it.
        let UrlValidation { encrypted_token, .. } = key().validation_answer(&forgery);
        assert!(key().verify(TIMESTAMP, b"{}", &format!("v0={encrypted_token}")));
    }

    #[test]
    fn nothing_else_passes_for_the_signature() {
        let bare = &SIGNATURE[3..];
        let other_version = SIGNATURE.replace("v0", "v1");
        let longer = format!("{SIGNATURE}00");
        let upper = SIGNATURE.to_uppercase();
        let wide = format!("v0={}", "é".repeat(32));
        for signature in ["", "v0", "v0=", bare, &other_version, &longer, &upper, &wide] {
            assert!(!key().verify(TIMESTAMP, BODY, signature), "{signature}");
        }
        assert!(!key().verify("1700000001", BODY, SIGNATURE));
        assert!(!SigningKey::new(b"another").verify(TIMESTAMP, BODY, SIGNATURE));
    }

    #[test]
    fn the_secret_is_not_shown() {
        assert_eq!(format!("{:?}", key()), "SigningKey(..)");
    }

    proptest! {
        #[test]
        fn one_other_byte_makes_another_signature(
            secret: Vec<u8>, timestamp in "[0-9]{1,12}", body: Vec<u8>, place: prop::sample::Index,
        ) {
            let key = SigningKey::new(&secret);
            let signature = key.sign(&timestamp, &body);
            prop_assert!(key.verify(&timestamp, &body, &signature));
            let mut other = body;
            other.push(0);
            prop_assert!(!key.verify(&timestamp, &other, &signature));
            let mut forged = signature.into_bytes();
            let place = place.index(forged.len());
            forged[place] ^= 1;
            let forged = String::from_utf8(forged).unwrap();
            prop_assert!(!key.verify(&timestamp, &other[..other.len() - 1], &forged));
        }
    }
}
