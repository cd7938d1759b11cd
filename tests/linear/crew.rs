//! Threads that run the parts of a program side by side: the only place that knows whether they are
//! real ones, which are kept from one program to the next, or the model checker's, which are not.

pub type Job<R> = Box<dyn FnOnce() -> R + Send>;

pub use threads::{yield_now, Crew};

#[cfg(not(shuttle))]
mod threads {
    use std::{
        panic::{catch_unwind, resume_unwind, AssertUnwindSafe},
        sync::{
            atomic::{AtomicUsize, Ordering::SeqCst},
            mpsc, Arc,
        },
        thread,
    };

    pub use std::thread::yield_now;

    use super::Job;

    /// The threads are kept, since to start one takes longer than a program.
    pub struct Crew<R> {
        workers: Vec<mpsc::Sender<Job<()>>>,
        results: (mpsc::Sender<thread::Result<R>>, mpsc::Receiver<thread::Result<R>>),
    }

    impl<R: Send + 'static> Crew<R> {
        pub fn new(size: usize) -> Self {
            let workers = (0..size).map(|_| {
                let (jobs, to_do) = mpsc::channel::<Job<()>>();
                thread::spawn(move || to_do.into_iter().for_each(|job| job()));
                jobs
            });
            Self { workers: workers.collect(), results: mpsc::channel() }
        }

        /// Has `jobs` done, all begun at the same time, and does `mine` meanwhile.
        pub fn run(&self, jobs: Vec<Job<R>>, mine: impl FnOnce()) -> Vec<R> {
            let (count, arrived) = (jobs.len(), Arc::new(AtomicUsize::new(0)));
            for (worker, job) in self.workers.iter().zip(jobs) {
                let (arrived, result) = (arrived.clone(), self.results.0.clone());
                let job = move || {
                    gather(&arrived, count + 1);
                    result.send(catch_unwind(AssertUnwindSafe(job))).unwrap();
                };
                worker.send(Box::new(job)).unwrap();
            }
            gather(&arrived, count + 1);
            mine();
            let result = |_| self.results.1.recv().unwrap().unwrap_or_else(|e| resume_unwind(e));
            (0..count).map(result).collect()
        }
    }

    /// Waits until all threads have come. Not a `Barrier`: its threads wake one after the other,
    /// and the first has done its part before the second begins.
    fn gather(arrived: &AtomicUsize, all: usize) {
        arrived.fetch_add(1, SeqCst);
        let mut looks = 0;
        while arrived.load(SeqCst) < all {
            looks += 1;
            // There may be fewer processors than threads.
            if looks % 256 == 0 {
                yield_now();
            }
            std::hint::spin_loop();
        }
    }
}

#[cfg(shuttle)]
mod threads {
    use shuttle::thread;
    pub use shuttle::thread::yield_now;

    use super::Job;

    pub struct Crew<R>(std::marker::PhantomData<R>);

    impl<R: Send + 'static> Crew<R> {
        pub fn new(_: usize) -> Self {
            Self(std::marker::PhantomData)
        }

        /// Has `jobs` done and does `mine` meanwhile.
        pub fn run(&self, jobs: Vec<Job<R>>, mine: impl FnOnce()) -> Vec<R> {
            let threads: Vec<_> = jobs.into_iter().map(thread::spawn).collect();
            mine();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        }
    }
}
