//! Which locals are visible where.

use crate::checked::{LocalId, ServiceId};
use aqua_diagnostics::Span;
use ecow::EcoString;
use indexmap::IndexMap;

/// The open scopes of a function, innermost last.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    open: Vec<Scope>,
    /// Names of scopes that were closed, with the places where they were defined.
    closed: IndexMap<EcoString, Span>,
}

/// What a scope is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Names and service ids end with it.
    Names,
    /// Only service ids end with it: `on`.
    ServiceIds,
}

#[derive(Debug)]
struct Scope {
    kind: Kind,
    names: IndexMap<EcoString, (LocalId, Span)>,
    services: Vec<(ServiceId, LocalId)>,
}

impl Scopes {
    pub(super) fn open(&mut self, kind: Kind) {
        self.open.push(Scope {
            kind,
            names: IndexMap::new(),
            services: Vec::new(),
        });
    }

    pub(super) fn close(&mut self) {
        let Some(scope) = self.open.pop() else { return };
        match (scope.kind, self.open.last_mut()) {
            (Kind::ServiceIds, Some(outer)) => outer.names.extend(scope.names),
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

    /// The local that holds the id of a service here.
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

    /// Where a name was defined that is not visible any more.
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
