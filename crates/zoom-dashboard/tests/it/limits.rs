//! Rate limits, as calls meet them.

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use zoom_dashboard::{ErrorKind, Plan};
use zoom_wire::phone::{GetCallLog, GetCallQos, ListCallLogs};
use zoom_wire::rate_limit::{Label, Product};
use zoom_wire::request::Bound;
use zoom_wire::{Endpoint as _, Range};

use zqos_sim::{Algorithm, LimitHeaders};

use crate::simulated::{EVEN, Network, Setup, limit, measure};
use crate::support::{Fake, answer, answer_with, builder, heavy, intensive};

const DAILY: &str =
    r#"{"code":429,"message":"You have reached the maximum daily rate limit for this API."}"#;

#[tokio::test(start_paused = true)]
async fn clones_share_the_limits() {
    let fake = Fake::sequence(vec![answer(200, "{}")]);
    let client = builder(&fake).plan(Plan::Pro).build().unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..35 {
        let client = client.clone();
        calls.spawn(async move { client.get(heavy()).await.unwrap() });
    }
    calls.join_all().await;
    let times = fake.times();
    assert!(times.windows(11).all(|some| some[10] >= some[0] + Duration::from_secs(1)));
    assert!(times[34] < Duration::from_secs(4), "{:?}", times[34]);
    assert_eq!(client.quota().labels[2].daily.unwrap().used, 35);
}

#[tokio::test(start_paused = true)]
async fn listings_are_limited_by_the_minute() {
    let fake = Fake::sequence(vec![answer(200, "{}")]);
    let client = builder(&fake).build().unwrap();
    for _ in 0..21 {
        client.get(intensive()).await.unwrap();
    }
    let times = fake.times();
    assert_eq!(times[19], Duration::ZERO);
    assert!(times[20] >= Duration::from_mins(1), "{:?}", times[20]);
}

#[tokio::test(start_paused = true)]
async fn phone_calls_have_limits_of_their_own() {
    let range = ["2026-01-01", "2026-01-02"].map(|day| Bound::Day(day.parse().unwrap()));
    let list = ListCallLogs::new(Range::new(range[0], range[1]).unwrap()).to_request().unwrap();
    let measured = GetCallQos::new("7081466125443483485").to_request().unwrap();
    let fake = Fake::sequence(vec![answer(200, "{}")]);
    let client = builder(&fake).plan(Plan::Pro).build().unwrap();
    for _ in 0..6 {
        client.get(list.clone()).await.unwrap();
    }
    let times = fake.times();
    assert_eq!(times[4], Duration::ZERO);
    assert!(times[5] >= Duration::from_secs(1), "{:?}", times[5]);
    // Neither the dashboard's calls nor light ones have to wait for them.
    client.get(list.for_account("me").unwrap()).await.unwrap();
    client.get(heavy()).await.unwrap();
    client.get(measured).await.unwrap();
    assert_eq!(fake.times()[8], times[5]);
    let used: Vec<_> = client
        .quota()
        .labels
        .iter()
        .filter_map(|quota| Some((quota.product, quota.label, quota.daily?.used)))
        .collect();
    assert_eq!(
        used,
        [
            (Product::Meetings, Label::Heavy, 1),
            (Product::Meetings, Label::ResourceIntensive, 1),
            (Product::Phone, Label::Heavy, 7),
            (Product::Phone, Label::ResourceIntensive, 7),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_spent_day_of_zoom_phone_leaves_the_dashboards_open() {
    let fake = Fake::sequence(vec![
        answer_with(429, DAILY, &[("retry-after", "2026-01-06T00:00:00Z")]),
        answer(200, "{}"),
    ]);
    let client = builder(&fake).build().unwrap();
    let call = GetCallLog::new("7081466125443483485").to_request().unwrap();
    client.get(call.clone()).await.unwrap_err();
    client.get(call).await.unwrap_err();
    assert_eq!(fake.count(), 1);
    client.get(heavy()).await.unwrap();
    assert_eq!(fake.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_spent_day_keeps_calls_from_being_sent_until_midnight() {
    let fake = Fake::sequence(vec![
        answer_with(429, DAILY, &[("retry-after", "2026-01-06T00:00:00Z")]),
        answer(200, "{}"),
    ]);
    let client = builder(&fake).build().unwrap();
    client.get(heavy()).await.unwrap_err();
    let error = client.get(intensive()).await.unwrap_err();
    let ErrorKind::RateLimited { label, daily: true, until: Some(until), api: None } = error.kind()
    else {
        panic!("{error:?}");
    };
    assert_eq!(
        (*label, until.to_string().as_str()),
        (Label::ResourceIntensive, "2026-01-06T00:00:00Z")
    );
    assert_eq!((error.tries(), error.request(), fake.count()), (0, None, 1));
    assert_eq!(
        error.to_string(),
        "the daily rate limit of Resource-intensive calls is used up until 2026-01-06T00:00:00Z"
    );
    tokio::time::sleep(Duration::from_hours(12)).await;
    client.get(heavy()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn our_own_count_keeps_calls_from_being_sent() {
    let fake = Fake::sequence(vec![answer(200, "{}")]);
    let client = builder(&fake).plan(Plan::Free).build().unwrap();
    for _ in 0..1000 {
        client.get(heavy()).await.unwrap();
    }
    let error = client.get(heavy()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::RateLimited { daily: true, api: None, .. }));
    assert_eq!(fake.count(), 1000);
}

#[tokio::test(start_paused = true)]
async fn one_429_holds_every_clone_back() {
    let mut first = true;
    let fake = Fake::new(move |_| {
        if std::mem::take(&mut first) {
            answer_with(429, "", &[("retry-after", "5")])
        } else {
            answer(200, "{}")
        }
    });
    let client = builder(&fake).build().unwrap();
    let (refused, held) = (client.clone(), client.clone());
    let refused = tokio::spawn(async move { refused.get(heavy()).await.unwrap() });
    tokio::time::sleep(Duration::from_secs(1)).await;
    held.get(heavy()).await.unwrap();
    refused.await.unwrap();
    let times = fake.times();
    assert_eq!(times[0], Duration::ZERO);
    assert!(times[1..].iter().all(|&time| time >= Duration::from_secs(5)), "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_one_too_many_holds_no_other_back() {
    let body = r#"{"code":429,"message":"You have reached the maximum per-second rate limit for this API."}"#;
    let mut first = true;
    let fake =
        Fake::new(
            move |_| {
                if std::mem::take(&mut first) { answer(429, body) } else { answer(200, "{}") }
            },
        );
    let client = builder(&fake).plan(Plan::Pro).build().unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..11 {
        let client = client.clone();
        calls.spawn(async move { client.get(heavy()).await.unwrap() });
    }
    calls.join_all().await;
    let times = fake.times();
    let second = Duration::from_secs(1);
    // The place of the refused call is left to others, and the call takes another one.
    assert_eq!(times[..10], [Duration::ZERO; 10]);
    assert!(times[10..].iter().all(|&time| time >= second), "{times:?}");
    assert_eq!(times.len(), 12);
}

fn algorithm() -> impl Strategy<Value = Algorithm> {
    prop_oneof![Just(Algorithm::Fixed), Just(Algorithm::Sliding), Just(Algorithm::Bucket)]
}

fn headers() -> impl Strategy<Value = LimitHeaders> {
    prop_oneof![Just(LimitHeaders::Full), Just(LimitHeaders::Partial), Just(LimitHeaders::None)]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 6,
        rng_seed: RngSeed::Fixed(1),
        ..Default::default()
    })]

    #[test]
    fn no_call_is_refused_for_those_of_the_client_itself(
        algorithm in algorithm(),
        headers in headers(),
        least_ms in 0_u64..100,
        differ_ms in 0_u64..=60,
        seed: u64,
    ) {
        let (label, windows) = (Label::Heavy, 30);
        let network = Network { least_ms, most_ms: least_ms + differ_ms };
        let setup = Setup { algorithm, headers, label, network, others_pct: 0, windows, seed };
        let outcome = measure(setup);
        prop_assert_eq!(outcome.refused, 0);
        let allowed = f64::from(limit(label).0 * windows);
        prop_assert!(f64::from(outcome.used) >= 0.94 * allowed, "{:?}", outcome);
    }

    #[test]
    fn another_app_gets_what_it_wants_and_most_of_the_rest_is_used(
        algorithm in algorithm(),
        headers in headers(),
        seed: u64,
    ) {
        let (label, network) = (Label::Heavy, EVEN);
        let setup =
            Setup { algorithm, headers, label, network, others_pct: 30, windows: 60, seed };
        let outcome = measure(setup);
        prop_assert!(outcome.used_pct() >= 80.0, "{:?}", outcome);
        prop_assert!(outcome.refused_pct() <= 5.0, "{:?}", outcome);
        let wanted = f64::from(limit(label).0 * setup.windows) * 0.3;
        prop_assert!(f64::from(outcome.others) >= 0.85 * wanted, "{:?}", outcome);
        prop_assert_eq!(outcome.failed, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn the_headers_of_an_answer_are_believed() {
    let headers = [
        ("x-ratelimit-category", "Heavy"),
        ("x-ratelimit-type", "Daily-limit"),
        ("x-ratelimit-limit", "60000"),
        ("x-ratelimit-remaining", "0"),
    ];
    let fake = Fake::sequence(vec![answer_with(200, "{}", &headers)]);
    let client = builder(&fake).build().unwrap();
    client.get(heavy()).await.unwrap();
    let quota = client.quota();
    let seen = quota.labels.iter().find(|quota| quota.label == Label::Heavy).unwrap();
    assert_eq!(seen.seen.unwrap().limit, Some(60_000));
    assert_eq!(seen.daily.unwrap().left(), 0);
    client.get(heavy()).await.unwrap_err();
    assert_eq!(fake.count(), 1);
}
