//! The services of a scope: what they are, by which names they are called, and whether they run.

pub(crate) mod lifecycle;
pub(crate) mod record;

use aqua_interface::Interface;
use aqua_keys::PeerId;
use ecow::EcoString;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A service of a scope.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its id, which no other service of the scope has.
    pub id: Arc<str>,
    /// The content id of its blueprint; `None` for a service of the operator, which particles can't change.
    pub blueprint: Option<EcoString>,
    /// What it is.
    pub kind: ServiceKind,
    /// Who created it; `None` for the scope itself.
    pub owner: Option<PeerId>,
    /// Its other names.
    pub aliases: BTreeSet<EcoString>,
    /// What it offers, or why it could not be started.
    pub interface: Result<Arc<Interface>, EcoString>,
}

/// What a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceKind {
    /// One that is called.
    Service,
    /// One with a script that the peer starts.
    Spell,
}

/// The services of a scope by id and by alias. No alias belongs to two services.
#[derive(Debug, Clone, Default)]
pub struct Services {
    by_id: BTreeMap<Arc<str>, Service>,
    aliases: BTreeMap<EcoString, Arc<str>>,
}

/// A change of the services of a scope.
#[derive(Debug, Clone)]
pub(crate) enum ServiceChange {
    Create(Service),
    Remove(Arc<str>),
    /// An alias that another service has moves to this one.
    SetAlias(EcoString, Arc<str>),
    RemoveAlias(EcoString),
}

impl ServiceKind {
    /// Its name in records and in answers of `srv`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Spell => "spell",
        }
    }
}

impl Services {
    /// Registers a service of the operator. Its id is also its alias. One with the same id is replaced.
    pub fn register(&mut self, id: &str, interface: Arc<Interface>) {
        self.insert(Service {
            id: id.into(),
            blueprint: None,
            kind: ServiceKind::Service,
            owner: None,
            aliases: BTreeSet::from([id.into()]),
            interface: Ok(interface),
        });
    }

    /// Adds a service with its aliases. One with the same id is replaced.
    pub fn insert(&mut self, service: Service) {
        for alias in &service.aliases {
            self.aliases.insert(alias.clone(), service.id.clone());
        }
        self.by_id.insert(service.id.clone(), service);
    }

    /// The service with that id, or else that alias.
    pub fn find(&self, name: &str) -> Option<&Service> {
        let by_id = self.by_id.get(name);
        by_id.or_else(|| self.by_id.get(self.aliases.get(name)?))
    }

    /// The service with that id.
    pub fn get(&self, id: &str) -> Option<&Service> {
        self.by_id.get(id)
    }

    /// The service with that alias.
    pub fn resolve(&self, alias: &str) -> Option<&Service> {
        self.by_id.get(self.aliases.get(alias)?)
    }

    /// All services, sorted by id.
    pub fn iter(&self) -> impl Iterator<Item = &Service> {
        self.by_id.values()
    }

    /// Records whether a service runs.
    pub(crate) fn set_interface(&mut self, id: &str, interface: Result<Arc<Interface>, EcoString>) {
        if let Some(service) = self.by_id.get_mut(id) {
            service.interface = interface;
        }
    }

    /// Makes a change. Returns the ids of the services that it concerns.
    pub(crate) fn apply(&mut self, change: ServiceChange) -> Vec<Arc<str>> {
        match change {
            ServiceChange::Create(service) => {
                let id = service.id.clone();
                self.insert(service);
                vec![id]
            }
            ServiceChange::Remove(id) => {
                self.by_id.remove(&id);
                self.aliases.retain(|_, service| *service != id);
                vec![id]
            }
            ServiceChange::SetAlias(alias, id) => {
                let mut changed = self.drop_alias(&alias);
                if let Some(service) = self.by_id.get_mut(&id) {
                    service.aliases.insert(alias.clone());
                    self.aliases.insert(alias, id.clone());
                    changed.push(id);
                }
                changed
            }
            ServiceChange::RemoveAlias(alias) => self.drop_alias(&alias),
        }
    }

    fn drop_alias(&mut self, alias: &str) -> Vec<Arc<str>> {
        let id = self.aliases.remove(alias);
        if let Some(service) = id.as_ref().and_then(|id| self.by_id.get_mut(id)) {
            service.aliases.remove(alias);
        }
        id.into_iter().collect()
    }
}
