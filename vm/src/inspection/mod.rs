//! Describes particle data for people and tools: events, signatures, waiting peers.
//!
//! Nothing here runs a program or trusts the data: [`audit`] verifies each content id and signature and lists all faults,
//! where a step stops at the first. All values serialise to JSON.
//!
//! ```
//! use aqua_keys::KeyPair;
//! use aqua_vm::{Params, Program, State, inspection, step};
//!
//! let key = KeyPair::from_seed([1; 32]);
//! let params = Params::new("particle", key.peer_id(), key);
//! let program = Program::from_air(r#"(call %init_peer_id% ("greeter" "greet") ["Aqua"] text)"#)?;
//! let outcome = step(&program, &State::default(), &[], &Default::default(), &params);
//!
//! let data = outcome.state.data();
//! assert_eq!(inspection::waits(data)[0].peer, params.current_peer_id);
//! assert!(inspection::audit(data, Some("particle")).is_sound());
//! # Ok::<(), aqua_air::ParseError>(())
//! ```

mod audit;
mod diff;
mod layout;
mod particle_file;
mod standstill;
mod trace;

pub use audit::{Audit, Fault, Signature, Signer, audit};
pub use diff::{Change, Diff, SignerChange, StoreDiff, diff};
pub use layout::{Branch, Location};
pub use particle_file::{ParticleFile, ParticleFileError};
pub use standstill::{AbsorbedError, Blocked, BlockedOn, ErrorSource, Standstill, error_source, standstill};
pub use trace::{Entry, Event, Produced, Target, Wait, WaitsFor, trace, waits};

use crate::{CidInfo, ParticleData, Store};
use serde::Serialize;

/// The number of entries of each store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StoreSizes {
    /// JSON texts.
    pub values: usize,
    /// Origins of values.
    pub tetraplets: usize,
    /// Elements of canonicalised streams.
    pub canon_elements: usize,
    /// Canonicalised streams.
    pub canon_results: usize,
    /// Results of services.
    pub service_results: usize,
}

/// Counts the entries of the stores.
#[must_use]
pub fn store_sizes(data: &ParticleData) -> StoreSizes {
    let CidInfo {
        value_store,
        tetraplet_store,
        canon_element_store,
        canon_result_store,
        service_result_store,
    } = &data.cid_info;
    StoreSizes {
        values: value_store.len(),
        tetraplets: tetraplet_store.len(),
        canon_elements: canon_element_store.len(),
        canon_results: canon_result_store.len(),
        service_results: service_result_store.len(),
    }
}

/// All entries of all stores as JSON values.
#[must_use]
pub fn stores(data: &ParticleData) -> serde_json::Value {
    let info = &data.cid_info;
    let values: serde_json::Map<_, _> = info
        .value_store
        .iter()
        .map(|(cid, text)| (cid.to_string(), trace::json(text)))
        .collect();
    serde_json::json!({
        "values": values,
        "tetraplets": entries(&info.tetraplet_store),
        "canon_elements": entries(&info.canon_element_store),
        "canon_results": entries(&info.canon_result_store),
        "service_results": entries(&info.service_result_store),
    })
}

fn entries<T: Serialize>(store: &Store<T>) -> serde_json::Map<String, serde_json::Value> {
    let json = |item| serde_json::to_value(item).expect("texts and lists of texts always serialise");
    store.iter().map(|(cid, item)| (cid.to_string(), json(item))).collect()
}
