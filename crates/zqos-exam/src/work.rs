//! Work on all processors.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::Result;

/// Does the same to each; what comes of it is in their order.
pub(crate) fn each<T: Sync, R: Send>(
    all: &[T],
    work: impl Fn(&T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(one) = all.get(place) else { return done };
            done.push((place, work(one)));
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let mut done = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        let mut done = Vec::new();
        for worker in workers {
            done.extend(worker.join().map_err(|_| "a worker panicked")?);
        }
        Result::Ok(done)
    })?;
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_what_they_are_of() {
        let all: Vec<u32> = (0..100).collect();
        assert_eq!(each(&all, |one| Ok(one * 2)).unwrap(), (0..200).step_by(2).collect::<Vec<_>>());
        assert!(each(&all, |one| if *one == 7 { Err("seven".into()) } else { Ok(()) }).is_err());
    }
}
