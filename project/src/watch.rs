//! Waiting for programs to change.

use crate::manifest;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// Editors write a file in several steps; what follows within this time belongs to the same change.
const PAUSE: Duration = Duration::from_millis(30);

/// Folders that are watched.
#[derive(Debug)]
pub struct Watch {
    watcher: RecommendedWatcher,
    events: Receiver<notify::Result<Event>>,
    watched: BTreeSet<PathBuf>,
}

/// What changed, by real absolute paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Sources that have another text now.
    pub texts: BTreeSet<PathBuf>,
    /// Whether something else changed: a source came or went, or a manifest changed.
    pub structure: bool,
}

/// Why nothing can be watched.
#[derive(Debug, thiserror::Error)]
#[error("can't watch for changes: {0}")]
pub struct WatchError(#[from] notify::Error);

impl Watch {
    /// Watches files and folders, and what is below those.
    ///
    /// # Errors
    /// When the system does not let it.
    pub fn new(paths: &[PathBuf]) -> Result<Self, WatchError> {
        let (sender, events) = channel();
        let watcher = notify::recommended_watcher(sender)?;
        let mut watch = Self {
            watcher,
            events,
            watched: BTreeSet::new(),
        };
        for path in paths {
            match path.parent().filter(|_| path.is_file()) {
                // A file that is replaced would be lost; its folder stays.
                Some(folder) => watch.also(folder, RecursiveMode::NonRecursive)?,
                None => watch.also(path, RecursiveMode::Recursive)?,
            }
        }
        Ok(watch)
    }

    /// Watches the files of further folders.
    ///
    /// # Errors
    /// When the system does not let it.
    pub fn folders(&mut self, folders: impl IntoIterator<Item = PathBuf>) -> Result<(), WatchError> {
        for folder in folders {
            self.also(&folder, RecursiveMode::NonRecursive)?;
        }
        Ok(())
    }

    fn also(&mut self, path: &Path, mode: RecursiveMode) -> Result<(), WatchError> {
        let path = if path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            path
        };
        let real = path.canonicalize().map_err(notify::Error::io)?;
        let is_known = self.watched.iter().any(|known| real.starts_with(known));
        if !is_known {
            self.watcher.watch(&real, mode)?;
            if mode == RecursiveMode::Recursive {
                self.watched.insert(real);
            }
        }
        Ok(())
    }

    /// Waits until a source or a manifest changes; `is_source` says which files were read.
    ///
    /// # Errors
    /// When the system stops telling.
    pub fn wait(&mut self, is_source: impl Fn(&Path) -> bool) -> Result<Change, WatchError> {
        let mut change = Change::default();
        loop {
            let event = if change == Change::default() {
                self.events.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                self.events.recv_timeout(PAUSE)
            };
            match event {
                Ok(event) => change.add(&event?, &is_source),
                Err(RecvTimeoutError::Timeout) => return Ok(change),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(notify::Error::generic("the system stopped telling").into());
                }
            }
        }
    }
}

impl Change {
    fn add(&mut self, event: &Event, is_source: impl Fn(&Path) -> bool) {
        if matches!(event.kind, EventKind::Access(_)) {
            return;
        }
        for path in &event.paths {
            let is_manifest = path.file_name().is_some_and(|name| name == manifest::FILE_NAME);
            let is_aqua = path.extension().is_some_and(|extension| extension == "aqua");
            if is_aqua && is_source(path) && path.is_file() {
                self.texts.insert(path.clone());
            } else if is_aqua || is_manifest {
                self.structure = true;
            }
        }
    }
}
