//! Queries over real stores.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bound;
mod columns;
mod limits;
mod mark;
mod merged;
mod read_only;
mod rollup;
mod scores;
mod system;
mod verdicts;

use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::csv::WriterBuilder;
use futures::TryStreamExt as _;
use tempfile::TempDir;
use zqos_core::{
    Figures, Kbps, ManualClock, MeetingUuid, Millis, Origin, Participant, ParticipantId, Percent,
    Stream, StreamSample, Timestamp,
};
use zqos_query::{Archive, Limits, QueryError, Reach, Settings};
use zqos_store::{Batch, Store};

const NOW: &str = "2026-11-24T12:00:00Z";

struct World {
    dir: TempDir,
    store: Store,
}

impl World {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(NOW.parse().unwrap()));
        let store = Store::open(dir.path().join("store"), clock).await.unwrap();
        Self { dir, store }
    }

    fn folder(&self) -> std::path::PathBuf {
        self.dir.path().join("store")
    }

    /// Brings samples into the tables.
    async fn add(&mut self, fill: impl FnOnce(&mut Batch)) {
        let mut batch = Batch::new("default", NOW.parse().unwrap());
        fill(&mut batch);
        self.store.append([batch]).await.unwrap();
        self.store.commit().await.unwrap();
    }

    async fn archive(&self) -> Archive {
        Archive::open(Some(self.folder().into()), Limits::default()).await.unwrap()
    }

    /// The rows of a query as CSV, without a heading.
    async fn ask(&self, sql: &str) -> String {
        csv(&self.archive().await, sql).await
    }
}

async fn rows(archive: &Archive, sql: &str) -> Result<Vec<RecordBatch>, QueryError> {
    archive.query(sql).await?.try_collect().await
}

async fn csv(archive: &Archive, sql: &str) -> String {
    let rows = rows(archive, sql).await.unwrap();
    let mut text = Vec::new();
    let mut writer = WriterBuilder::new().with_header(false).build(&mut text);
    for batch in rows {
        writer.write(&batch).unwrap();
    }
    drop(writer);
    String::from_utf8(text).unwrap()
}

async fn open(folder: Option<&Path>, limits: Limits, reach: Reach) -> Archive {
    Archive::open(folder.map(Into::into), Settings { limits, reach, ..Settings::default() })
        .await
        .unwrap()
}

fn meeting() -> MeetingUuid {
    MeetingUuid::new("gm8s9L+PTEC+FG3sFbd1Cw==").unwrap()
}

fn user(number: u32) -> ParticipantId {
    ParticipantId::new(&(16_778_240 + number * 1_024).to_string()).unwrap()
}

/// A minute of somebody's audio.
fn sample(batch: &mut Batch, who: u32, ts: &str, latency: Option<f64>, loss: f64) {
    let sample = StreamSample {
        ts: ts.parse().unwrap(),
        stream: Stream::from_name("audio_output").unwrap().into(),
        figures: Figures {
            bitrate: Kbps::try_new(27.5).ok(),
            latency: latency.map(|latency| Millis::try_new(latency).unwrap()),
            jitter: Millis::try_new(6.0).ok(),
            avg_loss: Percent::try_new(loss).ok(),
            ..Figures::default()
        },
    };
    batch.stream_sample(&meeting(), &user(who), Origin::Import, &sample);
}

fn participant(batch: &mut Batch, who: u32, join: &str, ip_address: &str, version: &str) {
    let join: Timestamp = join.parse().unwrap();
    let some = |text: &str| Some(text.to_owned());
    let participant = Participant {
        join: Some(join),
        user_name: some("Jill"),
        ip_address: some(ip_address),
        location: some("Berlin (DE)"),
        network_type: some("Wifi"),
        version: some(version),
        ..Participant::new(user(who))
    };
    batch.participant(&meeting(), &participant);
}
