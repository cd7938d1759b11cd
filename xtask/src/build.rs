//! Builds with flags of their own, each in a target directory of its own.

use std::{ffi::OsString, path::Path, process::Command, str::FromStr};

use crate::{place, tools, Result};

/// What the library is built with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Build {
    /// AddressSanitizer, with leak detection.
    Asan,
    /// Threads that are held up, or stopped, at the library's steps.
    Chaos,
    Coverage,
    Fuzz,
    Loom,
    Shuttle,
    /// ThreadSanitizer.
    Tsan,
}

use Build::{Asan, Chaos, Coverage, Fuzz, Loom, Shuttle, Tsan};

/// The names, as the command line has them.
const NAMES: &[(&str, Build)] = &[
    ("asan", Asan),
    ("chaos", Chaos),
    ("coverage", Coverage),
    ("fuzz", Fuzz),
    ("loom", Loom),
    ("shuttle", Shuttle),
    ("tsan", Tsan),
];

impl FromStr for Build {
    type Err = String;

    fn from_str(name: &str) -> std::result::Result<Self, String> {
        let found = NAMES.iter().find(|(other, _)| *other == name);
        found.map(|(_, build)| *build).ok_or_else(|| format!("there is no build {name}"))
    }
}

impl Build {
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, build)| *build == self).expect("each has a name").0
    }

    /// The command of these words, with the variables of the build.
    pub fn command(self, words: impl IntoIterator<Item = OsString>) -> Result<Command> {
        let mut words = words.into_iter();
        let mut command = Command::new(words.next().ok_or("a command is missing")?);
        command.args(words);
        self.prepare(&mut command)?;
        Ok(command)
    }

    /// `cargo` at the repository, with the variables of the build.
    pub fn cargo(self, words: &[&str]) -> Result<Command> {
        let mut command = Command::new("cargo");
        command.args(words).current_dir(place::root());
        self.prepare(&mut command)?;
        Ok(command)
    }

    fn prepare(self, command: &mut Command) -> Result<()> {
        // `./check` sets it for xtask alone, and cargo prefers it to `RUSTFLAGS`.
        command.env_remove("CARGO_ENCODED_RUSTFLAGS");
        command.envs(self.environment(&place::target()));
        if matches!(self, Asan | Tsan) {
            command.env("CARGO_BUILD_TARGET", tools::host()?);
        }
        Ok(())
    }

    /// The variables of the build. Some flags need a nightly compiler, or `RUSTC_BOOTSTRAP`.
    fn environment(self, target: &Path) -> Vec<(&'static str, OsString)> {
        let mut environment = vec![("CARGO_TARGET_DIR", target.join(self.dir()).into())];
        environment.extend(self.flags().map(|flags| ("RUSTFLAGS", flags.into())));
        if matches!(self, Asan | Coverage | Fuzz | Tsan) {
            environment.push(("RUSTC_BOOTSTRAP", "1".into()));
        }
        environment.extend(self.options().iter().map(|(name, value)| (*name, value.into())));
        environment
    }

    /// Its directory below `target`.
    fn dir(self) -> &'static str {
        match self {
            Asan => "address",
            Chaos => "chaos",
            Coverage => "coverage",
            Fuzz => "fuzz",
            Loom | Shuttle => "models",
            Tsan => "thread",
        }
    }

    /// The compiler's flags. `gochan_bare`: without the crates that few tests need and that take
    /// minutes to compile. LeakSanitizer needs a whole stack to know the tests of
    /// `tests/leaks.supp`, hence the frame pointers.
    fn flags(self) -> Option<&'static str> {
        match self {
            Asan => Some("-Zsanitizer=address --cfg gochan_bare -Cforce-frame-pointers=yes"),
            Chaos => Some("--cfg gochan_chaos --cfg gochan_bare"),
            Coverage => None,
            Fuzz => Some("--cfg gochan_fuzz"),
            Loom => Some("--cfg loom"),
            Shuttle => Some("--cfg shuttle"),
            Tsan => Some(
                "-Zsanitizer=thread --cfg gochan_bare --cfg gochan_tsan \
                 -Cunsafe-allow-abi-mismatch=sanitizer",
            ),
        }
    }

    /// The sanitizer's own options.
    fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Asan => &[
                (
                    "ASAN_OPTIONS",
                    "detect_leaks=1:detect_stack_use_after_return=1:allocator_may_return_null=1",
                ),
                ("LSAN_OPTIONS", "suppressions=tests/leaks.supp:print_suppressions=0"),
            ],
            Tsan => &[("TSAN_OPTIONS", "halt_on_error=1 exitcode=66 history_size=4")],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(build: Build, name: &str) -> Option<String> {
        let environment = build.environment(Path::new("/target"));
        let found = environment.into_iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| value.into_string().unwrap())
    }

    #[test]
    fn names_lead_to_builds_and_back() {
        for (name, build) in NAMES {
            assert_eq!(name.parse(), Ok(*build));
            assert_eq!(build.name(), *name);
        }
        assert_eq!("ubsan".parse::<Build>(), Err("there is no build ubsan".into()));
    }

    #[test]
    fn a_build_has_its_own_directory_and_flags() {
        assert_eq!(value(Loom, "RUSTFLAGS").as_deref(), Some("--cfg loom"));
        assert!(value(Shuttle, "CARGO_TARGET_DIR").unwrap().ends_with("models"));
        assert!(value(Tsan, "CARGO_TARGET_DIR").unwrap().ends_with("thread"));
        assert!(value(Asan, "LSAN_OPTIONS").is_some() && value(Tsan, "LSAN_OPTIONS").is_none());
    }

    #[test]
    fn only_flags_of_nightly_open_the_compiler() {
        assert_eq!(value(Tsan, "RUSTC_BOOTSTRAP").as_deref(), Some("1"));
        assert_eq!(value(Chaos, "RUSTC_BOOTSTRAP"), None);
    }

    #[test]
    fn flags_for_xtask_do_not_reach_a_build() {
        let command = Loom.cargo(&["test"]).unwrap();
        let removed =
            command.get_envs().any(|pair| pair == ("CARGO_ENCODED_RUSTFLAGS".as_ref(), None));
        assert!(removed);
    }
}
