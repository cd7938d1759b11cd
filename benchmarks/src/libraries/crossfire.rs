use crate::{
    channel::{Capacity, Channel, Close, SelectDefault},
    library::{defaults, many_to_many, many_to_one, one_to_one, selects, Library},
    workloads::{sparse, Pattern, Run, Workload},
};
use crossfire::{
    mpmc, mpsc,
    select::{Select, SelectResult},
    spsc, MRx, MTx, Rx, Tx,
};

/// The kind of channel that suits each workload best. crossfire's channels of capacity 0 have a
/// buffer for one value, so that they are left out.
pub const LIBRARY: Library = Library {
    name: "crossfire",
    version: env!("VERSION_CROSSFIRE"),
    run: best,
    sparse: best_sparse,
};

fn best(&Workload { pattern, capacity, .. }: &Workload) -> Option<Run> {
    use Pattern::*;
    match (pattern, capacity) {
        (_, Some(0)) => None,
        (Mpsc, Some(1)) => many_to_one::<MpscOne>(Mpsc),
        (Mpsc, Some(_)) => many_to_one::<MpscArray>(Mpsc),
        (Mpsc, None) => many_to_one::<MpscList>(Mpsc),
        (Spmc | Mpmc | CloseCall | CloseWoken, Some(1)) => many_to_many::<MpmcOne>(pattern),
        (Spmc | Mpmc | CloseCall | CloseWoken, Some(_)) => many_to_many::<MpmcArray>(pattern),
        (Spmc | Mpmc | CloseCall | CloseWoken, None) => many_to_many::<MpmcList>(pattern),
        (_, Some(1)) => one_to_one::<SpscOne>(pattern).or_else(|| all_selects::<SpscOne>(pattern)),
        (_, Some(_)) => {
            one_to_one::<SpscArray>(pattern).or_else(|| all_selects::<SpscArray>(pattern))
        }
        (_, None) => one_to_one::<SpscList>(pattern),
    }
}

fn best_sparse(task: &sparse::Task) -> Option<sparse::Run> {
    match (task.receivers, task.capacity) {
        (_, Some(0)) => None,
        (1, Some(1)) => Some(sparse::to_one::<SpscOne>),
        (1, Some(_)) => Some(sparse::to_one::<SpscArray>),
        (1, None) => Some(sparse::to_one::<SpscList>),
        (_, Some(1)) => Some(sparse::to_many::<MpmcOne>),
        (_, Some(_)) => Some(sparse::to_many::<MpmcArray>),
        (_, None) => Some(sparse::to_many::<MpmcList>),
    }
}

fn all_selects<C: SelectDefault>(pattern: Pattern) -> Option<Run> {
    selects::<C>(pattern).or_else(|| defaults::<C>(pattern))
}

/// One kind: its name, its handles, and how it is made.
macro_rules! kind {
    ($name:ident, $tx:ty, $rx:ty, $make:expr) => {
        struct $name;

        impl Channel for $name {
            type Tx = $tx;
            type Rx = $rx;
            #[inline]
            fn make(capacity: Capacity) -> (Self::Tx, Self::Rx) {
                let make: fn(Capacity) -> (Self::Tx, Self::Rx) = $make;
                make(capacity)
            }
            #[inline]
            fn send(tx: &Self::Tx, value: u64) {
                tx.send(value).unwrap();
            }
            #[inline]
            fn recv(rx: &Self::Rx) -> u64 {
                rx.recv().unwrap()
            }
        }
    };
}

kind!(SpscOne, Tx<spsc::One<u64>>, Rx<spsc::One<u64>>, |_| spsc::new());
kind!(SpscArray, Tx<spsc::Array<u64>>, Rx<spsc::Array<u64>>, |n| spsc::bounded_blocking(bound(n)));
kind!(SpscList, Tx<spsc::List<u64>>, Rx<spsc::List<u64>>, |_| spsc::unbounded_blocking());
kind!(MpscOne, MTx<mpsc::One<u64>>, Rx<mpsc::One<u64>>, |_| mpsc::new());
kind!(MpscArray, MTx<mpsc::Array<u64>>, Rx<mpsc::Array<u64>>, |n| mpsc::bounded_blocking(bound(n)));
kind!(MpscList, MTx<mpsc::List<u64>>, Rx<mpsc::List<u64>>, |_| mpsc::unbounded_blocking());
kind!(MpmcOne, MTx<mpmc::One<u64>>, MRx<mpmc::One<u64>>, |_| mpmc::new());
kind!(MpmcArray, MTx<mpmc::Array<u64>>, MRx<mpmc::Array<u64>>, |n| {
    mpmc::bounded_blocking(bound(n))
});
kind!(MpmcList, MTx<mpmc::List<u64>>, MRx<mpmc::List<u64>>, |_| mpmc::unbounded_blocking());

fn bound(capacity: Capacity) -> usize {
    capacity.expect("this kind is bounded")
}

macro_rules! close {
    ($($name:ident),*) => {$(
        impl Close for $name {
            fn recv_ok(rx: &Self::Rx) -> bool {
                rx.recv().is_ok()
            }
        }
    )*};
}

close!(MpmcOne, MpmcArray, MpmcList);

/// A select that serves many times, with its receivers.
struct Over<'a, R> {
    select: Select<'a>,
    rxs: &'a [R],
}

/// The bounds that would make this generic are private to crossfire.
macro_rules! select {
    ($($name:ident),*) => {$(
        impl Over<'_, <$name as Channel>::Rx> {
            #[inline]
            fn read(&self, chosen: SelectResult) -> u64 {
                let rx = self.rxs.iter().find(|rx| chosen == **rx).expect("it is one of these");
                rx.read_select(chosen).unwrap()
            }
            #[inline]
            fn select(&mut self) -> u64 {
                let chosen = self.select.select().unwrap();
                self.read(chosen)
            }
        }

        impl crate::channel::Select for $name {
            type Over<'a> = Over<'a, Self::Rx>;
            fn over(rxs: &[Self::Rx]) -> Self::Over<'_> {
                let mut select = Select::new();
                rxs.iter().for_each(|rx| select.add(rx));
                Over { select, rxs }
            }
            #[inline]
            fn of_four(over: &mut Self::Over<'_>) -> u64 {
                over.select()
            }
            #[inline]
            fn of_two(over: &mut Self::Over<'_>) -> u64 {
                over.select()
            }
        }

        impl SelectDefault for $name {
            #[inline]
            fn of_two_or_default(over: &mut Self::Over<'_>) -> Option<u64> {
                let chosen = over.select.try_select().ok()?;
                Some(over.read(chosen))
            }
        }
    )*};
}

select!(SpscOne, SpscArray);
