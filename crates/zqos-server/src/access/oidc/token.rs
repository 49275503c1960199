//! ID tokens: whether somebody signed them, and for whom they are.
//!
//! **Source**: RFC 7515 (JWS), RFC 7517 (JWK), RFC 7518 (JWA); OpenID Connect Core 1.0, section 3.1.3.7.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use zqos_core::Timestamp;

/// How far the provider's clock may be from ours.
///
/// **Source**: a choice of this project: a minute, as is usual.
const SKEW: Duration = Duration::from_mins(1);

/// Why a token is not to be believed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum TokenError {
    /// It is no token.
    #[error("it is no signed token")]
    Malformed,
    /// It is signed in another way: among them in none.
    #[error("it is not signed by RS256, PS256 or ES256")]
    Algorithm,
    /// It is signed with a key that is none of the provider's.
    #[error("it is signed with a key that the provider does not list")]
    UnknownKey,
    /// The signature is another one's.
    #[error("its signature is wrong")]
    Signature,
    /// It says something else than it should.
    #[error("its `{0}` is wrong")]
    Claim(&'static str),
}

/// The keys of a provider.
#[derive(Debug, Deserialize)]
pub(super) struct Keys {
    keys: Vec<Key>,
}

#[derive(Debug, Deserialize)]
struct Key {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that must be understood, of which none is.
    crit: Option<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Rs256,
    Ps256,
    Es256,
}

impl Algorithm {
    fn of(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "PS256" => Some(Self::Ps256),
            "ES256" => Some(Self::Es256),
            _ => None,
        }
    }
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// What a token says, if one of these keys signed it.
pub(super) fn verified(token: &str, keys: &Keys) -> Result<Map<String, Value>, TokenError> {
    let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(TokenError::Malformed)?;
    let [header, payload, signature] = [header, payload, signature].map(decoded);
    let (Some(header), Some(payload), Some(signature)) = (header, payload, signature) else {
        return Err(TokenError::Malformed);
    };
    let header: Header = serde_json::from_slice(&header).map_err(|_| TokenError::Malformed)?;
    let algorithm = Algorithm::of(&header.alg).ok_or(TokenError::Algorithm)?;
    if header.crit.is_some() {
        return Err(TokenError::Algorithm);
    }
    let fitting = keys.keys.iter().filter(|key| key.fits(algorithm, header.kid.as_deref()));
    let mut fitting = fitting.peekable();
    if fitting.peek().is_none() {
        return Err(TokenError::UnknownKey);
    }
    if !fitting.any(|key| key.signed(algorithm, signed.as_bytes(), &signature)) {
        return Err(TokenError::Signature);
    }
    serde_json::from_slice(&payload).map_err(|_| TokenError::Malformed)
}

impl Key {
    fn fits(&self, algorithm: Algorithm, id: Option<&str>) -> bool {
        let is_named = id.is_none_or(|id| self.kid.as_deref() == Some(id));
        let signs = self.purpose.as_deref().is_none_or(|purpose| purpose == "sig");
        let is_of = self.alg.as_deref().is_none_or(|alg| Algorithm::of(alg) == Some(algorithm));
        let is_kind = match algorithm {
            Algorithm::Rs256 | Algorithm::Ps256 => self.kty == "RSA",
            Algorithm::Es256 => self.kty == "EC" && self.crv.as_deref() == Some("P-256"),
        };
        is_named && signs && is_of && is_kind
    }

    fn signed(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let part = |text: &Option<String>| text.as_deref().and_then(decoded);
        match algorithm {
            Algorithm::Rs256 | Algorithm::Ps256 => {
                let (Some(n), Some(e)) = (part(&self.n), part(&self.e)) else { return false };
                let how = if algorithm == Algorithm::Rs256 {
                    &RSA_PKCS1_2048_8192_SHA256
                } else {
                    &RSA_PSS_2048_8192_SHA256
                };
                RsaPublicKeyComponents { n, e }.verify(how, message, signature).is_ok()
            }
            Algorithm::Es256 => {
                let (Some(x), Some(y)) = (part(&self.x), part(&self.y)) else { return false };
                // An uncompressed point. **Source**: SEC 1, section 2.3.3.
                let point = [&[4], &x[..], &y[..]].concat();
                let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
                key.verify(message, signature).is_ok()
            }
        }
    }
}

/// What a token says of somebody, that is for this server and of now.
#[derive(Debug)]
pub(super) struct Claims {
    all: Map<String, Value>,
    subject: String,
}

impl Claims {
    pub(super) fn check(
        all: &Map<String, Value>,
        issuer: &str,
        client_id: &str,
        nonce: &str,
        now: Timestamp,
    ) -> Result<Self, TokenError> {
        let claims = Self { all: all.clone(), subject: String::new() };
        let text = |name: &str| all.get(name).and_then(Value::as_str);
        let wrong = |name| Err(TokenError::Claim(name));
        if text("iss") != Some(issuer) {
            return wrong("iss");
        }
        let audience = claims.texts("aud");
        if !audience.contains(&client_id) {
            return wrong("aud");
        }
        let authorized = text("azp");
        if authorized.is_some_and(|party| party != client_id)
            || (audience.len() > 1 && authorized.is_none())
        {
            return wrong("azp");
        }
        let seconds = |name: &str| {
            // Some write numbers with a fraction.
            let seconds = all.get(name).and_then(Value::as_f64)?;
            #[expect(
                clippy::cast_possible_truncation,
                reason = "what is out of range is no instant"
            )]
            Timestamp::from_unix_millis((seconds * 1_000.0) as i64).ok()
        };
        if seconds("exp").is_none_or(|until| until.saturating_add(SKEW) <= now) {
            return wrong("exp");
        }
        if seconds("iat").is_none_or(|at| at > now.saturating_add(SKEW)) {
            return wrong("iat");
        }
        if text("nonce") != Some(nonce) {
            return wrong("nonce");
        }
        match text("sub") {
            Some(subject) if !subject.is_empty() && subject.len() <= 255 => {
                Ok(Self { subject: subject.to_owned(), ..claims })
            }
            _ => wrong("sub"),
        }
    }

    /// Who it is, in the provider's words.
    pub(super) fn subject(&self) -> &str {
        &self.subject
    }

    /// The texts of a claim that is one, or a list of them.
    pub(super) fn texts(&self, name: &str) -> Vec<&str> {
        match self.all.get(name) {
            Some(Value::String(text)) => vec![text],
            Some(Value::Array(texts)) => texts.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// **Source**: RFC 7515, appendix A.2 (RS256) and A.3 (ES256).
    const RS256: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    const ES256: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    fn keys() -> Keys {
        serde_json::from_value(json!({ "keys": [
            { "kty": "RSA", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ", "e": "AQAB" },
            { "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" },
        ] }))
        .unwrap()
    }

    #[test]
    fn the_examples_of_the_standard_are_believed() {
        for token in [RS256, ES256] {
            assert_eq!(verified(token, &keys()).unwrap()["iss"], "joe");
        }
    }

    #[test]
    fn what_is_not_signed_is_not_believed() {
        let header = |header: Value| URL_SAFE_NO_PAD.encode(header.to_string());
        let (_, rest) = RS256.split_once('.').unwrap();
        let (payload, _) = rest.split_once('.').unwrap();
        let none = header(json!({"alg": "none"}));
        let digest = header(json!({"alg": "HS256"}));
        let other = header(json!({"alg": "RS256", "kid": "other"}));
        let critical = header(json!({"alg": "RS256", "crit": ["exp"]}));
        let elliptic = header(json!({"alg": "ES256"}));
        for (token, error) in [
            (format!("{none}.{payload}."), TokenError::Algorithm),
            (format!("{digest}.{rest}"), TokenError::Algorithm),
            (format!("{critical}.{rest}"), TokenError::Algorithm),
            (format!("{other}.{rest}"), TokenError::UnknownKey),
            (format!("{elliptic}.{rest}"), TokenError::Signature),
            (format!("{RS256}AA"), TokenError::Signature),
            (payload.to_owned(), TokenError::Malformed),
            (String::new(), TokenError::Malformed),
        ] {
            assert_eq!(verified(&token, &keys()).unwrap_err(), error, "{token}");
        }
    }

    #[test]
    fn a_token_is_for_one_server_one_sign_in_and_a_time() {
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let second = now.unix_millis() / 1_000;
        let good = json!({
            "iss": "https://login.example.com", "aud": "zqos", "sub": "248289761001", "nonce": "n",
            "exp": second + 300, "iat": second, "groups": ["staff", "qos"],
        });
        let check = |changed: &[(&str, Value)]| {
            let mut claims = good.as_object().unwrap().clone();
            claims.extend(changed.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
            Claims::check(&claims, "https://login.example.com", "zqos", "n", now)
                .map_err(|error| error.to_string())
        };
        let claims = check(&[]).unwrap();
        assert_eq!(
            (claims.subject(), claims.texts("groups")),
            ("248289761001", vec!["staff", "qos"])
        );
        assert!(check(&[("aud", json!(["zqos"]))]).is_ok());
        assert!(check(&[("aud", json!(["zqos", "b"])), ("azp", json!("zqos"))]).is_ok());
        assert!(check(&[("exp", json!(second - 59))]).is_ok());
        for (name, changed) in [
            ("iss", vec![("iss", json!("https://login.example.com/"))]),
            ("aud", vec![("aud", json!("other"))]),
            ("aud", vec![("aud", json!([]))]),
            ("azp", vec![("azp", json!("other"))]),
            ("azp", vec![("aud", json!(["zqos", "b"]))]),
            ("exp", vec![("exp", json!(second - 60))]),
            ("exp", vec![("exp", json!("soon"))]),
            ("iat", vec![("iat", json!(second + 61))]),
            ("nonce", vec![("nonce", json!("other"))]),
            ("nonce", vec![("nonce", Value::Null)]),
            ("sub", vec![("sub", json!(""))]),
        ] {
            let wrong = check(&changed).unwrap_err();
            assert_eq!(wrong, format!("its `{name}` is wrong"), "{changed:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(token in "[A-Za-z0-9_.=-]{0,200}") {
            prop_assert!(verified(&token, &keys()).is_err());
        }

        #[test]
        fn of_a_token_no_byte_can_be_another(place in 0_usize..300, letter in "[A-Za-z0-9_-]") {
            let mut token = ES256.to_owned();
            let place = place % token.len();
            prop_assume!(&token[place..=place] != letter.as_str() && &token[place..=place] != ".");
            // The last letter of each part has bits that mean nothing.
            token.replace_range(place..=place, &letter);
            let believed = verified(&token, &keys());
            prop_assert!(believed.is_err(), "{token}");
        }
    }
}
