//! Who answers a call.

use super::ActorId;
use crate::event::EventKind;
use crate::functions::{Call, Function, Target};
use crate::peer::Peer;
use crate::submission::Provided;
use aqua_values::Value;
use ecow::EcoString;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How a call is answered.
pub(super) enum Found {
    Function(Function),
    Driver(Target),
    Value(Value),
    Report(u32),
    /// A service that could not be started, and why.
    Broken(Arc<str>, EcoString),
    Nothing,
}

impl Found {
    pub(super) fn target(&self) -> Target {
        match self {
            Self::Function(Function::World) => Target::World,
            Self::Function(Function::Embedder) => Target::Embedder,
            Self::Driver(target) => target.clone(),
            _ => Target::Core,
        }
    }
}

impl Peer {
    /// Who answers a call: the scope's functions, its services, the submitter's functions, then the scope's defaults.
    pub(super) fn find_function(&self, id: ActorId, service: &str, function: &str) -> Found {
        let actor = &self.actors[&id];
        let scope = &self.scopes[&actor.scope];
        if let Some(function) = scope.functions.find_fixed(service, function) {
            return Found::Function(function);
        }
        if let Some(service) = scope.services.find(service) {
            return match &service.interface {
                Ok(_) => Found::Driver(Target::Service {
                    id: service.id.clone(),
                    owner: service.owner.clone().unwrap_or_else(|| scope.peer.clone()),
                }),
                Err(reason) => Found::Broken(service.id.clone(), reason.clone()),
            };
        }
        let submitter = actor.submitter.as_ref();
        let provided = submitter.and_then(|submitter| {
            // Looked up by a pair of texts; there are few.
            let name = (service.to_owned(), function.to_owned());
            Some((submitter.id, submitter.functions.get(&name)?))
        });
        match provided {
            Some((_, Provided::Value(value))) => Found::Value(value.clone()),
            Some((_, Provided::Report(tag))) => Found::Report(*tag),
            Some((submitter, Provided::Host)) => Found::Driver(Target::Submitter(submitter)),
            None => {
                let default = scope.functions.find(service, function);
                let found = default.or_else(|| scope.functions.fallback());
                found.map_or(Found::Nothing, Found::Function)
            }
        }
    }

    /// Reports a call of a function that its service does not have. A service that is not there is not reported.
    pub(super) fn report_unknown_function(&mut self, id: ActorId, call: &Call, found: &Found) {
        let Some(known) = self.known_functions(id, &call.service, &call.function, found) else {
            return;
        };
        if known.is_empty() {
            return;
        }
        let kind = EventKind::UnknownFunction {
            service: call.service.clone(),
            function: call.function.clone(),
            known: known.into_iter().collect(),
        };
        self.emit_for(id, kind);
    }

    /// The functions of a service, if it does not have this one.
    fn known_functions(
        &self,
        id: ActorId,
        service: &str,
        function: &str,
        found: &Found,
    ) -> Option<BTreeSet<EcoString>> {
        let actor = &self.actors[&id];
        let scope = &self.scopes[&actor.scope];
        let mut known = BTreeSet::new();
        match found {
            Found::Driver(Target::Service { id, .. }) => {
                let interface = scope.services.get(id)?.interface.as_ref().ok()?;
                if interface.function(function).is_some() {
                    return None;
                }
                known.extend(interface.functions().map(|function| function.name.as_str().into()));
            }
            Found::Nothing => {
                let submitted = actor.submitter.iter().flat_map(|submitter| submitter.functions.keys());
                let submitted = submitted.filter(|(name, _)| name == service);
                known.extend(submitted.map(|(_, function)| EcoString::from(function)));
            }
            _ => return None,
        }
        known.extend(scope.functions.names_of(service).map(EcoString::from));
        Some(known)
    }
}
