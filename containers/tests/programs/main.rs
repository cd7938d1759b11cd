//! Starts the programs as their users do, alone and as process 1 of a PID namespace, sends them
//! signals, and looks at what they print and how they end.

#[path = "../../../tests/common/mod.rs"]
mod common;
mod graceful_exit;
mod ignore_term;
mod init;
mod multi_process;
mod place;
mod pool;
mod running;
mod storm;
mod supervisor;
mod terminal;
