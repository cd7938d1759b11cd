//! What is measured: the libraries, the workloads, and the cells that combine them.
//!
//! The program `compare` and the criterion benches measure the same cells.

pub mod about;
pub mod cells;
pub mod channel;
pub mod libraries;
pub mod library;
pub mod placement;
pub mod statistics;
pub mod table;
pub mod usage;
pub mod watchdog;
pub mod workloads;
