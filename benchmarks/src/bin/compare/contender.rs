//! What is measured: libraries in this process, and Go in another.

use crate::{
    cli::RunArgs,
    go::{self, Go},
    rounds::Runner,
};
use gochan_benchmarks::{
    cells::Cell, libraries, library::Library, placement::Sides, watchdog::Watchdog,
};

pub enum Contender {
    Library(Library),
    Go(Go),
}

impl Contender {
    /// All that are asked for and can run, in the order of the columns.
    pub fn all(args: &RunArgs) -> Vec<Self> {
        let libraries = libraries::ALL.into_iter().filter(|library| args.wants(library.name));
        let go = args.go_program.iter().map(|program| Go::start(program).map(Self::Go));
        let go = go.map(|go| go.expect("a program that was built a moment ago starts"));
        libraries.map(Self::Library).chain(go).collect()
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::Library(library) => library.name,
            Self::Go(_) => go::NAME,
        }
    }

    /// `None` where it has no such cell.
    pub fn runner<'a>(
        &'a mut self,
        cell: &'a Cell,
        sides: Sides,
        watchdog: &'a Watchdog,
    ) -> Option<Runner<'a>> {
        let name = self.name();
        let watch = move || watchdog.watch(format!("{name} in {}", cell.name));
        match self {
            Self::Library(library) => {
                let run = cell.runner(library, sides)?;
                Some(Box::new(move |units| {
                    watch();
                    run(units)
                }))
            }
            Self::Go(go) if Go::can(cell) => Some(Box::new(move |units| {
                watch();
                go.run(cell, units)
            })),
            Self::Go(_) => None,
        }
    }
}
