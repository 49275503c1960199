#![doc = include_str!("../README.md")]

mod client;
mod clock;

mod builder;
mod call;
mod credential;
mod token;

mod answer;
mod page;

mod socket;

mod gate;
mod limit;
mod retry;

mod error;
pub mod transport;

pub use answer::{Answer, RawAnswer};
pub use builder::{ClientBuilder, Timeouts};
pub use client::Client;
pub use credential::Credential;
pub use error::{
    ConfigError, EndlessPages, Error, ErrorKind, FailedResponse, SentRequest, TimeoutPhase,
};
pub use gate::Gate;
pub use limit::{DailyQuota, LabelQuota, Limits, Plan, Pool, Quota};
pub use page::{PageAnswer, PageStream, Pages, RawPageAnswer, RawPages, RowOf};
pub use retry::RetryPolicy;
pub use socket::{Events, News, PushedEvent, Subscription};
pub use token::{ApiUrl, TokenInfo};
pub use transport::Transport;

/// Secrets that `Debug` does not show, for [`Credential`].
pub use secrecy;

/// The target of every event that this crate traces.
const TARGET: &str = "zoom_dashboard";
