//! Published packages, as cargo has them.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{child, Result};

/// A package that cargo has fetched.
#[derive(Debug, PartialEq)]
pub struct Package {
    pub version: String,
    /// Where its sources are.
    pub dir: PathBuf,
    /// False for one that stands in a directory of ours.
    pub is_published: bool,
    /// What it and its tests need: names and requirements.
    pub needs: Vec<(String, String)>,
}

/// A cargo that does not take the flags that `./check` sets for xtask.
pub fn cargo(subcommand: &str, manifest: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args([subcommand, "--manifest-path"]).arg(manifest);
    cargo.env_remove("CARGO_ENCODED_RUSTFLAGS").env("RUST_BACKTRACE", "0");
    cargo
}

/// Fetches what the package at `manifest` depends on, and returns the dependency of this name.
/// `options` are for cargo.
pub fn dependency(manifest: &Path, options: &[String], name: &str) -> Result<Package> {
    let mut cargo = cargo("metadata", manifest);
    cargo.args(["--format-version=1", "--quiet"]).args(options).stderr(Stdio::inherit());
    let output = child::output(&mut cargo)?;
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("cargo has no metadata of {}", manifest.display()))?;
    find(&metadata, name).ok_or_else(|| format!("{} needs no {name}", manifest.display()).into())
}

fn find(metadata: &Value, name: &str) -> Option<Package> {
    let packages = metadata["packages"].as_array()?.iter();
    let named = packages.filter(|package| package["name"] == name);
    // There may be several versions. Ours, which has no source, comes first.
    let package = named.min_by_key(|package| !package["source"].is_null())?;
    let needs = package["dependencies"].as_array()?.iter();
    let needs = needs.filter(|need| need["kind"] != "build" && need["optional"] != true);
    let need = |need: &Value| Some((need["name"].as_str()?.into(), need["req"].as_str()?.into()));
    Some(Package {
        version: package["version"].as_str()?.into(),
        dir: Path::new(package["manifest_path"].as_str()?).parent()?.into(),
        is_published: !package["source"].is_null(),
        needs: needs.filter_map(need).collect(),
    })
}

/// Copies all that is in `from` into `to`, which need not exist.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Copies the files of `from` into `to`, and leaves those as they are that are the same.
pub fn copy_new(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        if let (true, Some(name)) = (path.is_file(), path.file_name()) {
            write(&to.join(name), &fs::read_to_string(&path)?)?;
        }
    }
    Ok(())
}

/// Writes a file, unless it has this text already: cargo compiles what is newer.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Scratch;

    #[test]
    fn a_package_is_found_in_the_metadata() {
        let metadata = serde_json::json!({"packages": [
            {"name": "other"},
            {"name": "ours", "version": "1.0.0", "source": "registry+x", "manifest_path": "b/Cargo.toml",
             "dependencies": []},
            {"name": "ours", "version": "2.0.0", "source": null, "manifest_path": "c/Cargo.toml",
             "dependencies": []},
            {"name": "it", "version": "1.2.3", "source": "registry+x", "manifest_path": "a/Cargo.toml",
             "dependencies": [
                {"name": "lib", "req": "^1", "kind": null, "optional": false},
                {"name": "maybe", "req": "^1", "kind": null, "optional": true},
                {"name": "cc", "req": "^1", "kind": "build", "optional": false},
                {"name": "rand", "req": "^0.8", "kind": "dev", "optional": false}]},
        ]});
        let needs = [("lib", "^1"), ("rand", "^0.8")].map(|(n, r)| (n.into(), r.into())).into();
        let dir = "a".into();
        let expected = Package { version: "1.2.3".into(), dir, is_published: true, needs };
        assert_eq!(find(&metadata, "it"), Some(expected));
        assert_eq!(find(&metadata, "none"), None);
        assert!(find(&metadata, "ours").is_some_and(|package| !package.is_published));
    }

    #[test]
    fn a_copy_has_every_file() {
        let scratch = Scratch::new("copy").unwrap();
        let (from, to) = (scratch.path().join("from"), scratch.path().join("to"));
        write(&from.join("a/b/c.txt"), "c").unwrap();
        copy(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(to.join("a/b/c.txt")).unwrap(), "c");
    }
}
