//! Files that several machines see: objects, for whoever waits for them.
//!
//! Who merges files reads them in small parts and in turns; each part would be a request of its own. So a
//! file is fetched whole when it is opened, into a file without a name on the disk of the logs.

#[cfg(test)]
pub(crate) mod unsure;

use std::fs;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};

use futures::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt as _, PutMode, PutPayload, UpdateVersion};
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::checksum;
use crate::disk::{Entry, Site};
use crate::home::{Content, DELTA_LOG, Files, Stamp};
use crate::layout::{self, LayoutError};
use crate::reserve::Reserve;
use crate::store::StoreError;

/// What objects are called that are put to see what becomes of them.
const PROBE: &str = ".probe-";

/// The objects of a store.
#[derive(Debug)]
pub(crate) struct Remote {
    objects: Arc<dyn ObjectStore>,
    worker: Arc<Worker>,
    scratch: Arc<Scratch>,
}

impl Remote {
    /// Objects, which `worker` waits for. What is read of them is fetched to a folder.
    pub(crate) fn new(
        objects: Arc<dyn ObjectStore>,
        worker: Arc<Worker>,
        scratch: PathBuf,
    ) -> Self {
        let scratch = Arc::new(Scratch { dir: scratch, state: Mutex::default() });
        Self { objects, worker, scratch }
    }

    /// Sees whether what must not be replaced is not.
    ///
    /// **Errors**: [`StoreError::Unconditional`] when it is: then writers would lose what others wrote.
    pub(crate) fn probe(&self) -> Result<(), StoreError> {
        let path = format!("{PROBE}{:016x}", rand::random::<u64>());
        let put = |mode| self.put(&path, b"probe", mode);
        let other = UpdateVersion { e_tag: Some("\"0\"".to_owned()), version: None };
        // The first may be refused: when its answer was lost, it was sent again.
        let outcomes = put(PutMode::Create).and_then(|_| {
            let again = put(PutMode::Create)?;
            Ok([(again, "If-None-Match"), (put(PutMode::Update(other))?, "If-Match")])
        });
        // It is in nobody's way.
        drop(self.remove(&path));
        let taken = outcomes.map_err(StoreError::Folder)?.into_iter().find(|(is_put, _)| *is_put);
        taken.map_or(Ok(()), |(_, header)| Err(StoreError::Unconditional(header)))
    }

    fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = io::Result<T>> + Send + 'static,
    ) -> io::Result<T> {
        // A service's errors say what their sources say.
        self.worker.wait(work).map_err(|error| io::Error::new(error.kind(), error.to_string()))
    }

    fn put(&self, path: &str, content: &[u8], mode: PutMode) -> io::Result<bool> {
        let (objects, path) = (Arc::clone(&self.objects), Path::from(path));
        let content = PutPayload::from(content.to_vec());
        self.wait(async move {
            match objects.put_opts(&path, content, mode.into()).await {
                Err(error) if is_refusal(&error) => Ok(false),
                outcome => Ok(outcome.map(|_| true)?),
            }
        })
    }
}

/// True when something else is in the place.
const fn is_refusal(error: &Error) -> bool {
    matches!(error, Error::AlreadyExists { .. } | Error::Precondition { .. })
}

impl Files for Remote {
    fn objects(&self, _: &str) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.objects)
    }

    fn objects_with(&self, writer: &str, _: &Arc<Reserve>) -> Arc<dyn ObjectStore> {
        // No room of this machine is needed.
        self.objects(writer)
    }

    fn look(&self) -> Result<bool, LayoutError> {
        match self.read_all(layout::FILE) {
            Ok(text) => return layout::read(&text).map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(LayoutError::Io(error)),
        }
        let objects = Arc::clone(&self.objects);
        let other = self.wait(async move {
            let mut all = objects.list(None).map_ok(|object| object.location.to_string());
            while let Some(name) = all.try_next().await? {
                if !name.starts_with(PROBE) {
                    return Ok(Some(name));
                }
            }
            Ok(None)
        });
        other
            .map_err(LayoutError::Io)?
            .map_or(Ok(false), |other| Err(layout::foreign("prefix", &other)))
    }

    fn prepare(&self) -> Result<(), LayoutError> {
        let content = layout::content();
        if self.look()? || self.create(layout::FILE, content.as_bytes()).map_err(LayoutError::Io)? {
            return Ok(());
        }
        // Another program made it just now.
        self.look().map(drop)
    }

    fn open(&self, path: &str) -> io::Result<Arc<dyn Content>> {
        let (objects, path) = (Arc::clone(&self.objects), Path::from(path));
        let scratch = Arc::clone(&self.scratch);
        self.wait(async move {
            let found = objects.get(&path).await?;
            let fetched = Scratch::reserve(&scratch, found.meta.size)?;
            let mut chunks = found.into_stream();
            let mut place = 0;
            while let Some(chunk) = chunks.next().await.transpose()? {
                fetched.write(place, &chunk)?;
                place += chunk.len() as u64;
            }
            if place != fetched.len {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Ok(Arc::new(fetched) as Arc<dyn Content>)
        })
    }

    fn read_all(&self, path: &str) -> io::Result<Vec<u8>> {
        let (objects, path) = (Arc::clone(&self.objects), Path::from(path));
        self.wait(async move { Ok(objects.get(&path).await?.bytes().await?.into()) })
    }

    fn stamp(&self, path: &str) -> io::Result<Stamp> {
        let (objects, path) = (Arc::clone(&self.objects), Path::from(path));
        self.wait(async move {
            let meta = objects.head(&path).await?;
            Ok(Stamp { len: meta.size, modified: meta.last_modified.into(), tag: meta.e_tag })
        })
    }

    fn create(&self, path: &str, content: &[u8]) -> io::Result<bool> {
        self.put(path, content, PutMode::Create)
    }

    fn replace(&self, path: &str, content: &[u8], was: Option<&Stamp>) -> io::Result<bool> {
        let mode = was.map_or(PutMode::Create, |was| {
            PutMode::Update(UpdateVersion { e_tag: was.tag.clone(), version: None })
        });
        self.put(path, content, mode)
    }

    fn of_table(&self, folder: &str) -> io::Result<Vec<(String, Entry)>> {
        let (objects, folder) = (Arc::clone(&self.objects), Path::from(folder));
        self.wait(async move {
            let mut files = Vec::new();
            let mut all = objects.list(Some(&folder));
            while let Some(meta) = all.try_next().await? {
                let Some(below) = meta.location.prefix_match(&folder) else { continue };
                let below: Vec<_> = below.map(|part| part.as_ref().to_owned()).collect();
                if let [day, name] = &below[..]
                    && day != DELTA_LOG
                {
                    let modified = meta.last_modified.into();
                    let entry =
                        Entry { name: name.clone(), len: meta.size, is_dir: false, modified };
                    files.push((format!("{day}/{name}"), entry));
                }
            }
            Ok(files)
        })
    }

    fn of_log(&self, dir: &str) -> io::Result<Vec<String>> {
        let (objects, dir) = (Arc::clone(&self.objects), Path::from(dir));
        self.wait(async move {
            let listed = objects.list_with_delimiter(Some(&dir)).await?.objects.into_iter();
            Ok(listed.filter_map(|meta| meta.location.filename().map(str::to_owned)).collect())
        })
    }

    fn check_log(&self, path: &str) -> io::Result<()> {
        // Whoever keeps the objects sees to it that they are what was put.
        checksum::check_form(path, &self.read_all(path)?)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let (objects, path) = (Arc::clone(&self.objects), Path::from(path));
        self.wait(async move { Ok(objects.delete(&path).await?) })
    }

    fn sync_dir_for(&self, _: &str, _: Site) -> io::Result<()> {
        // Whatever was put is durable.
        Ok(())
    }
}

/// A thread that waits, so that those can who have no runtime, or whose runtime they stop by waiting.
#[derive(Debug)]
pub(crate) struct Worker {
    handle: Handle,
    /// The thread ends when this is dropped.
    _end: oneshot::Sender<()>,
}

impl Worker {
    pub(crate) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (end, ended) = oneshot::channel();
        std::thread::Builder::new()
            .name("zqos-objects".to_owned())
            .spawn(move || runtime.block_on(async move { drop(ended.await) }))?;
        Ok(Self { handle, _end: end })
    }

    /// Where the thread's work can be given in.
    pub(crate) const fn handle(&self) -> &Handle {
        &self.handle
    }

    fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = io::Result<T>> + Send + 'static,
    ) -> io::Result<T> {
        let (sender, outcome) = mpsc::sync_channel(1);
        self.handle.spawn(async move {
            // Whoever asked waits.
            drop(sender.send(work.await));
        });
        outcome.recv().map_err(io::Error::other)?
    }
}

/// A file without a name, in which whatever is fetched has a place until it is not read any more.
#[derive(Debug)]
struct Scratch {
    dir: PathBuf,
    state: Mutex<Option<Taken>>,
}

#[derive(Debug)]
struct Taken {
    file: fs::File,
    end: u64,
    readers: usize,
}

impl Scratch {
    fn state(&self) -> MutexGuard<'_, Option<Taken>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reserve(this: &Arc<Self>, len: u64) -> io::Result<Fetched> {
        let mut state = this.state();
        let taken = match &mut *state {
            Some(taken) => taken,
            none => {
                let file = tempfile::tempfile_in(&this.dir)?;
                none.insert(Taken { file, end: 0, readers: 0 })
            }
        };
        let start = taken.end;
        taken.end += len;
        taken.readers += 1;
        Ok(Fetched { scratch: Arc::clone(this), start, len })
    }
}

/// An object that was fetched.
#[derive(Debug)]
struct Fetched {
    scratch: Arc<Scratch>,
    start: u64,
    len: u64,
}

impl Fetched {
    fn write(&self, place: u64, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.scratch.state();
        let Taken { file, .. } = state.as_mut().expect("it has a reader");
        file.seek(SeekFrom::Start(self.start + place))?;
        file.write_all(bytes)
    }
}

impl Content for Fetched {
    fn len(&self) -> u64 {
        self.len
    }

    fn read(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        if range.end > self.len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let len = usize::try_from(range.end.saturating_sub(range.start));
        let mut bytes = vec![0; len.map_err(io::Error::other)?];
        let mut state = self.scratch.state();
        let Taken { file, .. } = state.as_mut().expect("it has a reader");
        file.seek(SeekFrom::Start(self.start + range.start))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

impl Drop for Fetched {
    fn drop(&mut self) {
        let mut state = self.scratch.state();
        if let Some(taken) = &mut *state {
            taken.readers -= 1;
            if taken.readers == 0 {
                // The file goes with it.
                *state = None;
            }
        }
    }
}
