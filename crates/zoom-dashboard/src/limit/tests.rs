use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use zqos_core::ManualClock;

use super::*;

/// Runs `test` with time paused.
fn paused<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(test)
}

fn clock_at(instant: &str) -> ManualClock {
    ManualClock::new(instant.parse().unwrap())
}

fn noon() -> ManualClock {
    clock_at("2026-01-05T12:00:00Z")
}

/// What may happen to a limiter.
#[derive(Debug, Clone)]
enum Event {
    /// This many callers come at once.
    Callers(usize),
    /// Time passes.
    Passes(u64),
    /// A header tells another limit, not above any of the plan's.
    Limit(u64),
    /// A 429 came.
    Refused(u64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        4 => (1_usize..60).prop_map(Event::Callers),
        3 => (0_u64..1_500).prop_map(Event::Passes),
        1 => (1_u64..=5).prop_map(Event::Limit),
        1 => (0_u64..3_000).prop_map(Event::Refused),
    ];
    proptest::collection::vec(event, 1..12)
}

/// A product, and how many heavy calls of it Pro allows in a second.
fn product() -> impl Strategy<Value = (Product, usize)> {
    prop_oneof![Just((Product::Meetings, 10)), Just((Product::Phone, 5))]
}

/// No window holds more than `calls` of these moments.
fn keeps(mut sent: Vec<Instant>, calls: usize, window: Duration) -> bool {
    sent.sort_unstable();
    sent.windows(calls + 1).all(|some| some[calls] - some[0] >= window)
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..Default::default() })]

    #[test]
    fn no_window_ever_holds_more_calls_than_the_plan_allows(
        events in events(),
        (product, calls) in product(),
    ) {
        let sent = paused(async {
            let limiter = Arc::new(Limiter::new(Plan::Pro, 0, product));
            let clock = Arc::new(noon());
            let mut callers = tokio::task::JoinSet::new();
            for event in events {
                match event {
                    Event::Callers(count) => for _ in 0..count {
                        let (limiter, clock) = (Arc::clone(&limiter), Arc::clone(&clock));
                        callers.spawn(async move {
                            let mut place = limiter.admit(Label::Heavy, &*clock).await.unwrap();
                            place.sent();
                            Instant::now()
                        });
                    },
                    Event::Passes(millis) => {
                        tokio::time::sleep(Duration::from_millis(millis)).await;
                    }
                    Event::Limit(limit) => {
                        let seen = RateLimit {
                            period: Some(Period::Short),
                            limit: Some(limit),
                            remaining: Some(limit),
                            ..RateLimit::default()
                        };
                        limiter.learn(Label::Heavy, seen, clock.now());
                    }
                    Event::Refused(millis) => {
                        limiter.pause(Label::Heavy, Duration::from_millis(millis));
                    }
                }
            }
            callers.join_all().await
        });
        prop_assert!(keeps(sent, calls, Duration::from_secs(1)));
    }

    #[test]
    fn the_limit_is_used_to_the_full(callers in 1_usize..300) {
        let took = paused(async {
            let limiter = Limiter::new(Plan::Business, 0, Product::Meetings);
            let clock = noon();
            let began = Instant::now();
            for _ in 0..callers {
                limiter.admit(Label::Heavy, &clock).await.unwrap().sent();
            }
            began.elapsed()
        });
        let windows = u32::try_from((callers - 1) / 40).unwrap();
        prop_assert!(took <= windows * Duration::from_millis(1_061), "{took:?}");
    }
}

proptest! {
    #[test]
    fn no_product_counts_calls_of_another(
        plan in proptest::sample::select(&Plan::ALL[..]),
        calls in proptest::collection::vec((any::<bool>(), 0..Label::ALL.len()), 0..60),
    ) {
        let (limiters, clock) = (Limiters::new(plan, 0), noon());
        let mut made = [[0_u32; Label::ALL.len()]; Product::ALL.len()];
        for (is_phone, label) in calls {
            let product = Product::ALL[usize::from(is_phone)];
            count(limiters.of(product), Label::ALL[label], &clock).unwrap();
            made[product as usize][label] += 1;
        }
        let quota = limiters.quota(clock.now()).labels;
        let names: Vec<_> = quota.iter().map(|quota| (quota.product, quota.label)).collect();
        let all = Product::ALL.map(|product| Label::ALL.map(|label| (product, label)));
        prop_assert_eq!(names, all.concat());
        for LabelQuota { product, label, daily, .. } in quota {
            let [light, medium, heavy, intensive] = made[product as usize];
            let Some(daily) = daily else { continue };
            let expected = match (daily.pool, label) {
                (Pool::Shared, _) => heavy + intensive,
                (Pool::Own, Label::Light) => light,
                (Pool::Own, Label::Medium) => medium,
                (Pool::Own, Label::Heavy) => heavy,
                (Pool::Own, Label::ResourceIntensive) => intensive,
            };
            prop_assert_eq!(daily.used, expected, "{:?} {}", product, label);
        }
    }
}

#[test]
fn the_table_of_zoom_phone_is_zooms_and_free_counts_as_pro() {
    use Label::{Heavy, Light, Medium, ResourceIntensive};

    for (plan, calls, day) in [
        (Plan::Free, [20, 10, 5, 5], 15_000),
        (Plan::Pro, [20, 10, 5, 5], 15_000),
        (Plan::Business, [40, 20, 10, 10], 30_000),
    ] {
        let shared = Some((Pool::Shared, day));
        for (label, calls, seconds, daily) in [
            (Light, calls[0], 1, None),
            (Medium, calls[1], 1, None),
            (Heavy, calls[2], 1, shared),
            (ResourceIntensive, calls[3], 60, shared),
        ] {
            let limits = Limits { calls, window: Duration::from_secs(seconds), daily };
            assert_eq!(plan.limits_of(Product::Phone, label), limits, "{plan} {label}");
            assert_eq!(plan.limits_of(Product::Meetings, label), plan.limits(label));
        }
    }
}

#[test]
fn the_table_of_plans_is_zooms() {
    use Label::{Heavy, Light, Medium, ResourceIntensive};

    for (plan, label, calls, seconds, daily) in [
        (Plan::Free, Light, 4, 1, Some((Pool::Own, 6_000))),
        (Plan::Free, Medium, 2, 1, Some((Pool::Own, 2_000))),
        (Plan::Free, Heavy, 1, 1, Some((Pool::Own, 1_000))),
        (Plan::Free, ResourceIntensive, 10, 60, Some((Pool::Own, 30_000))),
        (Plan::Pro, Light, 30, 1, None),
        (Plan::Pro, Medium, 20, 1, None),
        (Plan::Pro, Heavy, 10, 1, Some((Pool::Shared, 30_000))),
        (Plan::Pro, ResourceIntensive, 10, 60, Some((Pool::Shared, 30_000))),
        (Plan::Business, Light, 80, 1, None),
        (Plan::Business, Medium, 60, 1, None),
        (Plan::Business, Heavy, 40, 1, Some((Pool::Shared, 60_000))),
        (Plan::Business, ResourceIntensive, 20, 60, Some((Pool::Shared, 60_000))),
    ] {
        let window = Duration::from_secs(seconds);
        assert_eq!(plan.limits(label), Limits { calls, window, daily }, "{plan} {label}");
    }
}

/// Counts calls without waiting for windows.
fn count(limiter: &Limiter, label: Label, clock: &dyn Clock) -> Result<(), Spent> {
    let day = &mut limiter.state().days[limiter.day_index(label)];
    day.check(clock.now())?;
    day.used += 1;
    Ok(())
}

fn daily(limiter: &Limiter, label: Label, clock: &dyn Clock) -> DailyQuota {
    limiter.quota(clock.now())[label_index(label)].daily.unwrap()
}

#[test]
fn heavy_and_intensive_calls_share_a_day_that_ends_at_midnight_utc() {
    let (limiter, clock) =
        (Limiter::new(Plan::Pro, 0, Product::Meetings), clock_at("2026-01-05T23:59:59Z"));
    for place in 0..30_000 {
        let label = if place % 2 == 0 { Label::Heavy } else { Label::ResourceIntensive };
        count(&limiter, label, &clock).unwrap();
    }
    let until = "2026-01-06T00:00:00Z".parse().unwrap();
    for label in [Label::Heavy, Label::ResourceIntensive] {
        assert_eq!(count(&limiter, label, &clock), Err(Spent { until }));
        let day = daily(&limiter, label, &clock);
        assert_eq!((day.used, day.left(), day.resets_at), (30_000, 0, until));
    }
    assert_eq!(count(&limiter, Label::Light, &clock), Ok(()));
    clock.advance(Duration::from_secs(1));
    assert_eq!(count(&limiter, Label::Heavy, &clock), Ok(()));
    assert_eq!(daily(&limiter, Label::Heavy, &clock).used, 1);
}

#[test]
fn free_labels_have_days_of_their_own() {
    let (limiter, clock) = (Limiter::new(Plan::Free, 0, Product::Meetings), noon());
    for _ in 0..1_000 {
        count(&limiter, Label::Heavy, &clock).unwrap();
    }
    assert!(count(&limiter, Label::Heavy, &clock).is_err());
    assert!(count(&limiter, Label::ResourceIntensive, &clock).is_ok());
}

#[test]
fn a_day_that_zoom_closed_stays_closed_until_it_opens() {
    let products = Plan::ALL.map(|plan| Product::ALL.map(|product| (plan, product)));
    for (plan, product) in products.concat() {
        for label in Label::ALL {
            let (limiter, clock) = (Limiter::new(plan, 0, product), noon());
            let until = clock.now().saturating_add(Duration::from_secs(30));
            limiter.close(label, until);
            assert_eq!(count(&limiter, label, &clock), Err(Spent { until }), "{plan} {label}");
            clock.advance(Duration::from_secs(30));
            assert_eq!(count(&limiter, label, &clock), Ok(()), "{plan} {label}");
        }
    }
}

#[test]
fn headers_correct_the_count_and_the_limit() {
    let (limiter, clock) = (Limiter::new(Plan::Business, 0, Product::Meetings), noon());
    let seen = RateLimit {
        label: Some(Label::Heavy),
        period: None,
        limit: Some(30_000),
        remaining: Some(29_000),
        retry_after: None,
    };
    limiter.learn(Label::Heavy, seen, clock.now());
    let day = daily(&limiter, Label::Heavy, &clock);
    assert_eq!((day.limit, day.used, day.left()), (30_000, 1_000, 29_000));
    // Headers of an older answer do not take calls back.
    limiter.learn(Label::Heavy, RateLimit { remaining: Some(29_500), ..seen }, clock.now());
    assert_eq!(daily(&limiter, Label::Heavy, &clock).used, 1_000);
    // A header may know a label better than the operation does.
    let light = RateLimit { label: Some(Label::Light), limit: Some(30), ..seen };
    limiter.learn(Label::Heavy, RateLimit { remaining: Some(7), ..light }, clock.now());
    let quota = limiter.quota(clock.now());
    assert_eq!(quota[label_index(Label::Light)].calls, 30);
    assert_eq!(quota[label_index(Label::Heavy)].calls, 40);
}

async fn admitted(limiter: &Limiter) -> Place<'_> {
    limiter.admit(Label::Heavy, &noon()).await.unwrap()
}

/// How long the next call waits when its turn comes now.
async fn wait(limiter: &Limiter) -> Duration {
    let began = Instant::now();
    drop(admitted(limiter).await);
    began.elapsed()
}

async fn pass(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

#[tokio::test(start_paused = true)]
async fn a_place_is_free_a_window_after_the_answer() {
    let limiter = Limiter::new(Plan::Free, 0, Product::Meetings);
    let mut place = admitted(&limiter).await;
    place.sent();
    pass(30).await;
    place.answered();
    assert_eq!(wait(&limiter).await, Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn what_every_trip_takes_is_taken_off() {
    let limiter = Limiter::new(Plan::Free, 0, Product::Meetings);
    for _ in 0..TRIPS_MIN {
        let mut place = admitted(&limiter).await;
        place.sent();
        pass(30).await;
        place.answered();
    }
    assert_eq!(wait(&limiter).await, Duration::from_millis(970));
    // One that took longer was perhaps counted later.
    let mut place = admitted(&limiter).await;
    place.sent();
    pass(40).await;
    place.answered();
    let waited = wait(&limiter).await;
    let range = Duration::from_millis(970)..=Duration::from_millis(972);
    assert!(range.contains(&waited), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_place_without_an_answer_is_free_after_a_window_and_the_margin() {
    let limiter = Limiter::new(Plan::Free, 0, Product::Meetings);
    for answer_ms in [200, 5_000] {
        let mut place = admitted(&limiter).await;
        place.sent();
        assert_eq!(wait(&limiter).await, Duration::from_millis(1_060));
        pass(answer_ms).await;
        place.answered();
        assert_eq!(wait(&limiter).await, Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_has_its_place_while_it_is_not_sent() {
    let limiter = Limiter::new(Plan::Free, 0, Product::Meetings);
    let place = admitted(&limiter).await;
    let mut next = std::pin::pin!(admitted(&limiter));
    tokio::time::timeout(Duration::from_mins(1), next.as_mut()).await.unwrap_err();
    drop(place);
    drop(tokio::time::timeout(Duration::from_millis(1), next).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_place_that_was_refused_is_left_to_others_but_the_last() {
    let limiter = Limiter::new(Plan::Free, 0, Product::Meetings);
    let limits = Limits { calls: 10, ..Plan::Free.limits(Label::ResourceIntensive) };
    for _ in 0..limits.calls {
        let mut place = limiter.admit(Label::ResourceIntensive, &noon()).await.unwrap();
        place.sent();
        place.refused();
    }
    // How many may be sent in each window from now, none of which is refused.
    for window in 1..=LEFT_WINDOWS {
        tokio::time::sleep(limits.window).await;
        let mut sent = 0;
        while let Ok(admitted) = tokio::time::timeout(
            Duration::from_millis(1),
            limiter.admit(Label::ResourceIntensive, &noon()),
        )
        .await
        {
            let mut place = admitted.unwrap();
            place.sent();
            place.answered();
            sent += 1;
        }
        assert_eq!(sent, if window < LEFT_WINDOWS { 1 } else { limits.calls }, "{window}");
    }
}

#[test]
fn a_way_that_became_longer_is_learned() {
    let mut trips = Trips::default();
    for millis in [20, 50] {
        for _ in 0..2 * TRIPS_REMEMBERED {
            trips.learn(Duration::from_millis(millis));
        }
        let relied_upon_ms = trips.relied_upon().as_secs_f64() * 1e3;
        assert_eq!(relied_upon_ms.round().to_string(), millis.to_string());
    }
    trips.learn(Duration::from_millis(10));
    assert!(trips.relied_upon() <= Duration::from_millis(10));
}

#[test]
fn a_caller_that_leaves_is_not_counted_for_the_day() {
    paused(async {
        let (limiter, clock) = (Limiter::new(Plan::Free, 0, Product::Meetings), noon());
        limiter.admit(Label::Heavy, &clock).await.unwrap().sent();
        let leaves = limiter.admit(Label::Heavy, &clock);
        tokio::time::timeout(Duration::from_millis(1), leaves).await.unwrap_err();
        assert_eq!(daily(&limiter, Label::Heavy, &clock).used, 1);
    });
}

#[test]
fn a_clock_that_is_set_back_does_not_open_a_day() {
    let (limiter, clock) =
        (Limiter::new(Plan::Free, 0, Product::Meetings), clock_at("2026-01-06T00:00:01Z"));
    count(&limiter, Label::Heavy, &clock).unwrap();
    clock.set("2026-01-05T23:59:59Z".parse().unwrap());
    count(&limiter, Label::Heavy, &clock).unwrap();
    assert_eq!(daily(&limiter, Label::Heavy, &clock).used, 2);
}

#[tokio::test(start_paused = true)]
async fn what_others_use_and_what_is_left_to_them_is_not_taken() {
    let limiter = Limiter::new(Plan::Free, 10, Product::Meetings);
    let clock = noon();
    limiter.count_others(Label::Heavy, 897, clock.now());
    for _ in 0..3 {
        limiter.admit(Label::Heavy, &clock).await.unwrap().sent();
    }
    let spent = limiter.admit(Label::Heavy, &clock).await;
    assert!(spent.is_err(), "900 of 1,000 are for this client");
    let quota = limiter.quota(clock.now())[label_index(Label::Heavy)];
    let daily = quota.daily.unwrap();
    assert_eq!((quota.sent, daily.used, daily.spared, daily.left()), (3, 900, 100, 0));
}
