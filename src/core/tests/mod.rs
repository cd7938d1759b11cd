//! The cores, called step by step by one thread.

mod lines;
mod steps;
mod version;
