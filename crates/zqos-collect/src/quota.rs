//! The daily quotas of an account, by our count.

use zoom_dashboard::Plan;
use zoom_wire::rate_limit::{Label, Product};
use zqos_core::{Reservation, Timestamp};
use zqos_store::Known;

/// Which of the account's daily quotas calls of a product count towards, as `system.quota_ledger` names it.
pub(crate) const fn pool(product: Product) -> &'static str {
    match product {
        Product::Meetings => "dashboard",
        Product::Phone => "phone",
    }
}

/// A daily quota of an account, and what is used of it on a UTC day, by our count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quota {
    /// The plan's daily limit.
    pub limit: u32,
    /// Calls that are left to the account's other apps.
    pub spared: u32,
    /// Calls that are counted.
    pub used: u32,
}

impl Quota {
    /// That for calls of a product, of an account that leaves `spared_pct` hundredths to others, on the UTC
    /// day of `now`, of which `known` is what the store has.
    pub fn of(known: &Known, product: Product, now: Timestamp, plan: Plan, spared_pct: u8) -> Self {
        let daily = plan.limits_of(product, Label::Heavy).daily;
        let limit = daily.map_or(u32::MAX, |(_, limit)| limit);
        let spared = u64::from(limit) * u64::from(spared_pct.min(100)) / 100;
        Self {
            limit,
            spared: u32::try_from(spared).unwrap_or(limit),
            used: used(known.reservations.iter(), product, now),
        }
    }

    /// False where there is no daily limit, and `limit` is the greatest number that there is.
    pub const fn is_limited(&self) -> bool {
        self.limit < u32::MAX
    }

    /// Calls of a day that are not left to others.
    pub const fn of_a_day(&self) -> u32 {
        self.limit.saturating_sub(self.spared)
    }

    /// Calls that may be made still.
    pub const fn left(&self) -> u32 {
        self.of_a_day().saturating_sub(self.used)
    }
}

/// Calls of a product on the UTC day of `now` that are counted. Of a run that has not said what it made, all that it
/// reserved.
pub(crate) fn used<'r>(
    rows: impl Iterator<Item = &'r Reservation>,
    product: Product,
    now: Timestamp,
) -> u32 {
    let day = now.utc_midnight();
    let of_day = rows.filter(|row| row.day == day && row.pool == pool(product));
    of_day.map(|row| row.spent.unwrap_or(row.reserved)).sum()
}
