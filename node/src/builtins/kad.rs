//! `kad`: which peers are near to a key.

use super::{Call, Failure, Table};
use serde_json::json;

/// How many peers are given unless the caller says.
const USUAL_COUNT: u32 = 20;

pub(super) fn enter(table: &mut Table) {
    table.insert("kad", "neighborhood", |call: Call| async move {
        let key: String = call.argument(0, "key")?;
        let already_hashed: bool = call.option(1, "already_hashed")?.unwrap_or(false);
        let count: u32 = call.option(2, "count")?.unwrap_or(USUAL_COUNT);
        let key = bs58::decode(&key)
            .into_vec()
            .map_err(|error| Failure::text(format!("Invalid key '{key}': {error}")))?;
        if already_hashed && !is_multihash(&key) {
            return Err(Failure::text("Invalid multihash"));
        }
        let near = call.peer.carrier().neighborhood(key, count as usize).await;
        Ok(json!(near.iter().map(ToString::to_string).collect::<Vec<_>>()))
    });
}

/// Whether bytes are a code of one byte, a length and that many bytes. All hashes of peers and keys are.
fn is_multihash(bytes: &[u8]) -> bool {
    matches!(bytes, [_, length, digest @ ..] if digest.len() == usize::from(*length))
}
