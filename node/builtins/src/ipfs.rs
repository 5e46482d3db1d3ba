//! `aqua-ipfs`: the service of that name reaches an IPFS node of the host, so on the host only the host and its managers may call it.

use crate::arguments::protected;
use aqua_peer::{Call, Functions, ScopeId};
use aqua_vm::CallError;

pub(crate) fn guard(functions: &mut Functions) {
    functions.register_guard("aqua-ipfs", check);
}

fn check(call: &Call) -> Result<(), CallError> {
    match call.scope {
        ScopeId::HOST => protected(call),
        _ => Ok(()),
    }
}
