//! Which answer belongs to which request.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, PoisonError},
};

use crate::{Recorded, Response};

/// The script of a server: the first route that fits a request answers it.
#[derive(Debug, Default)]
pub struct Routes(Vec<Route>);

#[derive(Debug)]
struct Route {
    method: String,
    matcher: Matcher,
    /// Locked for as long as it makes up an answer: a responder is asked by one connection at a
    /// time.
    responder: Mutex<Responder>,
}

impl Routes {
    /// A script without routes, which answers everything with 404.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a route; among those that fit, the one added first answers.
    #[must_use]
    pub fn on(
        mut self,
        method: &str,
        matcher: impl Into<Matcher>,
        responder: impl Into<Responder>,
    ) -> Self {
        self.0.push(Route {
            method: method.to_owned(),
            matcher: matcher.into(),
            responder: Mutex::new(responder.into()),
        });
        self
    }

    /// The scripted answer, or `None` when no route fits.
    pub(crate) fn answer(&self, request: &Recorded) -> Option<Response> {
        let route = self
            .0
            .iter()
            .find(|route| route.method == request.method && route.matcher.fits(request))?;
        // A responder that panicked has failed its test already; the others go on.
        let mut responder = route.responder.lock().unwrap_or_else(PoisonError::into_inner);
        Some(responder.answer(request))
    }
}

/// Says which requests a route is for; a string is [`Matcher::path`].
pub struct Matcher(Match);

enum Match {
    Path(String),
    Prefix(String),
    When(Box<dyn Fn(&Recorded) -> bool + Send + Sync>),
}

impl Matcher {
    /// Exactly this raw path, whatever the query.
    pub fn path(path: impl Into<String>) -> Self {
        Self(Match::Path(path.into()))
    }

    /// Every raw path that starts so, whatever the query.
    pub fn prefix(prefix: impl Into<String>) -> Self {
        Self(Match::Prefix(prefix.into()))
    }

    /// Every request of which `test` is true.
    pub fn when(test: impl Fn(&Recorded) -> bool + Send + Sync + 'static) -> Self {
        Self(Match::When(Box::new(test)))
    }

    fn fits(&self, request: &Recorded) -> bool {
        match &self.0 {
            Match::Path(path) => request.path() == path,
            Match::Prefix(prefix) => request.path().starts_with(prefix),
            Match::When(test) => test(request),
        }
    }
}

impl From<&str> for Matcher {
    fn from(path: &str) -> Self {
        Self::path(path)
    }
}

impl From<String> for Matcher {
    fn from(path: String) -> Self {
        Self::path(path)
    }
}

impl fmt::Debug for Matcher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Match::Path(path) => write!(formatter, "path {path:?}"),
            Match::Prefix(prefix) => write!(formatter, "prefix {prefix:?}"),
            Match::When(_) => formatter.write_str("when(..)"),
        }
    }
}

/// Makes up the answers of a route; a [`Response`] is repeated for ever, a list of them is
/// [`Responder::sequence`].
pub struct Responder(Respond);

enum Respond {
    /// Never empty; the last one stays.
    Sequence(VecDeque<Response>),
    With(Box<dyn FnMut(&Recorded) -> Response + Send>),
}

impl Responder {
    /// One answer after the other; the last one repeats.
    ///
    /// # Panics
    ///
    /// Without any answer.
    pub fn sequence(responses: impl IntoIterator<Item = Response>) -> Self {
        let responses: VecDeque<_> = responses.into_iter().collect();
        assert!(!responses.is_empty(), "a sequence needs at least one response");
        Self(Respond::Sequence(responses))
    }

    /// Whatever `respond` says. A panic in it closes the connection and comes up again when the
    /// server is dropped.
    pub fn with(respond: impl FnMut(&Recorded) -> Response + Send + 'static) -> Self {
        Self(Respond::With(Box::new(respond)))
    }

    fn answer(&mut self, request: &Recorded) -> Response {
        match &mut self.0 {
            Respond::Sequence(responses) => {
                let next = responses.pop_front().expect("a sequence keeps its last response");
                if responses.is_empty() {
                    responses.push_back(next.clone());
                }
                next
            }
            Respond::With(respond) => respond(request),
        }
    }
}

impl From<Response> for Responder {
    fn from(response: Response) -> Self {
        Self::sequence([response])
    }
}

impl From<Vec<Response>> for Responder {
    fn from(responses: Vec<Response>) -> Self {
        Self::sequence(responses)
    }
}

impl<const N: usize> From<[Response; N]> for Responder {
    fn from(responses: [Response; N]) -> Self {
        Self::sequence(responses)
    }
}

impl fmt::Debug for Responder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Respond::Sequence(responses) => formatter.debug_list().entries(responses).finish(),
            Respond::With(_) => formatter.write_str("with(..)"),
        }
    }
}
