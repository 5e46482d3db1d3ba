//! `srv`: which services a peer has and what they offer.
//!
//! A service that was deployed under a name has that name as its id and as its alias, and is the peer's own.

use crate::Arguments as _;
use aqua_interface::Interface;
use aqua_peer::{Call, Function, Functions, View, failure};
use aqua_values::Value;
use aqua_vm::{CallError, CallResult};

pub(crate) fn register(functions: &mut Functions) {
    functions.register(
        "srv",
        "list",
        Function::Local(|view, _| {
            let services = view.scope.services.ids();
            Ok(services.map(|service| info(view, service)).collect()).into()
        }),
    );
    functions.register(
        "srv",
        "info",
        Function::Local(|view, call| service(view, call).map(|(service, _)| info(view, &service)).into()),
    );
    functions.register(
        "srv",
        "get_interface",
        Function::Local(|view, call| interface(view, call).into()),
    );
    functions.register(
        "srv",
        "resolve_alias",
        Function::Local(|view, call| resolve_alias(view, call).into()),
    );
    functions.register(
        "srv",
        "resolve_alias_opt",
        Function::Local(|view, call| {
            call.argument(0, "alias")
                .map(|alias: String| {
                    let found = view.scope.services.find(&alias).is_some();
                    found.then_some(alias).into_iter().collect()
                })
                .into()
        }),
    );
}

fn resolve_alias(view: &View<'_>, call: &Call) -> CallResult {
    let alias: String = call.argument(0, "alias")?;
    if view.scope.services.find(&alias).is_some() {
        return Ok(alias.into());
    }
    let worker = &view.scope.peer;
    Err(failure(format!(
        "Service with alias '{alias}' is not found on worker '{worker}'"
    )))
}

/// The service that the first argument names.
fn service<'v>(view: &'v View<'_>, call: &Call) -> Result<(String, &'v Interface), CallError> {
    let service: String = call.argument(0, "service_id")?;
    match view.scope.services.find(&service) {
        Some((_, interface)) => Ok((service, interface)),
        None => Err(failure(format!("Service with id '{service}' not found"))),
    }
}

fn info(view: &View<'_>, service: &str) -> Value {
    let peer = view.scope.peer.to_string();
    Value::object([
        ("id", service.into()),
        ("blueprint_id", "".into()),
        ("service_type", "service".into()),
        ("owner_id", peer.as_str().into()),
        ("aliases", [service].into()),
        ("worker_id", peer.into()),
    ])
}

fn interface(view: &View<'_>, call: &Call) -> CallResult {
    let (_, interface) = service(view, call)?;
    Ok(interface.to_value())
}
