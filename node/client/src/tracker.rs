//! Where particles are and what they wait for.

use aqua_keys::{PeerId, Signature};
use aqua_node::{Event, EventKind, Observer};
use ecow::EcoString;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many problems of one particle are kept.
const MAX_PROBLEMS: usize = 16;

/// Follows particles through the peers that it observes: those that one of these peers started, until it is asked about them.
#[derive(Debug, Default)]
pub struct ParticleTracker {
    tracked: Mutex<BTreeMap<Signature, Tracked>>,
}

#[derive(Debug, Default)]
struct Tracked {
    /// Peers that the particle was sent to.
    sent: BTreeSet<PeerId>,
    /// Observed peers that it arrived on.
    arrived: BTreeSet<PeerId>,
    calls: BTreeMap<(PeerId, u32), PendingCall>,
    problems: Vec<String>,
}

/// A call that has not been answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingCall {
    /// Where it runs.
    pub peer: PeerId,
    /// Its service.
    pub service: EcoString,
    /// Its function.
    pub function: EcoString,
}

/// Where a particle is and what it waits for, as far as it could be observed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParticleStatus {
    /// Peers that it was sent to and that nothing is known about since: they are not observed, or it never arrived.
    pub sent_to: Vec<PeerId>,
    /// Calls that have not been answered.
    pub waiting_for: Vec<PendingCall>,
    /// What went wrong on the way.
    pub problems: Vec<String>,
}

impl fmt::Display for ParticleStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls = self.waiting_for.iter().map(|call| {
            let PendingCall {
                peer,
                service,
                function,
            } = call;
            format!("{service}.{function} has not answered on {peer}")
        });
        let sent = self.sent_to.iter().map(|peer| format!("it was last sent to {peer}"));
        let parts: Vec<String> = calls.chain(sent).chain(self.problems.iter().cloned()).collect();
        if parts.is_empty() {
            return formatter.write_str("all calls were answered, but no result was reported");
        }
        formatter.write_str(&parts.join("; "))
    }
}

impl ParticleTracker {
    /// Stops tracking a particle and returns where it is.
    pub fn take(&self, particle: &Signature) -> ParticleStatus {
        let tracked = self.lock().remove(particle).unwrap_or_default();
        ParticleStatus {
            sent_to: tracked.sent.difference(&tracked.arrived).cloned().collect(),
            waiting_for: tracked.calls.into_values().collect(),
            problems: tracked.problems,
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Signature, Tracked>> {
        self.tracked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for ParticleTracker {
    fn event(&self, event: &Event) {
        let Some(particle) = &event.particle else { return };
        let mut all = self.lock();
        if let EventKind::Arrived { from: None, .. } = event.kind {
            all.entry(particle.signature).or_default();
        }
        if let Some(tracked) = all.get_mut(&particle.signature) {
            tracked.record(event);
        }
    }
}

impl Tracked {
    fn record(&mut self, event: &Event) {
        let peer = &event.peer;
        let problem = match &event.kind {
            EventKind::Arrived { .. } => {
                self.arrived.insert(peer.clone());
                return;
            }
            EventKind::Sent { to, .. } => {
                self.sent.insert(to.clone());
                return;
            }
            EventKind::CallStarted {
                call,
                service,
                function,
            } => {
                let pending = PendingCall {
                    peer: peer.clone(),
                    service: service.clone(),
                    function: function.clone(),
                };
                self.calls.insert((peer.clone(), *call), pending);
                return;
            }
            EventKind::CallEnded { call, .. } => {
                self.calls.remove(&(peer.clone(), *call));
                return;
            }
            EventKind::Dropped { reason } => format!("{peer} dropped it: {reason}"),
            EventKind::Failed { code, message } => format!("its script failed on {peer} with {code}: {message}"),
            EventKind::NotSent { to, reason } => format!("{peer} could not send it to {to}: {reason}"),
            _ => return,
        };
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        }
    }
}
