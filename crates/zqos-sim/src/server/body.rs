//! Bodies as they go out: all at once, with pauses, or not to their end.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use tokio::time::{Interval, interval};

/// In how many parts a slow body goes out, and what passes between two of them: four seconds in all,
/// which is longer than a hasty client waits for the next part, and less than a patient one.
const PARTS: usize = 16;
const PAUSE: Duration = Duration::from_millis(250);

/// A body on its way.
#[derive(Debug)]
pub(super) struct Body {
    rest: Bytes,
    /// How many bytes are promised, and will never come.
    missing: usize,
    /// How many bytes go out at once.
    part: usize,
    pauses: Option<Interval>,
    /// It has let go out what there was, before it ends too early.
    has_yielded: bool,
}

/// The connection ends before its body does.
#[derive(Debug, thiserror::Error)]
#[error("the body is cut")]
pub(super) struct Cut;

impl Body {
    /// One that arrives at once.
    pub(super) fn whole(body: Vec<u8>) -> Self {
        let rest = body.into();
        Self { rest, missing: 0, part: usize::MAX, pauses: None, has_yielded: false }
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
        Self { missing, ..Self::whole(body) }
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
        if part > 0 {
            return Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(part)))));
        }
        if self.missing == 0 {
            return Poll::Ready(None);
        }
        // An error at once would end the connection with its half still in a buffer.
        if !mem::replace(&mut self.has_yielded, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(Cut)))
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
