//! What comes by a connection: kept once, trusted or not, and when nothing came.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use zoom_wire::webhook::SigningKey;
use zqos_core::table::{DEAD_LETTERS, PUSH_CONNECTIONS, STREAM_SAMPLES, ZOOM_RAW};
use zqos_push::{Push, Refusal, Settings, SignedBody, take_in};

use crate::support::{NOW, SECRET, World, every_row, minute, rows};

/// A connection to an account, of which a test says what it brings.
struct Wire {
    pushes: mpsc::UnboundedSender<Push>,
    told: AtomicUsize,
    /// How often it was asked what comes next.
    asked: Arc<AtomicUsize>,
    stop: oneshot::Sender<()>,
    inflow: tokio::task::JoinHandle<()>,
}

impl Wire {
    fn to(world: &World, account: &'static str) -> Self {
        let (pushes, told) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel();
        let receiver = world.receiver();
        let asked = Arc::<AtomicUsize>::default();
        let asks = Arc::clone(&asked);
        let inflow = tokio::spawn(async move {
            let told = futures::stream::unfold(told, move |mut told| {
                asks.fetch_add(1, Ordering::Relaxed);
                async move { told.recv().await.map(|push| (push, told)) }
            });
            take_in(receiver, account, told, async { drop(stopped.await) }).await;
        });
        Self { pushes, told: AtomicUsize::new(0), asked, stop, inflow }
    }

    fn tell(&self, push: Push) {
        self.told.fetch_add(1, Ordering::Relaxed);
        self.pushes.send(push).unwrap();
    }

    fn event(&self, body: &str, secret: Option<&str>) {
        let at = "1795168800";
        let sign = |secret: &str| SigningKey::new(secret.as_bytes()).sign(at, body.as_bytes());
        self.tell(Push::Event(SignedBody {
            body: body.to_owned().into(),
            signature: secret.map(sign),
            timestamp: secret.map(|_| at.to_owned()),
        }));
    }

    /// Waits until everything is taken in that was told.
    async fn take_in(&self, world: &World) {
        let before = world.counters.stored();
        self.event(&minute(7, 59, 40), Some(SECRET));
        until(|| world.counters.stored() > before).await;
    }

    /// Waits until it is asked what comes after all that was told.
    async fn pass_over(&self) {
        let told = self.told.load(Ordering::Relaxed);
        until(|| self.asked.load(Ordering::Relaxed) > told).await;
    }

    /// Ends it as a receiver is stopped.
    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.inflow.await.unwrap();
    }

    /// Ends it once everything is taken in that was told.
    async fn end(self) {
        drop(self.pushes);
        self.inflow.await.unwrap();
    }
}

/// Lets others run until something holds.
async fn until(holds: impl Fn() -> bool) {
    while !holds() {
        tokio::task::yield_now().await;
    }
}

/// Connections as the store has them: start, until, and why.
async fn connections(folder: &std::path::Path) -> Vec<[String; 3]> {
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let rows = rows(folder, &PUSH_CONNECTIONS).await;
    rows.iter().map(|row| ["start_time", "until", "why"].map(|name| text(row, name))).collect()
}

#[tokio::test]
async fn events_are_kept_and_so_is_when_none_came() {
    let world = World::new().await;
    let wire = Wire::to(&world, "default");
    wire.tell(Push::Opened);
    for number in 0..20 {
        wire.event(&minute(number % 4, number, 40), Some(SECRET));
    }
    // Some come by the other way, too.
    for number in 0..10 {
        assert_eq!(world.post(minute(number % 4, number, 40)).await, StatusCode::OK);
    }
    wire.take_in(&world).await;
    world.clock.advance(Duration::from_secs(30));
    wire.tell(Push::Alive);
    wire.take_in(&world).await;
    world.clock.advance(Duration::from_secs(30));
    wire.tell(Push::Closed { why: "silent" });
    // Nor is it made again at once.
    wire.tell(Push::Closed { why: "failed" });
    wire.pass_over().await;
    world.clock.advance(Duration::from_mins(1));
    wire.tell(Push::Opened);
    wire.take_in(&world).await;
    wire.event(&minute(9, 1, 40), Some(SECRET));
    wire.end().await;
    assert_eq!(world.counters.letters(), 0);
    let folder = world.end();
    assert_eq!(rows(folder.path(), &STREAM_SAMPLES).await.len(), 20 + 1 + 1);
    assert_eq!(
        connections(folder.path()).await,
        [
            ["2026-11-20T10:00:00Z", "2026-11-20T10:00:30Z", "silent"],
            ["2026-11-20T10:02:00Z", "2026-11-20T10:02:00Z", "stopped"],
        ]
    );
}

#[tokio::test]
async fn what_is_not_signed_is_a_dead_letter_where_there_is_a_secret() {
    let world = World::new().await;
    world.secrets.set(&[("default", SECRET), ("other", "o-secret")], &[]);
    let (signed, unknown) = (Wire::to(&world, "default"), Wire::to(&world, "third"));
    signed.event(&minute(1, 0, 40), Some(SECRET));
    signed.event(&minute(1, 1, 40), None);
    signed.event(&minute(1, 2, 40), Some("forged"));
    // It is another account's.
    signed.event(&minute(1, 3, 40), Some("o-secret"));
    // Of this one nobody knows a secret: whoever connected vouches.
    unknown.event(&minute(1, 4, 40), None);
    unknown.event(&minute(1, 5, 40), Some("whatever"));
    signed.end().await;
    unknown.end().await;
    assert_eq!((world.counters.stored(), world.counters.letters()), (6, 3));
    let folder = world.end();
    let accounts: Vec<String> = (rows(folder.path(), &ZOOM_RAW).await.iter())
        .map(|row| row["account"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(accounts, ["default", "third", "third"]);
    let letters = rows(folder.path(), &DEAD_LETTERS).await;
    assert_eq!(letters.len(), 3);
    for letter in letters {
        assert_eq!(letter["reason"], "it is not signed with a secret of the account's");
        assert!(letter["row"].as_str().unwrap().contains("participant_qos"), "its text is kept");
    }
}

#[tokio::test]
async fn while_a_secret_can_not_be_read_events_are_held() {
    let settings = Settings { patience: Duration::from_millis(20), ..Settings::default() };
    let world = World::with(settings, tempfile::tempdir().unwrap(), NOW).await;
    world.secrets.set(&[], &["the secret in `/run/secrets/zoom` can't be read"]);
    let wire = Wire::to(&world, "default");
    wire.event(&minute(1, 0, 40), Some(SECRET));
    until(|| world.counters.refused(Refusal::NoSecret) >= 2).await;
    world.secrets.set(&[("default", SECRET)], &[]);
    world.clock.advance(Duration::from_secs(1));
    until(|| world.counters.stored() == 1).await;
    wire.end().await;
    assert_eq!(world.counters.letters(), 0);
    world.end();
}

#[tokio::test]
async fn what_can_not_be_written_is_held_until_it_can() {
    let settings = Settings { patience: Duration::from_millis(20), ..Settings::default() };
    let world = World::with(settings, tempfile::tempdir().unwrap(), NOW).await;
    let (wal, away) = (world.folder.path().join("wal"), world.folder.path().join("away"));
    std::fs::rename(&wal, &away).unwrap();
    let wire = Wire::to(&world, "default");
    wire.tell(Push::Opened);
    for number in 0..30 {
        wire.event(&minute(1, number, 40), Some(SECRET));
    }
    until(|| world.counters.refused(Refusal::Unwritable) >= 60).await;
    wire.tell(Push::Closed { why: "reset" });
    wire.pass_over().await;
    std::fs::rename(&away, &wal).unwrap();
    until(|| world.counters.stored() == 30).await;
    wire.tell(Push::Opened);
    wire.end().await;
    let folder = world.end();
    assert_eq!(rows(folder.path(), &STREAM_SAMPLES).await.len(), 30);
    assert_eq!(every_row(folder.path(), &ZOOM_RAW).await.len(), 30, "none came twice");
}

#[tokio::test]
async fn a_connection_is_noted_up_to_what_is_kept() {
    let settings = Settings { patience: Duration::from_millis(20), ..Settings::default() };
    let world = World::with(settings, tempfile::tempdir().unwrap(), NOW).await;
    world.secrets.set(&[], &["the secret in `/run/secrets/zoom` can't be read"]);
    let wire = Wire::to(&world, "default");
    wire.tell(Push::Opened);
    wire.pass_over().await;
    world.clock.advance(Duration::from_secs(7));
    wire.event(&minute(1, 0, 40), Some(SECRET));
    until(|| world.counters.refused(Refusal::NoSecret) >= 1).await;
    world.clock.advance(Duration::from_secs(30));
    wire.tell(Push::Alive);
    // It is never kept, as nobody ever can read the secret.
    wire.stop().await;
    let folder = world.end();
    let until_when = ["2026-11-20T10:00:00Z", "2026-11-20T10:00:07Z", "stopped"];
    assert_eq!(connections(folder.path()).await, [until_when]);
}

#[tokio::test]
async fn what_can_not_be_read_is_a_dead_letter_all_the_same() {
    let world = World::new().await;
    world.secrets.set(&[("other", "o-secret")], &[]);
    let wire = Wire::to(&world, "default");
    for body in ["", "garbage", "{\"module\":\"message\"}", "[[[["] {
        wire.event(body, None);
    }
    wire.end().await;
    assert_eq!((world.counters.stored(), world.counters.letters()), (4, 4));
    let folder = world.end();
    assert_eq!(rows(folder.path(), &DEAD_LETTERS).await.len(), 4);
}
