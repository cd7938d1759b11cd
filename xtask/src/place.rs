//! Where the repository is, and where builds go.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use crate::Result;

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is inside the repository")
}

/// The text of a file of the repository.
pub fn read(path: &str) -> Result<String> {
    fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}").into())
}

/// The caller's `CARGO_TARGET_DIR`, or `target`. A path that is not absolute begins at the
/// repository, wherever the child runs.
pub fn target() -> PathBuf {
    root().join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// An empty directory, which goes with its owner.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new(name: &str) -> io::Result<Self> {
        let path = env::temp_dir().join(format!("gochan-{name}-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
