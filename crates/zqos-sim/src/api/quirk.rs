//! Oddities that clients of Zoom have met.

/// A way in which answers differ from what is documented.
///
/// **Source**: what clients report from production.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quirk {
    /// Refusals with HTTP 400 and 404 come as HTTP 200, with Zoom's code in the body.
    ErrorsUnder200,
    /// A missing scope is told in its older form: code 104, and a body that is no JSON because it
    /// quotes the scopes without escapes.
    MisquotedErrors,
    /// The ids of meetings are texts.
    TextIds,
    /// A live report has the last whole minute alone, and nothing when nothing was sent or received
    /// in it.
    LatestMinute,
}
