//! One run: a process for each placement, a table for each process.

use crate::{
    about, chart,
    cli::RunArgs,
    contender::Contender,
    go,
    neighbours::Neighbours,
    report::{Column, Row},
    rounds, samples, summary, table, Outcome,
};
use gochan_benchmarks::{
    cells::Cell,
    libraries,
    placement::{Placement, Sides},
    watchdog::Watchdog,
    workloads,
};
use std::{env, process::Command};

/// A process for each placement: libraries ask once how many cores there are, and remember it.
pub fn all_placements(args: &RunArgs) -> Outcome {
    check_names(args)?;
    let go = args.wants(go::NAME).then(go::build);
    if let Some(Err(error)) = &go {
        println!("Go is left out: {error}.");
    }
    let go = go.and_then(Result::ok);
    let about = about::about(args, go.is_some());
    println!("# gochan beside its peers\n");
    about.iter().for_each(|line| println!("- {line}"));
    if let Some(dir) = &args.out {
        samples::create(dir, &about)?;
    }
    for placement in &args.placement {
        let mut child = Command::new(env::current_exe()?);
        child.args(env::args_os().skip(1)).args(["--child", &placement.name()]);
        if let Some(program) = &go {
            child.arg("--go-program").arg(program);
        }
        if !child.status()?.success() {
            return Err(format!("the run of {} failed", placement.name()).into());
        }
    }
    args.out.as_deref().map_or(Ok(()), chart::draw)
}

/// A typing error must not look like a run without rows.
fn check_names(args: &RunArgs) -> Outcome {
    if args.wanted().is_empty() {
        return Err("no cell has such a name".into());
    }
    let known: Vec<_> =
        libraries::ALL.iter().map(|library| library.name).chain([go::NAME]).collect();
    match args.libraries.iter().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(format!("no library {name}; there are {}", known.join(", ")).into()),
        None => Ok(()),
    }
}

pub fn one_placement(args: &RunArgs, placement: Placement) -> Outcome {
    let sides = match placement.apply() {
        Ok(sides) => sides,
        Err(error) => {
            println!("\nPlacement {} is left out: {error}.", placement.name());
            return Ok(());
        }
    };
    libraries::prepare();
    let neighbours = (placement == Placement::Busy).then(Neighbours::start).transpose();
    let _neighbours = match neighbours {
        Ok(neighbours) => neighbours,
        Err(error) => {
            println!("\nPlacement {} is left out: {error}.", placement.name());
            return Ok(());
        }
    };
    let (mut contenders, cells) = (Contender::all(args), cells(args, placement));
    if cells.is_empty() {
        return Ok(());
    }
    if args.smoke {
        return smoke(args, sides, &cells, &mut contenders);
    }
    let names: Vec<_> = contenders.iter().map(Contender::name).collect();
    let title = format!("{}: {}", placement.name(), placement.description());
    let (table, watchdog) = (table::start(&title, &cells, &names), Watchdog::start());
    let mut rows = vec![];
    for cell in &cells {
        let row = measure(args, cell, sides, &mut contenders, &watchdog);
        table::cell(&table, &row);
        if let Some(dir) = &args.out {
            samples::append(dir, &placement.name(), &row)?;
        }
        rows.push(row);
    }
    summary::print(&rows);
    Ok(())
}

/// The cells of this placement. Cells of one thread have no sides: where `one` is asked for, it is
/// enough for them.
fn cells(args: &RunArgs, placement: Placement) -> Vec<Cell> {
    let is_elsewhere = placement != Placement::One && args.placement.contains(&Placement::One);
    let mut cells = args.wanted();
    cells.retain(|cell| !(is_elsewhere && cell.workload.pattern.is_alone()));
    cells.retain(|cell| {
        let is_possible = !cell.workload.pattern.is_close()
            || workloads::close::is_possible(cell.workload.threads);
        if !is_possible {
            println!("\n{} is left out: so many threads cannot be started.", cell.name);
        }
        is_possible
    });
    cells
}

fn measure(
    args: &RunArgs,
    cell: &Cell,
    sides: Sides,
    contenders: &mut [Contender],
    watchdog: &Watchdog,
) -> Row {
    let names: Vec<_> = contenders.iter().map(Contender::name).collect();
    let runners = contenders.iter_mut().map(|contender| contender.runner(cell, sides, watchdog));
    let mut runners: Vec<_> = runners.collect();
    let mut present: Vec<_> = runners.iter_mut().flatten().collect();
    let mut rounds = rounds::measure(&mut present, args.plan()).into_iter();
    let columns = names.into_iter().zip(&runners).map(|(library, runner)| Column {
        library: library.to_owned(),
        rounds: runner.as_ref().and_then(|_| rounds.next()).unwrap_or_default(),
    });
    Row { cell: cell.name.clone(), columns: columns.collect() }
}

/// Every cell with every library, to see that none hangs.
fn smoke(args: &RunArgs, sides: Sides, cells: &[Cell], contenders: &mut [Contender]) -> Outcome {
    let watchdog = Watchdog::start();
    let rows = cells.iter().map(|cell| measure(args, cell, sides, contenders, &watchdog));
    let runs: usize =
        rows.map(|row| row.columns.iter().filter(|c| !c.rounds.is_empty()).count()).sum();
    println!("{} cells, {runs} runs: all ended.", cells.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::Parser;

    #[test]
    fn every_cell_ends_with_every_library() {
        let args = Cli::parse_from(["compare", "--smoke"]).run;
        let sides = Placement::Free.apply().unwrap();
        let (mut contenders, cells) = (Contender::all(&args), args.wanted());
        smoke(&args, sides, &cells, &mut contenders).unwrap();
    }
}
