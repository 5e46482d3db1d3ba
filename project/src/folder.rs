//! Finds `.aqua` files.

use crate::Error;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// Expands `paths`: files are kept, folders are replaced by the `.aqua` files in them, sorted.
///
/// Hidden folders, `node_modules` and `target` are skipped unless listed in `paths`. Links to folders are not followed. Only
/// regular files and links to them are programs: sockets, pipes, devices and dead links, such as the lock files of editors, are
/// skipped.
///
/// # Errors
/// If a path does not exist or a folder can't be read.
pub fn programs(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for path in paths {
        let unreadable = |source| Error::Unreadable {
            path: path.clone(),
            source,
        };
        if std::fs::metadata(path).map_err(unreadable)?.is_dir() {
            below(path, &mut found)?;
        } else {
            found.push(path.clone());
        }
    }
    Ok(found)
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Error> {
    let entries = WalkDir::new(folder).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() == 0 || !is_skipped(entry)) {
        let entry = entry.map_err(|error| Error::Unreadable {
            path: error.path().unwrap_or(folder).to_owned(),
            // Without following links there is no other error than one of the file system.
            source: error.into_io_error().unwrap_or_else(|| ErrorKind::Other.into()),
        })?;
        let is_program = || entry.path().extension().is_some_and(|it| it == "aqua") && is_regular(&entry);
        if is_program() {
            found.push(entry.into_path());
        }
    }
    Ok(())
}

/// Whether it is a regular file or a link to one.
fn is_regular(entry: &DirEntry) -> bool {
    if entry.path_is_symlink() {
        return std::fs::metadata(entry.path()).is_ok_and(|file| file.is_file());
    }
    entry.file_type().is_file()
}

fn is_skipped(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    entry.file_type().is_dir() && (name.starts_with('.') || name == "node_modules" || name == "target")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn programs_in_a_folder_are_sorted() {
        let root = tempfile::tempdir().expect("a temporary folder");
        for file in ["b.aqua", "a/c.aqua", "a/notes.md", "node_modules/d.aqua", ".git/e.aqua"] {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
            fs::write(path, "").expect("a new file");
        }
        let found = programs(&[root.path().to_owned(), root.path().join("node_modules")]).expect("readable folders");
        let found: Vec<_> = found
            .iter()
            .map(|path| path.strip_prefix(root.path()).expect("below"))
            .collect();
        assert_eq!(
            found,
            [
                Path::new("a/c.aqua"),
                Path::new("b.aqua"),
                Path::new("node_modules/d.aqua")
            ]
        );
        assert!(programs(&[root.path().join("nothing")]).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn only_regular_files_are_programs() {
        use std::os::unix::fs::symlink;
        let root = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| root.path().join(name);
        fs::write(at("main.aqua"), "aqua Main\n").expect("a new file");
        symlink(at("main.aqua"), at("link.aqua")).expect("a link");
        symlink("user@host.1234", at(".#main.aqua")).expect("the lock of an editor");
        symlink(at("nothing.aqua"), at("dead.aqua")).expect("a dead link");
        symlink("/dev/zero", at("device.aqua")).expect("a link to a device");
        let _socket = std::os::unix::net::UnixListener::bind(at("socket.aqua")).expect("a socket");
        fs::create_dir(at("folder.aqua")).expect("a folder");
        let found = programs(&[root.path().to_owned()]).expect("a readable folder");
        assert_eq!(found, [at("link.aqua"), at("main.aqua")]);
    }
}
