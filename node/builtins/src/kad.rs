//! `kad`: which peers are near to a key.

use crate::Arguments as _;
use crate::hashes::{from_base58, is_multihash, sha256};
use aqua_peer::{Call, Function, Functions, failure};
use aqua_values::Value;
use aqua_vm::{CallError, CallResult};

/// How many peers are returned by default.
const DEFAULT_COUNT: u32 = 20;

pub(crate) fn register(functions: &mut Functions) {
    functions.register("kad", "neighborhood", Function::World);
    functions.register("kad", "neigh_with_addrs", Function::World);
    functions.register("kad", "merge", Function::Pure(merge));
}

/// The key that a call asks for the neighbours of, and how many are wanted.
pub(crate) fn key_and_count(call: &Call) -> Result<(Vec<u8>, usize), CallError> {
    let key = from_base58(&call.argument::<String>(0, "key")?)?;
    let already_hashed: bool = call.option(1, "already_hashed")?.unwrap_or(false);
    let count: u32 = call.option(2, "count")?.unwrap_or(DEFAULT_COUNT);
    if already_hashed && !is_multihash(&key) {
        return Err(failure("Invalid multihash"));
    }
    Ok((key, count as usize))
}

/// Joins two lists of peers: nearest to the target first, each once.
fn merge(call: &Call) -> CallResult {
    let target = sha256(&from_base58(&call.argument::<String>(0, "target")?)?);
    let mut peers: Vec<String> = call.argument(1, "left")?;
    peers.extend(call.argument::<Vec<String>>(2, "right")?);
    let count: u32 = call.option(3, "count")?.unwrap_or(DEFAULT_COUNT);

    let mut by_distance = Vec::with_capacity(peers.len());
    for peer in peers {
        let position = sha256(&from_base58(&peer)?);
        let distance: [u8; 32] = std::array::from_fn(|index| position[index] ^ target[index]);
        by_distance.push((distance, peer));
    }
    by_distance.sort();
    by_distance.dedup();
    Ok(by_distance
        .into_iter()
        .take(count as usize)
        .map(|(_, peer)| Value::from(peer))
        .collect())
}
