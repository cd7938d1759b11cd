//! Values of every size, alignment and kind arrive unchanged, and need little stack.

use std::{
    env,
    fmt::Debug,
    num::{NonZeroU32, NonZeroU8},
    ptr, thread,
};

use gochan::{bounded, make, unbounded};

use crate::{
    common::{command, watchdog},
    open, CAPACITIES,
};

/// Sends the values through channels of every capacity, more than once around the buffer.
fn round_trip<T: Clone + Debug + PartialEq + Send>(values: &[T]) {
    let _dog = watchdog(30);
    let count = 20 * values.len();
    let values = values.iter().cycle().take(count).cloned().collect::<Vec<_>>();
    for cap in CAPACITIES {
        let (tx, rx) = open(cap);
        let sent = values.clone();
        thread::scope(|scope| {
            scope.spawn(move || sent.into_iter().for_each(|v| tx.send(v)));
            assert_eq!(rx.into_iter().collect::<Vec<_>>(), values, "capacity {cap:?}");
        });
    }
}

#[test]
fn values_of_types_with_forbidden_bit_patterns_arrive_unchanged() {
    round_trip(&[&1, &2, &3]);
    round_trip(&[Some(&1), None]);
    round_trip(&[NonZeroU32::MIN, NonZeroU32::MAX]);
    round_trip(&[None, NonZeroU8::new(255)]);
    round_trip(&[Box::new(1), Box::new(2)]);
    round_trip(&[Some(Box::new(1)), None, Some(Box::new(2))]);
    round_trip(&[true, false]);
    round_trip(&[Some(Some(true)), Some(None), None]);
    round_trip(&['a', char::MAX]);
    round_trip(&[String::new(), String::from("text")]);
}

#[test]
fn values_of_every_size_arrive_unchanged() {
    round_trip(&[(), ()]);
    round_trip(&[0, u8::MAX]);
    round_trip(&[[1u8; 3], [2; 3]]);
    round_trip(&[0, u64::MAX]);
    round_trip(&[0, u128::MAX]);
    round_trip(&[[1u64; 33], [2; 33]]);
}

/// Functions, trait objects and channels are values as good as any.
#[test]
fn values_that_are_code_or_channels_arrive_and_work() {
    let (tx, rx) = bounded::<Box<dyn Fn(i32) -> i32 + Send>>(1);
    tx.send(Box::new(|x| x + 1));
    assert_eq!(rx.recv_ok().unwrap()(1), 2);

    let (tx, rx) = bounded(1);
    let inner = make(1);
    tx.send(inner.clone());
    rx.recv().send(5);
    assert_eq!(inner.recv(), 5);
}

/// The value is looked at where the channel put it: on receipt, and in the buffer as it is dropped.
macro_rules! check_alignment {
    ($align:literal) => {{
        #[repr(align($align))]
        #[derive(Default)]
        struct Aligned(u8);
        impl Aligned {
            fn check(&self) {
                assert_eq!(ptr::from_ref(self) as usize % $align, 0);
            }
        }
        impl Drop for Aligned {
            fn drop(&mut self) {
                self.check();
            }
        }
        for cap in CAPACITIES {
            let (tx, rx) = open(cap);
            thread::scope(|scope| {
                scope.spawn(|| (0..20).for_each(|i| tx.send(Aligned(i))));
                for i in 0..20 {
                    let value = rx.recv();
                    value.check();
                    assert_eq!(value.0, i);
                }
            });
            (0..cap.unwrap_or(40)).for_each(|_| tx.send(Aligned(0)));
            drop(rx);
        }
    }};
}

#[test]
fn values_with_large_alignment_are_aligned() {
    let _dog = watchdog(30);
    check_alignment!(64);
    check_alignment!(4096);
}

/// Room for sixteen of the large values below. Code that is not optimised copies a value on its way
/// into and out of every function, and gets the stack that std gives a thread.
const SMALL_STACK: usize = if cfg!(debug_assertions) { 2 << 20 } else { 512 << 10 };

fn on_a_small_stack(code: impl FnOnce() + Send + 'static) -> thread::JoinHandle<()> {
    thread::Builder::new().stack_size(SMALL_STACK).spawn(code).unwrap()
}

/// Runs the code of the test with this name in a process of its own, since a stack overflow ends
/// the whole process.
fn alone(test: &str, code: impl FnOnce()) {
    const CHILD: &str = "GOCHAN_TEST_RUNS_ALONE";
    if env::var_os(CHILD).is_some() {
        return code();
    }
    let mut child = command(&[], env::current_exe().unwrap());
    let output = child.args(["--exact", "--nocapture", test]).env(CHILD, "").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let ran = String::from_utf8_lossy(&output.stdout).contains("1 passed");
    assert!(ran, "there is no test {test}");
}

#[test]
fn large_values_need_little_stack() {
    type Large = [u8; 32768];
    let _dog = watchdog(30);
    alone("shapes::large_values_need_little_stack", || {
        for cap in [Some(0), Some(1), None] {
            let (tx, rx) = open::<Large>(cap);
            let sender = on_a_small_stack(move || (1..=5).for_each(|i| tx.send([i; 32768])));
            let receiver = on_a_small_stack(move || {
                for i in 1..=5 {
                    let value = rx.recv_ok().unwrap();
                    assert!(value[0] == i && value[32767] == i);
                }
            });
            sender.join().unwrap();
            receiver.join().unwrap();
        }
    });
}

/// Not one of the values would fit on the stack. The channel has none.
#[test]
fn an_empty_channel_of_huge_values_needs_little_stack() {
    type Huge = [u8; SMALL_STACK];
    alone("shapes::an_empty_channel_of_huge_values_needs_little_stack", || {
        for open in [|| bounded::<Huge>(0), || bounded(4), unbounded] {
            let thread = on_a_small_stack(move || {
                let (tx, rx) = open();
                assert!(tx.is_empty());
                tx.close();
                drop(rx);
            });
            thread.join().unwrap();
        }
    });
}

#[test]
fn boxed_values_are_not_copied() {
    let _dog = watchdog(30);
    for cap in CAPACITIES {
        let (tx, rx) = open::<Box<[u8]>>(cap);
        let value = vec![7; 1 << 20].into_boxed_slice();
        let address = value.as_ptr() as usize;
        let sender = on_a_small_stack(move || tx.send(value));
        let value = rx.recv_ok().unwrap();
        assert_eq!(value.as_ptr() as usize, address);
        sender.join().unwrap();
    }
}
