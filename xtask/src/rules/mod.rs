//! Rules that the compiler doesn't check. Each is a function over data; [`check`] reads the data and prints what it finds.

mod clippy;
mod lengths;
mod libraries;
mod metadata;
mod public_types;
mod purity;
mod stages;
mod uses;
mod words;

use crate::{files, print};
use anyhow::{Context, Result, bail};
use metadata::Workspace;
use std::path::Path;

/// A source file: its path from the root, with `/`, and its text.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Checks all rules.
///
/// # Errors
/// A list of all violations.
pub(crate) fn check(root: &Path) -> Result<()> {
    let workspace = Workspace::read(root)?;
    let sources = read(root, &[".rs", ".lalrpop", ".py", ".sh", ".mjs", ".aqua"])?;
    let texts = read(root, &[".rs", ".lalrpop", ".md"])?;

    let mut violations = Vec::new();
    print(&uses::table(&workspace));
    violations.extend(uses::violations(&workspace));
    violations.extend(libraries::violations(&workspace));
    let mut reached = Vec::new();
    for name in purity::pure_members(&workspace) {
        let tree = metadata::tree(root, name)?;
        violations.extend(purity::violations(name, &tree));
        reached.push((name, tree));
    }
    print(&format!("\n{}", purity::table(&reached)));
    violations.extend(clippy::violations(root, &workspace)?);
    print(&format!("\n{}", lengths::table(&sources)));
    violations.extend(lengths::violations(&sources));
    violations.extend(stages::violations(&sources));
    let shared = public_types::shared(&texts);
    print(&format!("\n{}", public_types::table(&shared)));
    violations.extend(public_types::violations(&shared));
    violations.extend(words::violations(&texts));

    if violations.is_empty() {
        print("\nrules: no violations");
        return Ok(());
    }
    bail!("rules: {} violations\n  {}", violations.len(), violations.join("\n  "))
}

fn read(root: &Path, endings: &[&str]) -> Result<Vec<File>> {
    let paths = files(root, endings)?.into_iter();
    paths
        .map(|path| {
            let text = std::fs::read_to_string(root.join(&path)).with_context(|| path.clone())?;
            Ok(File { path, text })
        })
        .collect()
}
