//! Bodies as they go out: all at once, with pauses, or not to their end.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use tokio::time::{Interval, interval};

/// In how many parts a slow body goes out, and what passes between two of them: four seconds in all,
/// which is longer than a hasty client waits for the next part, and less than a patient one.
const PARTS: usize = 16;
const PAUSE: Duration = Duration::from_millis(250);
/// How long a body that is cut waits before the connection ends, so that its half arrives.
const LAST_PAUSE: Duration = Duration::from_millis(1);

/// A body on its way.
#[derive(Debug)]
pub(super) struct Body {
    rest: Bytes,
    /// How many bytes are promised, and will never come.
    missing: usize,
    /// How many bytes go out at once.
    part: usize,
    pauses: Option<Interval>,
}

/// The connection ends before its body does.
#[derive(Debug, thiserror::Error)]
#[error("the body is cut")]
pub(super) struct Cut;

impl Body {
    /// One that arrives at once.
    pub(super) fn whole(body: Vec<u8>) -> Self {
        Self { rest: body.into(), missing: 0, part: usize::MAX, pauses: None }
    }

    /// One that trickles.
    pub(super) fn slow(body: Vec<u8>) -> Self {
        let part = body.len().div_ceil(PARTS).max(1);
        Self { part, pauses: Some(interval(PAUSE)), ..Self::whole(body) }
    }

    /// One of which half arrives.
    pub(super) fn cut(mut body: Vec<u8>) -> Self {
        let missing = body.len().div_ceil(2);
        body.truncate(body.len() - missing);
        Self { missing, pauses: Some(interval(LAST_PAUSE)), ..Self::whole(body) }
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if let Some(pauses) = &mut self.pauses {
            ready!(pauses.poll_tick(context));
        }
        let part = self.part.min(self.rest.len());
        Poll::Ready(if part > 0 {
            Some(Ok(Frame::data(self.rest.split_to(part))))
        } else if self.missing > 0 {
            Some(Err(Cut))
        } else {
            None
        })
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.missing == 0
    }

    fn size_hint(&self) -> SizeHint {
        // What becomes `Content-Length`.
        let promised = self.rest.len() + self.missing;
        SizeHint::with_exact(promised.try_into().unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests;
