//! The Wasm engine of nodes and local peers: the folder for compiled code, and the log of loading it.

use crate::log::EventLog;
use aqua_services::{ArtefactCache, EngineOptions};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An engine that keeps compiled code in this folder; without one, in the user's cache folder, if there is any.
pub(crate) fn options(artefacts: Option<&Path>) -> EngineOptions {
    let artefacts = artefacts.map(Path::to_owned).or_else(default_folder);
    EngineOptions {
        artefacts: artefacts.map(ArtefactCache::new),
        observer: Arc::new(EventLog),
    }
}

/// `aqua/artefacts` in the user's cache folder.
fn default_folder() -> Option<PathBuf> {
    let folder = if cfg!(windows) {
        absolute("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join("Library/Caches")))
    } else {
        absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))
    };
    Some(folder?.join("aqua").join("artefacts"))
}

/// The path in an environment variable. The XDG specification says to ignore relative ones.
fn absolute(variable: &str) -> Option<PathBuf> {
    let value: OsString = std::env::var_os(variable)?;
    Some(PathBuf::from(value)).filter(|path| path.is_absolute())
}
