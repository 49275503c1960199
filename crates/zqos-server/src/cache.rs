//! Things that take time to make, made once of what they are made of.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

/// A bounded number of things; those that were not asked for longest go first.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    most_weight: usize,
    state: Mutex<State<K, V>>,
}

#[derive(Debug)]
struct State<K, V> {
    entries: HashMap<K, Entry<V>>,
    /// Rises with each question.
    turn: u64,
}

#[derive(Debug)]
struct Entry<V> {
    of: u64,
    asked: u64,
    weight: usize,
    cell: Arc<OnceCell<Arc<V>>>,
}

impl<K: Clone + Eq + Hash, V> Cache<K, V> {
    /// Keeps things of so much weight together.
    pub(crate) fn new(most_weight: usize) -> Self {
        Self { most_weight, state: Mutex::new(State { entries: HashMap::new(), turn: 0 }) }
    }

    /// What was made for a key of this: what it is made of has a number. Else it is made, once for all who ask
    /// meanwhile.
    ///
    /// **Errors**: those of `make`, which is tried again the next time.
    pub(crate) fn get<'c, E: Send + 'c>(
        &'c self,
        of: u64,
        key: K,
        weight_of: fn(&V) -> usize,
        make: impl Future<Output = Result<V, E>> + Send + 'c,
    ) -> impl Future<Output = Result<Arc<V>, E>> + Send + 'c
    where
        K: Send + Sync + 'c,
        V: Send + Sync + 'c,
    {
        // Boxed, as reading takes much room, which is not to be part of whoever waits for it.
        let make = Box::pin(make);
        async move {
            let cell = self.cell(of, &key);
            let thing = cell.get_or_try_init(async || make.await.map(Arc::new)).await?;
            let thing = Arc::clone(thing);
            self.weigh(&key, of, weight_of(&thing));
            Ok(thing)
        }
    }

    fn cell(&self, of: u64, key: &K) -> Arc<OnceCell<Arc<V>>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.turn += 1;
        let turn = state.turn;
        let fresh = || Entry { of, asked: turn, weight: 0, cell: Arc::default() };
        let entry = state.entries.entry(key.clone()).or_insert_with(fresh);
        if entry.of != of {
            *entry = fresh();
        }
        entry.asked = turn;
        Arc::clone(&entry.cell)
    }

    fn weigh(&self, key: &K, of: u64, weight: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = state.entries.get_mut(key).filter(|entry| entry.of == of) {
            entry.weight = weight;
        }
        let mut all: usize = state.entries.values().map(|entry| entry.weight).sum();
        while all > self.most_weight {
            let made = state.entries.iter().filter(|(_, entry)| entry.weight > 0);
            let Some(oldest) =
                made.min_by_key(|(_, entry)| entry.asked).map(|(key, _)| key.clone())
            else {
                return;
            };
            if let Some(gone) = state.entries.remove(&oldest) {
                all -= gone.weight;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    async fn get(cache: &Cache<u32, usize>, of: u64, key: u32, made: &AtomicU32) -> usize {
        let counted = async {
            made.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Infallible>(10)
        };
        *cache.get(of, key, |weight| *weight, counted).await.unwrap()
    }

    #[tokio::test]
    async fn a_thing_is_made_once_until_what_it_is_made_of_changes() {
        let (cache, made) = (Cache::new(100), AtomicU32::new(0));
        for (of, key, expected) in
            [(1, 1, 1), (1, 1, 1), (1, 2, 2), (2, 1, 3), (2, 1, 3), (1, 2, 3), (2, 2, 4), (1, 2, 5)]
        {
            get(&cache, of, key, &made).await;
            assert_eq!(made.load(Ordering::Relaxed), expected, "{of} {key}");
        }
    }

    #[tokio::test]
    async fn what_was_not_asked_for_longest_goes_first() {
        let (cache, made) = (Cache::new(20), AtomicU32::new(0));
        for key in [1, 2, 1, 3] {
            get(&cache, 1, key, &made).await;
        }
        assert_eq!(made.load(Ordering::Relaxed), 3);
        get(&cache, 1, 1, &made).await;
        assert_eq!(made.load(Ordering::Relaxed), 3);
        get(&cache, 1, 2, &made).await;
        assert_eq!(made.load(Ordering::Relaxed), 4);
    }

    #[tokio::test]
    async fn a_failure_is_tried_again() {
        let cache: Cache<u32, usize> = Cache::new(20);
        let failed: Result<_, &str> = cache.get(1, 1, |_| 1, async { Err("no") }).await;
        assert_eq!(failed, Err("no"));
        assert_eq!(cache.get(1, 1, |_| 1, async { Ok::<_, &str>(7) }).await, Ok(Arc::new(7)));
    }
}
