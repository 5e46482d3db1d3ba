//! `vault`: files of a particle, which its services see too.

use crate::Arguments as _;
use aqua_peer::{Call, Function, Functions, failure};
use aqua_vm::{CallError, CallResult};
use futures::future::BoxFuture;
use std::fmt;

/// Keeps the files of particles. Errors are texts for the initiator of a particle.
pub trait VaultFiles: fmt::Debug + Send + Sync {
    /// Writes a new file of the particle that calls. Returns its path as services see it.
    fn put<'a>(&'a self, call: &'a Call, content: Vec<u8>) -> BoxFuture<'a, Result<String, String>>;

    /// The content of a file of the particle that calls.
    fn read<'a>(&'a self, call: &'a Call, path: &'a str) -> BoxFuture<'a, Result<Vec<u8>, String>>;
}

pub(crate) fn register(functions: &mut Functions) {
    functions.register("vault", "put", Function::World);
    functions.register("vault", "cat", Function::World);
}

pub(crate) async fn answer(vault: Option<&dyn VaultFiles>, call: &Call) -> CallResult {
    match call.function.as_str() {
        "put" => {
            let content: String = call.argument(0, "data")?;
            let put = kept(vault)?.put(call, content.into_bytes()).await;
            put.map(Into::into).map_err(failure)
        }
        _ => {
            let path: String = call.argument(0, "path")?;
            Ok(text(vault, call, &path).await?.into())
        }
    }
}

/// The text of a file.
pub(crate) async fn text(vault: Option<&dyn VaultFiles>, call: &Call, path: &str) -> Result<String, CallError> {
    let content = bytes(vault, call, path).await?;
    String::from_utf8(content)
        .map_err(|error| failure(format!("Error reading vault file `{path}`: it is no text: {error}")))
}

/// The bytes of a file.
pub(crate) async fn bytes(vault: Option<&dyn VaultFiles>, call: &Call, path: &str) -> Result<Vec<u8>, CallError> {
    kept(vault)?.read(call, path).await.map_err(failure)
}

fn kept(vault: Option<&dyn VaultFiles>) -> Result<&dyn VaultFiles, CallError> {
    vault.ok_or_else(|| failure("this peer has no vault: it has no folder for data"))
}
