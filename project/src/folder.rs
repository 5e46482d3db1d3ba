//! Finds `.aqua` files.

use crate::Error;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// Expands `paths`: files are kept, folders are replaced by the `.aqua` files in them, sorted.
///
/// Hidden folders, `node_modules` and `target` are skipped unless listed in `paths`. Links to folders are not followed.
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
        if !entry.file_type().is_dir() && entry.path().extension().is_some_and(|it| it == "aqua") {
            found.push(entry.into_path());
        }
    }
    Ok(())
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
}
