//! gochan beside crossbeam-channel and std, by criterion: for one cell again and again while its
//! code changes.
//!
//! The cells are those of the comparison without its closes, and `ping-pong` and `select-4` at more
//! capacities. Threads are not pinned; `taskset -c 0 ./check bench` shows one core. criterion
//! measures the libraries one after another, so that a disturbance may meet one of them alone. For
//! a ratio, believe the comparison, where they take turns.

use criterion::Criterion;
use gochan_benchmarks::{
    cells::{self, Cell},
    libraries,
    placement::Placement,
};
use std::time::Duration;

const LIBRARIES: [&str; 3] = ["gochan", "crossbeam", "std"];

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(400))
        .sample_size(10)
        .nresamples(10_000)
        .configure_from_args();
    cells::repeatable().iter().for_each(|cell| group(&mut criterion, cell));
    criterion.final_summary();
}

/// A benchmark for each library that has such a cell.
fn group(criterion: &mut Criterion, cell: &Cell) {
    let sides = Placement::Free.apply().expect("nothing is pinned");
    let mut group = criterion.benchmark_group(&cell.name);
    for library in libraries::ALL.iter().filter(|library| LIBRARIES.contains(&library.name)) {
        let Some(run) = cell.runner(library, sides) else { continue };
        group.bench_function(library.name, |bencher| {
            bencher.iter_custom(|units| {
                let sample = run(units);
                // A workload of batches may do more than it was asked for.
                sample.elapsed.mul_f64(units as f64 / sample.units as f64)
            });
        });
    }
}
