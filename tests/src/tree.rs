//! Places of the source tree that suites read.

use std::path::{Path, PathBuf};

/// The root of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate lies in the workspace")
}

/// A file or folder below the root.
pub fn at(path: &str) -> PathBuf {
    root().join(path)
}

/// Programs of `examples/`, by folder name, sorted: each folder with a `main.aqua`, but for `word-counter`, whose services are not in the
/// repository and are built by a test of its own.
pub fn examples() -> Vec<(String, PathBuf)> {
    let folders = std::fs::read_dir(at("examples")).expect("examples are part of the tree");
    let mut programs: Vec<_> = folders
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let program = entry.path().join("main.aqua");
            let is_complete = program.is_file() && entry.file_name() != "word-counter";
            is_complete.then(|| (entry.file_name().to_string_lossy().into_owned(), program))
        })
        .collect();
    programs.sort();
    programs
}
