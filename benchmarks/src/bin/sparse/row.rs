//! The measuring of a cell: rounds in which the libraries take turns, so that a disturbance meets
//! them all.

use gochan_benchmarks::{
    cells::capacity_name,
    library::Library,
    watchdog::Watchdog,
    workloads::sparse::{Run, Sample, Task},
};

/// A cell with what each library costs: nothing where it has no such channel.
pub struct Row {
    pub cell: String,
    pub columns: Vec<Column>,
}

pub struct Column {
    pub library: &'static str,
    pub sample: Option<Sample>,
}

impl Row {
    /// Of each library, the round with the median of the CPU times.
    pub fn measure(task: &Task, libraries: &[Library], rounds: usize, watchdog: &Watchdog) -> Self {
        let cell = name(task);
        let runs: Vec<_> = libraries.iter().map(|library| (library.sparse)(task)).collect();
        let mut samples = vec![vec![]; libraries.len()];
        for _ in 0..rounds {
            for ((library, run), samples) in libraries.iter().zip(&runs).zip(&mut samples) {
                watchdog.watch(format!("{} in {cell}", library.name));
                samples.extend(run.map(|run: Run| run(task)));
            }
        }
        let columns = libraries.iter().zip(samples);
        let columns = columns
            .map(|(library, samples)| Column { library: library.name, sample: middle(samples) });
        Self { cell, columns: columns.collect() }
    }

    pub fn cpu(&self, library: &str) -> Option<f64> {
        let column = self.columns.iter().find(|column| column.library == library)?;
        column.sample.map(|sample| sample.cpu)
    }
}

fn middle(mut samples: Vec<Sample>) -> Option<Sample> {
    samples.sort_by(|a, b| a.cpu.total_cmp(&b.cpu));
    samples.get(samples.len() / 2).copied()
}

fn name(task: &Task) -> String {
    format!("{} / {}", capacity_name(task.capacity), task.spacing.as_micros())
}
