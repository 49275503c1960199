use http_body_util::BodyExt as _;
use tokio::time::Instant;

use super::*;

/// What of a body arrives, and after how long; `Err` when it ends before it should.
async fn received(mut body: Body) -> (Vec<u8>, Result<(), Cut>, Duration) {
    let (start, mut bytes) = (Instant::now(), Vec::new());
    loop {
        let ended = match body.frame().await {
            Some(Ok(frame)) => {
                bytes.extend(frame.into_data().unwrap());
                continue;
            }
            Some(Err(error)) => Err(error),
            None => Ok(()),
        };
        return (bytes, ended, start.elapsed());
    }
}

fn bytes(count: u8) -> Vec<u8> {
    (0..count).collect()
}

#[tokio::test(start_paused = true)]
async fn a_whole_body_arrives_at_once() {
    for length in [0, 1, 100] {
        let body = Body::whole(bytes(length));
        assert_eq!(body.size_hint().exact(), Some(length.into()));
        let (arrived, ended, took) = received(body).await;
        assert!(ended.is_ok() && arrived == bytes(length) && took.is_zero());
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_takes_its_time_and_arrives_whole() {
    let body = Body::slow(bytes(200));
    assert_eq!(body.size_hint().exact(), Some(200));
    let (arrived, ended, took) = received(body).await;
    assert!(ended.is_ok() && arrived == bytes(200));
    assert!((Duration::from_secs(3)..Duration::from_secs(5)).contains(&took), "{took:?}");
    assert!(received(Body::slow(Vec::new())).await.0.is_empty());
}

#[tokio::test(start_paused = true)]
async fn of_a_cut_body_half_arrives_and_the_whole_is_promised() {
    for length in [1, 2, 101] {
        let body = Body::cut(bytes(length));
        assert_eq!(body.size_hint().exact(), Some(length.into()));
        let (arrived, ended, _) = received(body).await;
        assert!(ended.is_err() && arrived == bytes(length / 2), "{arrived:?}");
    }
    assert!(received(Body::cut(Vec::new())).await.1.is_ok());
}
