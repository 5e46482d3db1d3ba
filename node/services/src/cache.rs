//! Loaded code by the hash of its Wasm file.
//!
//! The cache is single-flight per file: requests for code that is being loaded wait for that, requests for any other code don't. It
//! keeps no code alive: code that no service uses is dropped. Code on disk is the task of `artefacts`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};

use crate::artefacts::Digest;
use crate::loader::LoadError;

/// A load that any number of requests can wait for.
type Loading<T> = Shared<BoxFuture<'static, Result<Arc<T>, LoadError>>>;

/// Loaded code and loads in progress. Clones share their entries.
pub(crate) struct Cache<T> {
    entries: Arc<Mutex<BTreeMap<Digest, Entry<T>>>>,
}

enum Entry<T> {
    InProgress(Loading<T>),
    Ready(Weak<T>),
}

impl<T: Send + Sync + 'static> Cache<T> {
    /// Returns the code of the file with this digest: what is in memory, that of the load in progress, or what the result of `prepare`
    /// loads on a thread for blocking work. `prepare` is only called in the last case. A load goes on when its requests are dropped.
    /// Errors aren't cached.
    pub(crate) async fn get_or_load<Load>(
        &self,
        digest: Digest,
        prepare: impl FnOnce() -> Load,
    ) -> Result<Arc<T>, LoadError>
    where
        Load: FnOnce() -> Result<T, LoadError> + Send + 'static,
    {
        let loading = {
            let mut entries = self.entries();
            match entries.get(&digest) {
                Some(Entry::InProgress(loading)) => loading.clone(),
                Some(Entry::Ready(code)) if let Some(code) = code.upgrade() => return Ok(code),
                _ => {
                    let loading = self.start(digest, prepare());
                    entries.insert(digest, Entry::InProgress(loading.clone()));
                    loading
                }
            }
        };
        loading.await
    }

    /// Starts a load. Its task puts the result into the cache, so that doesn't depend on a request that waits.
    fn start(&self, digest: Digest, load: impl FnOnce() -> Result<T, LoadError> + Send + 'static) -> Loading<T> {
        let cache = self.clone();
        let task = tokio::spawn(async move {
            let result = match tokio::task::spawn_blocking(load).await {
                Ok(result) => result.map(Arc::new),
                Err(error) => Err(LoadError::Panicked(error.to_string())),
            };
            cache.finish(digest, &result);
            result
        });
        async move {
            task.await
                .unwrap_or_else(|error| Err(LoadError::Panicked(error.to_string())))
        }
        .boxed()
        .shared()
    }

    fn finish(&self, digest: Digest, result: &Result<Arc<T>, LoadError>) {
        let mut entries = self.entries();
        entries.retain(|_, entry| match entry {
            Entry::InProgress(_) => true,
            Entry::Ready(code) => code.strong_count() > 0,
        });
        match result {
            Ok(code) => drop(entries.insert(digest, Entry::Ready(Arc::downgrade(code)))),
            Err(_) => drop(entries.remove(&digest)),
        }
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<Digest, Entry<T>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Clone for Cache<T> {
    fn clone(&self) -> Self {
        Self {
            entries: Arc::clone(&self.entries),
        }
    }
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self {
            entries: Arc::default(),
        }
    }
}
