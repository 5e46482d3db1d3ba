//! `peer`: who the called peer is, what time it has and whom it is connected with.

use super::arguments::read;
use super::{Answer, Call, Failure, Table, nothing};
use aqua_keys::PeerId;
use aqua_values::Value;

pub(super) fn enter(table: &mut Table) {
    table.insert("peer", "identify", identify);
    table.insert_immediate("peer", "timestamp_ms", |call| Ok(call.peer.clock().now().into()));
    table.insert_immediate("peer", "timestamp_sec", |call| {
        Ok((call.peer.clock().now() / 1000).into())
    });
    table.insert("peer", "is_connected", |call: Call| async move {
        let peer = peer_id(&call)?;
        Ok(call.peer.carrier().contact(&peer).await.is_some().into())
    });
    table.insert("peer", "connect", |call: Call| async move {
        let peer = peer_id(&call)?;
        let addresses: Vec<String> = call.option(1, "addresses")?.unwrap_or_default();
        call.only_for_host()?;
        Ok(call.peer.carrier().connect(&peer, &addresses).await.into())
    });
    table.insert("peer", "get_contact", |call: Call| async move {
        let peer = peer_id(&call)?;
        Ok(match call.peer.carrier().contact(&peer).await {
            Some(addresses) => Value::object([("peer_id", peer.to_string().into()), ("addresses", addresses.into())]),
            None => nothing(),
        })
    });
    table.insert("peer", "timeout", timeout);
}

async fn identify(call: Call) -> Answer {
    let addresses = call.peer.carrier().addresses().await;
    let nothing = || Value::array([Value::Null; 0]);
    Ok(Value::object([
        ("external_addresses", addresses.into()),
        ("node_version", env!("CARGO_PKG_VERSION").into()),
        ("air_version", aqua_vm::flat::interpreter_version().into()),
        ("spell_version", "".into()),
        ("allowed_binaries", nothing()),
        ("vm_info", nothing()),
    ]))
}

/// Answers with the message when so many milliseconds have passed, and at the particle's deadline at the latest.
async fn timeout(call: Call) -> Answer {
    let duration = match call.argument(0, "duration_ms")? {
        Value::String(text) => text.parse().map_err(|_| {
            Failure::text(format!(
                "Error deserializing field 'duration_ms': expected u64, got \"{text}\""
            ))
        })?,
        number => read("duration_ms", &number)?,
    };
    let message: Option<String> = call.option(1, "message")?;
    let end = call.peer.clock().now().saturating_add(duration);
    // A call is dropped when its particle's time is up, so a longer wait never answers.
    call.peer.clock().passed(end).await;
    Ok(message.map_or_else(nothing, Value::from))
}

fn peer_id(call: &Call) -> Result<PeerId, Failure> {
    let text: String = call.argument(0, "peer_id")?;
    text.parse().map_err(|error| {
        Failure::text(format!(
            "Error deserializing field 'peer_id': expected a peer id, got \"{text}\": {error}"
        ))
    })
}
