//! A pool of workers that are tasks of tokio: jobs go in, results come out. The pool drains, or is
//! told to stop.
//!
//! Go: the worker is `for { select { case <-die: return; case job, ok := <-jobs: ... } }`. Here it
//! is the same in an `async fn`, and a `WaitGroup` counts the tasks.
//!
//! Run it with `cargo run --example async_worker_pool`.

use gochan::{bounded, make, select_async, Chan, Receiver, Sender, WaitGroup};
use tokio::runtime::Runtime;

async fn worker(jobs: Receiver<u64>, results: Sender<u64>, die: Chan<()>) {
    loop {
        select_async! {
            biased; // `die` first: once it is closed, no worker begins another job
            recv(die) => return,
            recv_ok(jobs) -> job => match job {
                Some(n) => results.send_async(n * n).await,
                None => return,
            },
        }
    }
}

/// Gives twenty jobs to a pool, and closes `die` after `enough` results. Returns the results.
async fn squares(enough: usize) -> Vec<u64> {
    let (submit, jobs) = bounded(4);
    let (results, squares) = bounded(0);
    let (die, workers) = (make(0), WaitGroup::new());
    for _ in 0..4 {
        let worker = worker(jobs.clone(), results.clone(), die.clone());
        tokio::spawn(workers.track(worker));
    }
    // Only the workers have these now: the last one that ends closes both channels.
    drop((jobs, results));
    tokio::spawn(async move {
        for n in 1..=20 {
            if submit.send_ok_async(n).await.is_err() {
                return; // nobody works any more
            }
        }
    });

    let mut received = vec![];
    while let Some(square) = squares.recv_ok_async().await {
        received.push(square);
        if received.len() == enough {
            die.close();
        }
    }
    workers.wait_async().await;
    received
}

fn main() {
    Runtime::new().unwrap().block_on(async {
        let all = squares(usize::MAX).await;
        println!("drained: {} results, their sum is {}", all.len(), all.iter().sum::<u64>());
        let some = squares(5).await;
        println!("stopped: {} results", some.len());
    });
}
