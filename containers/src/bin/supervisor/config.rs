//! The configuration: which programs there are, and how each of them is stopped.

use std::{
    collections::HashSet,
    error, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use gochan_containers::signals::sendable;
use rustix::process::Signal;
use serde::{de::Error, Deserialize, Deserializer};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Started in this order, and told to stop in the opposite one.
    #[serde(rename = "program", default)]
    pub programs: Vec<Program>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    pub name: String,
    /// The program and its arguments.
    #[serde(deserialize_with = "not_empty")]
    pub command: Vec<String>,
    /// What it gets on stdout and stderr is added to this file.
    pub logfile: PathBuf,
    /// What asks it to stop, and all that it has started and that is still in its process group.
    #[serde(default = "sigterm", rename = "stopsignal", deserialize_with = "signal_name")]
    pub stop_signal: Signal,
    /// How long it may take to stop before SIGKILL ends it.
    #[serde(default = "ten_seconds", rename = "stopwaitsecs", deserialize_with = "seconds")]
    pub stop_wait: Duration,
    /// How long it stays up before it counts as running.
    #[serde(default = "one_second", rename = "startsecs", deserialize_with = "seconds")]
    pub start_wait: Duration,
}

impl Config {
    /// The configuration in this file. An error says what is wrong, and where.
    pub fn read(path: &Path) -> Result<Self, Box<dyn error::Error>> {
        let text = fs::read_to_string(path)?;
        let config: Self = toml::from_str(&text)?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        if self.programs.is_empty() {
            return Err("no programs: there is no [[program]]".into());
        }
        let mut names = HashSet::new();
        match self.programs.iter().find(|program| !names.insert(&program.name)) {
            Some(twice) => Err(format!("two programs have the name {:?}", twice.name)),
            None => Ok(()),
        }
    }
}

fn not_empty<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let command = Vec::deserialize(from)?;
    if command.is_empty() {
        return Err(D::Error::custom("an empty command"));
    }
    Ok(command)
}

/// "SIGTERM", "TERM" or "15".
fn signal_name<'de, D: Deserializer<'de>>(from: D) -> Result<Signal, D::Error> {
    let name = String::deserialize(from)?;
    let signal: gochan::signal::Signal = name.parse().map_err(D::Error::custom)?;
    sendable(signal.number()).map_err(D::Error::custom)
}

fn seconds<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    Duration::try_from_secs_f64(f64::deserialize(from)?).map_err(D::Error::custom)
}

fn sigterm() -> Signal {
    Signal::TERM
}

fn ten_seconds() -> Duration {
    Duration::from_secs(10)
}

fn one_second() -> Duration {
    Duration::from_secs(1)
}
