//! Troubles of the disk.

use std::io;
use std::path::PathBuf;

/// Why something on disk can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder is missing or can't be read.
    #[error("can't read {}: {source}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file or folder can't be written.
    #[error("can't write {}: {source}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A folder is named as a program but has no manifest.
    #[error("{} is a folder without aqua.toml: name a file, or add one with `[package] main`", folder.display())]
    NoManifest {
        /// The folder.
        folder: PathBuf,
    },
    /// A folder is named as a program but its manifest names no main file.
    #[error("{} names no main file: add `main = \"main.aqua\"` under `[package]`", manifest.display())]
    NoMain {
        /// The manifest.
        manifest: PathBuf,
    },
    /// A file that should hold an imports map holds something else.
    #[error("{} holds no imports map: {source}; expected a JSON object such as {{\"/\": {{\"\": [\"lib\"]}}}}", path.display())]
    NoImportsMap {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A file that should hold a secret key holds something else.
    #[error("{} does not hold a key: expected 32 bytes in base58", path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
}
