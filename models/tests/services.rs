//! The services, in every interleaving that the checker explores.
//!
//! ```text
//! cargo test                                     # a hundred times on real threads
//! RUSTFLAGS="--cfg loom" cargo test              # every interleaving
//! RUSTFLAGS="--cfg shuttle" cargo test           # many schedules
//! ```

use gochan::{make, Chan};
use gochan_models::{
    confirming_worker, forgetful_worker, heartbeat, pool_worker,
    threads::{check, spawn},
    unique_ids,
};

/// The thread that asked the worker to die goes on only after the clean-up.
#[test]
fn a_worker_confirms_its_end() {
    check(2, || {
        let (jobs, die, result): (Chan<u32>, Chan<()>, Chan<u32>) = (make(0), make(0), make(1));
        let worker = spawn({
            let (jobs, die, result) = (jobs.receiver(), die.clone(), result.sender());
            move || confirming_worker(&jobs, &die, |sum| result.send(sum))
        });
        jobs.send(3);
        die.send(());
        die.recv();
        assert_eq!(result.try_recv(), Ok(3));
        worker.join().unwrap();
    });
}

/// Two clients never get the same number.
#[test]
fn ids_are_unique() {
    check(1, || {
        let (ids, die): (Chan<u32>, Chan<()>) = (make(0), make(0));
        let service = spawn({
            let (ids, die) = (ids.sender(), die.receiver());
            move || unique_ids(&ids, &die)
        });
        let client = spawn({
            let ids = ids.receiver();
            move || ids.recv()
        });
        let here = ids.recv();
        assert_ne!(here, client.join().unwrap());
        die.close();
        service.join().unwrap();
    });
}

/// After the jobs are closed each one that was sent has its result, and then the results end.
#[test]
fn a_closed_pool_drains() {
    check(1, || {
        let (jobs, results): (Chan<u32>, Chan<u32>) = (make(1), make(1));
        let workers = [(); 2].map(|()| {
            let (jobs, results) = (jobs.receiver(), results.sender());
            spawn(move || pool_worker(&jobs, &results))
        });
        jobs.send(1);
        jobs.close();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        results.close();
        let done: Vec<u32> = results.iter().collect();
        assert_eq!(done, [2]);
    });
}

/// The heart stops, however many beats there are, with or without a listener.
#[test]
fn a_heart_stops() {
    check(2, || {
        let (beats, die): (Chan<()>, Chan<()>) = (make(1), make(0));
        let heart = spawn({
            let (beats, die) = (beats.sender(), die.receiver());
            move || heartbeat(&beats, &die)
        });
        // Real time would have to pass for a beat; in a model it may have passed at any point.
        #[cfg(any(loom, shuttle))]
        beats.recv();
        die.close();
        heart.join().unwrap();
        assert!(beats.len() <= 1);
    });
}

/// The seeded mistake: told to die between its look and its wait, the worker never ends.
#[test]
#[ignore = "fails under a checker, as the next test shows"]
fn a_forgetful_worker_ends() {
    check(2, || {
        let (jobs, die): (Chan<u32>, Chan<()>) = (make(1), make(1));
        let worker = spawn({
            let (jobs, die) = (jobs.receiver(), die.receiver());
            move || forgetful_worker(&jobs, &die)
        });
        jobs.send(1);
        die.send(());
        worker.join().unwrap();
    });
}

/// Runs in a process of its own: loom cannot unwind out of a deadlock, and aborts.
#[test]
#[cfg(any(loom, shuttle))]
fn the_checkers_find_the_forgetful_worker() {
    let this = std::env::current_exe().unwrap();
    let one = ["--ignored", "--exact", "a_forgetful_worker_ends", "--nocapture"];
    let output = std::process::Command::new(this).args(one).output().unwrap();
    assert!(!output.status.success());
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(report.contains("deadlock"), "{report}");
}
