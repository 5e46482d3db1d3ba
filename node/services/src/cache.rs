//! Compiled components by the hash of their bytes.
//!
//! The cache is single-flight per component: requests for a component that is being compiled wait for that compilation, requests for
//! any other component don't. It keeps no component alive: a compiled component that no service uses is dropped.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};

use crate::engine::{CompileError, Compiled};

/// BLAKE3 digest of a component's bytes.
pub(crate) type Digest = [u8; blake3::OUT_LEN];

/// A compilation that any number of requests can wait for.
type Compilation = Shared<BoxFuture<'static, Result<Arc<Compiled>, CompileError>>>;

/// Compiled components and compilations in progress. Clones share their entries.
#[derive(Clone, Default)]
pub(crate) struct Cache {
    entries: Arc<Mutex<BTreeMap<Digest, Entry>>>,
}

enum Entry {
    InProgress(Compilation),
    Ready(Weak<Compiled>),
}

impl Cache {
    /// Returns the component with this digest: the cached one, that of the compilation in progress, or the one that `compile` makes on
    /// a thread for blocking work. A compilation goes on when its requests are dropped. Errors aren't cached.
    pub(crate) async fn get_or_compile(
        &self,
        digest: Digest,
        compile: impl FnOnce() -> Result<Compiled, CompileError> + Send + 'static,
    ) -> Result<Arc<Compiled>, CompileError> {
        let compilation = {
            let mut entries = self.entries();
            match entries.get(&digest) {
                Some(Entry::InProgress(compilation)) => compilation.clone(),
                Some(Entry::Ready(compiled)) if let Some(compiled) = compiled.upgrade() => return Ok(compiled),
                _ => {
                    let compilation = self.start(digest, compile);
                    entries.insert(digest, Entry::InProgress(compilation.clone()));
                    compilation
                }
            }
        };
        compilation.await
    }

    /// Starts a compilation. Its task puts the result into the cache, so that doesn't depend on a request that waits.
    fn start(
        &self,
        digest: Digest,
        compile: impl FnOnce() -> Result<Compiled, CompileError> + Send + 'static,
    ) -> Compilation {
        let cache = self.clone();
        let task = tokio::spawn(async move {
            let result = match tokio::task::spawn_blocking(compile).await {
                Ok(result) => result.map(Arc::new),
                Err(error) => Err(CompileError::Panicked(error.to_string())),
            };
            cache.finish(digest, &result);
            result
        });
        async move {
            task.await
                .unwrap_or_else(|error| Err(CompileError::Panicked(error.to_string())))
        }
        .boxed()
        .shared()
    }

    fn finish(&self, digest: Digest, result: &Result<Arc<Compiled>, CompileError>) {
        let mut entries = self.entries();
        entries.retain(|_, entry| match entry {
            Entry::InProgress(_) => true,
            Entry::Ready(compiled) => compiled.strong_count() > 0,
        });
        match result {
            Ok(compiled) => drop(entries.insert(digest, Entry::Ready(Arc::downgrade(compiled)))),
            Err(_) => drop(entries.remove(&digest)),
        }
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<Digest, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
