//! An endpoint with its store, and what the store has.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex};

use arrow::json::LineDelimitedWriter;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;
use zoom_wire::webhook::{SIGNATURE_HEADER, SigningKey, TIMESTAMP_HEADER};
use zqos_core::table::Table;
use zqos_core::{Clock as _, ManualClock, Timestamp};
use zqos_intake::Reader;
use zqos_push::{AccountKey, Counters, Found, PATH, Receiver, Secrets, Settings, Writer, router};
use zqos_store::{Snapshot, Store};

pub(crate) const SECRET: &str = "whs_test_secret";
pub(crate) const NOW: &str = "2026-11-20T10:00:00Z";

/// Secrets that a test sets.
#[derive(Debug, Default)]
pub(crate) struct Given(Mutex<Found>);

impl Given {
    pub(crate) fn set(&self, secrets: &[(&str, &str)], unreadable: &[&str]) {
        let keys = secrets.iter().map(|&(account, secret)| AccountKey {
            account: account.into(),
            key: SigningKey::new(secret.as_bytes()),
        });
        let unreadable = unreadable.iter().map(|&why| why.to_owned()).collect();
        *self.0.lock().unwrap() = Found { keys: keys.collect(), unreadable };
    }
}

impl Secrets for Given {
    fn read(&self) -> Found {
        self.0.lock().unwrap().clone()
    }

    fn accounts(&self) -> Vec<Arc<str>> {
        self.0.lock().unwrap().keys.iter().map(|key| Arc::clone(&key.account)).collect()
    }
}

/// An endpoint with its store.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) secrets: Arc<Given>,
    pub(crate) counters: Arc<Counters>,
    receiver: Arc<Receiver>,
    router: Router,
    writer: Writer,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Settings::default(), tempfile::tempdir().unwrap(), NOW).await
    }

    pub(crate) async fn with(settings: Settings, folder: TempDir, now: &str) -> Self {
        let secrets = Arc::new(Given::default());
        secrets.set(&[("default", SECRET)], &[]);
        let given = Arc::<Given>::clone(&secrets);
        let (clock, receiver, router, writer) = start(settings, folder.path(), now, given).await;
        let counters = receiver.counters();
        Self { folder, clock, secrets, counters, receiver, router, writer }
    }

    /// What events are received with.
    pub(crate) fn receiver(&self) -> Arc<Receiver> {
        Arc::clone(&self.receiver)
    }

    /// Posts a request.
    pub(crate) async fn send(&self, request: Request<Body>) -> (StatusCode, Vec<u8>) {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        (status, answer.into_body().collect().await.unwrap().to_bytes().to_vec())
    }

    /// Posts a body that is signed now.
    pub(crate) async fn post(&self, body: impl AsRef<[u8]>) -> StatusCode {
        self.post_as(SECRET, body).await
    }

    pub(crate) async fn post_as(&self, secret: &str, body: impl AsRef<[u8]>) -> StatusCode {
        let at = seconds(self.clock.now());
        self.send(signed(secret, &at, body.as_ref())).await.0
    }

    /// Ends, and gives the folder with everything in the tables.
    pub(crate) fn end(self) -> TempDir {
        let Self { folder, receiver, router, writer, .. } = self;
        drop((receiver, router));
        writer.finish().unwrap();
        folder
    }
}

pub(crate) async fn start(
    settings: Settings,
    folder: &Path,
    now: &str,
    secrets: Arc<dyn Secrets>,
) -> (Arc<ManualClock>, Arc<Receiver>, Router, Writer) {
    let clock = Arc::new(ManualClock::new(now.parse().unwrap()));
    let open = || Store::open(folder.to_owned(), Arc::<ManualClock>::clone(&clock));
    let stores = [open().await.unwrap(), open().await.unwrap()];
    let reader = |_: &str| Reader::default();
    let (receiver, writer) =
        Writer::start(stores, reader, secrets, Arc::<ManualClock>::clone(&clock), settings)
            .unwrap();
    (clock, Arc::clone(&receiver), router(receiver), writer)
}

pub(crate) fn seconds(at: Timestamp) -> String {
    at.unix_millis().div_euclid(1_000).to_string()
}

/// A request that is signed with a secret at a time.
pub(crate) fn signed(secret: &str, timestamp: &str, body: &[u8]) -> Request<Body> {
    let signature = SigningKey::new(secret.as_bytes()).sign(timestamp, body);
    request(&[(TIMESTAMP_HEADER, timestamp), (SIGNATURE_HEADER, &signature)], body)
}

pub(crate) fn request(headers: &[(&str, &str)], body: &[u8]) -> Request<Body> {
    let mut request = Request::post(PATH);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_vec())).unwrap()
}

/// An event of one sort of figures of one minute.
pub(crate) fn minute(join: u32, minute: u32, bitrate: u32) -> String {
    format!(
        r#"{{"event":"meeting.participant_qos","event_ts":{},"payload":{{"account_id":"a","object":{{"uuid":"m==","participant":{{"user_id":"{join}","participant_user_id":"p-{join}","email":"p{join}@example.com","qos":[{{"date_time":"2026-11-20T09:{minute:02}:00Z","type":"audio_input","details":{{"bitrate":"{bitrate} kbps"}}}}]}}}}}}}}"#,
        1_795_165_200_000_u64 + u64::from(minute) * 60_000,
    )
}

/// The rows of a table: of each key the last one.
pub(crate) async fn rows(folder: &Path, table: &'static Table) -> Vec<Value> {
    let mut last = BTreeMap::<String, Value>::new();
    for row in every_row(folder, table).await {
        let key: Vec<&Value> = table.key.iter().map(|column| &row[*column]).collect();
        let key = serde_json::to_string(&key).unwrap();
        let revision = |row: &Value| row["revision"].as_i64();
        if last.get(&key).is_none_or(|known| revision(known) <= revision(&row)) {
            last.insert(key, row);
        }
    }
    last.into_values().collect()
}

/// The rows of a table, those of one key too.
pub(crate) async fn every_row(folder: &Path, table: &'static Table) -> Vec<Value> {
    let snapshot = Snapshot::open(folder.to_owned()).await.unwrap();
    let mut batches = Vec::new();
    for (known, _, files) in snapshot.tables().filter(|(known, ..)| *known == table) {
        for file in files {
            let path = folder.join("tables").join(known.name).join(&file.path);
            let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap());
            batches.extend(reader.unwrap().build().unwrap().map(Result::unwrap));
        }
    }
    batches.extend(snapshot.tail(table).iter().cloned());
    let mut text = Vec::new();
    let mut writer = LineDelimitedWriter::new(&mut text);
    for batch in &batches {
        writer.write(batch).unwrap();
    }
    writer.finish().unwrap();
    let text = String::from_utf8(text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
