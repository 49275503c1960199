//! Who is connected and asks for nothing, so that there is room for whoever asks.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use tokio::sync::Notify;

/// All who are connected.
#[derive(Debug, Default)]
pub(crate) struct Crowd(Mutex<Waiting>);

/// Those who ask for nothing at the moment, by when that began.
#[derive(Debug, Default)]
struct Waiting {
    guests: BTreeMap<u64, Arc<Notify>>,
    next: u64,
}

/// Somebody who is connected.
#[derive(Debug)]
pub(crate) struct Guest {
    crowd: Arc<Crowd>,
    /// Told when somebody else needs the place.
    pub(crate) sent_away: Arc<Notify>,
    /// The place among those who ask for nothing.
    place: Mutex<Option<u64>>,
}

/// A guest who asks; once it is dropped the guest asks no more.
struct Asking(Arc<Guest>);

/// The body of an answer, and who asked.
pub(crate) struct Answered {
    body: Body,
    _asking: Option<Asking>,
}

/// Swapped and counted as a whole: it is never half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Crowd {
    /// Sends away who has asked for nothing for the longest time; false when all ask.
    pub(crate) fn send_one_away(&self) -> bool {
        let first = lock(&self.0).guests.pop_first();
        first.is_some_and(|(_, guest)| {
            guest.notify_one();
            true
        })
    }
}

impl Guest {
    /// Somebody new, who asks for nothing yet.
    pub(crate) fn new(crowd: &Arc<Crowd>) -> Arc<Self> {
        let guest =
            Self { crowd: Arc::clone(crowd), sent_away: Arc::default(), place: Mutex::default() };
        guest.wait();
        Arc::new(guest)
    }

    fn wait(&self) {
        let mut waiting = lock(&self.crowd.0);
        let place = waiting.next;
        waiting.next += 1;
        waiting.guests.insert(place, Arc::clone(&self.sent_away));
        *lock(&self.place) = Some(place);
    }

    /// True while an answer is under way.
    pub(crate) fn is_asking(&self) -> bool {
        lock(&self.place).is_none()
    }

    fn leave_place(&self) {
        if let Some(place) = lock(&self.place).take() {
            lock(&self.crowd.0).guests.remove(&place);
        }
    }

    /// Answers what the guest asks, who keeps the place until the last of the answer is gone.
    pub(crate) async fn answer<E>(
        self: Arc<Self>,
        answer: impl Future<Output = Result<axum::response::Response, E>>,
    ) -> Result<axum::http::Response<Answered>, E> {
        self.leave_place();
        let asking = Some(Asking(self));
        Ok(answer.await?.map(|body| Answered { body, _asking: asking }))
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.leave_place();
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.wait();
    }
}

impl HttpBody for Answered {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_sent_away(guest: &Guest) -> bool {
        let mut told = std::pin::pin!(guest.sent_away.notified());
        let mut context = Context::from_waker(std::task::Waker::noop());
        told.as_mut().poll(&mut context).is_ready()
    }

    #[tokio::test]
    async fn who_has_asked_for_nothing_for_longest_goes_first() {
        let crowd = Arc::<Crowd>::default();
        let [first, second, third] = [(); 3].map(|()| Guest::new(&crowd));
        // The first asks and is answered: now it is the last.
        let answer = async { Ok::<_, ()>(axum::response::Response::new(Body::from("text"))) };
        let answered = Arc::clone(&first).answer(answer).await.unwrap();
        assert_eq!(lock(&crowd.0).guests.len(), 2, "who asks has no place");
        drop(answered);
        assert!(crowd.send_one_away());
        assert!(is_sent_away(&second) && !is_sent_away(&third) && !is_sent_away(&first));
        drop(third);
        assert!(crowd.send_one_away() && is_sent_away(&first));
        assert!(!crowd.send_one_away(), "nobody is left");
    }
}
