//! `peer`: who the called peer is and whom it is connected with.

use super::{Call, Table};
use serde_json::json;

pub(super) fn enter(table: &mut Table) {
    table.insert("peer", "identify", |call: Call| async move {
        let addresses = call.peer.carrier().addresses().await;
        Ok(json!({
            "external_addresses": addresses,
            "node_version": env!("CARGO_PKG_VERSION"),
            "air_version": AIR_VERSION,
            "spell_version": null,
            "allowed_binaries": [],
            "vm_info": [],
        }))
    });
}

/// The version of the interpreter that this peer's machine is compatible with.
const AIR_VERSION: &str = "0.63.0";
