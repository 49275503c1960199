//! Calls are counted before they are made, by whoever has the right to make them.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use tokio::sync::Mutex;
use zoom_dashboard::Gate;
use zoom_dashboard::transport::BoxFuture;
use zoom_wire::rate_limit::{Label, Product};
use zoom_wire::{Operation, Request};
use zqos_core::{CallCount, Clock, Reservation, Timestamp};
use zqos_store::{AccountLease, Batch, StoreError};

use crate::keeper::Keeper;
use crate::quota;

/// How many calls are reserved at once. A program that is killed has counted so many too much at most.
const BLOCK: u32 = 200;

/// Counts the calls of a run, and holds them back when the account is another collector's.
#[derive(Debug)]
pub struct Meter {
    account: String,
    /// Which run this is, of all of the account.
    run: String,
    keeper: Keeper,
    /// The server's, once there is a client.
    clock: OnceLock<Arc<dyn Clock>>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    lease: Option<AccountLease>,
    /// The UTC day of the counts.
    day: Option<Timestamp>,
    /// In the order of [`Product::ALL`].
    blocks: [Block; Product::ALL.len()],
    /// By purpose: calls, and how many of them were answered well.
    calls: BTreeMap<&'static str, (u32, u32)>,
    /// Why calls are held back.
    trouble: Option<Trouble>,
}

/// What is taken of a daily quota.
#[derive(Debug, Clone, Copy, Default)]
struct Block {
    reserved: u32,
    spent: u32,
}

/// Why calls are held back.
#[derive(Debug, Clone)]
pub(crate) enum Trouble {
    /// Another collector has the account.
    Lost,
    /// The store can't tell, or can't keep the count.
    Store(Arc<StoreError>),
}

impl Meter {
    /// Counts calls of an account of which this program has the lease, and keeps the count by `keeper`.
    pub fn new(account: &str, lease: AccountLease, keeper: Keeper) -> Self {
        Self {
            account: account.to_owned(),
            run: lease.epoch().to_string(),
            keeper,
            clock: OnceLock::new(),
            state: Mutex::new(State {
                lease: Some(lease),
                day: None,
                blocks: Default::default(),
                calls: BTreeMap::new(),
                trouble: None,
            }),
        }
    }

    /// Which run this is, of all of the account.
    pub(crate) fn run(&self) -> &str {
        &self.run
    }

    pub(crate) fn go_by(&self, clock: Arc<dyn Clock>) {
        // Who made the first client with this meter has said it.
        drop(self.clock.set(clock));
    }

    fn now(&self) -> Timestamp {
        self.clock.get().map_or_else(|| zqos_core::SystemClock.now(), |clock| clock.now())
    }

    /// True while the account is this program's: asked before anything is written.
    pub(crate) async fn holds(&self) -> Result<(), Trouble> {
        self.state.lock().await.hold().await
    }

    /// Why calls are held back, if they are.
    pub(crate) async fn trouble(&self) -> Option<Trouble> {
        self.state.lock().await.trouble.clone()
    }

    /// Takes note that a call was answered well.
    pub(crate) async fn answered(&self, purpose: &'static str) {
        self.state.lock().await.calls.entry(purpose).or_default().1 += 1;
    }

    /// Calls that were made today: by purpose, and how many of them failed.
    pub(crate) async fn calls(&self) -> BTreeMap<&'static str, (u32, u32)> {
        let calls = &self.state.lock().await.calls;
        let failed = |(calls, answered): &(u32, u32)| (*calls, calls.saturating_sub(*answered));
        calls.iter().map(|(purpose, counts)| (*purpose, failed(counts))).collect()
    }

    /// Counts a call, which is of a daily quota or of none.
    async fn pass_one(&self, purpose: &'static str, quota: Option<Product>) -> Result<(), Trouble> {
        let mut state = self.state.lock().await;
        state.hold().await?;
        let now = self.now();
        let day = now.utc_midnight();
        if state.day != Some(day) {
            self.close_day(&mut state).await?;
            state.day = Some(day);
        }
        if let Some(product) = quota {
            let Block { reserved, spent } = state.blocks[product as usize];
            if spent == reserved {
                let reserved = reserved + BLOCK;
                let mut batch = Batch::new(&self.account, now);
                batch.reservation(&self.reservation(day, product, reserved, None));
                // Calls by purpose are told as often.
                self.tell_calls(&mut batch, day, &state);
                self.keep(batch).await?;
                state.blocks[product as usize].reserved = reserved;
            }
            state.blocks[product as usize].spent += 1;
        }
        state.calls.entry(purpose).or_default().0 += 1;
        Ok(())
    }

    /// Writes what was spent of a day that is over, and begins to count anew.
    async fn close_day(&self, state: &mut State) -> Result<(), Trouble> {
        if let Some(day) = state.day.take() {
            let mut batch = Batch::new(&self.account, self.now());
            for (product, block) in Product::ALL.into_iter().zip(state.blocks) {
                let Block { reserved, spent } = block;
                if reserved > 0 {
                    batch.reservation(&self.reservation(day, product, reserved, Some(spent)));
                }
            }
            self.tell_calls(&mut batch, day, state);
            self.keep(batch).await?;
        }
        state.blocks = Default::default();
        state.calls.clear();
        Ok(())
    }

    fn reservation(
        &self,
        day: Timestamp,
        product: Product,
        reserved: u32,
        spent: Option<u32>,
    ) -> Reservation {
        let pool = quota::pool(product).to_owned();
        Reservation { day, pool, run: self.run.clone(), reserved, spent }
    }

    fn tell_calls(&self, batch: &mut Batch, day: Timestamp, state: &State) {
        for (purpose, &(calls, answered)) in &state.calls {
            batch.calls(&CallCount {
                day,
                run: self.run.clone(),
                purpose: (*purpose).to_owned(),
                calls,
                failed: calls.saturating_sub(answered),
            });
        }
    }

    async fn keep(&self, batch: Batch) -> Result<(), Trouble> {
        self.keeper.keep(batch).await.map_err(Trouble::Store)
    }

    /// Writes what was spent, and gives the account back.
    pub(crate) async fn end(&self) -> Result<(), Trouble> {
        let mut state = self.state.lock().await;
        state.hold().await?;
        self.close_day(&mut state).await?;
        match state.lease.take() {
            Some(lease) => lease.end().await.map_err(|error| Trouble::Store(Arc::new(error))),
            None => Ok(()),
        }
    }
}

impl State {
    async fn hold(&mut self) -> Result<(), Trouble> {
        if let Some(trouble) = &self.trouble {
            return Err(trouble.clone());
        }
        let held = match &mut self.lease {
            Some(lease) => lease.hold().await,
            None => Ok(false),
        };
        let trouble = match held {
            Ok(true) => return Ok(()),
            Ok(false) => Trouble::Lost,
            Err(error) => Trouble::Store(Arc::new(error)),
        };
        self.trouble = Some(trouble.clone());
        Err(trouble)
    }
}

impl Gate for Meter {
    fn pass<'g>(&'g self, request: &'g Request) -> BoxFuture<'g, bool> {
        Box::pin(async move {
            let is_live = request.parameter("type") == Some("live");
            let purpose = match purpose(request.operation()) {
                "reports" if is_live => "live",
                purpose => purpose,
            };
            match self.pass_one(purpose, quota_of(request)).await {
                Ok(()) => true,
                Err(trouble) => {
                    self.state.lock().await.trouble.get_or_insert(trouble);
                    false
                }
            }
        })
    }
}

/// Which daily quota a call counts towards.
///
/// **Source**: Zoom's API documentation, "Rate limits": heavy and resource-intensive calls share a day's pool, in
/// the plans that have the dashboard or Zoom Phone.
fn quota_of(request: &Request) -> Option<Product> {
    let is_counted = matches!(request.operation().label, Label::Heavy | Label::ResourceIntensive);
    is_counted.then(|| request.product())
}

/// What a call is for, as `system.requests` names it.
pub(crate) fn purpose(operation: &Operation) -> &'static str {
    match operation.name {
        "list_meetings" | "list_webinars" => "lists",
        "list_meeting_participants" | "list_webinar_participants" => "participants",
        "list_meeting_participants_qos"
        | "list_webinar_participants_qos"
        | "get_meeting_participant_qos"
        | "get_webinar_participant_qos" => "reports",
        "list_past_calls" => "phone-lists",
        "get_call_qos" => "phone-reports",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use zqos_core::ManualClock;
    use zqos_store::{Known, Store};

    use super::*;

    const ACCOUNT: &str = "default";

    fn day() -> Timestamp {
        "2026-11-20T00:00:00Z".parse().unwrap()
    }

    struct World {
        dir: tempfile::TempDir,
        clock: Arc<ManualClock>,
        keeper: Keeper,
        meter: Meter,
    }

    impl World {
        async fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let clock = Arc::new(ManualClock::new("2026-11-20T23:59:50Z".parse().unwrap()));
            let store = Store::open(dir.path(), Arc::<ManualClock>::clone(&clock)).await.unwrap();
            let lease = store.lease_of(ACCOUNT).await.unwrap().unwrap();
            let (keeper, _) = Keeper::start(store);
            let meter = Meter::new(ACCOUNT, lease, keeper.clone());
            meter.go_by(Arc::<ManualClock>::clone(&clock));
            Self { dir, clock, keeper, meter }
        }

        /// What was reserved and spent, of this day and the next.
        async fn ledger(&self) -> Vec<(u32, Option<u32>)> {
            let next = day().next_utc_midnight();
            let known = Known::read(self.dir.path(), ACCOUNT, day(), next).await.unwrap();
            let mut rows = known.reservations;
            rows.sort_by_key(|row| row.day);
            rows.into_iter().map(|row| (row.reserved, row.spent)).collect()
        }

        async fn pass(&self, times: u32) {
            for _ in 0..times {
                self.meter.pass_one("reports", Some(Product::Meetings)).await.unwrap();
            }
        }
    }

    #[tokio::test]
    async fn calls_are_reserved_before_they_are_made_and_days_are_counted_apart() {
        let world = World::new().await;
        world.pass(1).await;
        assert_eq!(world.ledger().await, [(BLOCK, None)]);
        world.pass(BLOCK).await;
        assert_eq!(world.ledger().await, [(2 * BLOCK, None)]);
        world.clock.advance(Duration::from_secs(10));
        world.pass(3).await;
        assert_eq!(world.ledger().await, [(2 * BLOCK, Some(BLOCK + 1)), (BLOCK, None)]);
        world.meter.answered("reports").await;
        assert_eq!(world.meter.calls().await, BTreeMap::from([("reports", (3, 2))]));
        world.meter.end().await.unwrap();
        assert_eq!(world.ledger().await, [(2 * BLOCK, Some(BLOCK + 1)), (BLOCK, Some(3))]);
    }

    #[tokio::test]
    async fn phone_calls_are_counted_apart_and_light_ones_by_purpose_alone() {
        let world = World::new().await;
        let get = |path: &str| Request::get(path).unwrap();
        for path in ["/phone/metrics/past_calls", "/phone/metrics/call_logs/1/qos"] {
            assert!(world.meter.pass(&get(path)).await);
        }
        let (lists, reports) = (("phone-lists", (1, 1)), ("phone-reports", (1, 1)));
        assert_eq!(world.meter.calls().await, BTreeMap::from([lists, reports]));
        world.pass(2).await;
        world.meter.end().await.unwrap();
        let known = Known::read(world.dir.path(), ACCOUNT, day(), day()).await.unwrap();
        let used = Product::ALL
            .map(|product| quota::used(known.reservations.iter(), product, world.clock.now()));
        assert_eq!(used, [2, 1]);
        let calls: u32 = known.calls.iter().map(|count| count.calls).sum();
        assert_eq!(calls, 4);
    }

    #[tokio::test]
    async fn who_stood_still_while_another_took_over_makes_no_call() {
        let world = World::new().await;
        world.pass(1).await;
        world.clock.advance(Duration::from_mins(10));
        let clock = Arc::<ManualClock>::clone(&world.clock);
        let other = Store::open(world.dir.path(), clock).await.unwrap();
        let lease = other.lease_of(ACCOUNT).await.unwrap();
        assert!(lease.is_some(), "its minute is over");
        let request = Request::get("/metrics/meetings").unwrap();
        assert!(!world.meter.pass(&request).await);
        assert!(matches!(world.meter.trouble().await, Some(Trouble::Lost)));
        assert!(world.meter.holds().await.is_err(), "nothing is written either");
        // It does not come to life again when the other one ends.
        lease.unwrap().end().await.unwrap();
        assert!(!world.meter.pass(&request).await);
    }

    #[tokio::test]
    async fn who_stood_still_while_another_came_and_went_makes_no_call() {
        let world = World::new().await;
        world.pass(1).await;
        world.clock.advance(Duration::from_mins(10));
        let clock = Arc::<ManualClock>::clone(&world.clock);
        let other = Store::open(world.dir.path(), clock).await.unwrap();
        other.lease_of(ACCOUNT).await.unwrap().unwrap().end().await.unwrap();
        assert!(!world.meter.pass(&Request::get("/metrics/meetings").unwrap()).await);
        assert!(matches!(world.meter.trouble().await, Some(Trouble::Lost)));
        assert!(other.lease_of(ACCOUNT).await.unwrap().is_some(), "it is nobody's");
    }

    #[tokio::test]
    async fn who_stood_still_and_was_not_missed_goes_on() {
        let world = World::new().await;
        world.pass(1).await;
        world.clock.advance(Duration::from_mins(10));
        world.pass(1).await;
        // The last batch is durable before its sender is told.
        drop(world.keeper);
        assert!(world.meter.trouble().await.is_none());
    }
}
