//! The programs that run: each is watched by a thread of its own.

use std::{io, thread};

use gochan::{bounded, unbounded, Receiver, Sender};

use crate::{
    config::Program,
    ends::{self, End},
    program::{Running, Told},
};

pub struct Team {
    /// For each program, in the order of the starts: where it is asked to stop, and where it hears
    /// of ends.
    members: Vec<(Sender<Told>, Sender<End>)>,
    /// Takes from each program whether it has ended well. Nil once all have been started.
    end: Sender<bool>,
}

impl Team {
    /// The channel gives for each program whether it has ended well, and closes after the last one.
    pub fn new() -> (Self, Receiver<bool>) {
        // Room for all: the thread that stops a program must not have to take its end first.
        let (end, ends) = unbounded();
        (Self { members: Vec::new(), end }, ends)
    }

    /// Starts all programs, up to the first one that does not start.
    pub fn start(&mut self, programs: Vec<Program>) -> Result<(), String> {
        let end = std::mem::replace(&mut self.end, Sender::nil());
        programs.into_iter().try_for_each(|program| {
            let (ended, ends) = unbounded();
            let running = Running::start(program, ends)?;
            let (stop, stopped) = bounded(0);
            self.members.push((stop, ended));
            let end = end.clone();
            thread::spawn(move || end.send(running.watch(stopped)));
            Ok(())
        })
    }

    /// Asks every program to stop, the last one first; one that has ended does not listen. The
    /// second call kills them.
    pub fn stop(&self) {
        for (stop, _) in self.members.iter().rev() {
            let (told, heard) = bounded::<()>(0);
            if stop.send_ok(told).is_ok() {
                heard.recv_ok();
            }
        }
    }

    /// Tells every program of all ends.
    pub fn take_ends(&self) -> io::Result<()> {
        ends::take(|end| {
            for (_, ended) in &self.members {
                let _ = ended.send_ok(end);
            }
        })
    }
}
