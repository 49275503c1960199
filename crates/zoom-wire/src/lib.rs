#![doc = include_str!("../README.md")]

pub mod operation;
pub mod rate_limit;
pub mod request;

pub mod answer;
pub mod error;

pub mod field;
pub mod row;
pub mod spelling;
pub mod value;

pub mod meeting;
pub mod participant;
pub mod phone;
pub mod qos;
pub mod quality;
pub mod record;
pub mod satisfaction;
pub mod sharing;
pub mod summary;

pub mod document;
pub mod event;
pub mod privacy;
pub mod socket;
pub mod webhook;

#[doc(hidden)]
pub mod check;
mod object;

pub use answer::{DecodeError, Endpoint, ForAccount, Listing, Page, RawPage, decode};
pub use error::{ApiError, ApiErrorKind};
pub use operation::Operation;
pub use request::{Kind, Range, Request, RequestError, When};
pub use row::{InvalidRow, Row, Rows};
