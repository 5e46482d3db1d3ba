//! The vault: files that the services and builtins of one scope exchange within a particle (§2 of the node, item 11).
//!
//! Each particle has a folder `<vault>/<scope>/<particle>-<token>`, which services see as `/tmp/vault/<particle>-<token>`. The token is
//! not known to other particles. Paths that particles give name files in that folder only: `..` and links that lead out of it are
//! refused by the calls that open files, so that nothing can change between a check and the use.

use crate::service_folders::{InvalidName, check_name};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use std::fs;
use std::io::{self, ErrorKind, Read as _};
use std::path::PathBuf;

/// Where services see the folders of particles.
const GUEST: &str = "/tmp/vault";

/// The folders of all particles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vault {
    root: PathBuf,
}

/// The folder of one particle in one scope.
#[derive(Debug)]
pub struct VaultFolder {
    folder: Dir,
    name: String,
}

/// Why a file of the vault can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The id of the particle can't be the name of a folder.
    #[error("the particle has no vault: {0}")]
    NoFolder(#[from] InvalidName),
    /// The path is that of a file outside of the particle's folder.
    #[error("path `{path}` is not in the vault of the particle, {GUEST}/{folder}")]
    WrongVault {
        /// The path.
        path: String,
        /// The name of the folder.
        folder: String,
    },
    /// The file can't be read. The text is that of deployed peers.
    #[error("Error reading vault file `{path}`")]
    Unreadable {
        /// The path.
        path: String,
        /// The cause.
        source: io::Error,
    },
    /// The file has more bytes than are read.
    #[error("Error reading vault file `{path}`: it has more than {limit} bytes")]
    TooLarge {
        /// The path.
        path: String,
        /// The limit.
        limit: u64,
    },
    /// A folder or file can't be written.
    #[error("Error writing to the vault")]
    Unwritable(#[source] io::Error),
}

impl Vault {
    /// The folders of particles are in this one.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder of a particle, which is created if it is missing.
    ///
    /// # Errors
    /// If a name is not that of a folder, or the folder can't be created.
    pub fn open(&self, scope: &str, particle: &str, token: &str) -> Result<VaultFolder, VaultError> {
        let name = name(particle, token)?;
        check_name(scope)?;
        let path = self.root.join(scope).join(&name);
        let opened = fs::create_dir_all(&path).and_then(|()| Dir::open_ambient_dir(&path, ambient_authority()));
        Ok(VaultFolder {
            folder: opened.map_err(VaultError::Unwritable)?,
            name,
        })
    }

    /// Removes the folder of a particle with everything in it.
    ///
    /// # Errors
    /// If it can't be removed.
    pub fn remove(&self, scope: &str, particle: &str, token: &str) -> io::Result<()> {
        let (Ok(name), Ok(())) = (name(particle, token), check_name(scope)) else {
            return Ok(());
        };
        remove(&self.root.join(scope).join(name))
    }

    /// Removes the folders of all particles, as at the start of a node.
    ///
    /// # Errors
    /// If they can't be removed.
    pub fn clear(&self) -> io::Result<()> {
        remove(&self.root)
    }
}

impl VaultFolder {
    /// Writes a new file. Returns its path as services see it.
    ///
    /// # Errors
    /// If there is a file of that name, or it can't be written.
    pub fn put(&self, file: &str, content: &[u8]) -> Result<String, VaultError> {
        use std::io::Write as _;
        let mut options = cap_std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        let opened = self.folder.open_with(file, &options);
        let written = opened.and_then(|mut opened| opened.write_all(content));
        written.map_err(VaultError::Unwritable)?;
        Ok(format!("{GUEST}/{}/{file}", self.name))
    }

    /// The content of a file, given by its path as services see it or relative to the folder.
    ///
    /// # Errors
    /// If the path leads out of the folder, or the file can't be read or has more than `limit` bytes.
    pub fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, VaultError> {
        let own = format!("{GUEST}/{}/", self.name);
        let file = path.strip_prefix(&own).unwrap_or(path);
        if file.starts_with('/') {
            return Err(VaultError::WrongVault {
                path: path.to_owned(),
                folder: self.name.clone(),
            });
        }
        let mut content = Vec::new();
        let opened = self.folder.open(file);
        let read = opened.and_then(|opened| opened.take(limit + 1).read_to_end(&mut content));
        match read {
            Ok(size) if size as u64 <= limit => Ok(content),
            Ok(_) => Err(VaultError::TooLarge {
                path: path.to_owned(),
                limit,
            }),
            Err(source) => Err(VaultError::Unreadable {
                path: path.to_owned(),
                source,
            }),
        }
    }
}

fn name(particle: &str, token: &str) -> Result<String, InvalidName> {
    let name = format!("{particle}-{token}");
    check_name(&name)?;
    Ok(name)
}

fn remove(folder: &std::path::Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> (tempfile::TempDir, Vault) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let vault = Vault::new(folder.path().join("vault"));
        (folder, vault)
    }

    #[test]
    fn files_are_read_by_both_kinds_of_paths_until_the_folder_is_removed() {
        let (_folder, vault) = vault();
        let folder = vault.open("scope", "particle", "token").expect("a new folder");
        let path = folder.put("file", b"content").expect("a new file");
        assert_eq!(path, "/tmp/vault/particle-token/file");
        for path in [path.as_str(), "file", "./file"] {
            assert_eq!(folder.read(path, 7).expect("the file"), b"content");
        }
        folder.put("file", b"other").expect_err("it is there");
        let error = folder.read("file", 6).expect_err("it is too large");
        assert_eq!(
            error.to_string(),
            "Error reading vault file `file`: it has more than 6 bytes"
        );

        let again = vault.open("scope", "particle", "token").expect("the same folder");
        assert_eq!(again.read("file", 7).expect("the file"), b"content");
        vault.remove("scope", "particle", "token").expect("it can be removed");
        vault
            .remove("scope", "particle", "token")
            .expect("there is nothing left");
        let empty = vault.open("scope", "particle", "token").expect("a new folder");
        let error = empty.read("file", 7).expect_err("it is gone");
        assert_eq!(error.to_string(), "Error reading vault file `file`");
        vault.clear().expect("all can be removed");
    }

    #[test]
    fn paths_do_not_leave_the_folder() {
        let (root, vault) = vault();
        std::fs::write(root.path().join("secret"), "secret").expect("a file");
        let other = vault.open("scope", "other", "token").expect("a new folder");
        let others = other.put("file", b"secret").expect("a new file");
        let folder = vault.open("scope", "particle", "token").expect("a new folder");
        let error = folder.read(&others, 100).expect_err("it is that of another particle");
        assert!(matches!(error, VaultError::WrongVault { .. }), "{error}");
        let secret = root.path().join("secret");
        for path in [
            secret.to_str().expect("text"),
            "/etc/hostname",
            "../other-token/file",
            "../../../secret",
            "a/../../other-token/file",
            "/tmp/vault/particle-token/../other-token/file",
            "",
            ".",
        ] {
            assert!(folder.read(path, 100).is_err(), "{path}");
        }
    }

    /// A service can make links in the folder.
    #[cfg(unix)]
    #[test]
    fn links_out_of_the_folder_are_not_followed() {
        use std::os::unix::fs::symlink;
        let (root, vault) = vault();
        std::fs::write(root.path().join("secret"), "secret").expect("a file");
        let folder = vault.open("scope", "particle", "token").expect("a new folder");
        folder.put("file", b"own").expect("a new file");
        let path = root.path().join("vault/scope/particle-token");
        symlink(root.path().join("secret"), path.join("absolute")).expect("a link");
        symlink("../../../secret", path.join("relative")).expect("a link");
        symlink("../..", path.join("up")).expect("a link");
        symlink("file", path.join("inside")).expect("a link");
        for link in ["absolute", "relative", "up/../secret"] {
            assert!(folder.read(link, 100).is_err(), "{link}");
        }
        assert_eq!(
            folder.read("inside", 100).expect("a link to a file of the particle"),
            b"own"
        );
        folder.put("absolute", b"x").expect_err("the link is not followed");
        assert_eq!(
            std::fs::read_to_string(root.path().join("secret")).expect("a file"),
            "secret"
        );
    }

    #[test]
    fn particles_whose_id_is_a_path_have_no_vault() {
        let (_root, vault) = vault();
        for id in ["../x", "a/b", "a\0", ""] {
            let opened = vault.open("scope", id, "token");
            // An empty id gives a name that is none of a path.
            assert_eq!(opened.is_ok(), id.is_empty(), "{id:?}");
            vault.remove("scope", id, "token").expect("nothing to remove");
        }
        vault
            .open("../scope", "particle", "token")
            .expect_err("a scope is no path");
    }
}
