//! `sig`: signatures with the peer's key.
//!
//! A peer signs only what its own registry service has made, and only for particles that it started itself. Otherwise anyone could
//! make it sign anything. The tetraplet of the bytes says where they come from.

use crate::Arguments as _;
use aqua_keys::Signature;
use aqua_peer::{Call, Function, Functions, View, failure};
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
    if asker != signer {
        return Err(failure(format!(
            "peer '{asker}' is not allowed to sign data on '{signer}'"
        )));
    }
    check_origin(
        call.tetraplets.first().map_or(&[], |argument| argument),
        &signer.to_string(),
    )?;
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

fn check_origin(tetraplets: &[Tetraplet], signer: &str) -> Result<(), CallError> {
    let [tetraplet] = tetraplets else {
        return Err(failure(format!(
            "data to sign must have exactly 1 origin, it has {}",
            tetraplets.len()
        )));
    };
    if tetraplet.peer_pk != signer {
        return Err(failure(format!(
            "data to sign must come from peer '{signer}', it comes from '{}'",
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
