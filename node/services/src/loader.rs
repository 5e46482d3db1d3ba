//! Loads the code of one Wasm file: from disk, or by compiling it.

use std::sync::Arc;
use std::time::Instant;

use crate::artefacts::{ArtefactCache, ArtefactId, ArtefactStore, Digest, EntryLock, engine_digest};
use crate::code::Code;
use crate::error::DeployError;
use crate::progress::{LoadEvent, LoadObserver, LoadStage};

/// Loads code for one wasmtime engine.
pub(crate) struct Loader {
    engine: wasmtime::Engine,
    digest: Digest,
    store: Option<ArtefactStore>,
    observer: Arc<dyn LoadObserver>,
}

/// Why bytes can't become the code of a service, whatever the service's name.
#[derive(Debug, Clone)]
pub(crate) enum LoadError {
    Invalid(String),
    InvalidModule(String),
    Panicked(String),
}

impl Loader {
    /// A loader that keeps compiled code in this directory.
    pub(crate) fn new(
        engine: wasmtime::Engine,
        artefacts: Option<&ArtefactCache>,
        observer: Arc<dyn LoadObserver>,
    ) -> Self {
        Self {
            digest: engine_digest(&engine),
            engine,
            store: artefacts.and_then(ArtefactStore::open),
            observer,
        }
    }

    /// Loads code, and returns it with the lock on its file, if there is one. Blocks.
    pub(crate) fn load<C: Code>(
        &self,
        service: &str,
        wasm_digest: Digest,
        wasm: &[u8],
    ) -> Result<(C, Option<EntryLock>), LoadError> {
        let id = ArtefactId {
            kind: C::KIND,
            engine: self.digest,
            wasm: wasm_digest,
        };
        if let Some((code, entry)) = self.restore(service, &id) {
            return Ok((code, Some(entry)));
        }
        self.report(service, LoadStage::Compiling { bytes: wasm.len() });
        let start = Instant::now();
        let code = C::compile(&self.engine, wasm)?;
        let elapsed = start.elapsed();
        self.report(service, LoadStage::Compiled { elapsed });
        let entry = self.store.as_ref().and_then(|store| keep(store, &id, &code));
        Ok((code, entry))
    }

    fn restore<C: Code>(&self, service: &str, id: &ArtefactId) -> Option<(C, EntryLock)> {
        let store = self.store.as_ref()?;
        let start = Instant::now();
        let artefact = store.read(id)?;
        // SAFETY: `read` has verified a message authentication code over all bytes of `artefact.code()`, which no other code changes: they
        // are in memory of this process. The author of that code has the key of the directory, which is a file that only the user of this
        // process can read, and `Loader::load`, on behalf of that user, is the only place that authenticates anything: what `serialize`
        // has returned for an engine with the digest in `id`, so with the same version, settings and processor features as `engine`.
        #[expect(unsafe_code, reason = "see `Code::deserialize`")]
        let code = unsafe { C::deserialize(&self.engine, artefact.code()) };
        match code {
            Ok(code) => {
                let elapsed = start.elapsed();
                self.report(service, LoadStage::Restored { elapsed });
                Some((code, artefact.lock))
            }
            Err(error) => {
                store.discard(id, &format!("{error:#}"));
                None
            }
        }
    }

    fn report(&self, service: &str, stage: LoadStage) {
        self.observer.event(&LoadEvent {
            service: service.to_owned(),
            stage,
        });
    }
}

fn keep<C: Code>(store: &ArtefactStore, id: &ArtefactId, code: &C) -> Option<EntryLock> {
    match code.serialize() {
        Ok(bytes) => store.write(id, &bytes),
        Err(error) => {
            tracing::warn!("can't serialize compiled code: {error:#}");
            None
        }
    }
}

impl LoadError {
    pub(crate) fn of_service(self, service: &str) -> DeployError {
        let service = service.to_owned();
        match self {
            Self::Invalid(reason) => DeployError::Invalid { service, reason },
            Self::InvalidModule(reason) => DeployError::InvalidModule { service, reason },
            Self::Panicked(reason) => DeployError::Engine(reason),
        }
    }
}
