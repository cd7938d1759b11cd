//! Every interleaving of the small cases, by the loom model checker.
//!
//! `./check loom` runs them and prints the number of interleavings of each; `./check mutants` shows
//! that seeded mistakes make them fail. Names and numbers are those of the table in docs/models.md.
//!
//! `tests/loom/models.txt` says how many preemptions each explores. Under loom a ring has the
//! capacity asked for, the unbounded channel blocks of one slot and then of three, nobody polls
//! before sleeping, and time passes where somebody waits for it.
#![cfg(loom)]

#[path = "loom/run.rs"]
mod run;

#[path = "loom/context.rs"]
mod context;
#[path = "loom/list.rs"]
mod list;
#[path = "loom/rendezvous.rs"]
mod rendezvous;
#[path = "loom/ring.rs"]
mod ring;
#[path = "loom/select.rs"]
mod select;
#[path = "loom/tasks.rs"]
mod tasks;
#[path = "loom/time.rs"]
mod time;
