//! A cache of so many bytes, which forgets what was not asked for of late.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// What was read, by key.
///
/// There are two halves: what comes or is asked for goes to the newer one, and once that is full the older one
/// is forgotten and the newer one takes its place. So what was asked for last stays, within the bytes that were
/// allowed.
pub(crate) struct Cache<K, V> {
    /// How many bytes each half may have.
    half: usize,
    halves: Mutex<Halves<K, V>>,
}

struct Halves<K, V> {
    new: HashMap<K, (Arc<V>, usize)>,
    old: HashMap<K, (Arc<V>, usize)>,
    /// How many bytes `new` has.
    bytes: usize,
}

impl<K: Eq + Hash, V> Cache<K, V> {
    /// An empty one of at most so many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        let halves = Halves { new: HashMap::new(), old: HashMap::new(), bytes: 0 };
        Self { half: bytes / 2, halves: Mutex::new(halves) }
    }

    /// What is there under a key.
    pub(crate) fn get(&self, key: &K) -> Option<Arc<V>> {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((value, _)) = halves.new.get(key) {
            return Some(Arc::clone(value));
        }
        let (key, (value, bytes)) = halves.old.remove_entry(key)?;
        halves.put(self.half, key, Arc::clone(&value), bytes);
        Some(value)
    }

    /// Keeps a value of so many bytes, if it is no more than half of everything.
    pub(crate) fn put(&self, key: K, value: Arc<V>, bytes: usize) {
        if bytes > self.half {
            return;
        }
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        halves.put(self.half, key, value, bytes);
    }
}

impl<K: Eq + Hash, V> Halves<K, V> {
    fn put(&mut self, half: usize, key: K, value: Arc<V>, bytes: usize) {
        if self.bytes + bytes > half {
            self.old = std::mem::take(&mut self.new);
            self.bytes = 0;
        }
        self.bytes += bytes;
        if let Some((_, before)) = self.new.insert(key, (value, bytes)) {
            self.bytes -= before;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn there_is_never_more_than_was_allowed(puts in prop::collection::vec((0_u8..20, 0_usize..80), 0..200)) {
            let cache = Cache::new(100);
            for (key, bytes) in puts {
                cache.put(key, Arc::new(bytes), bytes);
                let halves = cache.halves.lock().unwrap();
                let both = halves.new.values().chain(halves.old.values());
                prop_assert!(both.map(|(value, _)| **value).sum::<usize>() <= 100);
                prop_assert_eq!(halves.new.values().map(|(value, _)| **value).sum::<usize>(), halves.bytes);
            }
        }
    }

    #[test]
    fn what_is_asked_for_stays_and_what_is_too_large_never_comes() {
        let cache = Cache::new(100);
        cache.put("kept", Arc::new(()), 10);
        for other in ["a", "b", "c", "d", "e", "f", "g"] {
            cache.put(other, Arc::new(()), 30);
            assert!(cache.get(&"kept").is_some(), "{other}");
        }
        assert!(cache.get(&"a").is_none());
        cache.put("large", Arc::new(()), 51);
        assert!(cache.get(&"large").is_none());
    }
}
