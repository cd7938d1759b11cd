//! Signals that do not stop coming, until the program has ended: none of them may change how it
//! ends.

use nix::sys::signal::{kill, Signal::SIGTERM};

use crate::{
    common::watchdog,
    place::everywhere,
    running::{End, Running},
};

const SUPERVISOR: &str = env!("CARGO_BIN_EXE_supervisor");

/// Sends SIGTERM again and again until the program has ended.
fn storm(mut program: Running, ready: &str) -> End {
    program.wait_for(ready);
    while program.lives() {
        let _ = kill(program.pid(), SIGTERM);
    }
    program.end()
}

#[test]
fn signals_while_a_program_ends_do_not_change_its_status() {
    let _dog = watchdog(120);
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let log = folder.path().join("log");
    let program =
        format!("[[program]]\nname = 'sleep'\ncommand = ['sleep', '1000']\nlogfile = {log:?}");
    std::fs::write(&config, program).unwrap();
    let programs: [(&str, &[&str], &str); 5] = [
        (env!("CARGO_BIN_EXE_graceful_exit"), &[], "waiting for signals"),
        (env!("CARGO_BIN_EXE_multi_process"), &["--children", "1", "--cleanup", "1ms"], "working"),
        (env!("CARGO_BIN_EXE_pool"), &[], "at work"),
        (SUPERVISOR, &["--config", config.to_str().unwrap()], "spawned"),
        (
            env!("CARGO_BIN_EXE_init"),
            &["--grace", "1h", "--", env!("CARGO_BIN_EXE_graceful_exit")],
            "waiting for signals",
        ),
    ];
    for (program, arguments, ready) in programs {
        for place in everywhere() {
            for _ in 0..20 {
                let end = storm(Running::start(place, program, arguments), ready);
                assert_eq!(end.status, 0, "{program} {place:?} {end:?}");
            }
        }
    }
}
