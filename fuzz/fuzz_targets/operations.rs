//! Sequences of operations on one thread, beside a model that says what each of them does.
//!
//! The input is a program: which channels there are, and step by step what is done to them, with
//! every form of every operation. Blocking forms are used where the model says that they do not
//! block. Values count their drops, and some panic in theirs.
#![no_main]

// `freer` is for threads.
#[allow(dead_code)]
#[path = "../../tests/linear/channel.rs"]
mod channel;
#[path = "../operations/machine.rs"]
mod machine;
#[path = "../operations/panic.rs"]
mod panic;
#[path = "../operations/port.rs"]
mod port;
#[path = "../operations/program.rs"]
mod program;
#[path = "../operations/select.rs"]
mod select;
#[path = "../operations/value.rs"]
mod value;

use libfuzzer_sys::fuzz_target;
use machine::Machine;
use program::Program;

fuzz_target!(
    init: panic::abort_unless_expected(),
    |program: Program| Machine::new(&program.channels).run(&program.steps)
);
