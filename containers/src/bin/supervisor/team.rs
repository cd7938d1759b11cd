//! The programs that run: each is watched by a thread of its own.

use std::thread;

use gochan::{bounded, Receiver, Sender};

use crate::{
    config::Program,
    program::{Running, Told},
};

pub struct Team {
    /// Where each program is asked to stop, in the order of their starts.
    stops: Vec<Sender<Told>>,
}

impl Team {
    /// Starts all programs, or none. The channel gives for each that has ended whether it ended well, and closes
    /// after the last one.
    pub fn start(programs: Vec<Program>) -> Result<(Self, Receiver<bool>), String> {
        // Room for all: nobody who stops a program may have to take its end first.
        let (end, ends) = bounded(programs.len());
        let mut team = Self { stops: Vec::new() };
        for program in programs {
            match Running::start(program) {
                Ok(running) => team.watch(running, end.clone()),
                Err(error) => {
                    drop(end);
                    team.stop();
                    ends.iter().for_each(drop);
                    return Err(error);
                }
            }
        }
        Ok((team, ends))
    }

    fn watch(&mut self, running: Running, end: Sender<bool>) {
        let (stop, stopped) = bounded(0);
        self.stops.push(stop);
        thread::spawn(move || end.send(running.watch(stopped)));
    }

    /// Asks every program to stop, the last one first; one that has ended, or knows already, does not listen.
    pub fn stop(&self) {
        for stop in self.stops.iter().rev() {
            let (told, heard) = bounded::<()>(0);
            if stop.send_ok(told).is_ok() {
                heard.recv_ok();
            }
        }
    }
}
