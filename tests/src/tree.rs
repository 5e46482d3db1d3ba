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

/// Examples that need more than what is in the repository, and have tests of their own: a node, an HTTP server, services that are built.
const NEEDY_EXAMPLES: [&str; 3] = ["deploy", "fetch", "word-counter"];

/// Programs of `examples/` that run as they are, by folder name, sorted: each folder with a `main.aqua`.
pub fn examples() -> Vec<(String, PathBuf)> {
    let folders = std::fs::read_dir(at("examples")).expect("examples are part of the tree");
    let mut programs: Vec<_> = folders
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let program = entry.path().join("main.aqua");
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_complete = program.is_file() && !NEEDY_EXAMPLES.contains(&name.as_str());
            is_complete.then_some((name, program))
        })
        .collect();
    programs.sort();
    programs
}
