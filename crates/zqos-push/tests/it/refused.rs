//! What is answered with something other than 200, and that nothing of it is kept.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use zoom_wire::webhook::{SIGNATURE_HEADER, SigningKey, TIMESTAMP_HEADER, UrlValidation};
use zqos_core::table::{DEAD_LETTERS, ZOOM_RAW};
use zqos_push::{PATH, Refusal, Settings};

use crate::support::{NOW, SECRET, World, minute, request, rows, signed};

const AT: &str = "1795168800";

fn question(token: &str) -> Vec<u8> {
    let question = json!({
        "event": "endpoint.url_validation", "event_ts": 1, "payload": { "plainToken": token },
    });
    question.to_string().into_bytes()
}

#[tokio::test]
async fn what_is_not_signed_is_refused_and_leaves_nothing() {
    let world = World::new().await;
    let body = minute(1, 0, 40).into_bytes();
    let good = SigningKey::new(SECRET.as_bytes()).sign(AT, &body);
    let other = SigningKey::new(b"another").sign(AT, &body);
    let upper = good.to_uppercase();
    let forgeries: [&[(&str, &str)]; 8] = [
        &[],
        &[(TIMESTAMP_HEADER, AT)],
        &[(SIGNATURE_HEADER, &good)],
        &[(TIMESTAMP_HEADER, AT), (SIGNATURE_HEADER, "")],
        &[(TIMESTAMP_HEADER, AT), (SIGNATURE_HEADER, &other)],
        &[(TIMESTAMP_HEADER, AT), (SIGNATURE_HEADER, &upper)],
        &[(TIMESTAMP_HEADER, "1795168801"), (SIGNATURE_HEADER, &good)],
        &[(TIMESTAMP_HEADER, AT), (SIGNATURE_HEADER, &good[3..])],
    ];
    for headers in forgeries {
        let (status, _) = world.send(request(headers, &body)).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{headers:?}");
    }
    // The same values in other bytes.
    let spaced = String::from_utf8(body.clone()).unwrap().replace(',', ", ");
    let headers = [(TIMESTAMP_HEADER, AT), (SIGNATURE_HEADER, &*good)];
    assert_eq!(world.send(request(&headers, spaced.as_bytes())).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(world.counters.refused(Refusal::Forged), 9);
    assert_eq!((world.counters.stored(), world.counters.newest()), (0, None));
    let folder = world.end();
    for table in [&ZOOM_RAW, &DEAD_LETTERS] {
        assert!(rows(folder.path(), table).await.is_empty(), "{}", table.name);
    }
}

#[tokio::test]
async fn the_vector_of_a_signature_is_taken() {
    let world = World::new().await;
    let body = br#"{"event":"meeting.participant_qos","event_ts":1700000000123,"payload":{"account_id":"acc","object":{"uuid":"u=="}}}"#;
    let headers = [
        (TIMESTAMP_HEADER, "1700000000"),
        (SIGNATURE_HEADER, "v0=6f655d86e900b15f106c13082dd7916cae06ffb457dc2e1ac0c848181a25bffa"),
    ];
    assert_eq!(world.send(request(&headers, body)).await.0, StatusCode::OK);
    // It names nobody, and so becomes no rows.
    assert_eq!((world.counters.stored(), world.counters.letters()), (1, 1));
    assert_eq!(world.counters.outside_window(), 1);
    world.end();
}

#[tokio::test]
async fn a_url_is_validated_for_whoever_signed_the_question() {
    let world = World::new().await;
    let body = include_bytes!("../fixtures/endpoint.url_validation.json");
    let (status, answer) = world.send(signed(SECRET, AT, body)).await;
    assert_eq!(status, StatusCode::OK);
    let expected = SigningKey::new(SECRET.as_bytes()).validation_answer("qgg8vlvZRS6UYooatFL8Aw");
    assert_eq!(serde_json::from_slice::<UrlValidation>(&answer).unwrap(), expected);

    for unsigned in [request(&[], body), signed("another", AT, body)] {
        let (status, answer) = world.send(unsigned).await;
        assert_eq!((status, answer.is_empty()), (StatusCode::UNAUTHORIZED, true));
    }
    assert_eq!((world.counters.validations(), world.counters.stored()), (1, 0));
    world.end();
}

#[tokio::test]
async fn no_question_makes_it_sign_an_event() {
    let world = World::new().await;
    let event = minute(1, 0, 40);
    // Answered, this would be the signature of the event.
    let forgery = question(&format!("v0:{AT}:{event}"));
    assert_eq!(world.send(request(&[], &forgery)).await.0, StatusCode::UNAUTHORIZED);
    // Not even for who knows the secret.
    let (status, answer) = world.send(signed(SECRET, AT, &forgery)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let found = serde_json::from_slice::<Value>(&answer).ok();
    assert_eq!(found, None, "nothing is signed");
    assert_eq!(world.counters.refused(Refusal::WrongQuestion), 1);
    assert_eq!(world.counters.validations(), 0);
    world.end();
}

#[tokio::test]
async fn a_body_beyond_a_mebibyte_is_refused_for_good() {
    let world = World::new().await;
    let longest = vec![b' '; 1 << 20];
    assert_eq!(world.post(&longest).await, StatusCode::OK);
    let longer = vec![b' '; (1 << 20) + 1];
    assert_eq!(world.post(&longer).await, StatusCode::PAYLOAD_TOO_LARGE);
    let declared = Request::post(PATH)
        .header("content-length", u64::MAX)
        .header(TIMESTAMP_HEADER, AT)
        .header(SIGNATURE_HEADER, "v0=")
        .body(Body::empty());
    assert_eq!(world.send(declared.unwrap()).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(world.counters.refused(Refusal::Oversized), 2);
    world.end();
}

#[tokio::test]
async fn what_has_no_room_is_refused_at_once_and_taken_later() {
    let settings = Settings { waiting_bytes: 4_096, ..Settings::default() };
    let world = World::with(settings, tempfile::tempdir().unwrap(), NOW).await;
    let large = minute(1, 0, 40) + &" ".repeat(4_096);
    assert_eq!(world.post(&large).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(world.counters.refused(Refusal::Crowded), 1);
    for minute_of_hour in 0..10 {
        assert_eq!(world.post(minute(1, minute_of_hour, 40)).await, StatusCode::OK);
    }
    world.end();
}

#[tokio::test]
async fn a_body_that_does_not_end_is_given_up_in_time() {
    let settings =
        Settings { patience: std::time::Duration::from_millis(20), ..Settings::default() };
    let world = World::with(settings, tempfile::tempdir().unwrap(), NOW).await;
    let endless = Body::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let request = Request::post(PATH)
        .header(TIMESTAMP_HEADER, AT)
        .header(SIGNATURE_HEADER, "v0=")
        .body(endless);
    assert_eq!(world.send(request.unwrap()).await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(world.counters.refused(Refusal::Late), 1);
    world.end();
}

#[tokio::test]
async fn what_can_not_be_written_is_refused_until_it_can() {
    let world = World::new().await;
    let wal = world.folder.path().join("wal");
    let away = world.folder.path().join("away");
    std::fs::rename(&wal, &away).unwrap();
    assert_eq!(world.post(minute(1, 0, 40)).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(world.counters.refused(Refusal::Unwritable), 1);
    std::fs::rename(&away, &wal).unwrap();
    assert_eq!(world.post(minute(1, 0, 40)).await, StatusCode::OK);
    let folder = world.end();
    assert_eq!(rows(folder.path(), &ZOOM_RAW).await.len(), 1);
    // What the event tells of the join comes again with it.
    assert_eq!(rows(folder.path(), &zqos_core::table::PARTICIPANTS).await.len(), 1);
}

#[tokio::test]
async fn nothing_is_decompressed() {
    let world = World::new().await;
    // 20 bytes of gzip that would be ten megabytes of zeros, had they all the rest.
    let mut bomb =
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xec\xc1\x01\x01\x00\x00\x00\x80".to_vec();
    bomb.resize(10_000, 0);
    let mut unsigned = request(&[], &bomb);
    let mut good = signed(SECRET, AT, &bomb);
    for request in [&mut unsigned, &mut good] {
        request.headers_mut().insert("content-encoding", "gzip".parse().unwrap());
    }
    assert_eq!(world.send(unsigned).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(world.send(good).await.0, StatusCode::OK);
    assert_eq!((world.counters.stored(), world.counters.letters()), (1, 1));
    let folder = world.end();
    let letters = rows(folder.path(), &DEAD_LETTERS).await;
    let row: Value = serde_json::from_str(letters[0]["row"].as_str().unwrap()).unwrap();
    // As it came: every byte that is no text is escaped.
    assert!(row["body"].as_str().unwrap().starts_with("\\x1f\\x8b\\x08\\x00"));
    assert!(row["body"].as_str().unwrap().len() <= 4 * bomb.len());
}

/// A clock that breaks for the thread that writes.
#[derive(Debug)]
struct Broken(std::sync::atomic::AtomicBool);

impl zqos_core::Clock for Broken {
    fn now(&self) -> zqos_core::Timestamp {
        let is_writer = std::thread::current().name() == Some("writer");
        let is_broken = self.0.load(std::sync::atomic::Ordering::Relaxed);
        assert!(!(is_writer && is_broken), "the clock is broken");
        NOW.parse().unwrap()
    }
}

#[tokio::test]
async fn when_the_writer_panics_nothing_is_acknowledged_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let clock = std::sync::Arc::new(Broken(false.into()));
    let given = std::sync::Arc::<crate::support::Given>::default();
    given.set(&[("default", SECRET)], &[]);
    let open = || {
        let clock = std::sync::Arc::<Broken>::clone(&clock);
        zqos_store::Store::open(folder.path().to_owned(), clock)
    };
    let stores = [open().await.unwrap(), open().await.unwrap()];
    let reader = |_: &str| zqos_intake::Reader::default();
    let shared = std::sync::Arc::<Broken>::clone(&clock);
    let (receiver, mut writer) =
        zqos_push::Writer::start(stores, reader, given, shared, Settings::default()).unwrap();
    let counters = receiver.counters();
    let router = zqos_push::router(receiver);
    let post = async |number: u32| {
        let request = signed(SECRET, AT, minute(1, number, 40).as_bytes());
        tower::ServiceExt::oneshot(router.clone(), request).await.unwrap().status()
    };
    assert_eq!(post(0).await, StatusCode::OK);
    clock.0.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(post(1).await, StatusCode::SERVICE_UNAVAILABLE);
    // The process has to end then: `zqos receive` waits for this.
    writer.ended().await;
    assert_eq!(post(2).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!((counters.stored(), counters.refused(Refusal::Unwritable)), (1, 2));
    let ended = writer.finish().unwrap_err();
    assert!(matches!(ended, zqos_push::WriterEnded::Panicked), "{ended}");
}
