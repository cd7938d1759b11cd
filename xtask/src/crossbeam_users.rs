//! Published crates that use crossbeam-channel: their own tests, on crossbeam-channel and on
//! gochan-crossbeam. The results have to be the same.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{child, crossbeam::lines, place, registry, test_results::TestResults, Result};

const LIST: &str = "crossbeam/users.txt";

/// What the tests of a crate may take, compilation included.
const LIMIT: Duration = Duration::from_secs(900);

/// A published crate: a line of `crossbeam/users.txt`.
#[derive(Debug, PartialEq)]
struct User<'a> {
    name: &'a str,
    version: &'a str,
    /// For `cargo test`; the words after `--` for the test programs.
    arguments: Vec<&'a str>,
}

impl<'a> User<'a> {
    fn parse(line: &'a str) -> Result<Self> {
        let mut words = line.split_whitespace();
        let (Some(name), Some(version)) = (words.next(), words.next()) else {
            return Err(format!("{LIST}: not a name and a version: {line}").into());
        };
        Ok(Self { name, version, arguments: words.collect() })
    }
}

/// Compares each crate of the list, or those of these names. True if no result differs.
pub fn run(names: &[String]) -> Result<bool> {
    let list = place::read(LIST)?;
    let users = lines(&list).map(User::parse).collect::<Result<Vec<_>>>()?;
    let is_named = |user: &&User| names.is_empty() || names.iter().any(|name| name == user.name);
    let chosen: Vec<_> = users.iter().filter(is_named).collect();
    let patch = patch()?;
    let (mut tests, mut is_well) = (0, !chosen.is_empty());
    for user in &chosen {
        match compare(user, &patch) {
            Ok((count, is_same)) => {
                tests += count;
                is_well &= is_same;
            }
            // The next crate may do.
            Err(error) => {
                println!("{}: {error}", user.name);
                is_well = false;
            }
        }
    }
    println!("{} crates, {tests} tests pass on crossbeam-channel", chosen.len());
    Ok(is_well)
}

fn dir() -> PathBuf {
    place::target().join("crossbeam/users")
}

/// Writes a crossbeam-channel that is gochan-crossbeam, newer than every published one. Returns
/// cargo's option to take it.
fn patch() -> Result<[String; 2]> {
    let (dir, path) = (dir().join("crossbeam-channel"), place::root().join("crossbeam"));
    let manifest = format!(
        "[package]\nname = \"crossbeam-channel\"\nversion = \"0.5.9999\"\nedition = \"2021\"\n\n\
         [workspace]\n\n[features]\ndefault = [\"std\"]\nstd = []\n\n\
         [dependencies]\ngochan-crossbeam = {{ path = {path:?} }}\n"
    );
    registry::write(&dir.join("Cargo.toml"), &manifest)?;
    registry::write(&dir.join("src/lib.rs"), "pub use gochan_crossbeam::*;\n")?;
    Ok(["--config".into(), format!("patch.crates-io.crossbeam-channel.path={dir:?}")])
}

/// Returns how many tests pass on crossbeam-channel, and whether the results are the same.
fn compare(user: &User, patch: &[String]) -> Result<(usize, bool)> {
    let manifest = fetch(user)?;
    forget_versions(&manifest);
    let original = results(user, &manifest, &[])?;
    forget_versions(&manifest);
    let is_patched = !registry::dependency(&manifest, patch, "crossbeam-channel")?.is_published;
    if !is_patched {
        return Err("it does not take the patch".into());
    }
    let ours = results(user, &manifest, patch)?;
    let differences = original.differences(&ours);
    differences.iter().for_each(|line| println!("{}: {line}", user.name));
    let [passed, failed, ignored] = ["ok", "FAILED", "ignored"].map(|word| original.count(word));
    let verdict = if differences.is_empty() { "the same" } else { "DIFFERENT" };
    let crate_name = format!("{} {}", user.name, user.version);
    println!("{crate_name:<24} {passed:>3} pass, {failed} fail, {ignored} ignored: {verdict}");
    // Nothing that passes proves nothing.
    Ok((passed, differences.is_empty() && passed > 0))
}

/// Copies the published sources, and returns the manifest.
fn fetch(user: &User) -> Result<PathBuf> {
    let User { name, version, .. } = user;
    let request = dir().join(format!("{name}-request"));
    let manifest = format!(
        "[package]\nname = \"request\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n\n\
         [dependencies]\n{name} = \"={version}\"\n"
    );
    registry::write(&request.join("Cargo.toml"), &manifest)?;
    registry::write(&request.join("src/lib.rs"), "")?;
    let package = registry::dependency(&request.join("Cargo.toml"), &[], name)?;
    let copy = dir().join(name);
    if copy.exists() {
        fs::remove_dir_all(&copy)?;
    }
    registry::copy(&package.dir, &copy)?;
    Ok(copy.join("Cargo.toml"))
}

/// Lets cargo choose the newest versions of all that the crate needs: the patch is one of them.
fn forget_versions(manifest: &Path) {
    let _ = fs::remove_file(manifest.with_file_name("Cargo.lock"));
}

/// Runs the tests. What is not tests shows only if there are none.
fn results(user: &User, manifest: &Path, patch: &[String]) -> Result<TestResults> {
    let mut cargo = registry::cargo("test", manifest);
    cargo.arg("--no-fail-fast").args(patch).args(&user.arguments);
    cargo.env("CARGO_TARGET_DIR", place::target().join("crossbeam"));
    cargo.current_dir(manifest.parent().expect("a manifest is in a directory"));
    let (mut results, mut output) = (TestResults::default(), String::new());
    child::watch(&mut cargo, Some(LIMIT), |_, line| {
        results.see(line);
        output.extend([line, "\n"]);
    })?;
    if results == TestResults::default() {
        println!("{output}");
    }
    Ok(results)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_a_name_a_version_and_arguments() {
        let user = User::parse("moka 0.12.16 --features sync --lib").unwrap();
        let arguments = vec!["--features", "sync", "--lib"];
        assert_eq!(user, User { name: "moka", version: "0.12.16", arguments });
        assert!(User::parse("moka").is_err());
    }

    #[test]
    fn the_list_has_no_malformed_line() {
        let text = place::read(LIST).unwrap();
        lines(&text).for_each(|line| assert!(User::parse(line).is_ok(), "{line}"));
    }
}
