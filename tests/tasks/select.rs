//! `select_async!`: its cases, its choice, and what is left when it is dropped.

use std::{
    thread,
    time::{Duration, Instant},
};

use gochan::{
    __private::blocked, after, make, select, select_async, tick, Chan, Context, Receiver,
};

use crate::{block_on, Poller};

const LONG: Duration = Duration::from_secs(3600);
const SHORT: Duration = Duration::from_millis(5);

#[test]
fn each_kind_of_case_wins() {
    block_on(async {
        let (c, full) = (make(1), make(1));
        let mut slot = Some(2);
        full.send(0);
        for expected in 0..4 {
            let won = select_async! {
                recv(c) -> v, if expected == 1 => v,
                recv_ok(full) -> v, if expected == 2 => v.unwrap() + 2,
                send(c, 1), if expected == 0 => 0,
                send_from(c, &mut slot), if expected == 3 => 3,
            };
            assert_eq!(won, expected);
        }
        assert_eq!((slot, c.recv()), (None, 2));
        c.close();
        let sent = select_async! { send_ok(c, 9) -> sent => sent };
        assert_eq!(sent.unwrap_err().into_inner(), 9);
    });
}

#[test]
fn bodies_act_on_the_code_around() {
    async fn run(c: &Chan<u32>) -> Result<u32, String> {
        let mut sum = 0;
        loop {
            select_async! {
                recv_ok(c) -> v => match v {
                    Some(0) => continue,
                    Some(9) => return Err("nine".into()),
                    Some(v) => sum += v,
                    None => break,
                },
                recv(after(LONG)) => Err("late".to_string())?,
            }
            after(Duration::ZERO).recv_ok_async().await;
        }
        Ok(sum)
    }
    let c = make(3);
    [1, 0, 2].into_iter().for_each(|v| c.send(v));
    c.close();
    assert_eq!(block_on(run(&c)), Ok(3));
    let c = make(1);
    c.send(9);
    assert_eq!(block_on(run(&c)), Err("nine".into()));
}

#[test]
fn default_does_not_wait() {
    let c = make::<u32>(0);
    let mut select = Poller::new(async {
        select_async! { recv(c) -> _ => false, default => true }
    });
    assert!(select.done());
    let mut none = Poller::new(async {
        select_async! { default => true }
    });
    assert!(none.done());
}

#[test]
fn a_timeout_ends_the_wait() {
    let (c, start) = (make::<u32>(0), Instant::now());
    let timed_out = block_on(async {
        select_async! { recv(c) -> _ => false, default(SHORT) => true }
    });
    assert!(timed_out && start.elapsed() >= SHORT);
    block_on(async {
        select_async! { default(SHORT) => {} }
    });
    assert!(start.elapsed() >= 2 * SHORT);
}

#[test]
fn timers_and_contexts_wake_tasks() {
    let start = Instant::now();
    block_on(async {
        assert!(after(SHORT).recv_ok_async().await.is_some());
        let ticks = tick(SHORT);
        for _ in 0..3 {
            assert!(ticks.recv_ok_async().await.is_some());
        }
        let (context, _cancel) = Context::background().with_timeout(SHORT);
        assert!(context.done().recv_ok_async().await.is_none());
    });
    assert!(start.elapsed() >= 5 * SHORT);
}

#[test]
fn at_most_one_send_happens() {
    for _ in 0..100 {
        let (a, b) = (make(0), make(0));
        let (mut one, mut two) = (Some(1), Some(2));
        let mut select = Poller::new(async {
            select_async! { send_from(a, &mut one) => 'a', send_from(b, &mut two) => 'b' }
        });
        select.waits();
        assert_eq!(a.recv(), 1);
        assert!(b.try_recv().is_err());
        assert_eq!(select.done(), 'a');
        drop(select);
        assert_eq!((one, two), (None, Some(2)));
    }
}

#[test]
fn a_select_that_is_dropped_leaves_its_queues() {
    let (a, b) = (make::<u32>(0), make::<u32>(1));
    b.send(0);
    let mut slot = Some(1);
    let mut select = Poller::new(async {
        select_async! { recv(a) -> _ => (), send_from(b, &mut slot) => () }
    });
    select.waits();
    assert_eq!((blocked(&a).receivers, blocked(&b).senders), (1, 1));
    drop(select);
    assert_eq!((blocked(&a).receivers, blocked(&b).senders), (0, 0));
    assert_eq!(slot, Some(1));
}

#[test]
fn a_select_passes_on_the_hint_of_the_case_that_lost() {
    let (a, b) = (make(1), make(1));
    let mut select = Poller::new(async {
        select_async! { biased; recv(b) -> v => v, recv(a) -> v => v }
    });
    let mut other = Poller::new(a.recv_async());
    select.waits();
    other.waits();
    a.send(1);
    assert_eq!((select.wakes(), other.wakes()), (1, 0));
    b.send(2);
    // Hinted for `a`, it tries that first.
    assert_eq!(select.done(), 1);
    other.waits();
    a.send(3);
    assert_eq!(other.done(), 3);
}

#[test]
fn ready_cases_have_equal_chances() {
    let (a, b) = (make(1), make(1));
    let mut won = [0; 2];
    for _ in 0..1000 {
        let (_, _) = (a.try_send(0), b.try_send(1));
        won[block_on(async {
            select_async! { recv(a) -> v => v, recv(b) -> v => v }
        })] += 1;
    }
    assert!(won.iter().all(|&n| n > 350), "{won:?}");
}

/// A round of `threads` or tasks that meet by selects in both roles.
fn crossed(rounds: usize, task: [bool; 2]) {
    let (a, b) = (make(0), make(0));
    thread::scope(|scope| {
        for (i, &is_task) in task.iter().enumerate() {
            let (from, to): (Chan<usize>, Chan<usize>) =
                if i == 0 { (a.clone(), b.clone()) } else { (b.clone(), a.clone()) };
            scope.spawn(move || {
                for n in 0..rounds {
                    if is_task {
                        block_on(async {
                            select_async! { recv(from) -> _ => (), send(to, n) => () }
                        });
                    } else {
                        select! { recv(from) -> _ => (), send(to, n) => () }
                    }
                }
            });
        }
    });
}

#[test]
fn selects_in_both_roles_meet() {
    let _dog = crate::common::watchdog(60);
    for task in [[true, true], [true, false], [false, true]] {
        crossed(2000, task);
    }
}

#[test]
fn a_future_of_a_select_moves_between_threads() {
    fn moves<F: Send>(_: &F) {}
    let (c, nil) = (make(1), Receiver::<String>::nil());
    let select = async {
        select_async! {
            recv(nil) -> _ => 0,
            send(c, "s".to_string()) => c.recv_async().await.len(),
            recv(after(LONG)) => 2,
        }
    };
    moves(&select);
    assert_eq!(block_on(select), 1);
}
