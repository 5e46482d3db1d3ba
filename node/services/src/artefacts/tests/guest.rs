//! Small services, and starting them with a directory for compiled code.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aqua_values::Value;

use super::super::store::{ArtefactStore, ENTRY_SUFFIX};
use super::super::{ArtefactCache, ArtefactId, ArtefactKind, engine_digest};
use super::log;
use crate::engine::{Engine, EngineOptions, profile};
use crate::progress::{LoadEvent, LoadObserver, LoadStage};
use crate::{Config, Host};

/// Longer than any call takes.
pub(super) const PLENTY: Duration = Duration::from_secs(600);

/// The content of an empty directory.
pub(super) const NO_FILES: [PathBuf; 0] = [];

/// A component whose function `get` returns `number`.
pub(super) fn component(number: u32) -> Vec<u8> {
    wat::parse_str(format!(
        r#"(component
            (core module $m (func (export "get") (result i32) (i32.const {number})))
            (core instance $i (instantiate $m))
            (func (export "get") (result u32) (canon lift (core func $i "get"))))"#
    ))
    .expect("the component is well-formed")
}

/// The entry of a component of the engine that services run on.
pub(super) fn id(wasm: &[u8]) -> ArtefactId {
    id_for(wasm, &profile())
}

pub(super) fn id_for(wasm: &[u8], profile: &wasmtime::Config) -> ArtefactId {
    let engine = wasmtime::Engine::new(profile).expect("this machine runs Wasm");
    ArtefactId {
        kind: ArtefactKind::Component,
        engine: engine_digest(&engine),
        wasm: *blake3::hash(wasm).as_bytes(),
    }
}

pub(super) fn open(directory: &Path) -> ArtefactStore {
    ArtefactStore::open(&ArtefactCache::new(directory)).expect("the directory can be used")
}

/// All entries in a directory, sorted.
pub(super) fn entries(directory: &Path) -> Vec<PathBuf> {
    files(directory, ENTRY_SUFFIX)
}

/// All files in a directory whose name ends with `suffix`, sorted.
pub(super) fn files(directory: &Path, suffix: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(directory).expect("a directory");
    let paths = files.map(|file| file.expect("a file").path());
    let mut paths: Vec<_> = paths.filter(|path| path.to_string_lossy().ends_with(suffix)).collect();
    paths.sort();
    paths
}

/// How a service got its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Compiled,
    Restored,
}

/// A running service; it uses its code as long as this exists.
pub(super) struct Started {
    pub(super) origin: Origin,
    pub(super) host: Host,
}

/// Starts the component `number` on an engine of its own, as in a new process, and checks that it answers.
pub(super) async fn start(cache: &ArtefactCache, number: u32) -> Started {
    log::collect();
    let origins = Arc::new(Origins::default());
    let options = EngineOptions {
        artefacts: Some(cache.clone()),
        observer: origins.clone(),
    };
    let engine = Engine::with_options(options).expect("this machine runs Wasm");
    let host = Host::with_engine(engine, Config::default());
    host.deploy("guest", &component(number))
        .await
        .expect("it can be deployed");
    answers(&host, number).await;
    let origins = origins.0.lock().unwrap_or_else(PoisonError::into_inner);
    let [origin] = origins[..] else {
        panic!("one load: {origins:?}")
    };
    Started { origin, host }
}

pub(super) async fn answers(host: &Host, number: u32) {
    let value = host.call(crate::Call::new("guest", "get", vec![], PLENTY)).await;
    assert_eq!(value, Ok(Value::from(u64::from(number))));
}

#[derive(Debug, Default)]
struct Origins(Mutex<Vec<Origin>>);

impl LoadObserver for Origins {
    fn event(&self, event: &LoadEvent) {
        let origin = match event.stage {
            LoadStage::Compiling { .. } => return,
            LoadStage::Compiled { .. } => Origin::Compiled,
            LoadStage::Restored { .. } => Origin::Restored,
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(origin);
    }
}
