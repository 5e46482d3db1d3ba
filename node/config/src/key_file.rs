//! The file of a secret key: 32 bytes in base58, readable only by its owner.

use crate::Error;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// Reads a key from a file. If the file does not exist, creates it with the key that `generate` returns.
///
/// # Errors
/// If the file can't be read or created or is not a key file, or if `generate` fails.
pub fn read_or_create(path: &Path, generate: impl FnOnce() -> io::Result<[u8; 32]>) -> Result<[u8; 32], Error> {
    match read_key(path) {
        Err(Error::Unreadable { source, .. }) if source.kind() == ErrorKind::NotFound => {
            let key = generate().map_err(|source| Error::Unwritable {
                path: path.to_owned(),
                source,
            })?;
            create_key(path, key)?;
            Ok(key)
        }
        read => read,
    }
}

/// Reads a key from a file.
///
/// # Errors
/// If the file can't be read or is not a key file.
pub fn read_key(path: &Path) -> Result<[u8; 32], Error> {
    let text = fs::read_to_string(path).map_err(|source| Error::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    decode(&text).ok_or_else(|| Error::InvalidKeyFile { path: path.to_owned() })
}

/// Writes a key to a new file.
///
/// # Errors
/// If the file exists or can't be created.
pub fn create_key(path: &Path, key: [u8; 32]) -> Result<(), Error> {
    create(path, &bs58::encode(key).into_string()).map_err(|source| Error::Unwritable {
        path: path.to_owned(),
        source,
    })
}

/// The seed of a new secret key, from the random generator of the operating system.
///
/// # Errors
/// If the random generator fails.
pub fn random_seed() -> io::Result<[u8; 32]> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)
        .map_err(|error| io::Error::other(format!("the system random generator failed: {error}")))?;
    Ok(seed)
}

fn decode(text: &str) -> Option<[u8; 32]> {
    bs58::decode(text.trim()).into_vec().ok()?.try_into().ok()
}

fn create(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(format!("{text}\n").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_created_once_and_reused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("node.key");
        assert_eq!(read_or_create(&path, || Ok([7; 32])).expect("a new file"), [7; 32]);
        assert_eq!(read_or_create(&path, || Ok([8; 32])).expect("the same file"), [7; 32]);
    }

    #[test]
    #[cfg(unix)]
    fn only_the_owner_can_read_a_new_key() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("node.key");
        read_or_create(&path, || Ok([7; 32])).expect("a new file");
        assert_eq!(
            fs::metadata(&path).expect("the file").permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn other_contents_are_rejected() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("node.key");
        for text in ["", "0OIl", "abc"] {
            fs::write(&path, text).expect("a new file");
            let error = read_or_create(&path, || Ok([7; 32])).expect_err("no key");
            assert!(matches!(error, Error::InvalidKeyFile { .. }), "{error}");
        }
    }

    #[test]
    fn a_key_is_never_replaced() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("node.key");
        create_key(&path, [7; 32]).expect("a new file");
        create_key(&path, [8; 32]).expect_err("the file exists");
        assert_eq!(read_key(&path).expect("the file"), [7; 32]);
    }
}
