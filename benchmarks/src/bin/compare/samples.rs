//! The raw samples: every round of every cell, in one CSV file with its heading as comments.

use crate::{report::Row, rounds::Round, Outcome};
use serde::{Deserialize, Serialize};
use std::{
    error::Error,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

/// A line. The last three figures are for one unit.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Sample {
    pub placement: String,
    pub cell: String,
    pub library: String,
    pub round: usize,
    pub units: u64,
    pub ns: f64,
    pub cpu_ns: f64,
    pub switches: f64,
}

const HEADING: &str = "placement,cell,library,round,units,ns,cpu_ns,switches";

/// Begins a new file. The lines that tell where the samples come from stand first.
pub fn create(dir: &Path, about: &[String]) -> Outcome {
    fs::create_dir_all(dir)?;
    let mut file = File::create(file(dir))?;
    about.iter().try_for_each(|line| writeln!(file, "# {line}"))?;
    Ok(writeln!(file, "{HEADING}")?)
}

/// Adds the rounds of a cell.
pub fn append(dir: &Path, placement: &str, row: &Row) -> Outcome {
    let file = File::options().append(true).open(file(dir))?;
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(file);
    for column in &row.columns {
        for (number, round) in column.rounds.iter().enumerate() {
            writer.serialize(sample(placement, row, &column.library, number, round))?;
        }
    }
    Ok(writer.flush()?)
}

fn sample(placement: &str, row: &Row, library: &str, number: usize, round: &Round) -> Sample {
    Sample {
        placement: placement.to_owned(),
        cell: row.cell.clone(),
        library: library.to_owned(),
        round: number + 1,
        units: round.units,
        ns: round.ns,
        cpu_ns: round.cpu_ns,
        switches: round.switches,
    }
}

/// The comments and the samples of an earlier run.
pub fn read(dir: &Path) -> Result<(Vec<String>, Vec<Sample>), Box<dyn Error>> {
    let text = fs::read_to_string(file(dir))?;
    let about = text.lines().map_while(|line| line.strip_prefix("# ")).map(str::to_owned);
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    let samples = reader.deserialize().collect::<Result<_, _>>()?;
    Ok((about.collect(), samples))
}

fn file(dir: &Path) -> PathBuf {
    dir.join("samples.csv")
}
