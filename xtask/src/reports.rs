//! A command that has to fail and say why. A silence that nothing can break proves nothing.

use std::process::Command;

use crate::{child, Result};

/// Whether `command`, which makes the mistake, fails and prints `text`. If not, all that it printed
/// shows.
pub fn run(mistake: &str, text: &str, command: &mut Command) -> Result<bool> {
    let ended = child::capture(command, None)?;
    let is_reported = ended.failed_with(text);
    if !is_reported {
        println!("{}", ended.output);
    }
    println!("{}", report(mistake, text, is_reported));
    Ok(is_reported)
}

fn report(mistake: &str, text: &str, is_reported: bool) -> String {
    let verdict = if is_reported { "reported" } else { "NOT reported" };
    format!("{mistake:<24} {verdict}: {text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_one_line() {
        assert_eq!(
            report("race", "data race", true),
            "race                     reported: data race"
        );
        assert_eq!(
            report("race", "data race", false),
            "race                     NOT reported: data race"
        );
    }

    #[test]
    fn a_command_that_fails_with_the_text_is_reported() {
        let rustc = |option| {
            let mut command = Command::new("rustc");
            command.arg(option);
            command
        };
        assert!(run("m", "no-such-option", &mut rustc("--no-such-option")).unwrap());
        assert!(!run("m", "another text", &mut rustc("--no-such-option")).unwrap());
        assert!(!run("m", "rustc", &mut rustc("-V")).unwrap());
    }
}
