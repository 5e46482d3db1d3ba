//! Errors of reading and writing project files.

use crate::Project;
use crate::manifest::FILE_NAME;
use std::io;
use std::path::PathBuf;

/// An I/O error, or a file whose contents can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Reading a file or folder failed.
    #[error("can't read {}: {source}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Writing a file or folder failed.
    #[error("can't write {}: {source}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The folder given as a program has no manifest.
    #[error("no aqua.toml in {}: give an .aqua file, or add an aqua.toml with `main` under `[package]`", folder.display())]
    NoManifest {
        /// The folder.
        folder: PathBuf,
    },
    /// An import folder is not a folder.
    #[error("can't search {} for imports: not a folder", folder.display())]
    NoImportFolder {
        /// The path.
        folder: PathBuf,
    },
    /// The manifest of the folder given as a program has errors and no main file.
    #[error("{} has errors", project.root.join(FILE_NAME).display())]
    InvalidManifest {
        /// The project, with the diagnostics of its manifest.
        project: Box<Project>,
    },
    /// The manifest of the folder given as a program has no main file.
    #[error("no main file in {}: add `main = \"main.aqua\"` under `[package]`", manifest.display())]
    NoMain {
        /// The manifest.
        manifest: PathBuf,
    },
    /// The file is not an imports map.
    #[error("invalid imports map {}: {reason}", path.display())]
    InvalidImportsMap {
        /// The file.
        path: PathBuf,
        /// What is wrong with its contents.
        reason: String,
    },
}
