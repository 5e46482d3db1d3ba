//! Builtins that concern other peers and modules. The driver of a core answers their calls with its network and its store.

use crate::arguments::protected;
use crate::kad::key_and_count;
use crate::peer::peer_id;
use crate::{Arguments as _, Modules, VaultFiles, dist, no_result, vault};
use aqua_keys::PeerId;
use aqua_peer::{Call, failure};
use aqua_values::Value;
use aqua_vm::CallResult;
use futures::future::BoxFuture;
use std::fmt;

/// Information about other peers. Addresses are multiaddresses as text.
pub trait Contacts: fmt::Debug + Send + Sync {
    /// The known peers nearest to a key, nearest first; never this one.
    fn neighborhood(&self, key: Vec<u8>, count: usize) -> BoxFuture<'_, Vec<PeerId>>;

    /// The addresses by which a peer is connected; `None` if it isn't.
    fn contact<'a>(&'a self, peer: &'a PeerId) -> BoxFuture<'a, Option<Vec<String>>>;

    /// Connects to a peer at one of these addresses, unless it is connected. Whether it is now.
    fn connect<'a>(&'a self, peer: &'a PeerId, addresses: &'a [String]) -> BoxFuture<'a, bool>;

    /// The addresses at which this peer can be reached.
    fn addresses(&self) -> BoxFuture<'_, Vec<String>>;
}

/// What the driver of a core has.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// Its network.
    pub contacts: &'a dyn Contacts,
    /// Its modules, if it keeps any.
    pub modules: Option<&'a dyn Modules>,
    /// The files of particles, if it keeps any.
    pub vault: Option<&'a dyn VaultFiles>,
}

/// Answers a call of a [`Function::World`](aqua_peer::Function::World).
pub async fn answer(world: World<'_>, call: &Call) -> CallResult {
    let contacts = world.contacts;
    match (call.service.as_str(), call.function.as_str()) {
        ("kad", "neighborhood") => {
            let (key, count) = key_and_count(call)?;
            let peers = contacts.neighborhood(key, count).await;
            Ok(peers.iter().map(|peer| Value::from(peer.to_string())).collect())
        }
        ("kad", "neigh_with_addrs") => {
            let (key, count) = key_and_count(call)?;
            let mut neighbours = Vec::new();
            for peer in contacts.neighborhood(key, count).await {
                let addresses = contacts.contact(&peer).await.unwrap_or_default();
                neighbours.push(contact_value(&peer, addresses));
            }
            Ok(neighbours.into())
        }
        ("peer", "identify") => Ok(identity(contacts.addresses().await)),
        ("peer", "is_connected") => Ok(contacts.contact(&peer_id(call)?).await.is_some().into()),
        ("peer", "connect") => {
            let peer = peer_id(call)?;
            let addresses: Vec<String> = call.option(1, "addresses")?.unwrap_or_default();
            protected(call)?;
            Ok(contacts.connect(&peer, &addresses).await.into())
        }
        ("peer", "get_contact") => {
            let peer = peer_id(call)?;
            let addresses = contacts.contact(&peer).await;
            Ok(addresses.map_or_else(no_result, |addresses| contact_value(&peer, addresses)))
        }
        ("dist", _) => dist::answer(world, call).await,
        ("vault", _) => vault::answer(world.vault, call).await,
        (service, function) => {
            let text = format!("Service with id '{service}' not found (function {function})");
            Err(failure(text))
        }
    }
}

fn contact_value(peer: &PeerId, addresses: Vec<String>) -> Value {
    Value::object([("peer_id", peer.to_string().into()), ("addresses", addresses.into())])
}

fn identity(addresses: Vec<String>) -> Value {
    let empty = || Value::array([Value::Null; 0]);
    Value::object([
        ("external_addresses", addresses.into()),
        ("node_version", env!("CARGO_PKG_VERSION").into()),
        ("air_version", aqua_vm::flat::interpreter_version().into()),
        ("spell_version", "".into()),
        ("allowed_binaries", empty()),
        ("vm_info", empty()),
    ])
}
