//! Stores on S3, or on what speaks like it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, S3ConditionalPut};
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpResponseBody, HttpService,
    SpawnedReqwestConnector,
};
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, ObjectStore};
use url::{Host, Url};

use crate::disk::LocalDisk;
use crate::home::{Files as _, Home};
use crate::layout::LayoutError;
use crate::remote::{Remote, Worker};
use crate::store::StoreError;

/// Stores of which this process knows that conditional puts are kept to.
static PROBED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// The home of a store that is to be written to.
///
/// **Errors**: [`StoreError::Unconditional`].
pub(crate) fn make(url: &Url, log: &Path) -> Result<Home, StoreError> {
    let remote = connect(url, log)?;
    // What is no store is left as it is.
    remote.look()?;
    let is_known = || PROBED.lock().unwrap_or_else(PoisonError::into_inner);
    let name = url.as_str().trim_end_matches('/');
    if !is_known().contains(name) {
        remote.probe()?;
        is_known().insert(name.to_owned());
    }
    let disk = LocalDisk::create(log).map_err(StoreError::Folder)?;
    Home::shared(Arc::new(disk), Arc::new(remote)).map_err(StoreError::Folder)
}

/// The home of a store that is there, for whoever reads.
pub(crate) fn find(url: &Url, log: &Path) -> Result<Home, StoreError> {
    let remote = connect(url, &std::env::temp_dir())?;
    if !remote.look()? {
        return Err(LayoutError::Missing(url.to_string()).into());
    }
    let disk = LocalDisk::at_or_nowhere(log).map_err(StoreError::Folder)?;
    Home::shared_for_reading(Arc::new(disk), Arc::new(remote)).map_err(StoreError::Folder)
}

/// The objects at a URL, with credentials, region and endpoint of the environment's `AWS_…`. What is read
/// of them is fetched to the folder `scratch`.
fn connect(url: &Url, scratch: &Path) -> Result<Remote, StoreError> {
    let wrong = |text: String| StoreError::S3(text);
    let bucket = url.host_str().filter(|bucket| !bucket.is_empty());
    let bucket = bucket.ok_or_else(|| wrong(format!("`{url}` names no bucket")))?;
    let is_plain = url.scheme() == "s3"
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !is_plain {
        // Whatever else it holds may be a secret.
        return Err(wrong("a store on S3 is named as in `s3://bucket/prefix`".to_owned()));
    }
    let worker = Arc::new(Worker::start().map_err(StoreError::Folder)?);
    let builder = AmazonS3Builder::from_env();
    let endpoint = [AmazonS3ConfigKey::S3Endpoint, AmazonS3ConfigKey::Endpoint]
        .iter()
        .find_map(|key| builder.get_config_value(key));
    let may_be_plain = match endpoint {
        Some(endpoint) => is_loopback(&endpoint)?,
        None => false,
    };
    let service = builder
        .with_bucket_name(bucket)
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        .with_allow_http(may_be_plain)
        .with_http_connector(Connector(Arc::clone(&worker)))
        .build()
        .map_err(|error| wrong(format!("the settings for S3 in the environment: {error}")))?;
    let prefix = object_store::path::Path::from_url_path(url.path())
        .map_err(|error| wrong(format!("`{url}` is no place on S3: {error}")))?;
    let objects: Arc<dyn ObjectStore> = if prefix.as_ref().is_empty() {
        Arc::new(service)
    } else {
        Arc::new(PrefixStore::new(service, prefix))
    };
    Ok(Remote::new(objects, worker, scratch.to_owned()))
}

/// Says of the endpoint of a service whether it is on this machine, where nobody listens in.
fn is_loopback(endpoint: &str) -> Result<bool, StoreError> {
    let url = Url::parse(endpoint)
        .map_err(|error| StoreError::S3(format!("the endpoint of S3 is no URL: {error}")))?;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(false),
        "http" if is_here => Ok(true),
        "http" => Err(StoreError::S3(
            "the endpoint of S3 is plain http, and not on this machine: use https".to_owned(),
        )),
        _ => Err(StoreError::S3("the endpoint of S3 is neither https nor http".to_owned())),
    }
}

/// Connects, and takes secrets out of what is said of a refusal.
#[derive(Debug)]
struct Connector(Arc<Worker>);

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = SpawnedReqwestConnector::new(self.0.handle().clone()).connect(options)?;
        Ok(HttpClient::new(Discreet { client, _worker: Arc::clone(&self.0) }))
    }
}

/// A client whose answers to what failed have no more than what failed.
///
/// S3 quotes tokens, and requests with their headers, when it refuses them.
#[derive(Debug)]
struct Discreet {
    client: HttpClient,
    /// On which the client's connections are kept: it must not end before them.
    _worker: Arc<Worker>,
}

#[async_trait]
impl HttpService for Discreet {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let response = self.client.execute(request).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        let (head, body) = response.into_parts();
        let said = discreet(&body.bytes().await?);
        Ok(HttpResponse::from_parts(head, HttpResponseBody::from(said)))
    }
}

/// The code and the message of S3's answer.
fn discreet(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let element = |name: &str| {
        let (_, behind) = text.split_once(&format!("<{name}>"))?;
        let (content, _) = behind.split_once(&format!("</{name}>"))?;
        Some(content.chars().take(200).collect::<String>())
    };
    [element("Code"), element("Message")].into_iter().flatten().collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_refusal_quotes_is_left_out() {
        let body = "<?xml version=\"1.0\"?><Error><Code>InvalidToken</Code><Message>The provided \
            token is malformed.</Message><Token-0>canary-token</Token-0></Error>";
        assert_eq!(discreet(body.as_bytes()), "InvalidToken: The provided token is malformed.");
        assert_eq!(discreet(b"<html>canary"), "");
    }

    #[test]
    fn plain_http_goes_to_this_machine_alone() {
        for here in ["http://127.0.0.1:5000", "http://localhost:5000/", "http://[::1]:1"] {
            assert!(is_loopback(here).unwrap(), "{here}");
        }
        assert!(!is_loopback("https://s3.example.com").unwrap());
        for not in ["http://10.0.0.1", "http://localhost.example.com", "ftp://127.0.0.1", "s3"] {
            assert!(is_loopback(not).is_err(), "{not}");
        }
    }

    #[test]
    fn a_url_that_holds_more_than_a_place_is_not_shown() {
        let log = tempfile::tempdir().unwrap();
        for text in ["s3://key:canary@bucket/prefix", "s3://bucket/?X-Amz-Signature=canary"] {
            let error = connect(&text.parse().unwrap(), log.path()).unwrap_err();
            assert!(!error.to_string().contains("canary"), "{error}");
        }
    }
}
