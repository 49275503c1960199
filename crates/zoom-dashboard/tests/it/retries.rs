//! The table of `RetryPolicy`, row by row.

use std::time::Duration;

use zoom_dashboard::transport::{TransportError, TransportErrorKind};
use zoom_dashboard::{Error, ErrorKind, RetryPolicy, TimeoutPhase};
use zoom_wire::{ApiErrorKind, Request};

use crate::support::{Fake, Outcome, answer, answer_with, builder, heavy, intensive};

const PER_SECOND: &str = r#"{"code":429,"message":"You have reached the maximum per-second rate limit for this API. Try again later."}"#;
const DAILY: &str = r#"{"code":429,"message":"You have reached the maximum daily rate limit for this API. Refer to the response header for details on when you can make another request."}"#;
const CONCURRENT: &str = r#"{"code":429,"message":"Too many concurrent requests. A request to x has already been made."}"#;

/// What became of a request whose first answer is a failure and whose second is a success.
async fn after(failure: Outcome, request: Request) -> (Result<u32, Error>, Vec<Duration>) {
    let fake = Fake::sequence(vec![failure, answer(200, "{}")]);
    let client = builder(&fake).build().unwrap();
    let result = client.get(request).await.map(|answer| answer.tries);
    (result, fake.times())
}

async fn is_tried_again_after(failure: Outcome, request: Request, least_ms: u64, most_ms: u64) {
    let case = format!("{failure:?}");
    let (result, times) = after(failure, request).await;
    assert_eq!(result.unwrap(), 2, "{case}");
    let wait = times[1].saturating_sub(times[0]);
    // A timer of tokio's is up to a millisecond late.
    let range = Duration::from_millis(least_ms)..=Duration::from_millis(most_ms + 2);
    assert!(range.contains(&wait), "{case}: {wait:?}");
}

async fn is_final(failure: Outcome) -> Error {
    let case = format!("{failure:?}");
    let (result, times) = after(failure, heavy()).await;
    let error = result.unwrap_err();
    assert_eq!((times.len(), error.tries()), (1, 1), "{case}");
    error
}

fn transport(kind: TransportErrorKind) -> Outcome {
    Err(TransportError::new(kind))
}

#[tokio::test(start_paused = true)]
async fn what_failed_on_the_way_is_tried_again_after_a_backoff() {
    use TransportErrorKind as Kind;

    for kind in [
        Kind::Dns,
        Kind::Connect,
        Kind::Reset,
        Kind::Cut,
        Kind::Timeout(TimeoutPhase::Connect),
        Kind::Timeout(TimeoutPhase::Read),
        Kind::Timeout(TimeoutPhase::Whole),
    ] {
        is_tried_again_after(transport(kind), heavy(), 250, 750).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_would_fail_again_is_final() {
    use TransportErrorKind as Kind;

    for kind in [Kind::Tls, Kind::Proxy, Kind::BodyTooLarge { limit: 1 }, Kind::Malformed] {
        let error = is_final(transport(kind)).await;
        assert_eq!(format!("{:?}", error.kind()), format!("{kind:?}"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_server_is_tried_again_when_it_asks_for_it_else_after_a_backoff() {
    for status in [408, 500, 502, 503, 504] {
        is_tried_again_after(answer(status, ""), heavy(), 250, 750).await;
    }
    let wait = |value| answer_with(503, "", &[("retry-after", value)]);
    is_tried_again_after(wait("7"), heavy(), 7000, 7000).await;
    is_tried_again_after(wait("2026-01-05T12:00:20Z"), heavy(), 20_000, 20_000).await;
    is_tried_again_after(wait("Mon, 05 Jan 2026 12:00:20 GMT"), heavy(), 20_000, 20_000).await;
    // What has passed says nothing, and neither does what can't be read.
    is_tried_again_after(wait("2026-01-05T11:59:59Z"), heavy(), 250, 750).await;
    is_tried_again_after(wait("0"), heavy(), 250, 750).await;
    is_tried_again_after(wait("soon"), heavy(), 250, 750).await;
}

#[tokio::test(start_paused = true)]
async fn a_limit_by_the_second_is_waited_for() {
    for body in [PER_SECOND, CONCURRENT, "", "slow down"] {
        is_tried_again_after(answer(429, body), heavy(), 1000, 2000).await;
    }
    let three = answer_with(429, PER_SECOND, &[("retry-after", "3")]);
    is_tried_again_after(three, heavy(), 3000, 3000).await;
    let under_success = answer(200, PER_SECOND);
    is_tried_again_after(under_success, heavy(), 1000, 2000).await;
    // The headers count for the day, the text for the second: the text decides.
    let headers = [("x-ratelimit-limit", "6000"), ("x-ratelimit-remaining", "5893")];
    is_tried_again_after(answer_with(429, "", &headers), heavy(), 1000, 2000).await;
}

#[tokio::test(start_paused = true)]
async fn a_limit_by_the_minute_is_waited_for_into_the_next_minute() {
    // It is twelve o'clock sharp.
    is_tried_again_after(answer(429, ""), intensive(), 61_000, 62_000).await;
    let three = answer_with(429, "", &[("retry-after", "3")]);
    is_tried_again_after(three, intensive(), 3000, 3000).await;
}

#[tokio::test(start_paused = true)]
async fn the_daily_limit_is_final_and_says_when_it_opens() {
    let type_header = [("x-ratelimit-type", "Daily-limit"), ("x-ratelimit-remaining", "0")];
    let instant = [("retry-after", "2026-01-06T00:00:00Z")];
    let early = [("retry-after", "2026-01-05T12:30:00Z")];
    for (failure, opens) in [
        (answer(429, DAILY), "2026-01-06T00:00:00Z"),
        (answer_with(429, DAILY, &early), "2026-01-05T12:30:00Z"),
        (answer_with(429, "", &type_header), "2026-01-06T00:00:00Z"),
        (answer_with(429, "", &instant), "2026-01-06T00:00:00Z"),
        (answer_with(429, PER_SECOND, &instant), "2026-01-06T00:00:00Z"),
        (answer_with(429, "", &[("retry-after", "43200")]), "2026-01-06T00:00:00Z"),
    ] {
        let error = is_final(failure).await;
        let ErrorKind::RateLimited { daily: true, until: Some(until), api: Some(_), .. } =
            error.kind()
        else {
            panic!("{error:?}");
        };
        assert_eq!(until.to_string(), opens);
        assert_eq!(error.retry_at(), Some(*until));
    }
}

#[tokio::test(start_paused = true)]
async fn a_daily_limit_that_opened_meanwhile_is_tried_again() {
    let passed = answer_with(429, DAILY, &[("retry-after", "2026-01-05T11:59:58Z")]);
    is_tried_again_after(passed, heavy(), 1000, 2000).await;
}

#[tokio::test(start_paused = true)]
async fn no_other_4xx_and_no_redirect_is_tried_again() {
    for status in [400, 401, 403, 404, 409, 418, 422, 431, 300, 301, 302, 307, 308] {
        is_final(answer(status, "{}")).await;
    }
    for (status, body, kind) in [
        (
            404,
            r#"{"code":3001,"message":"Meeting does not exist: 1."}"#,
            ApiErrorKind::NotAvailable,
        ),
        (
            400,
            r#"{"code":12702,"message":"Can not access a meeting a year ago."}"#,
            ApiErrorKind::TooOld,
        ),
        (200, r#"{"code":3000,"message":"Cannot access."}"#, ApiErrorKind::Other),
        (302, "", ApiErrorKind::Redirect),
        (403, "", ApiErrorKind::Forbidden),
    ] {
        let error = is_final(answer(status, body)).await;
        assert_eq!(error.api().unwrap().kind, kind);
        assert_eq!(error.status(), Some(status));
        assert!(!error.is_transient());
    }
}

#[tokio::test(start_paused = true)]
async fn tries_are_a_budget() {
    for tries in [0, 1, 2, 5] {
        let fake = Fake::sequence(vec![answer(500, "down")]);
        let policy = RetryPolicy { tries, ..RetryPolicy::default() };
        let error = builder(&fake).retry(policy).build().unwrap().get(heavy()).await.unwrap_err();
        assert_eq!(fake.count(), tries.max(1) as usize);
        assert_eq!(error.tries(), tries.max(1));
        assert!(error.is_transient());
        assert_eq!(error.elapsed(), *fake.times().last().unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn elapsed_time_is_a_budget() {
    let fake = Fake::sequence(vec![answer(500, "down")]);
    let elapsed = Duration::from_secs(20);
    let policy = RetryPolicy { tries: u32::MAX, elapsed, ..RetryPolicy::default() };
    let error = builder(&fake).retry(policy).build().unwrap().get(heavy()).await.unwrap_err();
    assert!(fake.count() > 3);
    assert!(error.elapsed() <= elapsed, "{:?}", error.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_budget_is_not_begun() {
    let fake = Fake::sequence(vec![answer_with(503, "", &[("retry-after", "121")])]);
    let error = builder(&fake).build().unwrap().get(heavy()).await.unwrap_err();
    assert_eq!((fake.count(), error.elapsed()), (1, Duration::ZERO));
    assert_eq!(error.retry_at().unwrap().to_string(), "2026-01-05T12:02:01Z");
    assert!(matches!(error.kind(), ErrorKind::Api(api) if api.status == 503));

    let fake = Fake::sequence(vec![answer_with(429, PER_SECOND, &[("retry-after", "121")])]);
    let error = builder(&fake).build().unwrap().get(heavy()).await.unwrap_err();
    let ErrorKind::RateLimited { daily: false, until: Some(until), .. } = error.kind() else {
        panic!("{error:?}");
    };
    assert_eq!(until.to_string(), "2026-01-05T12:02:01Z");
}

#[tokio::test(start_paused = true)]
async fn a_try_that_takes_too_long_is_ended_and_tried_again() {
    let fake = Fake::slow(Duration::from_secs(1000), |_| answer(200, "{}"));
    let policy =
        RetryPolicy { tries: 2, elapsed: Duration::from_secs(500), ..RetryPolicy::default() };
    let error = builder(&fake).retry(policy).build().unwrap().get(heavy()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Whole)));
    let times = fake.times();
    assert_eq!(times.len(), 2);
    assert!(times[1] >= Duration::from_mins(2), "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn an_error_says_what_was_asked_and_what_came_back() {
    let body = r#"{"code":3001,"message":"Meeting does not exist: 932."}"#;
    let fake = Fake::sequence(vec![answer_with(404, body, &[("x-zm-trackingid", "v=2.0")])]);
    let error = builder(&fake).build().unwrap().get(heavy()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`GET https://api.zoom.us/v2/metrics/meetings/932/participants?type=past`: the API \
         answered with an error: code 3001: Meeting does not exist: 932."
    );
    let response = error.response().unwrap();
    assert_eq!(response.headers["x-zm-trackingid"], "v=2.0");
    assert_eq!(response.body, body);
}
