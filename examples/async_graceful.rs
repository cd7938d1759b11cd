//! A service of tokio's tasks that ends gracefully: it stops accepting, handles what it has
//! accepted, and gives up at a deadline.
//!
//! Go: `ctx, stop := signal.NotifyContext(...)`, `wg.Wait()`, and a `select` with `time.After`. In
//! place of a signal, a task here ends the context after a hundred requests. With the feature
//! `signal` it is `gochan::signal::notify_context`.
//!
//! Run it with `cargo run --example async_graceful`.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use gochan::{after, bounded, select_async, Context, Receiver, Sender, WaitGroup};
use tokio::runtime::Runtime;

static HANDLED: AtomicU64 = AtomicU64::new(0);

/// Accepts requests until the context ends. Returns how many.
async fn accept(context: Context, requests: Sender<u64>, hundred: Sender<()>) -> u64 {
    let done = context.done();
    let mut accepted = 0;
    loop {
        select_async! {
            biased;
            recv(done) => return accepted,
            send(requests, accepted) => accepted += 1,
        }
        if accepted == 100 {
            hundred.close();
        }
    }
}

async fn handle(requests: Receiver<u64>) {
    while let Some(_request) = requests.recv_ok_async().await {
        HANDLED.fetch_add(1, Ordering::Relaxed);
    }
}

async fn serve() {
    let (context, cancel) = Context::background().with_cancel();
    let (requests, queue) = bounded(16);
    let handlers = WaitGroup::new();
    for _ in 0..4 {
        tokio::spawn(handlers.track(handle(queue.clone())));
    }
    let (hundred, interrupt) = bounded(0);
    let acceptor = tokio::spawn(accept(context, requests, hundred));

    interrupt.recv_ok_async().await;
    cancel.cancel();
    // It drops the only sender, so the queue is closed. The handlers drain it.
    let accepted = acceptor.await.unwrap();
    let finished = handlers.finished();
    select_async! {
        recv(finished) => println!("all handlers have ended"),
        recv(after(Duration::from_secs(30))) => println!("the time is up"),
    }
    let handled = HANDLED.load(Ordering::Relaxed);
    println!("at least 100 accepted: {}, all handled: {}", accepted >= 100, accepted == handled);
}

fn main() {
    Runtime::new().unwrap().block_on(serve());
}
