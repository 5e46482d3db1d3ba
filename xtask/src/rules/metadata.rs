//! The crates of the workspace with their dependencies, from `cargo metadata`.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// The crates of the workspace, by name.
pub(crate) struct Workspace {
    pub(crate) members: BTreeMap<String, Member>,
}

/// One crate.
pub(crate) struct Member {
    /// Its folder, from the root, with `/`.
    pub(crate) folder: String,
    /// The packages that it depends on directly, without development and build dependencies.
    pub(crate) dependencies: BTreeSet<String>,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let output = cargo(root, &["metadata", "--format-version=1", "--locked", "--no-deps"])?;
        Self::from_metadata(&serde_json::from_str(&output)?)
    }

    /// Reads the output of `cargo metadata --no-deps`.
    pub(crate) fn from_metadata(metadata: &Value) -> Result<Self> {
        let root = metadata["workspace_root"].as_str().context("workspace_root")?;
        let packages = metadata["packages"].as_array().context("packages")?;
        let members = packages.iter().map(|package| member(root, package));
        Ok(Self {
            members: members.collect::<Result<_>>()?,
        })
    }
}

fn member(root: &str, package: &Value) -> Result<(String, Member)> {
    let name = package["name"].as_str().context("name")?;
    let manifest = package["manifest_path"].as_str().context("manifest_path")?;
    let folder = Path::new(manifest).parent().context("a folder")?;
    let folder = folder.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
    let dependencies = package["dependencies"].as_array().context("dependencies")?;
    let normal = dependencies.iter().filter(|dependency| dependency["kind"].is_null());
    let member = Member {
        folder,
        dependencies: normal
            .filter_map(|dependency| dependency["name"].as_str().map(str::to_owned))
            .collect(),
    };
    Ok((name.to_owned(), member))
}

/// The packages that a crate depends on, directly or not, on any target, with the features that it asks for itself. Those of
/// other crates of the workspace are not counted, as they are in `cargo metadata`.
pub(crate) fn tree(root: &Path, name: &str) -> Result<BTreeSet<String>> {
    let output = cargo(
        root,
        &[
            "tree",
            "--locked",
            "--package",
            name,
            "--edges",
            "normal,no-proc-macro",
            "--target",
            "all",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ],
    )?;
    Ok(packages(&output))
}

/// The names in the output of `cargo tree --prefix none --format {p}`.
fn packages(output: &str) -> BTreeSet<String> {
    let names = output.lines().filter_map(|line| line.split(' ').next());
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root).output()?;
    ensure!(
        output.status.success(),
        "cargo {}: {}",
        arguments[0],
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// A workspace of crates in folders with the same names.
#[cfg(test)]
pub(crate) fn workspace(members: &[(&str, &[&str])]) -> Workspace {
    let member = |dependencies: &[&str], name: &str| Member {
        folder: name.to_owned(),
        dependencies: dependencies.iter().map(|name| (*name).to_owned()).collect(),
    };
    Workspace {
        members: members
            .iter()
            .map(|(name, dependencies)| ((*name).to_owned(), member(dependencies, name)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn development_and_build_dependencies_are_left_out() {
        let metadata = json!({"workspace_root": "/ws", "packages": [{
            "name": "a", "manifest_path": "/ws/x/a/Cargo.toml", "dependencies": [
                {"name": "b", "kind": null}, {"name": "c", "kind": "dev"}, {"name": "d", "kind": "build"},
            ],
        }]});
        let workspace = Workspace::from_metadata(&metadata).expect("metadata");
        assert_eq!(workspace.members["a"].folder, "x/a");
        assert_eq!(workspace.members["a"].dependencies, BTreeSet::from(["b".to_owned()]));
    }

    #[test]
    fn a_tree_is_a_set_of_names() {
        let output = "a v0.1.0 (/ws/a)\nserde v1.0.0\nserde v1.0.0 (*)\n\n";
        assert_eq!(packages(output), BTreeSet::from(["a".to_owned(), "serde".to_owned()]));
    }
}
