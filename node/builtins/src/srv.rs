//! `srv`: the services of a peer: which there are, what they offer, and how they are created, named and removed.
//!
//! A service of the operator has its id as its alias, belongs to the peer itself, and can't be changed by particles.

use crate::arguments::protected;
use crate::{Arguments as _, no_result};
use aqua_blueprint::ContentId;
use aqua_peer::{Authority, Call, Function, Functions, NewService, Service, ServiceKind, Transaction, failure};
use aqua_values::Value;
use aqua_vm::{CallError, CallResult};

/// Aliases by which the script of a spell calls the spell itself.
const OF_SPELLS: [&str; 2] = ["spell", "self"];

/// The longest alias, in bytes.
const LONGEST_ALIAS: usize = 255;

pub(crate) fn register(functions: &mut Functions) {
    let mut register = |name, answered| functions.register("srv", name, answered);
    register("create", Function::Create(create));
    register("remove", Function::Stateful(remove));
    register("list", Function::Stateful(list));
    register("info", Function::Stateful(information));
    register("get_interface", Function::Stateful(interface));
    register("add_alias", Function::Stateful(add_alias));
    register("remove_alias", Function::Stateful(remove_alias));
    register("resolve_alias", Function::Stateful(resolve_alias));
    register("resolve_alias_opt", Function::Stateful(resolve_alias_opt));
}

fn create(call: &Call) -> Result<NewService, CallError> {
    let blueprint: ContentId = call.argument(0, "blueprint_id")?;
    protected(call)?;
    Ok(NewService {
        blueprint: blueprint.to_string().into(),
        kind: ServiceKind::Service,
    })
}

fn remove(transaction: &mut Transaction<'_>, call: &Call) -> CallResult {
    let name: String = call.argument(0, "service_id_or_alias")?;
    protected(call)?;
    let service = changeable(transaction, &name)?;
    if service.kind == ServiceKind::Spell {
        return Err(failure("cannot remove a spell"));
    }
    let initiator = &call.particle.init_peer_id;
    let is_creator = *initiator == call.peer || service.owner.as_ref() == Some(initiator);
    if !is_creator && call.authority != Authority::Manager {
        return Err(failure("only creator can remove service"));
    }
    transaction.remove_service(service);
    Ok(no_result())
}

fn list(transaction: &mut Transaction<'_>, call: &Call) -> CallResult {
    let services = transaction.scope().services.iter();
    Ok(services.map(|service| description(service, call)).collect())
}

fn information(transaction: &mut Transaction<'_>, call: &Call) -> CallResult {
    let name: String = call.argument(0, "service_id")?;
    Ok(description(find(transaction, &name)?, call))
}

fn interface(transaction: &mut Transaction<'_>, call: &Call) -> CallResult {
    let name: String = call.argument(0, "service_id")?;
    match &find(transaction, &name)?.interface {
        Ok(interface) => Ok(interface.to_value()),
        Err(reason) => Err(failure(format!("Service '{name}' could not be started: {reason}"))),
    }
}

fn add_alias(transaction: &mut Transaction<'_>, call: &Call) -> CallResult {
    let alias: String = call.argument(0, "alias")?;
    let name: String = call.argument(1, "service_id")?;
    protected(call)?;
    if OF_SPELLS.contains(&alias.as_str()) {
        return Err(failure(format!("alias '{alias}' belongs to spells")));
    }
    if alias.is_empty() || alias.len() > LONGEST_ALIAS {
        return Err(failure(format!("an alias has 1 to {LONGEST_ALIAS} bytes")));
    }
    if transaction.scope().services.get(&alias).is_some() {
        return Err(failure(format!("alias '{alias}' is the id of a service")));
    }
    let service = changeable(transaction, &name)?;
    transaction.set_alias(&alias, service);
    Ok(no_result())
}

fn remove_alias(transaction: &mut Transaction<'_>, call: &Call) -> CallResult {
    let alias: String = call.argument(0, "alias")?;
    protected(call)?;
    let service = resolve(transaction, &alias, call)?;
    refuse_of_operator(service)?;
    transaction.remove_alias(&alias);
    Ok(no_result())
}

fn resolve_alias(transaction: &mut Transaction<'_>, call: &Call) -> CallResult {
    let alias: String = call.argument(0, "alias")?;
    Ok((*resolve(transaction, &alias, call)?.id).into())
}

fn resolve_alias_opt(transaction: &mut Transaction<'_>, call: &Call) -> CallResult {
    let alias: String = call.argument(0, "alias")?;
    let service = transaction.scope().services.resolve(&alias);
    Ok(service.map(|service| Value::from(&*service.id)).into_iter().collect())
}

/// The service with that id or alias.
fn find<'a>(transaction: &Transaction<'a>, name: &str) -> Result<&'a Service, CallError> {
    let service = transaction.scope().services.find(name);
    service.ok_or_else(|| failure(format!("Service with id '{name}' not found")))
}

/// The service with that id or alias, which particles may change.
fn changeable<'a>(transaction: &Transaction<'a>, name: &str) -> Result<&'a Service, CallError> {
    let service = find(transaction, name)?;
    refuse_of_operator(service)?;
    Ok(service)
}

fn refuse_of_operator(service: &Service) -> Result<(), CallError> {
    match service.blueprint {
        Some(_) => Ok(()),
        None => Err(failure(format!(
            "service '{}' is part of the configuration of the peer",
            service.id
        ))),
    }
}

fn resolve<'a>(transaction: &Transaction<'a>, alias: &str, call: &Call) -> Result<&'a Service, CallError> {
    let service = transaction.scope().services.resolve(alias);
    service.ok_or_else(|| {
        failure(format!(
            "Service with alias '{alias}' is not found on worker '{}'",
            call.peer
        ))
    })
}

fn description(service: &Service, call: &Call) -> Value {
    let scope = call.peer.to_string();
    let owner = service
        .owner
        .as_ref()
        .map_or_else(|| scope.clone(), ToString::to_string);
    Value::object([
        ("id", (*service.id).into()),
        ("blueprint_id", service.blueprint.as_deref().unwrap_or_default().into()),
        ("service_type", service.kind.name().into()),
        ("owner_id", owner.into()),
        (
            "aliases",
            service.aliases.iter().map(|alias| Value::from(&**alias)).collect(),
        ),
        ("worker_id", scope.into()),
    ])
}
