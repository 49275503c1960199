//! The words that every other part of zqos speaks: units, ids, time, streams and samples.
//!
//! Nothing here knows JSON, HTTP, storage or a runtime. Suggested reading order is the order of
//! the modules below.
//!
//! Two rules hold throughout. **Missing is `None`**, never zero: Zoom sends an empty string, a
//! dash, `0*0` or nothing at all for a stream that carried no traffic, and all of these arrive
//! here as an absent figure. **Units live in types** ([`Kbps`], [`Millis`], [`Percent`], …), so a
//! latency can't be added to a bitrate.

mod call;
mod clock;
mod coverage;
mod id;
mod kept;
mod record;
mod sample;
mod score;
mod settings;
mod stream;
mod summary;
mod text;
mod unit;

pub mod column;
pub mod rollup;
pub mod table;

pub use call::{PhoneCall, PhoneSample};
pub use clock::{Clock, ManualClock, SystemClock, Timestamp, TimestampError};
pub use coverage::{CallCount, Coverage, Listing, PushAlarm, PushConnection, Reservation};
pub use id::{EmptyMeetingId, MeetingId, MeetingNumber, MeetingUuid, ParticipantId};
pub use kept::TextKind;
pub use record::{Meeting, Participant};
pub use sample::{DeviceSample, Figures, Origin, StreamSample};
pub use score::{Span, ZoomScore};
pub use settings::{Endpoint, SettingsChange};
pub use stream::{Leg, Medium, Stream, StreamName};
pub use summary::{Spread, Summary, SummaryFigures};
pub use text::Shown;
pub use unit::{Dbm, Fps, Kbps, Millis, OutOfRange, Percent, Pressure, Resolution};
