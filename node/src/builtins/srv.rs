//! `srv`: which services a peer has and what they offer.
//!
//! A service that was deployed under a name has that name as its id and as its alias, and is the peer's own.

use super::{Answer, Call, Failure, Table};
use aqua_interface::Interface;
use aqua_services::Host;
use aqua_values::Value;
use std::sync::Arc;

pub(super) fn enter(table: &mut Table) {
    table.insert_immediate("srv", "list", |call| {
        let services = call.peer.services().map(Host::services).unwrap_or_default();
        Ok(services.iter().map(|service| info(service, call)).collect())
    });
    table.insert_immediate("srv", "info", |call| {
        let (service, _) = service(call)?;
        Ok(info(&service, call))
    });
    table.insert_immediate("srv", "get_interface", interface);
    table.insert_immediate("srv", "resolve_alias", |call| {
        let alias: String = call.argument(0, "alias")?;
        if find(call, &alias).is_some() {
            return Ok(alias.into());
        }
        let worker = call.peer.id();
        Err(Failure::text(format!(
            "Service with alias '{alias}' is not found on worker '{worker}'"
        )))
    });
    table.insert_immediate("srv", "resolve_alias_opt", |call| {
        let alias: String = call.argument(0, "alias")?;
        let found = find(call, &alias).is_some();
        Ok(found.then_some(alias).into_iter().collect())
    });
}

fn find(call: &Call, service: &str) -> Option<Arc<Interface>> {
    call.peer.services()?.interface(service)
}

/// The service that the first argument names.
fn service(call: &Call) -> Result<(String, Arc<Interface>), Failure> {
    let service: String = call.argument(0, "service_id")?;
    match find(call, &service) {
        Some(interface) => Ok((service, interface)),
        None => Err(Failure::text(format!("Service with id '{service}' not found"))),
    }
}

fn info(service: &str, call: &Call) -> Value {
    let peer = call.peer.id().to_string();
    Value::object([
        ("id", service.into()),
        ("blueprint_id", "".into()),
        ("service_type", "service".into()),
        ("owner_id", peer.as_str().into()),
        ("aliases", [service].into()),
        ("worker_id", peer.into()),
    ])
}

/// The functions of a service with the types of their parameters and results, as Aqua writes them.
fn interface(call: &Call) -> Answer {
    let (_, interface) = service(call)?;
    Ok(interface.to_value())
}
