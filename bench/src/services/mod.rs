//! Services: loading code, starting instances, and calls, beside the same operations in wasmtime without a host.

mod calls;
mod guest;
mod loading;
mod official_vm;
mod raw_marine;
mod sqlite;
mod timing;

use anyhow::Result;
use serde_json::{Value, json};

/// The published modules, by name.
const MODULES: [(&str, &[u8]); 6] = [
    ("sqlite3", registry_distro::SQLITE_WASM),
    ("registry", registry_distro::REGISTRY_WASM),
    ("spell", fluence_spell_distro::SPELL_WASM),
    ("trust-graph", trust_graph_distro::TRUST_GRAPH_WASM),
    ("ipfs-effector", aqua_ipfs_distro::IPFS_EFFECTOR),
    ("ipfs-pure", aqua_ipfs_distro::IPFS_FACADE),
];

/// All measurements of services.
pub(crate) fn report(print: &dyn Fn(&str)) -> Result<Value> {
    let runtime = tokio::runtime::Runtime::new()?;
    Ok(json!({
        "loading": loading::report(&runtime, print)?,
        "calls": calls::report(&runtime, print)?,
        "sqlite": sqlite::report(&runtime, print)?,
        "official_vm": official_vm::report(&runtime, print)?,
    }))
}
