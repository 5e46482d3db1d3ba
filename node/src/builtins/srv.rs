//! `srv`: which services a peer has and what they offer.
//!
//! A service that was deployed under a name has that name as its id and as its alias, and is the peer's own.

use super::{Answer, Call, Failure, Function, Table};
use aqua_services::{Host, Type};
use serde_json::{Value, json};

/// Enters the functions of `srv` for the services of `host`.
pub(super) fn enter(table: &mut Table, host: &Host) {
    let mut insert = |name, answer| table.insert("srv", name, about(host, answer));
    insert("list", |host, call| {
        Ok(host.services().iter().map(|service| info(service, call)).collect())
    });
    insert("info", |host, call| Ok(info(&service(host, call, "service_id")?, call)));
    insert("get_interface", interface);
    insert("resolve_alias", |host, call| {
        let alias: String = call.argument(0, "alias")?;
        if host.interface(&alias).is_some() {
            return Ok(alias.into());
        }
        let worker = call.peer.id();
        Err(Failure::text(format!(
            "Service with alias '{alias}' is not found on worker '{worker}'"
        )))
    });
    insert("resolve_alias_opt", |host, call| {
        let alias: String = call.argument(0, "alias")?;
        let found = host.interface(&alias).is_some();
        Ok(found.then_some(alias).into_iter().collect())
    });
}

/// A function that answers at once from the host's services and the call.
fn about(host: &Host, answer: fn(&Host, &Call) -> Answer) -> impl Function + 'static {
    let host = host.clone();
    move |call: Call| std::future::ready(answer(&host, &call))
}

/// The service that the first argument names.
fn service(host: &Host, call: &Call, field: &str) -> Result<String, Failure> {
    let service: String = call.argument(0, field)?;
    match host.interface(&service) {
        Some(_) => Ok(service),
        None => Err(Failure::text(format!("Service with id '{service}' not found"))),
    }
}

fn info(service: &str, call: &Call) -> Value {
    let peer = call.peer.id().to_string();
    json!({
        "id": service,
        "blueprint_id": "",
        "service_type": "service",
        "owner_id": peer,
        "aliases": [service],
        "worker_id": peer,
    })
}

/// All functions with the types of their arguments and answers, in Aqua's words. Records stand in place, not under names.
fn interface(host: &Host, call: &Call) -> Answer {
    let service = service(host, call, "service_id")?;
    let interface = host.interface(&service);
    let functions = interface.iter().flat_map(|interface| interface.functions());
    let signatures: Vec<Value> = functions
        .map(|function| {
            let arguments: Vec<[String; 2]> = function
                .arguments
                .iter()
                .map(|argument| [argument.name.clone(), argument.ty.to_string()])
                .collect();
            let answers: Vec<String> = match &function.result {
                Some(Type::Result { ok, .. }) => ok.iter().map(ToString::to_string).collect(),
                other => other.iter().map(ToString::to_string).collect(),
            };
            json!({ "name": function.name, "arguments": arguments, "output_types": answers })
        })
        .collect();
    Ok(json!({ "function_signatures": signatures, "record_types": [] }))
}
