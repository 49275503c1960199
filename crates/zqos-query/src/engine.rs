//! Where queries run: threads of their own.
//!
//! Plans are walked by recursion, so that the stack has to be as deep as a query may be; and a query that
//! computes must hold up neither its caller's time nor his Ctrl-C.

use std::io;
use std::sync::{Arc, Barrier};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};

/// Takes the longest chain that [`depth`](crate::depth) lets pass, in a build that is not optimised, with
/// room to spare. Memory is taken as far as it is used.
const DEEP: usize = 512 << 20;
/// Takes what this program asks by itself, which is not nested. Where addresses are few, deep stacks don't fit.
const SHALLOW: usize = 16 << 20;
/// How many files may be read at once.
const READERS: usize = 16;
/// How many where threads are held.
const HELD_READERS: usize = 4;
/// How long held threads wait for work: as long as anybody waits for an answer.
const HELD: Duration = Duration::from_hours(24);

/// Threads that run queries.
#[derive(Debug)]
pub(crate) struct Engine(Option<Runtime>);

impl Engine {
    /// Starts threads, for whatever somebody may ask or for `our_own` questions alone. Where they are held, none
    /// starts or ends later.
    pub(crate) fn start(our_own: bool, are_held: bool) -> io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        builder
            .thread_name("zqos-query")
            .thread_stack_size(if our_own { SHALLOW } else { DEEP })
            .max_blocking_threads(READERS)
            .enable_all();
        if are_held {
            builder.max_blocking_threads(HELD_READERS).thread_keep_alive(HELD);
        }
        let runtime = builder.build()?;
        if are_held {
            hold(&runtime);
        }
        Ok(Self(Some(runtime)))
    }

    pub(crate) fn handle(&self) -> &Handle {
        self.0.as_ref().expect("it runs until it is dropped").handle()
    }
}

/// Has every reader started: each waits for all the others.
fn hold(runtime: &Runtime) {
    let all = Arc::new(Barrier::new(HELD_READERS + 1));
    for _ in 0..HELD_READERS {
        let all = Arc::clone(&all);
        drop(runtime.spawn_blocking(move || all.wait()));
    }
    all.wait();
}

impl Drop for Engine {
    fn drop(&mut self) {
        // Nobody waits for a query that does not look whether it was stopped.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
