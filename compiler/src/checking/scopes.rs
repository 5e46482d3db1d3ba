//! Scopes: which locals are visible.

use crate::checked::{LocalId, ServiceId};
use aqua_diagnostics::Span;
use ecow::EcoString;
use rustc_hash::FxHashMap;

/// The visible names of a function and the assigned service ids, with the open scopes.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    visible: FxHashMap<EcoString, (LocalId, Span)>,
    /// The visible definitions in order, each with the one that it shadows.
    defined: Vec<(EcoString, Option<(LocalId, Span)>)>,
    /// The current ids of services.
    service_ids: FxHashMap<ServiceId, LocalId>,
    /// The assigned services in order, each with the id that it had before.
    assigned: Vec<(ServiceId, Option<LocalId>)>,
    /// The open scopes, innermost last.
    open: Vec<Scope>,
    /// Names of closed scopes with their definitions, for messages.
    closed: FxHashMap<EcoString, Span>,
}

/// What ends with a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScopeKind {
    /// Names and service ids.
    Names,
    /// Service ids only: the scope of an `on`.
    ServiceIds,
}

/// The number of definitions and service ids before a scope.
#[derive(Debug, Clone, Copy)]
struct Scope {
    kind: ScopeKind,
    defined: usize,
    assigned: usize,
}

impl Scopes {
    pub(super) fn open(&mut self, kind: ScopeKind) {
        self.open.push(Scope {
            kind,
            defined: self.defined.len(),
            assigned: self.assigned.len(),
        });
    }

    pub(super) fn close(&mut self) {
        let Some(scope) = self.open.pop() else { return };
        for (service, earlier) in self.assigned.drain(scope.assigned..).rev() {
            match earlier {
                Some(earlier) => self.service_ids.insert(service, earlier),
                None => self.service_ids.remove(&service),
            };
        }
        if scope.kind == ScopeKind::ServiceIds && !self.open.is_empty() {
            return;
        }
        for (name, shadowed) in self.defined.drain(scope.defined..).rev() {
            let ended = match shadowed {
                Some(outer) => self.visible.insert(name.clone(), outer),
                None => self.visible.remove(&name),
            };
            self.closed.extend(ended.map(|(_, span)| (name, span)));
        }
    }

    /// The local of that name.
    pub(super) fn get(&self, name: &str) -> Option<(LocalId, Span)> {
        self.visible.get(name).copied()
    }

    pub(super) fn define(&mut self, name: EcoString, local: LocalId, span: Span) {
        let shadowed = self.visible.insert(name.clone(), (local, span));
        self.defined.push((name, shadowed));
    }

    /// The local that holds the current id of a service.
    pub(super) fn service_id(&self, service: ServiceId) -> Option<LocalId> {
        self.service_ids.get(&service).copied()
    }

    pub(super) fn assign_service_id(&mut self, service: ServiceId, local: LocalId) {
        let earlier = self.service_ids.insert(service, local);
        self.assigned.push((service, earlier));
    }

    /// The definition of a name that is no longer visible.
    pub(super) fn closed(&self, name: &str) -> Option<Span> {
        self.closed.get(name).copied()
    }

    /// All visible names, innermost first.
    pub(super) fn names(&self) -> Vec<EcoString> {
        self.defined.iter().rev().map(|(name, _)| name.clone()).collect()
    }
}
