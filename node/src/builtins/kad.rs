//! `kad`: which peers are near to a key.

use super::hashes::{from_base58, is_multihash, sha256};
use super::{Answer, Call, Failure, Table};
use aqua_keys::PeerId;
use aqua_values::Value;

/// How many peers are given unless the caller says.
const USUAL_COUNT: u32 = 20;

pub(super) fn enter(table: &mut Table) {
    table.insert("kad", "neighborhood", |call: Call| async move {
        Ok(near(&call).await?.iter().map(ToString::to_string).collect())
    });
    table.insert("kad", "neigh_with_addrs", |call: Call| async move {
        let mut contacts = Vec::new();
        for peer in near(&call).await? {
            let addresses = call.peer.carrier().contact(&peer).await.unwrap_or_default();
            contacts.push(Value::object([
                ("peer_id", peer.to_string().into()),
                ("addresses", addresses.into()),
            ]));
        }
        Ok(contacts.into())
    });
    table.insert_immediate("kad", "merge", merge);
}

/// The known peers that are nearest to the key of the call, nearest first.
async fn near(call: &Call) -> Result<Vec<PeerId>, Failure> {
    let key = from_base58(&call.argument::<String>(0, "key")?)?;
    let already_hashed: bool = call.option(1, "already_hashed")?.unwrap_or(false);
    let count: u32 = call.option(2, "count")?.unwrap_or(USUAL_COUNT);
    if already_hashed && !is_multihash(&key) {
        return Err(Failure::text("Invalid multihash"));
    }
    Ok(call.peer.carrier().neighborhood(key, count as usize).await)
}

/// Joins two lists of peers: nearest to the target first, each once.
fn merge(call: &Call) -> Answer {
    let target = sha256(&from_base58(&call.argument::<String>(0, "target")?)?);
    let mut peers: Vec<String> = call.argument(1, "left")?;
    peers.extend(call.argument::<Vec<String>>(2, "right")?);
    let count: u32 = call.option(3, "count")?.unwrap_or(USUAL_COUNT);

    let mut placed = Vec::with_capacity(peers.len());
    for peer in peers {
        let place = sha256(&from_base58(&peer)?);
        let distance: [u8; 32] = std::array::from_fn(|index| place[index] ^ target[index]);
        placed.push((distance, peer));
    }
    placed.sort();
    placed.dedup();
    Ok(placed
        .into_iter()
        .take(count as usize)
        .map(|(_, peer)| Value::from(peer))
        .collect())
}
