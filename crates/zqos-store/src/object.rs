//! The disk as an object store, for libraries that ask for one.
//!
//! The one that comes with the `object_store` crate never syncs, so what is put there may be gone
//! after a loss of power. Here, when a put returns, content and name are durable.

use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use object_store::path::Path;
use object_store::{
    Attributes, CopyMode, CopyOptions, Error, GetOptions, GetRange, GetResult, GetResultPayload,
    ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode, PutMultipartOptions, PutOptions,
    PutPayload, PutResult, Result,
};

use crate::checksum;
use crate::disk::{Disk, Entry, parent};
use crate::reserve::{Reserve, is_full};

/// What unfinished files begin with; they are never listed.
pub(crate) const UNFINISHED: &str = ".unfinished-";

/// A disk as an object store.
#[derive(Debug, Clone)]
pub(crate) struct DiskObjects {
    disk: Arc<dyn Disk>,
    /// Tells the unfinished files of this store from those of others, and from those that a crash
    /// left: the writer, and a number of its own.
    mark: String,
    /// Tells them from each other.
    count: Arc<AtomicU64>,
    /// What may be used when the disk is full.
    reserve: Option<Arc<Reserve>>,
    /// Folders that are known to be there, durably.
    dirs: Arc<Mutex<HashSet<String>>>,
}

impl fmt::Display for DiskObjects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store's folder")
    }
}

impl DiskObjects {
    /// The disk, on which `writer` writes.
    pub(crate) fn new(disk: Arc<dyn Disk>, writer: &str) -> Self {
        let mark = format!("{}-{:016x}", writer.replace('/', "-"), RandomState::new().hash_one(0));
        Self { disk, mark, count: Arc::default(), reserve: None, dirs: Arc::default() }
    }

    /// Gives what is put here the reserve, as far as that is lent.
    pub(crate) fn with_reserve(self, reserve: Arc<Reserve>) -> Self {
        Self { reserve: Some(reserve), ..self }
    }

    /// Runs something that waits for the disk where that stops nobody.
    async fn run<T: Send + 'static>(
        &self,
        location: &Path,
        work: impl FnOnce(&dyn Disk) -> io::Result<T> + Send + 'static,
    ) -> Result<T> {
        let disk = Arc::clone(&self.disk);
        let outcome = tokio::task::spawn_blocking(move || work(&*disk)).await;
        outcome
            .map_err(|source| Error::JoinError { source })?
            .map_err(|error| failure(location, error))
    }

    fn unfinished(&self, location: &Path) -> String {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let dir = parent(location.as_ref());
        let name = format!("{UNFINISHED}{}-{count}", self.mark);
        if dir.is_empty() { name } else { format!("{dir}/{name}") }
    }

    /// Lists files at a place and below it, with paths after one: nothing is asked about the others.
    fn walk(
        disk: &dyn Disk,
        dir: &str,
        after: &str,
        found: &mut Vec<ObjectMeta>,
    ) -> io::Result<()> {
        for name in disk.names(dir)? {
            let path = join(dir, &name);
            let may_hold_later = *path > *after || after.starts_with(&path);
            if !may_hold_later || name.starts_with(UNFINISHED) {
                continue;
            }
            match disk.describe(&path) {
                // Somebody removed it just now.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
                Ok(entry) if entry.is_dir => Self::walk(disk, &path, after, found)?,
                Ok(entry) if *path > *after => found.push(meta(&path, &entry)),
                Ok(_) => {}
            }
        }
        Ok(())
    }

    /// The files below a prefix with paths after one, in order.
    fn list_after(
        &self,
        prefix: Option<&Path>,
        after: String,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        let objects = self.clone();
        let prefix = prefix.cloned().unwrap_or_default();
        let found = async move {
            let dir = prefix.to_string();
            objects
                .run(&prefix, move |disk| {
                    let mut found = Vec::new();
                    Self::walk(disk, &dir, &after, &mut found)?;
                    found.sort_unstable_by(|one, other| one.location.cmp(&other.location));
                    Ok(found)
                })
                .await
        };
        stream::once(found)
            .flat_map(|found| match found {
                Ok(found) => stream::iter(found.into_iter().map(Ok)).boxed(),
                Err(error) => stream::once(async move { Err(error) }).boxed(),
            })
            .boxed()
    }
}

fn join(dir: &str, name: &str) -> String {
    if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") }
}

fn meta(path: &str, entry: &Entry) -> ObjectMeta {
    ObjectMeta {
        location: Path::from(path),
        last_modified: entry.modified.into(),
        size: entry.len,
        e_tag: None,
        version: None,
    }
}

fn failure(location: &Path, error: io::Error) -> Error {
    let path = location.to_string();
    match error.kind() {
        io::ErrorKind::NotFound => Error::NotFound { path, source: error.into() },
        io::ErrorKind::AlreadyExists => Error::AlreadyExists { path, source: error.into() },
        _ => Error::Generic { store: "disk", source: error.into() },
    }
}

#[async_trait]
impl ObjectStore for DiskObjects {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        if matches!(options.mode, PutMode::Update(_)) {
            return Err(Error::NotImplemented {
                operation: "put with an expected version".to_owned(),
                implementer: self.to_string(),
            });
        }
        let (path, unfinished) = (location.to_string(), self.unfinished(location));
        let (dirs, reserve) = (Arc::clone(&self.dirs), self.reserve.clone());
        let put = move |disk: &dyn Disk| {
            let dir = parent(&path);
            // Nothing but a set of names is held, which no panic can spoil.
            if !dirs.lock().unwrap_or_else(PoisonError::into_inner).contains(dir) {
                disk.create_dir(dir)?;
                dirs.lock().unwrap_or_else(PoisonError::into_inner).insert(dir.to_owned());
            }
            let content = payload.iter().flatten().copied().collect();
            let content = checksum::stamped(disk, &path, content)?;
            let mut file = disk.create(&unfinished)?;
            let written = file.write_all(&content).and_then(|()| file.sync()).and_then(|()| {
                match options.mode {
                    // Fails when the name is there: of two writers one wins.
                    PutMode::Create => disk.link(&unfinished, &path),
                    _ => disk.rename(&unfinished, &path),
                }
            });
            let is_renamed = written.is_ok() && options.mode == PutMode::Overwrite;
            if !is_renamed {
                // Nobody lists it, and it is in nobody's way.
                drop(disk.remove(&unfinished));
            }
            written?;
            disk.sync_dir(dir)
        };
        self.run(location, move |disk| match put(disk) {
            Err(error) if is_full(&error) && reserve.is_some_and(|it| it.release()) => put(disk),
            outcome => outcome,
        })
        .await?;
        Ok(PutResult { e_tag: None, version: None })
    }

    async fn put_multipart_opts(
        &self,
        _: &Path,
        _: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        Err(Error::NotImplemented {
            operation: "put in parts".to_owned(),
            implementer: self.to_string(),
        })
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let path = location.to_string();
        let (meta, range, bytes) = {
            let wanted = options.range.clone();
            let head = options.head;
            self.run(location, move |disk| {
                let entry = disk.describe(&path)?;
                if entry.is_dir {
                    return Err(io::ErrorKind::NotFound.into());
                }
                let range = absolute(wanted, entry.len)?;
                let bytes = if head { Vec::new() } else { disk.read(&path, range.clone())? };
                if bytes.len() as u64 == entry.len {
                    checksum::check(disk, &path, &bytes)?;
                }
                Ok((meta(&path, &entry), range, bytes))
            })
            .await?
        };
        options.check_preconditions(&meta)?;
        let payload =
            GetResultPayload::Stream(stream::once(async move { Ok(Bytes::from(bytes)) }).boxed());
        Ok(GetResult { payload, meta, range, attributes: Attributes::new() })
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let objects = self.clone();
        locations
            .then(move |location| {
                let objects = objects.clone();
                async move {
                    let location = location?;
                    let path = location.to_string();
                    objects
                        .run(&location, move |disk| {
                            disk.remove(&path)?;
                            disk.sync_dir(parent(&path))
                        })
                        .await?;
                    Ok(location)
                }
            })
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.list_after(prefix, String::new())
    }

    /// A table's log keeps each commit of a week, of which whoever opens it wants the last few.
    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        self.list_after(prefix, offset.to_string())
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let prefix = prefix.cloned().unwrap_or_default();
        let dir = prefix.to_string();
        self.run(&prefix, move |disk| {
            let (mut common_prefixes, mut objects) = (Vec::new(), Vec::new());
            for entry in disk.list(&dir)? {
                let path = join(&dir, &entry.name);
                if entry.is_dir {
                    common_prefixes.push(Path::from(path));
                } else if !entry.name.starts_with(UNFINISHED) {
                    objects.push(meta(&path, &entry));
                }
            }
            common_prefixes.sort_unstable();
            objects.sort_unstable_by(|one, other| one.location.cmp(&other.location));
            Ok(ListResult { common_prefixes, objects })
        })
        .await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let bytes = self.get_opts(from, GetOptions::new()).await?.bytes().await?;
        let mode = match options.mode {
            CopyMode::Create => PutMode::Create,
            CopyMode::Overwrite => PutMode::Overwrite,
        };
        self.put_opts(to, bytes.into(), mode.into()).await.map(drop)
    }
}

/// What part of a file of `len` bytes is wanted.
fn absolute(wanted: Option<GetRange>, len: u64) -> io::Result<Range<u64>> {
    match wanted {
        None => Ok(0..len),
        Some(range) => range
            .as_range(len)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error.to_string())),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use object_store::ObjectStoreExt as _;

    use super::*;
    use crate::disk::LocalDisk;
    use crate::disk::faulty::FaultyDisk;

    fn both() -> [(DiskObjects, Option<tempfile::TempDir>); 2] {
        let dir = tempfile::tempdir().unwrap();
        let local = DiskObjects::new(Arc::new(LocalDisk::create(dir.path()).unwrap()), "wal/000");
        [(local, Some(dir)), (DiskObjects::new(Arc::new(FaultyDisk::new(0)), "wal/000"), None)]
    }

    #[tokio::test]
    async fn what_is_put_is_there_and_of_two_creators_one_wins() {
        for (objects, _dir) in both() {
            let path = Path::from("a/b/one.json");
            let create = || PutOptions::from(PutMode::Create);
            objects.put_opts(&path, "first".into(), create()).await.unwrap();
            let error = objects.put_opts(&path, "second".into(), create()).await.unwrap_err();
            assert!(matches!(error, Error::AlreadyExists { .. }), "{error}");
            assert_eq!(objects.get(&path).await.unwrap().bytes().await.unwrap(), "first");
            objects.put(&path, "third".into()).await.unwrap();
            assert_eq!(objects.get_range(&path, 1..4).await.unwrap(), "hir");
            assert_eq!(objects.head(&path).await.unwrap().size, 5);
            let error = objects.get(&Path::from("a/b")).await.unwrap_err();
            assert!(matches!(error, Error::NotFound { .. }), "{error}");
            let names = async |prefix: &str| {
                let found: Vec<_> = objects.list(Some(&Path::from(prefix))).collect().await;
                found.into_iter().map(|meta| meta.unwrap().location.to_string()).collect::<Vec<_>>()
            };
            objects.put(&Path::from("a/two"), "".into()).await.unwrap();
            assert_eq!(names("a").await, ["a/b/one.json", "a/two"]);
            assert_eq!(names("nowhere").await, [""; 0]);
            let after = async |offset: &str| {
                let (all, offset) = (Path::from("a"), Path::from(offset));
                let found: Vec<_> = objects.list_with_offset(Some(&all), &offset).collect().await;
                found.into_iter().map(|meta| meta.unwrap().location.to_string()).collect::<Vec<_>>()
            };
            assert_eq!(after("a").await, ["a/b/one.json", "a/two"]);
            // A folder may come before a path, and what is in it after.
            assert_eq!(after("a/b.json").await, ["a/b/one.json", "a/two"]);
            assert_eq!(after("a/b/one.json").await, ["a/two"]);
            assert_eq!(after("a/two").await, [""; 0]);
            let listed = objects.list_with_delimiter(Some(&Path::from("a"))).await.unwrap();
            assert_eq!(listed.common_prefixes, [Path::from("a/b")]);
            assert_eq!(listed.objects.len(), 1);
            objects.delete(&path).await.unwrap();
            assert_eq!(names("a").await, ["a/two"]);
        }
    }

    /// Says whether what was put is there after a loss of power, and what was deleted is not.
    pub(crate) async fn outlives_a_loss_of_power(disk: &FaultyDisk) -> bool {
        let objects = DiskObjects::new(Arc::new(disk.clone()), "wal/000");
        let [one, two, gone] = ["a/b/one", "a/two", "a/gone"].map(Path::from);
        objects.put(&one, "first".into()).await.unwrap();
        objects.put_opts(&two, "second".into(), PutMode::Create.into()).await.unwrap();
        objects.put(&gone, "third".into()).await.unwrap();
        objects.delete(&gone).await.unwrap();
        disk.crash();
        let content = async |path| objects.get(path).await.ok()?.bytes().await.ok();
        content(&one).await.is_some_and(|content| content == "first")
            && content(&two).await.is_some_and(|content| content == "second")
            && content(&gone).await.is_none()
    }

    #[tokio::test]
    async fn what_was_put_outlives_a_loss_of_power() {
        for seed in 0..50 {
            assert!(outlives_a_loss_of_power(&FaultyDisk::new(seed)).await, "seed {seed}");
        }
    }

    #[tokio::test]
    async fn what_can_not_be_written_leaves_nothing_behind() {
        let disk = FaultyDisk::new(0);
        let objects = DiskObjects::new(Arc::new(disk.clone()), "wal/000");
        disk.limit_space(Some(3));
        assert!(objects.put(&Path::from("one"), "first".into()).await.is_err());
        assert!(disk.list("").unwrap().is_empty());
    }
}
