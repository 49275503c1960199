//! What may keep a call from being sent, beside limits.

use std::fmt;

use zoom_wire::Request;

use crate::transport::BoxFuture;

/// Asked before a call is sent, and before it is sent again. Whoever shares an account with others counts
/// calls here, or holds them back while it is not their turn. Requests for tokens are not asked for.
pub trait Gate: fmt::Debug + Send + Sync {
    /// Lets a call pass, perhaps after a while. A call that gets `false` is not sent, and fails with
    /// [`ErrorKind::HeldBack`](crate::ErrorKind::HeldBack).
    ///
    /// **Cancel safety**: the future may be dropped; then the call is not sent.
    fn pass<'g>(&'g self, request: &'g Request) -> BoxFuture<'g, bool>;
}
