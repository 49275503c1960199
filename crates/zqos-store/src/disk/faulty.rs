//! A disk in memory that loses what was not synced: for tests.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::disk::{Disk, Entry, File, Lock, parent};

/// A disk that can lose its power, and whose calls can fail.
#[derive(Debug, Clone)]
pub(crate) struct FaultyDisk(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    random: StdRng,
    /// Content by node; names point to nodes.
    nodes: Vec<Node>,
    /// What a running program sees.
    names: BTreeMap<String, usize>,
    /// What is certain to be there after a loss of power.
    durable_names: BTreeMap<String, usize>,
    /// Changes of names since their folder was synced, in order.
    pending: Vec<Change>,
    dirs: Vec<String>,
    /// How many syncs succeed before all fail; `None` when all succeed.
    syncs_left: Option<u32>,
    /// How many bytes can still be written; `None` when there is no end.
    space: Option<u64>,
    /// Syncs that do nothing, to see whether a test notices.
    ignored: Option<Ignored>,
    /// Grows with every crash: handles from before are dead.
    life: u32,
}

/// A sort of sync that does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ignored {
    Files,
    Dirs,
}

#[derive(Debug, Clone, Default)]
struct Node {
    content: Vec<u8>,
    durable: usize,
}

#[derive(Debug, Clone)]
struct Change {
    name: String,
    /// The node that the name points to from here on; `None` when it is gone.
    node: Option<usize>,
    /// A second name that this change takes away, as a renaming does.
    gone: Option<String>,
}

impl FaultyDisk {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            random: StdRng::seed_from_u64(seed),
            nodes: Vec::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            pending: Vec::new(),
            dirs: vec![String::new()],
            syncs_left: None,
            space: None,
            ignored: None,
            life: 0,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Loses power: of what was not synced, some is there and some is not, and a write may be torn.
    pub(crate) fn crash(&self) {
        let mut state = self.state();
        let state = &mut *state;
        let mut names = std::mem::take(&mut state.durable_names);
        for change in std::mem::take(&mut state.pending) {
            if state.random.random_bool(0.5) {
                apply(&mut names, &change);
            }
        }
        for node in &mut state.nodes {
            let unsynced = node.content.len() - node.durable;
            let kept = state.random.random_range(0..=unsynced);
            node.content.truncate(node.durable + kept);
            // A block that was allocated and never written.
            if kept > 0 && state.random.random_bool(0.3) {
                let from = node.durable + state.random.random_range(0..kept);
                node.content[from..].fill(0);
            }
            node.durable = node.content.len();
        }
        state.names.clone_from(&names);
        state.durable_names = names;
        state.syncs_left = None;
        state.space = None;
        state.life += 1;
    }

    /// Lets so many syncs succeed, and fails all after them, until power is lost.
    pub(crate) fn fail_syncs_after(&self, count: u32) {
        self.state().syncs_left = Some(count);
    }

    /// Leaves room for so many bytes.
    pub(crate) fn limit_space(&self, bytes: Option<u64>) {
        self.state().space = bytes;
    }

    /// Makes syncs of a sort do nothing.
    pub(crate) fn ignore(&self, ignored: Ignored) {
        self.state().ignored = Some(ignored);
    }

    /// Flips one bit of a file.
    pub(crate) fn flip(&self, path: &str, byte: usize) {
        let mut state = self.state();
        let node = state.names[path];
        state.nodes[node].content[byte] ^= 1;
    }
}

fn apply(names: &mut BTreeMap<String, usize>, change: &Change) {
    match change.node {
        Some(node) => names.insert(change.name.clone(), node),
        None => names.remove(&change.name),
    };
    if let Some(gone) = &change.gone {
        names.remove(gone);
    }
}

impl State {
    fn node(&self, path: &str) -> io::Result<usize> {
        self.names.get(path).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn change(&mut self, name: &str, node: Option<usize>, gone: Option<&str>) {
        let change = Change { name: name.to_owned(), node, gone: gone.map(str::to_owned) };
        apply(&mut self.names, &change);
        self.pending.push(change);
    }

    fn may_sync(&mut self) -> io::Result<()> {
        match &mut self.syncs_left {
            None => Ok(()),
            Some(0) => Err(io::Error::other("the disk does not sync")),
            Some(count) => {
                *count -= 1;
                Ok(())
            }
        }
    }

    fn entry(&self, path: &str, node: usize) -> Entry {
        Entry {
            name: path.rsplit('/').next().unwrap_or_default().to_owned(),
            len: self.nodes[node].content.len() as u64,
            is_dir: false,
            modified: SystemTime::UNIX_EPOCH,
        }
    }
}

impl Disk for FaultyDisk {
    fn create_dir(&self, dir: &str) -> io::Result<()> {
        // Folders are durable at once: there is nothing to lose in an empty one.
        let mut state = self.state();
        if !state.dirs.iter().any(|known| known == dir) {
            state.dirs.push(dir.to_owned());
        }
        Ok(())
    }

    fn create(&self, path: &str) -> io::Result<Box<dyn File>> {
        let mut state = self.state();
        if state.names.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        if state.space == Some(0) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let node = state.nodes.len();
        state.nodes.push(Node::default());
        state.change(path, Some(node), None);
        let life = state.life;
        drop(state);
        Ok(Box::new(Handle { disk: self.clone(), node, life }))
    }

    fn read(&self, path: &str, range: Range<u64>) -> io::Result<Vec<u8>> {
        let state = self.state();
        let node = state.node(path)?;
        let [start, end] = [range.start, range.end].map(|at| usize::try_from(at).unwrap());
        let content = state.nodes[node].content.get(start..end);
        content.map(<[u8]>::to_vec).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn describe(&self, path: &str) -> io::Result<Entry> {
        let state = self.state();
        let node = state.node(path)?;
        Ok(state.entry(path, node))
    }

    fn list(&self, dir: &str) -> io::Result<Vec<Entry>> {
        let state = self.state();
        let files = state.names.iter().filter(|(path, _)| parent(path) == dir);
        let mut entries: Vec<Entry> = files.map(|(path, &node)| state.entry(path, node)).collect();
        let dirs = state.dirs.iter().filter(|path| !path.is_empty() && parent(path) == dir);
        entries.extend(dirs.map(|path| Entry {
            name: path.rsplit('/').next().unwrap_or_default().to_owned(),
            len: 0,
            is_dir: true,
            modified: SystemTime::UNIX_EPOCH,
        }));
        Ok(entries)
    }

    fn link(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.state();
        let node = state.node(from)?;
        if state.names.contains_key(to) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        state.change(to, Some(node), None);
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.state();
        let node = state.node(from)?;
        state.change(to, Some(node), Some(from));
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let mut state = self.state();
        state.node(path)?;
        state.change(path, None, None);
        Ok(())
    }

    fn sync_dir(&self, dir: &str) -> io::Result<()> {
        let mut state = self.state();
        state.may_sync()?;
        if state.ignored == Some(Ignored::Dirs) {
            return Ok(());
        }
        let pending = std::mem::take(&mut state.pending);
        for change in pending {
            if parent(&change.name) == dir {
                apply(&mut state.durable_names, &change);
            } else {
                state.pending.push(change);
            }
        }
        Ok(())
    }

    fn wait_for_lock(&self, _: &str) -> io::Result<Lock> {
        // One program runs at a time.
        Ok(Box::new(()))
    }

    fn wait_for_shared_lock(&self, _: &str) -> io::Result<Lock> {
        // One program runs at a time.
        Ok(Box::new(()))
    }

    fn lock(&self, _: &str) -> io::Result<Option<Lock>> {
        // One program runs at a time.
        Ok(Some(Box::new(())))
    }

    fn sync_file(&self, path: &str) -> io::Result<()> {
        let mut state = self.state();
        let node = state.node(path)?;
        state.may_sync()?;
        if state.ignored != Some(Ignored::Files) {
            let len = state.nodes[node].content.len();
            state.nodes[node].durable = len;
        }
        Ok(())
    }
}

#[derive(Debug)]
struct Handle {
    disk: FaultyDisk,
    node: usize,
    life: u32,
}

impl File for Handle {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.disk.state();
        assert_eq!(state.life, self.life, "a handle does not outlive its program");
        let room = state.space.map_or(bytes.len(), |space| {
            bytes.len().min(usize::try_from(space).unwrap_or(usize::MAX))
        });
        state.nodes[self.node].content.extend_from_slice(&bytes[..room]);
        if let Some(space) = &mut state.space {
            *space -= room as u64;
        }
        if room < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.disk.state();
        assert_eq!(state.life, self.life, "a handle does not outlive its program");
        state.may_sync()?;
        if state.ignored != Some(Ignored::Files) {
            let len = state.nodes[self.node].content.len();
            state.nodes[self.node].durable = len;
        }
        Ok(())
    }
}
