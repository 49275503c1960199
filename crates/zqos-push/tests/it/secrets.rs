//! Secrets: several, changed while events come, and unreadable.

use axum::http::StatusCode;
use zqos_core::table::ZOOM_RAW;
use zqos_push::Refusal;

use crate::support::{SECRET, World, minute, rows};

#[tokio::test]
async fn the_secret_tells_the_account() {
    let world = World::new().await;
    world.secrets.set(&[("north", "n-secret"), ("south", "s-old"), ("south", "s-new")], &[]);
    for (join, secret) in [(1, "n-secret"), (2, "s-old"), (3, "s-new")] {
        assert_eq!(world.post_as(secret, minute(join, 0, 40)).await, StatusCode::OK, "{secret}");
    }
    let folder = world.end();
    let accounts: Vec<String> = (rows(folder.path(), &ZOOM_RAW).await.iter())
        .map(|row| {
            format!("{} {}", row["account"].as_str().unwrap(), row["user_id"].as_str().unwrap())
        })
        .collect();
    assert_eq!(accounts, ["north 1", "south 2", "south 3"]);
}

#[tokio::test]
async fn a_secret_that_is_changed_is_in_force_with_the_next_event() {
    let world = World::new().await;
    assert_eq!(world.post(minute(1, 0, 40)).await, StatusCode::OK);
    // Beside the old one first.
    world.secrets.set(&[("default", SECRET), ("default", "new")], &[]);
    world.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(world.post_as("new", minute(1, 1, 40)).await, StatusCode::OK);
    assert_eq!(world.post(minute(1, 2, 40)).await, StatusCode::OK);
    // Then alone.
    world.secrets.set(&[("default", "newest")], &[]);
    world.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(world.post_as("newest", minute(1, 3, 40)).await, StatusCode::OK);
    assert_eq!(world.post(minute(1, 4, 40)).await, StatusCode::UNAUTHORIZED);
    assert_eq!(world.counters.stored(), 4);
    world.end();
}

#[tokio::test]
async fn while_a_secret_can_not_be_read_nobody_is_called_a_forger() {
    let world = World::new().await;
    assert_eq!(world.post(minute(1, 0, 40)).await, StatusCode::OK);
    world.secrets.set(&[], &["the secret in `/run/secrets/zoom` can't be read"]);
    world.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(world.post_as("new", minute(1, 1, 40)).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(world.counters.refused(Refusal::NoSecret), 1);
    // Nobody took this one back.
    assert_eq!(world.post(minute(1, 2, 40)).await, StatusCode::OK);
    world.secrets.set(&[("default", "new")], &[]);
    world.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(world.post_as("new", minute(1, 1, 40)).await, StatusCode::OK);
    assert_eq!(world.post(minute(1, 2, 40)).await, StatusCode::UNAUTHORIZED);
    world.end();
}

#[tokio::test]
async fn without_any_secret_events_are_to_come_again() {
    let world = World::new().await;
    world.secrets.set(&[], &[]);
    assert_eq!(world.post(minute(1, 0, 40)).await, StatusCode::SERVICE_UNAVAILABLE);
    world.end();
}

#[tokio::test]
async fn a_flood_of_forgeries_reads_secrets_once_a_second() {
    #[derive(Debug, Default)]
    struct Counted(std::sync::atomic::AtomicU32);

    impl zqos_push::Secrets for Counted {
        fn read(&self) -> zqos_push::Found {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let account = "default".into();
            let key = zoom_wire::webhook::SigningKey::new(SECRET.as_bytes());
            let keys = vec![zqos_push::AccountKey { account, key }];
            zqos_push::Found { keys, unreadable: Vec::new() }
        }

        fn accounts(&self) -> Vec<std::sync::Arc<str>> {
            vec!["default".into()]
        }
    }

    let folder = tempfile::tempdir().unwrap();
    let counted = std::sync::Arc::new(Counted::default());
    let secrets = std::sync::Arc::<Counted>::clone(&counted);
    let settings = zqos_push::Settings::default();
    let (clock, receiver, router, writer) =
        crate::support::start(settings, folder.path(), crate::support::NOW, secrets).await;
    for second in 0..3 {
        for _ in 0..20 {
            let request = crate::support::signed("forged", "1", b"{}");
            let answer = tower::ServiceExt::oneshot(router.clone(), request).await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        }
        assert_eq!(counted.0.load(std::sync::atomic::Ordering::Relaxed), second + 1);
        clock.advance(std::time::Duration::from_secs(1));
    }
    assert_eq!(receiver.counters().refused(Refusal::Forged), 60);
    drop((receiver, router));
    writer.finish().unwrap();
}
