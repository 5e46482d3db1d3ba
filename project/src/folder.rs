//! Finds `.aqua` files.

use crate::Error;
use std::path::{Path, PathBuf};

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
    let mut folders = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let unreadable = |source| Error::Unreadable {
            path: folder.clone(),
            source,
        };
        for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(unreadable)?);
            if kind.is_dir() && !is_skipped(&path) {
                folders.push(path);
            } else if !kind.is_dir() && path.extension().is_some_and(|it| it == "aqua") {
                files.push(path);
            }
        }
    }
    files.sort();
    found.append(&mut files);
    Ok(())
}

fn is_skipped(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.') || name == "node_modules" || name == "target"
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
