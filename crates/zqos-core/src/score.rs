//! What Zoom itself makes of the quality: its scores and its notices.

use std::fmt;

use crate::Timestamp;

/// What a row speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Span {
    /// One minute.
    Minute,
    /// From this moment on.
    Change,
    /// A whole join.
    Join,
}

impl Span {
    /// The name in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Change => "change",
            Self::Join => "join",
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A score or a notice.
///
/// **Missing**: `None` where Zoom sent nothing or an empty text.
#[derive(Debug, Clone, PartialEq)]
pub struct ZoomScore {
    /// The minute, at its start; for a whole join the moment in which Zoom told it.
    pub ts: Timestamp,
    /// What it speaks of.
    pub span: Span,
    /// What is scored, under Zoom's name: `audio_quality`, `notification`, …
    pub subject: String,
    /// `good`, `fair`, `poor` or `bad`, in Zoom's words.
    pub quality: Option<String>,
    /// From 1 to 5, as Zoom computes it; how is not published.
    pub quality_score: Option<f64>,
    /// What Zoom told the participant, in Zoom's words.
    pub notification: Option<String>,
}
