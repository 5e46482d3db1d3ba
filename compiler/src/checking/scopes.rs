//! Scopes: which locals are visible.

use crate::checked::{LocalId, ServiceId};
use aqua_diagnostics::Span;
use ecow::EcoString;
use indexmap::IndexMap;

/// The open scopes of a function, innermost last.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    open: Vec<Scope>,
    /// Names of closed scopes with their definitions, for messages.
    closed: IndexMap<EcoString, Span>,
}

/// What ends with a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScopeKind {
    /// Names and service ids.
    Names,
    /// Service ids only: the scope of an `on`.
    ServiceIds,
}

#[derive(Debug)]
struct Scope {
    kind: ScopeKind,
    names: IndexMap<EcoString, (LocalId, Span)>,
    services: Vec<(ServiceId, LocalId)>,
}

impl Scopes {
    pub(super) fn open(&mut self, kind: ScopeKind) {
        self.open.push(Scope {
            kind,
            names: IndexMap::new(),
            services: Vec::new(),
        });
    }

    pub(super) fn close(&mut self) {
        let Some(scope) = self.open.pop() else { return };
        match (scope.kind, self.open.last_mut()) {
            (ScopeKind::ServiceIds, Some(outer)) => outer.names.extend(scope.names),
            _ => self
                .closed
                .extend(scope.names.into_iter().map(|(name, (_, span))| (name, span))),
        }
    }

    /// The local of that name.
    pub(super) fn get(&self, name: &str) -> Option<(LocalId, Span)> {
        self.open.iter().rev().find_map(|scope| scope.names.get(name)).copied()
    }

    pub(super) fn define(&mut self, name: EcoString, local: LocalId, span: Span) {
        if let Some(scope) = self.open.last_mut() {
            scope.names.insert(name, (local, span));
        }
    }

    /// The local that holds the current id of a service.
    pub(super) fn service_id(&self, service: ServiceId) -> Option<LocalId> {
        let assigned = self.open.iter().rev().flat_map(|scope| scope.services.iter().rev());
        assigned
            .clone()
            .find(|(known, _)| *known == service)
            .map(|(_, local)| *local)
    }

    pub(super) fn assign_service_id(&mut self, service: ServiceId, local: LocalId) {
        if let Some(scope) = self.open.last_mut() {
            scope.services.push((service, local));
        }
    }

    /// The definition of a name that is no longer visible.
    pub(super) fn closed(&self, name: &str) -> Option<Span> {
        self.closed.get(name).copied()
    }

    /// All visible names.
    pub(super) fn names(&self) -> Vec<EcoString> {
        self.open
            .iter()
            .rev()
            .flat_map(|scope| scope.names.keys().rev())
            .cloned()
            .collect()
    }
}
