//! Compiled functions on disk.

use crate::Error;
use std::path::{Path, PathBuf};

/// Writes what a function became to `FOLDER/FUNCTION.EXTENSION`; makes the folder when it is missing. Gives the path.
///
/// # Errors
/// When the folder or the file can't be written.
pub fn write_artifact(folder: &Path, function: &str, extension: &str, content: &[u8]) -> Result<PathBuf, Error> {
    let path = folder.join(format!("{function}.{extension}"));
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, content));
    written.map_err(|source| Error::Unwritable {
        path: path.clone(),
        source,
    })?;
    Ok(path.strip_prefix(".").map(Path::to_owned).unwrap_or(path))
}
