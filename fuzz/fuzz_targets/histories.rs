//! Programs of a few threads that the input makes up: is there an order of all their calls that
//! makes sense? The programs and the checker are those of tests/linear.rs; here coverage chooses
//! what is tried next.
#![no_main]

/// The tests' random choices, made by the input.
mod common {
    pub mod random {
        pub struct Rng(pub std::collections::VecDeque<u8>);

        impl Rng {
            /// A number below `n`, which is small. 0 when the input is used up.
            pub fn below(&mut self, n: usize) -> usize {
                usize::from(self.0.pop_front().unwrap_or(0)) % n
            }
        }
    }
}

#[path = "../../tests/linear/channel.rs"]
mod channel;
#[path = "../../tests/linear/crew.rs"]
mod crew;
#[path = "../../tests/linear/history.rs"]
mod history;
#[path = "../../tests/linear/search.rs"]
mod search;
#[path = "../../tests/linear/short_programs.rs"]
mod short_programs;
#[path = "../../tests/linear/spec.rs"]
mod spec;
#[path = "../../tests/linear/world.rs"]
mod world;

use common::random::Rng;
use crew::Crew;
use history::Record;
use libfuzzer_sys::fuzz_target;
use short_programs::{Program, THREADS};

thread_local! {
    static CREW: Crew<Vec<Record>> = Crew::new(THREADS);
}

fuzz_target!(|input: &[u8]| {
    let program = Program::random(&mut Rng(input.iter().copied().collect()));
    CREW.with(|crew| search::check(&program.run(crew)));
});
