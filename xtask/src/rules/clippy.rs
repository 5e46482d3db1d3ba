//! `clippy.toml` of pure crates. Clippy reads the file of a crate only, not those of folders above, so each has a copy.

use super::metadata::Workspace;
use super::purity;
use anyhow::Result;
use std::path::Path;

/// The file that others are copies of.
const ORIGINAL: &str = "grammar/clippy.toml";

/// Pure crates without the file, or with another one.
pub(crate) fn violations(root: &Path, workspace: &Workspace) -> Result<Vec<String>> {
    let original = std::fs::read_to_string(root.join(ORIGINAL))?;
    let folders = purity::pure_members(workspace).map(|name| workspace.members[name].folder.as_str());
    let copies = folders.map(|folder| {
        let path = format!("{folder}/clippy.toml");
        let text = std::fs::read_to_string(root.join(&path)).ok();
        (path, text)
    });
    Ok(differences(&original, copies))
}

fn differences(original: &str, copies: impl Iterator<Item = (String, Option<String>)>) -> Vec<String> {
    let different = copies.filter(|(_, text)| text.as_deref() != Some(original));
    different
        .map(|(path, text)| match text {
            Some(_) => format!("{path} differs from {ORIGINAL}"),
            None => format!("{path} is missing; copy {ORIGINAL}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_and_different_files_are_violations() {
        let copies = [
            ("a/clippy.toml", Some("x = 1")),
            ("b/clippy.toml", Some("x = 2")),
            ("c/clippy.toml", None),
        ];
        let copies = copies.map(|(path, text)| (path.to_owned(), text.map(str::to_owned)));
        assert_eq!(
            differences("x = 1", copies.into_iter()),
            [
                "b/clippy.toml differs from grammar/clippy.toml",
                "c/clippy.toml is missing; copy grammar/clippy.toml",
            ]
        );
    }
}
