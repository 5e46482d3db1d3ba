//! How services are created, restored and removed.
//!
//! A service runs before its record is written, and its record is deleted before the service is stopped. So after a crash there may be
//! data of a service without a record, which the driver deletes, but no record of a service that never started.

use super::{Service, ServiceChange, record};
use crate::Effect;
use crate::actor::CallState;
use crate::event::EventKind;
use crate::functions::{Call, NewService, failure};
use crate::id::{CallId, ScopeId, StartId};
use crate::mistake::Mistake;
use crate::peer::{Peer, Stage};
use crate::records::Dependent;
use crate::timers::Timer;
use aqua_interface::Interface;
use aqua_keys::PeerId;
use aqua_storage::Change;
use aqua_values::Value;
use ecow::EcoString;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A service that is being started.
#[derive(Debug)]
pub(crate) struct Starting {
    scope: ScopeId,
    service: Arc<str>,
    /// What is created; `None` if the service is restored.
    created: Option<Created>,
}

#[derive(Debug)]
struct Created {
    call: CallId,
    new: NewService,
    owner: PeerId,
}

impl Peer {
    /// Starts a new service for a call.
    pub(crate) fn create_service(&mut self, id: CallId, call: &Call, new: NewService) {
        if self.records.has_failed() {
            return self.answer(id, Err(failure("the peer's storage has failed")));
        }
        let service: Arc<str> = self.generator.uuid().into();
        let timer = self.timers.set(call.deadline, Timer::Call(id));
        let pending = self.calls.get_mut(&id).expect("it has just started");
        pending.set_starting(timer);
        let blueprint = new.blueprint.clone();
        let created = Created {
            call: id,
            new,
            owner: call.particle.init_peer_id.clone(),
        };
        self.start_service(call.scope, service, blueprint, Some(created));
    }

    /// Starts all services of which there are records. Calls are accepted when the last one runs, or can't be started.
    pub(crate) fn restore_services(&mut self) {
        let scopes: Vec<(ScopeId, PeerId)> = self
            .scopes
            .values()
            .map(|scope| (scope.id, scope.peer.clone()))
            .collect();
        for (scope, peer) in scopes {
            let prefix = record::prefix(&peer);
            let decoded: Vec<_> = self
                .records
                .with_prefix(prefix.as_bytes())
                .map(|(key, value)| (key.clone(), record::decode(&prefix, key, value)))
                .collect();
            for (key, service) in decoded {
                match service {
                    Ok(service) => self.restore_service(scope, service),
                    Err(reason) => {
                        let key = String::from_utf8_lossy(&key).into_owned();
                        self.emit_in(scope, None, EventKind::RecordIgnored { key, reason });
                    }
                }
            }
        }
    }

    /// A service of the operator may have got the id or an alias of the service since it was recorded, and keeps it.
    fn restore_service(&mut self, scope: ScopeId, mut service: Service) {
        let (id, blueprint) = (service.id.clone(), service.blueprint.clone());
        let Some(owner) = self.scopes.get_mut(&scope) else {
            return;
        };
        let mut taken: Vec<EcoString> = Vec::new();
        let is_taken = owner.services.get(&id).is_some();
        if is_taken {
            taken.push((*id).into());
        } else {
            taken.extend(
                service
                    .aliases
                    .extract_if(.., |alias| owner.services.find(alias).is_some()),
            );
            owner.services.insert(service);
        }
        for name in taken {
            let service = id.clone();
            self.emit_in(scope, None, EventKind::NameTaken { service, name });
        }
        if !is_taken {
            self.start_service(scope, id, blueprint.unwrap_or_default(), None);
        }
    }

    /// The ids of all services of which there are records, also of those that are ignored.
    pub fn recorded_services(&self) -> impl Iterator<Item = &str> {
        let records = self.records.with_prefix(record::ALL);
        records.filter_map(|(key, _)| record::id(key))
    }

    fn start_service(&mut self, scope: ScopeId, service: Arc<str>, blueprint: EcoString, created: Option<Created>) {
        let start = StartId(self.counters.starts.next());
        self.push(Effect::Start {
            start,
            scope,
            service: service.clone(),
            blueprint,
        });
        let starting = Starting {
            scope,
            service,
            created,
        };
        self.starts.insert(start, starting);
    }

    /// A service runs, or can't be started.
    pub(crate) fn started(&mut self, start: StartId, result: Result<Arc<Interface>, String>) {
        let Some(starting) = self.starts.remove(&start) else {
            return self.driver_fault("Started");
        };
        let Starting {
            scope,
            service,
            created,
        } = starting;
        match created {
            Some(created) => self.created(scope, service, created, result),
            None => self.restored(scope, &service, result),
        }
        self.ready_if_restored();
    }

    fn created(&mut self, scope: ScopeId, service: Arc<str>, created: Created, result: Result<Arc<Interface>, String>) {
        let Created { call, new, owner } = created;
        let interface = match result {
            Ok(interface) => interface,
            Err(reason) => return self.answer(call, Err(failure(reason))),
        };
        let is_wanted = self.calls.get(&call).is_some_and(|call| call.is_starting());
        if !is_wanted || self.records.has_failed() {
            if !self.plants(Mistake::UnwantedIsKept) {
                self.push(Effect::Remove { scope, service });
            }
            return self.answer(call, Err(failure("the peer's storage has failed")));
        }
        let id = Value::from(&*service);
        let service = Service {
            id: service,
            blueprint: Some(new.blueprint),
            kind: new.kind,
            owner: Some(owner),
            aliases: BTreeSet::new(),
            interface: Ok(interface),
        };
        let (changes, removed) = self.change_services(scope, vec![ServiceChange::Create(service)]);
        self.await_commit(call, changes, Ok(id), removed);
    }

    fn restored(&mut self, scope: ScopeId, service: &Arc<str>, result: Result<Arc<Interface>, String>) {
        let interface = result.map_err(EcoString::from);
        if let Err(reason) = &interface {
            let (service, reason) = (service.clone(), reason.clone());
            self.emit_in(scope, None, EventKind::ServiceFailed { service, reason });
        }
        if let Some(owner) = self.scopes.get_mut(&scope) {
            owner.services.set_interface(service, interface);
        }
    }

    /// The peer is ready when its records are read and its services have been started.
    pub(crate) fn ready_if_restored(&mut self) {
        if self.stage == Stage::Starting && self.has_read_records() && self.starts.is_empty() {
            self.stage = Stage::Running;
            self.push(Effect::Ready);
        }
    }

    /// Changes the services of a scope. Returns the changes of records, and the services that are stopped when those are durable.
    pub(crate) fn change_services(
        &mut self,
        scope: ScopeId,
        changes: Vec<ServiceChange>,
    ) -> (Vec<Change>, Vec<(ScopeId, Arc<str>)>) {
        let (mut records, mut removed) = (Vec::new(), Vec::new());
        let Some(owner) = self.scopes.get_mut(&scope) else {
            return (records, removed);
        };
        for change in changes {
            if let ServiceChange::Remove(id) = &change {
                removed.push((scope, id.clone()));
            }
            for id in owner.services.apply(change) {
                let key = record::key(&owner.peer, &id);
                let stored = owner.services.get(&id).map(record::encode);
                match stored {
                    Some(Some(value)) => records.push(Change::Put(key, value)),
                    Some(None) => {}
                    None => records.push(Change::Delete(key)),
                }
            }
        }
        (records, removed)
    }

    /// A call is answered when these changes are durable.
    pub(crate) fn await_commit(
        &mut self,
        call: CallId,
        changes: Vec<Change>,
        result: aqua_vm::CallResult,
        mut removed: Vec<(ScopeId, Arc<str>)>,
    ) {
        if self.plants(Mistake::RemovedBeforeCommit) {
            for (scope, service) in std::mem::take(&mut removed) {
                self.push(Effect::Remove { scope, service });
            }
        }
        self.records.stage(changes, Dependent { call, result, removed });
        if let Some(pending) = self.calls.get_mut(&call) {
            pending.state = CallState::Commit;
        }
    }
}
