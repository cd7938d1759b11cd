//! A number of units of one ready path, for a program that counts instructions: `./check lean`.
//!
//! Everything happens on one thread, and nothing waits. The difference of two runs that differ in
//! the number of units leaves out the start of the program.

use clap::Parser;
use gochan_benchmarks::{
    cells::{standard, Cell},
    libraries,
    placement::Placement,
};
use std::hint::black_box;

#[derive(Parser)]
struct Options {
    /// Print the paths, each with a library that has it
    #[arg(long)]
    list: bool,
    /// A path
    path: Option<String>,
    /// A library
    library: Option<String>,
    /// How often
    #[arg(default_value_t = 1)]
    units: u64,
}

/// Does a number of units.
type Job = Box<dyn FnOnce(u64)>;

fn main() {
    let options = Options::parse();
    if options.list {
        paths().for_each(|(path, library, _)| println!("{path} {library}"));
        return;
    }
    let is_wanted = |(path, library, _): &(String, &str, Job)| {
        options.path.as_ref() == Some(path) && options.library.as_deref() == Some(*library)
    };
    let (_, _, job) = paths().find(is_wanted).expect("`--list` prints the paths");
    job(options.units);
}

/// The cells of the comparison that one thread does alone, with each library that has them; then
/// paths of gochan's that are not in the comparison.
fn paths() -> impl Iterator<Item = (String, &'static str, Job)> {
    let cells = standard(&[]).into_iter().filter(|cell| cell.workload.pattern.is_alone());
    cells.flat_map(of_all_libraries).chain(of_gochan())
}

fn of_all_libraries(cell: Cell) -> impl Iterator<Item = (String, &'static str, Job)> {
    let sides = Placement::Free.apply().expect("nothing is placed");
    libraries::ALL.into_iter().filter_map(move |library| {
        let run = cell.runner(&library, sides)?;
        let job: Job = Box::new(move |units| {
            black_box(run(units));
        });
        Some((cell.name.clone(), library.name, job))
    })
}

/// A path of gochan's, and what walks it a number of times.
type OwnPath = (&'static str, fn(u64));

fn of_gochan() -> impl Iterator<Item = (String, &'static str, Job)> {
    let paths: [OwnPath; 5] = [
        ("try/100", try_send_and_receive),
        ("recv-many/100", receive_many),
        ("clone/1", clone_and_drop),
        ("select-4-ready/100", select_of_four),
        ("select-2-send/100", select_over_sends),
    ];
    paths.into_iter().map(|(path, job)| (path.to_owned(), "gochan", Box::new(job) as Job))
}

fn try_send_and_receive(units: u64) {
    let (tx, rx) = gochan::bounded(100);
    for i in 0..units {
        tx.try_send(i).expect("it is empty");
        black_box(rx.try_recv()).expect("it has a value");
    }
}

/// A unit is a batch of a hundred.
fn receive_many(units: u64) {
    let (tx, rx) = gochan::bounded(100);
    let mut values = Vec::with_capacity(100);
    for _ in 0..units {
        (0..100_u64).for_each(|i| tx.send(i));
        values.clear();
        rx.recv_many(&mut values, 100);
        black_box(&values);
    }
}

fn clone_and_drop(units: u64) {
    let (tx, _rx) = gochan::bounded::<u64>(1);
    for _ in 0..units {
        drop(black_box(tx.clone()));
    }
}

fn select_of_four(units: u64) {
    let channels = [(); 4].map(|()| gochan::bounded::<u64>(100));
    let [(_, a), (_, b), (_, c), (tx, d)] = &channels;
    for i in 0..units {
        tx.send(i);
        let value = gochan::select! {
            recv(a) -> value => value,
            recv(b) -> value => value,
            recv(c) -> value => value,
            recv(d) -> value => value,
        };
        black_box(value);
    }
}

fn select_over_sends(units: u64) {
    let (full, _keeps) = gochan::bounded(1);
    full.send(0_u64);
    let (tx, rx) = gochan::bounded(100);
    for i in 0..units {
        gochan::select! {
            send(full, i) => unreachable!("it is full"),
            send(tx, i) => {}
        }
        black_box(rx.recv());
    }
}
