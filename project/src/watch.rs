//! Waits for changes of source files and manifests.

use crate::manifest;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// Editors write a file in several steps: events within this time are reported as one change.
const DEBOUNCE: Duration = Duration::from_millis(30);

/// Watches files and folders for changes.
#[derive(Debug)]
pub struct FileWatcher {
    inner: RecommendedWatcher,
    events: Receiver<notify::Result<Event>>,
    watched: BTreeSet<PathBuf>,
}

/// The files that changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileChanges {
    /// Source files with new contents, by canonical absolute path.
    pub sources: BTreeSet<PathBuf>,
    /// Whether source files were added or removed, or a manifest or a Wasm file changed.
    pub structure: bool,
}

/// The file system can't be watched.
#[derive(Debug, thiserror::Error)]
#[error("can't watch for changes: {0}")]
pub struct WatchError(#[from] notify::Error);

impl FileWatcher {
    /// Watches files, and folders recursively.
    ///
    /// # Errors
    /// If the system refuses to watch a path.
    pub fn new(paths: &[PathBuf]) -> Result<Self, WatchError> {
        let (sender, events) = channel();
        let inner = notify::recommended_watcher(sender)?;
        let mut watcher = Self {
            inner,
            events,
            watched: BTreeSet::new(),
        };
        for path in paths {
            match path.parent().filter(|_| path.is_file()) {
                // A watch on a file ends when the file is replaced; one on its folder does not.
                Some(folder) => watcher.watch(folder, RecursiveMode::NonRecursive)?,
                None => watcher.watch(path, RecursiveMode::Recursive)?,
            }
        }
        Ok(watcher)
    }

    /// Watches the files of more folders, not recursively.
    ///
    /// # Errors
    /// If the system refuses to watch a folder.
    pub fn watch_folders(&mut self, folders: impl IntoIterator<Item = PathBuf>) -> Result<(), WatchError> {
        for folder in folders {
            self.watch(&folder, RecursiveMode::NonRecursive)?;
        }
        Ok(())
    }

    fn watch(&mut self, path: &Path, mode: RecursiveMode) -> Result<(), WatchError> {
        let path = if path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            path
        };
        let real = path.canonicalize().map_err(notify::Error::io)?;
        let is_known = self.watched.iter().any(|known| real.starts_with(known));
        if !is_known {
            self.inner.watch(&real, mode)?;
            if mode == RecursiveMode::Recursive {
                self.watched.insert(real);
            }
        }
        Ok(())
    }

    /// Blocks until a source file or a manifest changes. `is_source` tests whether a file was read as a module.
    ///
    /// # Errors
    /// If the system stops reporting changes.
    pub fn wait(&mut self, is_source: impl Fn(&Path) -> bool) -> Result<FileChanges, WatchError> {
        let mut change = FileChanges::default();
        loop {
            let event = if change == FileChanges::default() {
                self.events.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                self.events.recv_timeout(DEBOUNCE)
            };
            match event {
                Ok(event) => change.add(&event?, &is_source),
                Err(RecvTimeoutError::Timeout) => return Ok(change),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(notify::Error::generic("the system stopped reporting changes").into());
                }
            }
        }
    }
}

impl FileChanges {
    fn add(&mut self, event: &Event, is_source: impl Fn(&Path) -> bool) {
        if matches!(event.kind, EventKind::Access(_)) {
            return;
        }
        for path in &event.paths {
            let is_manifest = path.file_name().is_some_and(|name| name == manifest::FILE_NAME);
            // A program may import the declarations of a service.
            let is_wasm = path.extension().is_some_and(|extension| extension == "wasm");
            let is_aqua = path.extension().is_some_and(|extension| extension == "aqua");
            if is_aqua && is_source(path) && path.is_file() {
                self.sources.insert(path.clone());
            } else if is_aqua || is_manifest || is_wasm {
                self.structure = true;
            }
        }
    }
}
