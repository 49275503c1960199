//! A disk in memory that loses what was not synced: for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::disk::{Disk, Entry, File, Lock, Site, parent};

/// What a disk writes at once: of a write that was not synced each of these is there or not.
const SECTOR: usize = 512;

/// A disk that can lose its power, and whose calls can fail. Clones are the same disk.
#[derive(Debug, Clone)]
pub(crate) struct FaultyDisk(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    unlocked: Condvar,
}

#[derive(Debug)]
struct State {
    random: StdRng,
    /// Folders and files; names point to them. The first is the root.
    nodes: Vec<Node>,
    /// Who holds which locks.
    locks: BTreeMap<String, u64>,
    locks_taken: u64,
    /// How many calls that change something succeed before all fail, as if the program had been
    /// killed; `None` when all succeed.
    changes_left: Option<u32>,
    /// How many syncs of folders succeed before one fails; `None` when all succeed.
    dir_syncs_left: Option<u32>,
    /// How many bytes fit; `None` when there is no end.
    capacity: Option<u64>,
    /// What it can't do.
    lack: Option<Lack>,
    /// Every sync that was asked for.
    met: BTreeSet<Site>,
    /// The one that does nothing, to see whether a test notices.
    ignored: Option<Site>,
    /// Grows with every crash: handles from before are dead.
    life: u32,
}

/// Something that a disk can't do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lack {
    /// Change anything.
    Writing,
    Links,
    /// A link takes a name from whoever has it.
    ExclusiveLinks,
    RenamingOver,
    DirSyncs,
    /// Whoever asks for a lock gets it.
    Locks,
}

#[derive(Debug, Clone)]
enum Node {
    File {
        content: Vec<u8>,
        /// So much of it is certain to be there after a loss of power.
        durable: usize,
        /// A sync of it failed: no later one makes durable what there was then.
        is_poisoned: bool,
        /// Room that it takes without content.
        allocated: u64,
    },
    Dir(Names),
}

/// The names in a folder.
#[derive(Debug, Clone, Default)]
struct Names {
    /// What a running program sees.
    now: BTreeMap<String, usize>,
    /// What is certain to be there after a loss of power, if the folder is.
    durable: BTreeMap<String, usize>,
    /// Changes since the folder was synced, in order.
    pending: Vec<Change>,
}

#[derive(Debug, Clone)]
struct Change {
    name: String,
    /// The node that the name points to from here on; `None` when it is gone.
    node: Option<usize>,
    /// A second name that this change takes away, as a renaming within the folder does.
    gone: Option<String>,
}

impl Change {
    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        match self.node {
            Some(node) => names.insert(self.name.clone(), node),
            None => names.remove(&self.name),
        };
        if let Some(gone) = &self.gone {
            names.remove(gone);
        }
    }
}

impl FaultyDisk {
    pub(crate) fn new(seed: u64) -> Self {
        let state = State {
            random: StdRng::seed_from_u64(seed),
            nodes: vec![Node::Dir(Names::default())],
            locks: BTreeMap::new(),
            locks_taken: 0,
            changes_left: None,
            dir_syncs_left: None,
            capacity: None,
            lack: None,
            met: BTreeSet::new(),
            ignored: None,
            life: 0,
        };
        Self(Arc::new(Shared { state: Mutex::new(state), unlocked: Condvar::new() }))
    }

    /// Another disk with the same on it, whose chances are another's.
    pub(crate) fn copy(&self, seed: u64) -> Self {
        let copy = Self::new(seed);
        copy.state().nodes.clone_from(&self.state().nodes);
        copy
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A test that fails while it has the disk is told so by its own panic.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Loses power: of what was not synced, some is there and some is not, each name and each sector
    /// by itself.
    pub(crate) fn crash(&self) {
        let mut state = self.state();
        let State { random, nodes, .. } = &mut *state;
        for node in nodes {
            match node {
                Node::Dir(Names { now, durable, pending }) => {
                    for change in pending.drain(..) {
                        if random.random_bool(0.5) {
                            change.apply(durable);
                        }
                    }
                    now.clone_from(durable);
                }
                Node::File { content, durable, is_poisoned, .. } => {
                    let kept = random.random_range(*durable..=content.len());
                    content.truncate(kept);
                    let has_holes = random.random_bool(0.3);
                    let mut from = *durable;
                    while has_holes && from < kept {
                        let end = kept.min((from / SECTOR + 1) * SECTOR);
                        // Blocks that were allocated and never written are zeros.
                        if random.random_bool(0.5) {
                            content[from..end].fill(0);
                        }
                        from = end;
                    }
                    *durable = kept;
                    *is_poisoned = false;
                }
            }
        }
        state.locks.clear();
        state.changes_left = None;
        state.dir_syncs_left = None;
        state.capacity = None;
        state.life += 1;
        self.0.unlocked.notify_all();
    }

    /// Lets so many calls succeed that change something, and fails all after them: what a program
    /// leaves that was killed there. `None` ends it.
    pub(crate) fn fail_after(&self, count: Option<u32>) {
        self.state().changes_left = count;
    }

    /// Lets one sync of a folder fail, after so many that succeed.
    pub(crate) fn fail_dir_sync(&self, after: u32) {
        self.state().dir_syncs_left = Some(after);
    }

    /// Leaves room for so many bytes beside what there is.
    pub(crate) fn limit_space(&self, bytes: Option<u64>) {
        let mut state = self.state();
        state.capacity = bytes.map(|bytes| state.used() + bytes);
    }

    /// Makes it a disk that can't do something.
    pub(crate) fn lack(&self, lack: Option<Lack>) {
        self.state().lack = lack;
    }

    /// Makes one sync do nothing.
    pub(crate) fn ignore(&self, site: Site) {
        self.state().ignored = Some(site);
    }

    /// Every sync that was asked for.
    pub(crate) fn met(&self) -> BTreeSet<Site> {
        self.state().met.clone()
    }

    /// Does something to the content of a file.
    pub(crate) fn damage(&self, path: &str, damage: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.state();
        let node = state.node(path).unwrap();
        let Node::File { content, durable, .. } = &mut state.nodes[node] else {
            panic!("a folder")
        };
        damage(content);
        *durable = content.len();
    }

    /// Every file that has content.
    pub(crate) fn files(&self) -> Vec<String> {
        let (state, mut files, mut dirs) = (self.state(), Vec::new(), vec![(String::new(), 0)]);
        while let Some((path, node)) = dirs.pop() {
            match &state.nodes[node] {
                Node::Dir(names) => {
                    let below = |(name, &node): (&String, _)| (format!("{path}/{name}"), node);
                    dirs.extend(names.now.iter().map(below));
                }
                Node::File { content, .. } if content.is_empty() => {}
                Node::File { .. } => files.push(path[1..].to_owned()),
            }
        }
        files.sort_unstable();
        files
    }
}

impl State {
    /// The folder or file with this path.
    fn node(&self, path: &str) -> io::Result<usize> {
        let mut node = 0;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let Node::Dir(names) = &self.nodes[node] else {
                return Err(io::ErrorKind::NotADirectory.into());
            };
            node = *names.now.get(name).ok_or(io::ErrorKind::NotFound)?;
        }
        Ok(node)
    }

    /// The names in the folder that a path stands in, and its own there.
    fn place<'p>(&mut self, path: &'p str) -> io::Result<(&mut Names, &'p str)> {
        let dir = self.node(parent(path))?;
        match &mut self.nodes[dir] {
            Node::Dir(names) => Ok((names, path.rsplit('/').next().unwrap_or_default())),
            Node::File { .. } => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// Makes a name point elsewhere, or to nothing.
    fn change(&mut self, path: &str, node: Option<usize>, gone: Option<&str>) -> io::Result<()> {
        let (names, name) = self.place(path)?;
        let change = Change { name: name.to_owned(), node, gone: gone.map(str::to_owned) };
        change.apply(&mut names.now);
        names.pending.push(change);
        Ok(())
    }

    /// Makes a name that is not there yet.
    fn make(&mut self, path: &str, node: Node) -> io::Result<usize> {
        let (names, name) = self.place(path)?;
        if names.now.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.nodes.push(node);
        let node = self.nodes.len() - 1;
        self.change(path, Some(node), None)?;
        Ok(node)
    }

    fn can(&self, lack: Lack, error: io::ErrorKind) -> io::Result<()> {
        if self.lack == Some(lack) { Err(error.into()) } else { Ok(()) }
    }

    fn may_change(&mut self) -> io::Result<()> {
        self.can(Lack::Writing, io::ErrorKind::ReadOnlyFilesystem)?;
        match &mut self.changes_left {
            None => {}
            Some(0) => return Err(io::Error::other("the disk does nothing any more")),
            Some(left) => *left -= 1,
        }
        Ok(())
    }

    /// False when a sync is to do nothing.
    fn may_sync(&mut self, site: Site) -> io::Result<bool> {
        self.may_change()?;
        self.met.insert(site);
        Ok(self.ignored != Some(site))
    }

    /// The bytes of all files that have a name.
    fn used(&self) -> u64 {
        let (mut seen, mut next) = (BTreeSet::new(), vec![0]);
        let mut used = 0;
        while let Some(node) = next.pop() {
            if !seen.insert(node) {
                continue;
            }
            match &self.nodes[node] {
                Node::Dir(names) => next.extend(names.now.values()),
                Node::File { content, allocated, .. } => used += content.len() as u64 + allocated,
            }
        }
        used
    }

    /// How many bytes there is room for.
    fn room(&self) -> Option<u64> {
        self.capacity.map(|capacity| capacity.saturating_sub(self.used()))
    }

    fn entry(&self, name: &str, node: usize) -> Entry {
        let (len, is_dir) = match &self.nodes[node] {
            Node::File { content, allocated, .. } => (content.len() as u64 + allocated, false),
            Node::Dir(_) => (0, true),
        };
        let (name, modified) = (name.to_owned(), SystemTime::UNIX_EPOCH);
        Entry { name, len, is_dir, modified }
    }

    /// Takes a lock that nobody has.
    fn take(&mut self, path: &str) -> io::Result<Option<u64>> {
        self.can(Lack::Writing, io::ErrorKind::ReadOnlyFilesystem)?;
        if self.node(path).is_err() {
            self.may_change()?;
            self.make(path, file())?;
        }
        if self.locks.contains_key(path) && self.lack != Some(Lack::Locks) {
            return Ok(None);
        }
        self.locks_taken += 1;
        self.locks.insert(path.to_owned(), self.locks_taken);
        Ok(Some(self.locks_taken))
    }
}

fn file() -> Node {
    Node::File { content: Vec::new(), durable: 0, is_poisoned: false, allocated: 0 }
}

impl Disk for FaultyDisk {
    fn make_dir(&self, dir: &str) -> io::Result<()> {
        let mut state = self.state();
        state.may_change()?;
        match state.make(dir, Node::Dir(Names::default())) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            made => made.map(drop),
        }
    }

    fn create(&self, path: &str) -> io::Result<Box<dyn File>> {
        let mut state = self.state();
        state.may_change()?;
        if state.room() == Some(0) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let node = state.make(path, file())?;
        let life = state.life;
        drop(state);
        Ok(Box::new(Handle { disk: self.clone(), node, life }))
    }

    fn allocate(&self, path: &str, bytes: u64) -> io::Result<()> {
        let mut state = self.state();
        state.may_change()?;
        if state.room().is_some_and(|room| room < bytes) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        if state.node(path).is_ok() {
            state.change(path, None, None)?;
        }
        let node = state.make(path, file())?;
        if let Node::File { allocated, .. } = &mut state.nodes[node] {
            *allocated = bytes;
        }
        Ok(())
    }

    fn free(&self) -> io::Result<Option<u64>> {
        Ok(self.state().room())
    }

    /// What it can do tells it from others well enough.
    fn device(&self) -> io::Result<Option<u64>> {
        Ok(Some(self.state().lack.map_or(0, |lack| 1 + lack as u64)))
    }

    fn read(&self, path: &str, range: Range<u64>) -> io::Result<Vec<u8>> {
        let state = self.state();
        let Node::File { content, .. } = &state.nodes[state.node(path)?] else {
            return Err(io::ErrorKind::IsADirectory.into());
        };
        let [start, end] = [range.start, range.end].map(|at| usize::try_from(at).unwrap());
        let bytes = content.get(start..end);
        bytes.map(<[u8]>::to_vec).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn describe(&self, path: &str) -> io::Result<Entry> {
        let state = self.state();
        let node = state.node(path)?;
        Ok(state.entry(path.rsplit('/').next().unwrap_or_default(), node))
    }

    fn list(&self, dir: &str) -> io::Result<Vec<Entry>> {
        let state = self.state();
        match state.node(dir).map(|node| &state.nodes[node]) {
            Ok(Node::Dir(names)) => {
                Ok(names.now.iter().map(|(name, &node)| state.entry(name, node)).collect())
            }
            Ok(Node::File { .. }) => Err(io::ErrorKind::NotADirectory.into()),
            Err(_) => Ok(Vec::new()),
        }
    }

    fn link(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.state();
        state.may_change()?;
        state.can(Lack::Links, io::ErrorKind::Unsupported)?;
        let node = state.node(from)?;
        if state.node(to).is_ok() && state.lack != Some(Lack::ExclusiveLinks) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        state.change(to, Some(node), None)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.state();
        state.may_change()?;
        let node = state.node(from)?;
        if state.node(to).is_ok() {
            state.can(Lack::RenamingOver, io::ErrorKind::AlreadyExists)?;
        }
        if parent(from) == parent(to) {
            let gone = from.rsplit('/').next();
            return state.change(to, Some(node), gone);
        }
        state.change(to, Some(node), None)?;
        state.change(from, None, None)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let mut state = self.state();
        state.may_change()?;
        state.node(path)?;
        state.change(path, None, None)
    }

    fn sync_dir_for(&self, dir: &str, site: Site) -> io::Result<()> {
        let mut state = self.state();
        let node = state.node(dir)?;
        state.can(Lack::DirSyncs, io::ErrorKind::InvalidInput)?;
        match &mut state.dir_syncs_left {
            None => {}
            left @ Some(0) => {
                *left = None;
                return Err(io::Error::other("the names may not be durable"));
            }
            Some(left) => *left -= 1,
        }
        if state.may_sync(site)?
            && let Node::Dir(Names { durable, pending, .. }) = &mut state.nodes[node]
        {
            pending.drain(..).for_each(|change| change.apply(durable));
        }
        Ok(())
    }

    fn wait_for_lock(&self, path: &str) -> io::Result<Lock> {
        let mut state = self.state();
        loop {
            if let Some(holder) = state.take(path)? {
                return Ok(Box::new(Held { disk: self.clone(), path: path.to_owned(), holder }));
            }
            state = self.0.unlocked.wait(state).unwrap();
        }
    }

    fn wait_for_shared_lock(&self, path: &str) -> io::Result<Lock> {
        // Whoever tests has one program at a time.
        self.wait_for_lock(path)
    }

    fn lock(&self, path: &str) -> io::Result<Option<Lock>> {
        let Some(holder) = self.state().take(path)? else { return Ok(None) };
        Ok(Some(Box::new(Held { disk: self.clone(), path: path.to_owned(), holder })))
    }
}

/// A lock that is held, until it is dropped or power is lost.
#[derive(Debug)]
struct Held {
    disk: FaultyDisk,
    path: String,
    holder: u64,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut state = self.disk.state();
        if state.locks.get(&self.path) == Some(&self.holder) {
            state.locks.remove(&self.path);
        }
        self.disk.0.unlocked.notify_all();
    }
}

#[derive(Debug)]
struct Handle {
    disk: FaultyDisk,
    node: usize,
    life: u32,
}

impl Handle {
    fn state(&self) -> MutexGuard<'_, State> {
        let state = self.disk.state();
        assert_eq!(state.life, self.life, "a handle does not outlive its program");
        state
    }
}

impl File for Handle {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        state.may_change()?;
        let len = bytes.len();
        let room = state.room().map_or(len, |room| len.min(usize::try_from(room).unwrap_or(len)));
        let Node::File { content, .. } = &mut state.nodes[self.node] else { panic!("a folder") };
        content.extend_from_slice(&bytes[..room]);
        if room < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn sync_for(&mut self, site: Site) -> io::Result<()> {
        let mut state = self.state();
        let allowed = state.may_sync(site);
        let Node::File { content, durable, is_poisoned, .. } = &mut state.nodes[self.node] else {
            panic!("a folder")
        };
        match allowed {
            Ok(true) if !*is_poisoned => *durable = content.len(),
            Ok(_) => {}
            Err(error) => {
                *is_poisoned = true;
                return Err(error);
            }
        }
        Ok(())
    }
}
