//! Threads at one end of a channel, tasks at the other: threads produce, tasks work, a thread
//! collects. The handles are the same on both sides, and the executor is a small one.
//!
//! Run it with `cargo run --example bridge`.

use std::thread;

use async_executor::Executor;
use gochan::{bounded, make, Receiver, Sender};

async fn work(lines: Receiver<String>, lengths: Sender<usize>) {
    while let Some(line) = lines.recv_ok_async().await {
        lengths.send_async(line.len()).await;
    }
}

fn main() {
    let (executor, quit) = (Executor::new(), make::<()>(0));
    let (lines, to_tasks) = bounded(0);
    let (lengths, to_thread) = bounded(1);
    for _ in 0..100 {
        executor.spawn(work(to_tasks.clone(), lengths.clone())).detach();
    }
    drop((to_tasks, lengths));

    thread::scope(|scope| {
        // Two threads run a hundred tasks, until `quit` is closed.
        for _ in 0..2 {
            scope.spawn(|| pollster::block_on(executor.run(quit.recv_async())));
        }
        for producer in 0..4 {
            let lines = lines.clone();
            scope.spawn(move || {
                (0..250).for_each(|n| lines.send(format!("producer {producer}, line {n:03}")));
            });
        }
        drop(lines);

        // Blocks: this is a thread. It ends once the last task has ended.
        let (mut count, mut sum) = (0, 0);
        for length in &to_thread {
            count += 1;
            sum += length;
        }
        println!("{count} lines, {sum} bytes");
        quit.close();
    });
}
