//! Folders that are installed once: where they are, how they are named, how they come to be.

use crate::root;
use sha2::{Digest as _, Sha256};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why something could not be installed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A program is missing or failed.
    #[error("{program}: {reason}")]
    Program {
        /// Its name.
        program: String,
        /// The error of the system, or the exit status and what the program wrote to stderr.
        reason: String,
    },
    /// A file or folder can't be read or written.
    #[error("{path}: {reason}")]
    File {
        /// Its path.
        path: PathBuf,
        /// The error of the system.
        reason: String,
    },
    /// No compiler for Wasm is installed.
    #[error("rustc has no wasm32-unknown-unknown; `cargo xtask wasm` installs a compiler that does")]
    NoWasmCompiler,
}

impl Error {
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::File {
            path,
            reason: error.to_string(),
        }
    }
}

/// The folder that installations are kept in between runs: `$AQUA_CACHE`, or `target/peers` of the workspace.
pub fn cache() -> PathBuf {
    std::env::var_os("AQUA_CACHE").map_or_else(|| root().join("target/peers"), PathBuf::from)
}

/// `packages/NAME/KEY` in a cache. `install` fills it the first time; installations of the same name under other keys
/// are deleted then.
///
/// Processes that need the same name wait for each other. `install` works in a temporary folder, so one that is
/// interrupted leaves nothing under the final name.
pub(crate) fn installed(
    cache: &Path,
    name: &str,
    key: &str,
    install: impl FnOnce(&Path) -> Result<(), Error>,
) -> Result<PathBuf, Error> {
    let versions = cache.join("packages").join(name);
    let folder = versions.join(key);
    if folder.is_dir() {
        return Ok(folder);
    }
    fs::create_dir_all(&versions).map_err(Error::file(&versions))?;
    let _lock = lock(&cache.join("packages").join(format!("{name}.lock")))?;
    if folder.is_dir() {
        return Ok(folder);
    }
    // What is there now is older, or was interrupted.
    fs::remove_dir_all(&versions).map_err(Error::file(&versions))?;
    let partial = versions.join("partial");
    fs::create_dir_all(&partial).map_err(Error::file(&partial))?;
    install(&partial)?;
    fs::rename(&partial, &folder).map_err(Error::file(&folder))?;
    Ok(folder)
}

/// Locks a file until the result is dropped.
pub(crate) fn lock(path: &Path) -> Result<File, Error> {
    let file = File::create(path).map_err(Error::file(path))?;
    file.lock().map_err(Error::file(path))?;
    Ok(file)
}

/// The first 16 hexadecimal digits of the SHA-256 of some bytes.
pub(crate) fn hash(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The cargo that runs this program, if one does.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a program to its end and returns what it wrote to stdout.
pub(crate) fn run(command: &mut Command) -> Result<String, Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let failed = |reason: String| Error::Program {
        program: program.clone(),
        reason,
    };
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(failed(format!("{}: {}", output.status, stderr.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn an_installation_is_made_once_and_replaces_older_ones() {
        let cache = tempfile::tempdir().expect("a temporary folder");
        let runs = AtomicU32::new(0);
        let install = |key: &str| {
            installed(cache.path(), "it", key, |folder| {
                runs.fetch_add(1, Ordering::Relaxed);
                let file = folder.join("file");
                fs::write(&file, "content").map_err(Error::file(&file))
            })
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| install("old").expect("it installs"));
            }
        });
        assert_eq!(runs.load(Ordering::Relaxed), 1);
        let old = install("old").expect("it is there");
        let new = install("new").expect("it installs");
        assert_eq!(runs.load(Ordering::Relaxed), 2);
        assert!(new.join("file").is_file());
        assert!(!old.exists());
    }

    #[test]
    fn an_installation_that_fails_leaves_nothing() {
        let cache = tempfile::tempdir().expect("a temporary folder");
        let failed = installed(cache.path(), "it", "key", |folder| {
            fs::write(folder.join("half"), "").map_err(Error::file(folder))?;
            run(&mut Command::new("no-such-program")).map(drop)
        });
        assert!(matches!(failed, Err(Error::Program { .. })), "{failed:?}");
        let made = installed(cache.path(), "it", "key", |_| Ok(())).expect("it installs");
        assert!(!made.join("half").exists());
    }
}
