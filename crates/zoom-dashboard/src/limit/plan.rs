//! The limits of each plan, as Zoom documents them.

use std::fmt;
use std::time::Duration;

use zoom_wire::rate_limit::{Label, Product};

/// The plan of the account, which decides its limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Plan {
    /// Free.
    Free,
    /// Pro.
    Pro,
    /// Business, Education, Enterprise, Partner: those that have the dashboard.
    #[default]
    Business,
    /// None of Zoom's: a server that has no limits, as a simulated Zoom or an archive may have none.
    /// What its answers tell of limits is obeyed all the same.
    Unlimited,
}

impl Plan {
    /// Every plan.
    pub const ALL: [Self; 4] = [Self::Free, Self::Pro, Self::Business, Self::Unlimited];

    /// The limits of a label under this plan, for all calls but those of Zoom Phone.
    ///
    /// **Source**: Zoom's API documentation, "Rate limits".
    pub const fn limits(self, label: Label) -> Limits {
        use Label::{Heavy, Light, Medium, ResourceIntensive};
        use Pool::{Own, Shared};

        match (self, label) {
            (Self::Free, Light) => second(4, Some((Own, 6_000))),
            (Self::Free, Medium) => second(2, Some((Own, 2_000))),
            (Self::Free, Heavy) => second(1, Some((Own, 1_000))),
            (Self::Free, ResourceIntensive) => minute(10, Some((Own, 30_000))),
            (Self::Pro, Light) => second(30, None),
            (Self::Pro, Medium) => second(20, None),
            (Self::Pro, Heavy) => second(10, Some((Shared, 30_000))),
            (Self::Pro, ResourceIntensive) => minute(10, Some((Shared, 30_000))),
            (Self::Business, Light) => second(80, None),
            (Self::Business, Medium) => second(60, None),
            (Self::Business, Heavy) => second(40, Some((Shared, 60_000))),
            (Self::Business, ResourceIntensive) => minute(20, Some((Shared, 60_000))),
            (Self::Unlimited, _) => second(u32::MAX, None),
        }
    }

    /// The limits of a label under this plan, for calls of a product. None counts towards those of
    /// another one.
    ///
    /// For Zoom Phone no limits of the plan Free are documented, as its licence needs another plan; those
    /// of Pro are taken, which are the lowest there are.
    ///
    /// **Source**: Zoom's API documentation, "Rate limits", and its part on Zoom Phone.
    pub const fn limits_of(self, product: Product, label: Label) -> Limits {
        use Label::{Heavy, Light, Medium, ResourceIntensive};
        use Pool::Shared;

        let (light, medium, heavy, day) = match (product, self) {
            (Product::Meetings, _) | (_, Self::Unlimited) => return self.limits(label),
            (_, Self::Free | Self::Pro) => (20, 10, 5, 15_000),
            (_, Self::Business) => (40, 20, 10, 30_000),
        };
        match label {
            Light => second(light, None),
            Medium => second(medium, None),
            Heavy => second(heavy, Some((Shared, day))),
            // As many in a minute as of heavy ones in a second.
            ResourceIntensive => minute(heavy, Some((Shared, day))),
        }
    }
}

const fn second(calls: u32, daily: Option<(Pool, u32)>) -> Limits {
    Limits { calls, window: Duration::from_secs(1), daily }
}

const fn minute(calls: u32, daily: Option<(Pool, u32)>) -> Limits {
    Limits { calls, window: Duration::from_mins(1), daily }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Free => "free",
            Self::Pro => "pro",
            Self::Business => "business",
            Self::Unlimited => "unlimited",
        })
    }
}

/// The limits of one label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Calls in any window.
    pub calls: u32,
    /// A second, or a minute for resource-intensive calls.
    pub window: Duration,
    /// Calls in a UTC day, and who counts towards them; `None` where there is no such limit.
    pub daily: Option<(Pool, u32)>,
}

/// Who counts towards a daily limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pool {
    /// The label alone.
    Own,
    /// Heavy and resource-intensive calls together.
    Shared,
}
