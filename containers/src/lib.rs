//! What several of the programs in `bin` need. README.md says what each program shows.

pub mod child;
pub mod console;
pub mod signals;
