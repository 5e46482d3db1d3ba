//! Records of a peer: keys and values as a damaged or foreign store may have them.

use crate::stream::Source;
use aqua_keys::KeyPair;
use aqua_peer::{Config, Effect, Input, Now, Peer, Scope, ScopeId};
use aqua_storage::Page;
use std::sync::Arc;

/// More records than any of the decisions of a start depend on.
const RECORDS: usize = 8;

/// Starts a peer with records. It becomes ready, and starts no service twice.
pub fn run(bytes: &[u8]) {
    let key = KeyPair::from_seed([1; 32]);
    let prefix = format!("service/{}/", key.peer_id());
    let mut stream = Source::new(bytes);
    let mut records = Vec::new();
    while records.len() < RECORDS && !stream.is_empty() {
        // Most keys are those of services.
        let is_service = stream.byte() % 8 != 0;
        let mut key = if is_service { prefix.clone().into_bytes() } else { Vec::new() };
        key.extend(stream.bytes());
        records.push((key.into(), stream.bytes().to_vec().into()));
    }
    let mut peer = Peer::new(Config::new(vec![Scope::new(ScopeId::HOST, key)]), [7; 32]);
    let (mut is_ready, mut started) = (false, std::collections::BTreeSet::new());
    while let Some(effect) = peer.poll_effect() {
        match effect {
            Effect::Read { read, .. } => {
                let page = Page {
                    records: std::mem::take(&mut records),
                    next: None,
                };
                peer.handle(Now::default(), Input::Records { read, page: Ok(page) });
            }
            Effect::Start { start, service, .. } => {
                assert!(started.insert(service), "a service is started twice");
                let result = Ok(Arc::default());
                peer.handle(Now::default(), Input::Started { start, result });
            }
            Effect::Ready => is_ready = true,
            _ => {}
        }
    }
    assert!(is_ready && peer.audit().is_ok());
}
