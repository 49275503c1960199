//! Page tokens: where a walk stands, when the token was given, and a proof that this archive gave it for this
//! request. All of that is in the token itself, so that none is stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zqos_core::Timestamp;

/// How long a token is good, in milliseconds. **Source**: "Pagination" in Zoom's documents.
const LIFETIME: i64 = 15 * 60 * 1_000;
/// Bytes of the proof: half of an HMAC-SHA-256.
const PROOF: usize = 16;

/// Makes and reads page tokens.
pub(crate) struct Tokens {
    key: Hmac<Sha256>,
}

/// A request that a token is bound to, as texts: all that makes a difference in the answer but the token.
pub(crate) type Bound<'b> = [&'b str];

impl Tokens {
    /// Tokens with a key of their own: those of an archive that was opened before are good no more.
    pub(crate) fn new() -> Self {
        let key: [u8; 32] = rand::random();
        Self { key: Hmac::new_from_slice(&key).expect("HMAC takes keys of any length") }
    }

    /// The token with which a request goes on after `cursor`.
    pub(crate) fn give(&self, bound: &Bound<'_>, cursor: &str, now: Timestamp) -> String {
        let issued = now.unix_millis().to_be_bytes();
        let proof = self.mac(bound, issued, cursor.as_bytes()).finalize().into_bytes();
        let mut bytes = proof[..PROOF].to_vec();
        bytes.extend(issued);
        bytes.extend(cursor.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Where the walk of a request stands; `None` for a token that is old, made up, or another request's.
    pub(crate) fn read(&self, bound: &Bound<'_>, token: &str, now: Timestamp) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (proof, rest) = bytes.split_first_chunk::<PROOF>()?;
        let (issued, cursor) = rest.split_first_chunk::<8>()?;
        self.mac(bound, *issued, cursor).verify_truncated_left(proof).ok()?;
        let age = now.unix_millis().checked_sub(i64::from_be_bytes(*issued))?;
        (age < LIFETIME).then(|| String::from_utf8(cursor.to_vec()).ok())?
    }

    fn mac(&self, bound: &Bound<'_>, issued: [u8; 8], cursor: &[u8]) -> Hmac<Sha256> {
        let texts = bound.iter().map(|text| text.as_bytes()).chain([&issued[..], cursor]);
        texts.fold(self.key.clone(), |mac, text| {
            mac.chain_update(text.len().to_be_bytes()).chain_update(text)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-20T12:00:00Z".parse().unwrap()
    }

    proptest! {
        #[test]
        fn a_token_leads_on_in_its_own_request_alone(cursor: String, bound: Vec<String>, other: Vec<String>) {
            let tokens = Tokens::new();
            let bound_refs: Vec<&str> = bound.iter().map(|text| &**text).collect();
            let other_refs: Vec<&str> = other.iter().map(|text| &**text).collect();
            let token = tokens.give(&bound_refs, &cursor, now());
            prop_assert_eq!(tokens.read(&bound_refs, &token, now()), Some(cursor.clone()));
            prop_assert_eq!(tokens.read(&other_refs, &token, now()).is_some(), bound == other);
            prop_assert_eq!(Tokens::new().read(&bound_refs, &token, now()), None);
        }

        #[test]
        fn what_was_made_up_leads_nowhere(token in "\\PC{0,60}") {
            prop_assert_eq!(Tokens::new().read(&["a"], &token, now()), None);
        }
    }

    #[test]
    fn a_token_is_good_for_a_quarter_of_an_hour_and_to_the_letter() {
        let tokens = Tokens::new();
        let token = tokens.give(&["a"], "7", now());
        let after = |seconds| now().saturating_add(Duration::from_secs(seconds));
        assert!(tokens.read(&["a"], &token, after(899)).is_some());
        assert!(tokens.read(&["a"], &token, after(900)).is_none());
        for place in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(tokens.read(&["a"], &forged, now()), None, "{place}");
        }
    }
}
