//! Credentials, and where tokens come from.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};

use crate::error::ConfigError;

/// What proves to Zoom who is calling.
///
/// Secrets are wiped from memory when the credential is dropped, and never shown by `Debug`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Credential {
    /// A token that was got elsewhere. It can't be refreshed: when Zoom rejects it, calls fail.
    Bearer(SecretString),
    /// An app of the type "server-to-server OAuth", which gets its own tokens.
    ServerToServer {
        /// The account that the app belongs to.
        account_id: Box<str>,
        /// The app.
        client_id: Box<str>,
        /// The app's secret.
        client_secret: SecretString,
    },
    /// An app that gets tokens by itself, whatever its account: OAuth's grant `client_credentials`.
    ClientCredentials {
        /// The app.
        client_id: Box<str>,
        /// The app's secret.
        client_secret: SecretString,
    },
}

impl Credential {
    /// A token that was got elsewhere.
    pub fn bearer(token: impl Into<SecretString>) -> Self {
        Self::Bearer(token.into())
    }

    /// The three parts that Zoom shows for a server-to-server OAuth app.
    pub fn server_to_server(
        account_id: impl Into<Box<str>>,
        client_id: impl Into<Box<str>>,
        client_secret: impl Into<SecretString>,
    ) -> Self {
        Self::ServerToServer {
            account_id: account_id.into(),
            client_id: client_id.into(),
            client_secret: client_secret.into(),
        }
    }

    /// An app that gets tokens by OAuth's grant `client_credentials`.
    pub fn client_credentials(
        client_id: impl Into<Box<str>>,
        client_secret: impl Into<SecretString>,
    ) -> Self {
        Self::ClientCredentials { client_id: client_id.into(), client_secret: client_secret.into() }
    }

    /// The source of tokens that this credential is.
    ///
    /// **Errors**: [`ConfigError::Credential`], when a part is empty or no header can carry it.
    pub(crate) fn into_source(self) -> Result<Box<dyn TokenSource>, ConfigError> {
        match self {
            Self::Bearer(token) => {
                let Some(authorization) = bearer(&token) else {
                    return Err(ConfigError::Credential(
                        "the access token is empty or has characters that no token has",
                    ));
                };
                Ok(Box::new(Fixed { token, authorization }))
            }
            Self::ServerToServer { account_id, client_id, client_secret } => {
                if account_id.is_empty()
                    || client_id.is_empty()
                    || client_secret.expose_secret().is_empty()
                {
                    return Err(ConfigError::Credential(
                        "server-to-server OAuth takes an account id, a client id and a client \
                         secret, and one of them is empty",
                    ));
                }
                Ok(Box::new(App::new(Some(account_id), &client_id, client_secret)))
            }
            Self::ClientCredentials { client_id, client_secret } => {
                if client_id.is_empty() || client_secret.expose_secret().is_empty() {
                    return Err(ConfigError::Credential(
                        "client credentials are a client id and a client secret, and one of them is \
                         empty",
                    ));
                }
                Ok(Box::new(App::new(None, &client_id, client_secret)))
            }
        }
    }
}

/// The value of the header `Authorization` for a token; `None` for what can't be a token.
pub(crate) fn bearer(token: &SecretString) -> Option<HeaderValue> {
    let token = token.expose_secret();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let mut value = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Where tokens come from.
///
/// User OAuth belongs here as one more source: its form holds a refresh token, which `granted`
/// replaces and saves.
pub(crate) trait TokenSource: fmt::Debug + Send + Sync {
    /// How to come by a token.
    fn grant(&self) -> Grant;

    /// Told of every answer that gave a token, before the token is used.
    fn granted(&self, _answer: &crate::token::TokenAnswer) {}

    /// Every secret that the source holds, to be struck out of what servers say.
    fn secrets(&self) -> Vec<SecretString>;
}

/// How to come by a token.
#[derive(Debug)]
pub(crate) enum Grant {
    /// It is here, and there is no other.
    Fixed { token: SecretString, authorization: HeaderValue },
    /// By asking the token endpoint.
    Ask { authorization: HeaderValue, form: String },
}

#[derive(Debug)]
struct Fixed {
    token: SecretString,
    authorization: HeaderValue,
}

impl TokenSource for Fixed {
    fn grant(&self) -> Grant {
        Grant::Fixed { token: self.token.clone(), authorization: self.authorization.clone() }
    }

    fn secrets(&self) -> Vec<SecretString> {
        vec![self.token.clone()]
    }
}

#[derive(Debug)]
struct App {
    /// Of an app of the type "server-to-server OAuth".
    account_id: Option<Box<str>>,
    client_secret: SecretString,
    /// Client id and secret as HTTP basic authentication encodes them.
    basic: SecretString,
}

impl App {
    fn new(account_id: Option<Box<str>>, client_id: &str, client_secret: SecretString) -> Self {
        let pair = SecretString::from(format!("{client_id}:{}", client_secret.expose_secret()));
        let basic = BASE64_STANDARD.encode(pair.expose_secret()).into();
        Self { account_id, client_secret, basic }
    }
}

impl TokenSource for App {
    fn grant(&self) -> Grant {
        let value = format!("Basic {}", self.basic.expose_secret());
        let mut authorization =
            HeaderValue::try_from(value).expect("base 64 is made of header characters");
        authorization.set_sensitive(true);
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        match &self.account_id {
            Some(account_id) => form
                .append_pair("grant_type", "account_credentials")
                .append_pair("account_id", account_id),
            None => form.append_pair("grant_type", "client_credentials"),
        };
        Grant::Ask { authorization, form: form.finish() }
    }

    fn secrets(&self) -> Vec<SecretString> {
        vec![self.client_secret.clone(), self.basic.clone()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANARY: &str = "canary-Zm9vYmFy";

    #[test]
    fn debug_shows_no_secret() {
        for credential in [
            Credential::bearer(CANARY),
            Credential::server_to_server("account", "client", CANARY),
            Credential::client_credentials("client", CANARY),
        ] {
            let source = credential.clone().into_source().unwrap();
            let shown = format!("{credential:?} {source:?} {:?}", source.grant());
            assert!(!shown.contains(CANARY), "{shown}");
            let basic = BASE64_STANDARD.encode(format!("client:{CANARY}"));
            assert!(!shown.contains(&basic), "{shown}");
        }
    }

    #[test]
    fn the_form_is_encoded_and_the_pair_is_basic() {
        let source = Credential::server_to_server("a b&c", "client", "s3cret");
        let Grant::Ask { authorization, form } = source.into_source().unwrap().grant() else {
            panic!("asks the endpoint");
        };
        assert_eq!(form, "grant_type=account_credentials&account_id=a+b%26c");
        assert_eq!(authorization, "Basic Y2xpZW50OnMzY3JldA==");
        assert!(authorization.is_sensitive());
    }

    #[test]
    fn client_credentials_name_no_account() {
        let source = Credential::client_credentials("client", "s3cret").into_source().unwrap();
        let Grant::Ask { authorization, form } = source.grant() else {
            panic!("asks the endpoint");
        };
        assert_eq!(form, "grant_type=client_credentials");
        assert_eq!(authorization, "Basic Y2xpZW50OnMzY3JldA==");
    }

    #[test]
    fn what_no_header_can_carry_is_refused() {
        for token in ["", "two words", "line\nbreak", "ümlaut"] {
            let error = Credential::bearer(token).into_source().unwrap_err();
            assert!(!error.to_string().contains(token) || token.is_empty());
        }
        assert!(Credential::server_to_server("", "b", "c").into_source().is_err());
        assert!(Credential::server_to_server("a", "b", "").into_source().is_err());
        assert!(Credential::client_credentials("", "c").into_source().is_err());
    }
}
