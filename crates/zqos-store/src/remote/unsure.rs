//! Objects in memory whose answers can be lost: for tests.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use tokio::sync::oneshot;

/// What becomes of a put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is done, and whoever asked hears nothing of it.
    AnswerLost,
    /// The same, and then the client sends it again, and passes on the answer to that.
    SentAgain,
    /// It is not done.
    Refused,
}

/// Objects in memory. Clones are the same objects.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unsure {
    inner: Arc<InMemory>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// How many puts there were.
    puts: usize,
    /// What becomes of puts, by their number.
    fault: Option<(usize, Fault)>,
    /// Reads fail too, until this many have.
    deaf: usize,
    /// Conditions of puts that are not looked at.
    ignored: Option<fn(&PutMode) -> bool>,
    gates: VecDeque<Gate>,
}

/// Stops the next put of an object with a name that contains something.
#[derive(Debug)]
struct Gate {
    name: &'static str,
    reached: oneshot::Sender<()>,
    open: oneshot::Receiver<()>,
}

impl Unsure {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Lets something become of the put after so many from now on.
    pub(crate) fn fail(&self, after: usize, fault: Fault) {
        let mut state = self.state();
        state.fault = Some((state.puts + after, fault));
    }

    /// Fails so many reads after a put that went wrong; returns how many were left to fail.
    pub(crate) fn stay_deaf(&self, reads: usize) -> usize {
        std::mem::replace(&mut self.state().deaf, reads)
    }

    /// Lets nothing become of any put; true when something was still to.
    pub(crate) fn forgive(&self) -> bool {
        self.state().fault.take().is_some()
    }

    /// Takes puts with conditions for puts without.
    pub(crate) fn ignore(&self, ignored: fn(&PutMode) -> bool) {
        self.state().ignored = Some(ignored);
    }

    /// Stops the next put of an object with a name that contains `name`: says when it is there, and goes
    /// on when it is told to.
    pub(crate) fn gate(&self, name: &'static str) -> (oneshot::Receiver<()>, oneshot::Sender<()>) {
        let ((reached, is_reached), (opens, open)) = (oneshot::channel(), oneshot::channel());
        self.state().gates.push_back(Gate { name, reached, open });
        (is_reached, opens)
    }

    fn fault(&self) -> Option<Fault> {
        let mut state = self.state();
        let number = state.puts;
        state.puts += 1;
        let (_, fault) = state.fault.take_if(|(at, _)| *at == number)?;
        Some(fault)
    }

    /// Fails when reads are to.
    fn hear(&self) -> Result<()> {
        let mut state = self.state();
        if state.deaf == 0 || state.fault.is_some() {
            return Ok(());
        }
        state.deaf -= 1;
        Err(lost())
    }
}

fn lost() -> Error {
    Error::Generic { store: "memory", source: "the answer is lost".into() }
}

impl fmt::Display for Unsure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("objects whose answers can be lost")
    }
}

#[async_trait]
impl ObjectStore for Unsure {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        mut options: PutOptions,
    ) -> Result<PutResult> {
        let gate = {
            let mut state = self.state();
            if state.ignored.is_some_and(|is_ignored| is_ignored(&options.mode)) {
                options.mode = PutMode::Overwrite;
            }
            let gates = &mut state.gates;
            let at = gates.iter().position(|gate| location.as_ref().contains(gate.name));
            at.and_then(|at| gates.remove(at))
        };
        if let Some(Gate { reached, open, .. }) = gate {
            reached.send(()).unwrap();
            open.await.unwrap();
        }
        let put = async || self.inner.put_opts(location, payload.clone(), options.clone()).await;
        match self.fault() {
            None => put().await,
            Some(Fault::AnswerLost) => put().await.and(Err(lost())),
            Some(Fault::SentAgain) => {
                drop(put().await);
                put().await
            }
            Some(Fault::Refused) => Err(lost()),
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.hear()?;
        self.inner.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.hear()?;
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.hear() {
            Ok(()) => self.inner.list(prefix),
            Err(error) => Box::pin(futures::stream::once(async { Err(error) })),
        }
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.hear() {
            Ok(()) => self.inner.list_with_offset(prefix, offset),
            Err(error) => Box::pin(futures::stream::once(async { Err(error) })),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.hear()?;
        self.inner.copy_opts(from, to, options).await
    }
}
