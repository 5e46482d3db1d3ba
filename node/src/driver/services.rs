//! Starts and removes the services that the core records, and removes files of particles.

use super::Driver;
use aqua_peer::{Event, EventKind, Input, Peer, ScopeId, StartId};
use ecow::EcoString;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Driver {
    /// Starts a service. The result is reported to the core exactly once.
    pub(super) fn start_service(
        self: &Arc<Self>,
        peer: &Peer,
        start: StartId,
        scope: ScopeId,
        service: Arc<str>,
        blueprint: EcoString,
    ) {
        let scope = peer.scope(scope).map(|scope| scope.peer.clone());
        let driver = self.clone();
        self.tasks.spawn_on(
            async move {
                let result = match (&driver.deployment, scope) {
                    (Some(deployment), Some(scope)) => deployment.start(&service, &scope, &blueprint).await,
                    _ => Err("this peer keeps no modules: it has no folder for data".to_owned()),
                };
                driver.turn([Input::Started { start, result }]);
            },
            &self.runtime,
        );
    }

    /// Stops a service and deletes its data.
    pub(super) fn remove_service(&self, service: Arc<str>) {
        if let Some(deployment) = self.deployment.clone() {
            let removing = async move { deployment.remove(service).await };
            self.tasks.spawn_on(removing, &self.runtime);
        }
    }

    /// Removes the files of a particle that has ended.
    pub(super) fn clean_vault(&self, event: &Event) {
        if let (EventKind::Reaped, Some(particle), Some(vault)) = (&event.kind, &event.particle, &self.vault)
            && let Some(removal) = vault.removal(&event.peer, particle)
        {
            self.tasks.spawn_blocking_on(removal, &self.runtime);
        }
    }

    /// Deletes data of services that have no record. Which these are is decided before any service can be created.
    pub(super) fn remove_orphans(&self, peer: &Peer) {
        let Some(deployment) = self.deployment.clone() else {
            return;
        };
        let recorded: BTreeSet<&str> = peer.recorded_services().collect();
        let mut orphans = deployment.services();
        orphans.retain(|service| !recorded.contains(service.as_str()));
        let removing = async move {
            for orphan in orphans {
                deployment.remove(orphan.into()).await;
            }
        };
        self.tasks.spawn_on(removing, &self.runtime);
    }
}
