#![doc = include_str!("../README.md")]

mod collector;
mod keeper;
mod live;
mod meter;
mod owed;
mod phone;
mod plan;
mod progress;
mod pushed;
mod quota;
mod status;
mod tally;

pub use collector::{CollectError, Collector, Ended, Settings};
pub use keeper::Keeper;
pub use live::{ByTrouble, LiveMeeting, Ranking};
pub use meter::Meter;
pub use owed::{FINAL_AFTER, READY_AFTER, RETRIED_FOR, parts};
pub use phone::{PhonePlan, PhoneStatus};
pub use plan::{Plan, Terms};
pub use progress::{Progress, Stage};
pub use pushed::Savings;
pub use quota::Quota;
pub use status::{Hole, Status};
pub use tally::Why;
