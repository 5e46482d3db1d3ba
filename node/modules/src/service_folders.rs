//! The folders of the host that a service sees (§3.3 of the Marine format, §4.2 of the node).
//!
//! | path in the module | folder of the host | lasts |
//! |---|---|---|
//! | `/storage` | `<persistent>/<service>` | until the service is removed |
//! | `/storage/module` | `<persistent>/<service>/<module>` | until the service is removed |
//! | `/tmp` | `<ephemeral>/<service>` | until the node stops |
//! | `/tmp/module` | `<ephemeral>/<service>/<module>` | until the node stops |
//! | `/tmp/vault` | `<vault>/<scope>` | for the particle |
//!
//! Each module has these in addition to those of its configuration, because published modules write to them without saying so.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The longest name, in bytes. File systems have 255.
const MAX_LENGTH: usize = 255;

/// The parents of the folders of all services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceFolders {
    persistent: PathBuf,
    ephemeral: PathBuf,
    vault: PathBuf,
}

/// A folder that a module sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedFolder {
    /// The path in the module.
    pub guest: &'static str,
    /// The folder of the host.
    pub host: PathBuf,
}

/// A name that could be a path, or that a file system doesn't accept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid name {0:?}: expected 1 to {MAX_LENGTH} bytes that are the name of a folder on every system")]
pub struct InvalidName(pub String);

impl ServiceFolders {
    /// The folders of services are in these ones.
    pub fn new(persistent: impl Into<PathBuf>, ephemeral: impl Into<PathBuf>, vault: impl Into<PathBuf>) -> Self {
        Self {
            persistent: persistent.into(),
            ephemeral: ephemeral.into(),
            vault: vault.into(),
        }
    }

    /// What a module of a service sees. `scope`: the peer id of the host or of the worker that has the service.
    ///
    /// # Errors
    /// If one of the names is not that of a folder.
    pub fn of_module(&self, service: &str, module: &str, scope: &str) -> Result<Vec<MappedFolder>, InvalidName> {
        for name in [service, module, scope] {
            check_name(name)?;
        }
        let (persistent, ephemeral) = (self.persistent.join(service), self.ephemeral.join(service));
        let mapped = |guest, host| MappedFolder { guest, host };
        Ok(vec![
            mapped("/storage/module", persistent.join(module)),
            mapped("/storage", persistent),
            mapped("/tmp/module", ephemeral.join(module)),
            mapped("/tmp", ephemeral),
            mapped("/tmp/vault", self.vault.join(scope)),
        ])
    }

    /// Creates the folders of a service and of its modules. Existing ones stay as they are.
    ///
    /// # Errors
    /// If a name is not that of a folder ([`ErrorKind::InvalidInput`]), or a folder can't be created.
    pub fn create(&self, service: &str, modules: &[&str], scope: &str) -> io::Result<()> {
        for module in modules {
            let folders = self.of_module(service, module, scope).map_err(invalid_input)?;
            folders.iter().try_for_each(|folder| fs::create_dir_all(&folder.host))?;
        }
        Ok(())
    }

    /// Removes the folders of a service with everything in them.
    ///
    /// # Errors
    /// If the name is not that of a folder ([`ErrorKind::InvalidInput`]), or a folder can't be removed.
    pub fn remove(&self, service: &str) -> io::Result<()> {
        check_name(service).map_err(invalid_input)?;
        remove(&self.persistent.join(service))?;
        remove(&self.ephemeral.join(service))
    }

    /// The services that have folders, each once, sorted.
    ///
    /// # Errors
    /// If the folders can't be listed.
    pub fn services(&self) -> io::Result<Vec<String>> {
        let mut services = BTreeSet::new();
        for parent in [&self.persistent, &self.ephemeral] {
            let folders = match fs::read_dir(parent) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                folders => folders?,
            };
            for folder in folders {
                services.extend(folder?.file_name().into_string());
            }
        }
        Ok(services.into_iter().collect())
    }

    /// Removes the ephemeral folders of all services, as at the start of a node.
    ///
    /// # Errors
    /// If they can't be removed.
    pub fn clear_ephemeral(&self) -> io::Result<()> {
        remove(&self.ephemeral)
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn invalid_input(error: InvalidName) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, error)
}

/// Accepts names that are a single component of a path on every system: no separators, no `.` and `..`, no control characters, nothing
/// that Windows reserves.
pub(crate) fn check_name(name: &str) -> Result<(), InvalidName> {
    let is_reserved = |character: char| character.is_control() || r#"/\:*?"<>|"#.contains(character);
    let stem = name.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let is_device = match stem.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" => true,
        _ => {
            (stem.starts_with("COM") || stem.starts_with("LPT"))
                && stem.len() == 4
                && stem.ends_with(|c: char| c.is_ascii_digit())
        }
    };
    // Windows drops spaces and dots at the end; names of dots only are those of folders above.
    let ends_well = !name.ends_with(['.', ' ']);
    if name.is_empty() || name.len() > MAX_LENGTH || name.contains(is_reserved) || is_device || !ends_well {
        return Err(InvalidName(name.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::Component;

    #[test]
    fn folders_are_those_of_deployed_peers() {
        let folders = ServiceFolders::new("/p", "/e", "/v");
        let mapped = folders.of_module("id", "sqlite3", "12D3").expect("valid names");
        let mapped = mapped
            .iter()
            .map(|folder| (folder.guest, folder.host.to_str().expect("text")));
        assert_eq!(
            mapped.collect::<Vec<_>>(),
            [
                ("/storage/module", "/p/id/sqlite3"),
                ("/storage", "/p/id"),
                ("/tmp/module", "/e/id/sqlite3"),
                ("/tmp", "/e/id"),
                ("/tmp/vault", "/v/12D3"),
            ]
        );
    }

    #[test]
    fn persistent_folders_stay_until_the_service_is_removed() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let [persistent, ephemeral, vault] = ["p", "e", "v"].map(|name| root.path().join(name));
        let folders = ServiceFolders::new(&persistent, &ephemeral, &vault);
        folders.create("one", &["a", "b"], "scope").expect("new folders");
        folders.create("two", &["a"], "scope").expect("new folders");
        fs::write(persistent.join("one/a/file"), "kept").expect("a file");
        fs::write(ephemeral.join("one/b/file"), "lost").expect("a file");

        folders.clear_ephemeral().expect("they can be removed");
        folders.create("one", &["a", "b"], "scope").expect("folders");
        assert_eq!(
            fs::read_to_string(persistent.join("one/a/file")).expect("a file"),
            "kept"
        );
        assert!(!ephemeral.join("one/b/file").exists());

        assert_eq!(folders.services().expect("folders"), ["one", "two"]);
        folders.remove("one").expect("it can be removed");
        folders.remove("one").expect("there is nothing left to remove");
        assert!(!persistent.join("one").exists() && persistent.join("two/a").is_dir());
        assert!(vault.join("scope").is_dir());
    }

    #[test]
    fn names_that_are_paths_are_refused() {
        let folders = ServiceFolders::new("/p", "/e", "/v");
        let long = "x".repeat(256);
        let names = [
            "", ".", "..", "...", "../a", "a/b", "/a", "a\\b", "a\0b", "a\n", "C:", "nul", "COM1.txt", "a ", "a.",
            &long,
        ];
        for name in names {
            let all = [(name, "m", "s"), ("i", name, "s"), ("i", "m", name)];
            for (service, module, scope) in all {
                let refused = folders.of_module(service, module, scope);
                assert_eq!(refused, Err(InvalidName(name.to_owned())), "{name:?}");
            }
            assert_eq!(folders.remove(name).expect_err(name).kind(), ErrorKind::InvalidInput);
        }
        for name in [
            "a",
            ".a",
            "a b",
            "ж",
            "trust-graph",
            "COMA",
            "com10",
            "9a5f-…",
            "12D3KooW",
        ] {
            check_name(name).expect(name);
        }
    }

    proptest! {
        #[test]
        fn accepted_names_are_one_component(name in r"[ -/:-@A-Ca-c.\\\x00\PC]{0,8}") {
            if check_name(&name).is_ok() {
                let components: Vec<_> = Path::new(&name).components().collect();
                prop_assert_eq!(components, [Component::Normal(name.as_ref())]);
            }
        }
    }
}
