//! The vault of the particles of a peer: folders that exist from the first use to the end of a particle.

use super::text;
use aqua_builtins::VaultFiles;
use aqua_keys::{KeyPair, PeerId};
use aqua_modules::{Vault, VaultError, VaultFolder};
use aqua_particle::Header;
use aqua_peer::Call;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::spawn_blocking;

/// The longest file that a builtin reads, in bytes: as long as a module may be.
const LONGEST: u64 = 64 << 20;

/// The vault of a peer. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct ParticleVault {
    vault: Vault,
    /// Signs the tokens.
    key: KeyPair,
    /// Folders that were opened: scope, id and token of the particle.
    open: Arc<Mutex<BTreeSet<Folder>>>,
}

type Folder = (String, String, String);

impl ParticleVault {
    /// The vault of the peer with this key.
    pub(crate) fn new(vault: Vault, key: KeyPair) -> Self {
        Self {
            vault,
            key,
            open: Arc::default(),
        }
    }

    /// What makes the folder of a particle unguessable: the signature of the host over the particle's signature (§2 of the node,
    /// item 10).
    pub(crate) fn token(&self, particle: &Header) -> String {
        bs58::encode(self.key.sign(particle.signature.as_bytes()).as_bytes()).into_string()
    }

    /// Creates the folder of a particle, if its id can be the name of one, before a service runs.
    pub(crate) fn prepare(&self, scope: &PeerId, particle: &Header, token: &str) {
        let folder = (scope.to_string(), particle.id.clone(), token.to_owned());
        match self.open_folder(&folder) {
            Ok(_) | Err(VaultError::NoFolder(_)) => {}
            Err(error) => tracing::warn!(error = text(&error), "the vault can't be used"),
        }
    }

    /// What removes the folder of a particle that has ended in a scope, if it has one. Blocks.
    pub(crate) fn removal(&self, scope: &PeerId, particle: &Header) -> Option<impl FnOnce() + Send + 'static> {
        if self.folders().is_empty() {
            return None;
        }
        let folder = (scope.to_string(), particle.id.clone(), self.token(particle));
        let was_open = self.folders().remove(&folder);
        let vault = self.vault.clone();
        was_open.then_some(move || {
            let (scope, id, token) = folder;
            if let Err(error) = vault.remove(&scope, &id, &token) {
                tracing::warn!(%error, "the vault of a particle remains");
            }
        })
    }

    fn open_folder(&self, folder: &Folder) -> Result<VaultFolder, VaultError> {
        let (scope, id, token) = folder;
        let opened = self.vault.open(scope, id, token)?;
        self.folders().insert(folder.clone());
        Ok(opened)
    }

    fn folders(&self) -> std::sync::MutexGuard<'_, BTreeSet<Folder>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the folder of the particle that calls.
    fn within<'a, T: Send + 'static>(
        &self,
        call: &Call,
        work: impl FnOnce(&VaultFolder) -> Result<T, VaultError> + Send + 'static,
    ) -> BoxFuture<'a, Result<T, String>> {
        let (this, particle) = (self.clone(), call.particle.clone());
        let folder = (call.peer.to_string(), particle.id.clone(), self.token(&particle));
        let working = spawn_blocking(move || work(&this.open_folder(&folder)?));
        let done = working.map(|done| match done {
            Ok(result) => result.map_err(|error| text(&error)),
            Err(error) => Err(error.to_string()),
        });
        done.boxed()
    }
}

impl VaultFiles for ParticleVault {
    fn put<'a>(&'a self, call: &'a Call, content: Vec<u8>) -> BoxFuture<'a, Result<String, String>> {
        let mut name = [0; 16];
        if let Err(error) = getrandom::fill(&mut name) {
            return futures::future::ready(Err(error.to_string())).boxed();
        }
        let name = format!("{:032x}", u128::from_le_bytes(name));
        self.within(call, move |folder| folder.put(&name, &content))
    }

    fn read<'a>(&'a self, call: &'a Call, path: &'a str) -> BoxFuture<'a, Result<Vec<u8>, String>> {
        let path = path.to_owned();
        self.within(call, move |folder| folder.read(&path, LONGEST))
    }
}
