//! `sig`: signatures with the peer's key.
//!
//! A peer signs only what the registry service of one of its scopes has made, and only for particles that the called scope started
//! itself; the host also for those of its managers. Otherwise anyone could make it sign anything. The tetraplet of the bytes is the
//! proof of where they come from.

use crate::Arguments as _;
use aqua_keys::{PeerId, Signature};
use aqua_peer::{Call, Function, Functions, ScopeId, View, failure};
use aqua_values::Value;
use aqua_vm::Tetraplet;
use aqua_vm::{CallError, CallResult};

/// The service whose bytes are signed, and its functions that make them.
const REGISTRY: &str = "registry";
const RECORDS: [&str; 2] = ["get_record_metadata_bytes", "get_record_bytes"];

pub(crate) fn register(functions: &mut Functions) {
    functions.register("sig", "sign", Function::Local(|view, call| sign(view, call).into()));
    functions.register("sig", "verify", Function::Local(|view, call| verify(view, call).into()));
    functions.register(
        "sig",
        "get_peer_id",
        Function::Local(|view, _| Ok(view.scope.peer.to_string().into()).into()),
    );
}

/// A peer that asks for what it may not have gets an error; data that isn't bytes gives a result that says so.
fn sign(view: &View<'_>, call: &Call) -> CallResult {
    let (asker, signer) = (&call.particle.init_peer_id, &call.peer);
    let is_managed = call.authority.is_privileged() && call.scope == ScopeId::HOST;
    if asker != signer && !is_managed {
        return Err(failure(format!(
            "peer '{asker}' is not allowed to sign data on '{signer}'"
        )));
    }
    check_origin(view, call.tetraplets.first().map_or(&[], |argument| argument))?;
    Ok(match call.argument::<Vec<u8>>(0, "data") {
        Ok(data) => {
            let signature = view.scope.key.sign(&data);
            signed(Vec::new(), vec![signature.as_bytes().as_slice().into()])
        }
        // Error messages are JSON texts of strings.
        Err(error) => signed(vec![Value::parse(&error.message).unwrap_or_default()], Vec::new()),
    })
}

/// The result of `sign`; one of both lists is empty.
fn signed(error: Vec<Value>, signature: Vec<Value>) -> Value {
    Value::object([
        ("success", error.is_empty().into()),
        ("error", error.into()),
        ("signature", signature.into()),
    ])
}

/// Fails unless there is one origin, and it is the whole answer of the registry of a scope of this peer.
fn check_origin(view: &View<'_>, tetraplets: &[Tetraplet]) -> Result<(), CallError> {
    let [tetraplet] = tetraplets else {
        return Err(failure(format!(
            "data to sign must have exactly 1 origin, it has {}",
            tetraplets.len()
        )));
    };
    let peer: Option<PeerId> = tetraplet.peer_pk.parse().ok();
    if !peer.is_some_and(|peer| view.scopes.contains_key(&peer)) {
        return Err(failure(format!(
            "data to sign must come from the host or one of its workers, it comes from '{}'",
            tetraplet.peer_pk
        )));
    }
    if tetraplet.service_id != REGISTRY || !RECORDS.contains(&tetraplet.function_name.as_str()) {
        return Err(failure(format!(
            "data to sign must come from '{REGISTRY}.{}' or '{REGISTRY}.{}', it comes from '{}.{}'",
            RECORDS[0], RECORDS[1], tetraplet.service_id, tetraplet.function_name
        )));
    }
    if !tetraplet.lens.is_empty() {
        return Err(failure(format!(
            "data to sign must be the whole answer of the registry, not its part '{}'",
            tetraplet.lens
        )));
    }
    Ok(())
}

/// Whether this peer made the signature.
fn verify(view: &View<'_>, call: &Call) -> CallResult {
    let signature: Vec<u8> = call.argument(0, "signature")?;
    let data: Vec<u8> = call.argument(1, "data")?;
    let own = view.scope.key.public_key();
    Ok(Signature::try_from(&signature[..])
        .is_ok_and(|signature| own.verify_strict(&data, &signature))
        .into())
}
