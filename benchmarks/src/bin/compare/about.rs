//! Where a report comes from: the machine, what was built, and the command.

use crate::{
    cli::{Plan, RunArgs},
    go,
};
use gochan_benchmarks::about::{command, compiler, machine, versions};

/// Lines for the heading of the report and of the samples; the first names the machine.
pub fn about(args: &RunArgs, with_go: bool) -> Vec<String> {
    let Plan { rounds, most_rounds, round } = args.plan();
    let go = with_go.then(|| go::version().unwrap_or(go::NAME.to_owned()));
    vec![
        machine(),
        compiler(),
        versions(|name| args.wants(name), go),
        format!(
            "{rounds} rounds of {round:?}, up to {most_rounds} where they differ; u64 messages"
        ),
        command(""),
    ]
}
