//! Where particles are and what they wait for.

use aqua_keys::{PeerId, Signature};
use aqua_node::{Event, EventKind, Observer};
use aqua_vm::State;
use ecow::EcoString;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// How many problems of one particle are kept.
const MAX_PROBLEMS: usize = 16;

/// Follows particles through the peers that it observes: those that one of these peers started, until it is asked about them.
#[derive(Debug, Default)]
pub struct ParticleTracker {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Peers whose events come here.
    observed: BTreeSet<PeerId>,
    tracked: BTreeMap<Signature, Tracked>,
}

#[derive(Debug)]
struct Tracked {
    /// Observed peers on which something of the particle is in flight.
    active: BTreeSet<PeerId>,
    /// Frames from one observed peer to another that were sent, minus those that arrived. An arrival may be observed before
    /// its sending has ended; the sender is active until then.
    in_transit: BTreeMap<(PeerId, PeerId), i64>,
    /// Peers that are not observed and that the particle was sent to, until something comes back from there.
    outside: BTreeSet<PeerId>,
    /// Whether it was ever sent to a peer that is not observed.
    has_left: bool,
    /// Whether data of the particle was dropped: it is unknown then what will still happen.
    has_losses: bool,
    initiator: PeerId,
    /// The latest state of each observed peer.
    states: BTreeMap<PeerId, State>,
    calls: BTreeMap<(PeerId, u32), PendingCall>,
    problems: Vec<String>,
    activity: watch::Sender<Activity>,
}

/// Whether anything can happen to a particle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Something is in flight on an observed peer, or between two of them.
    Busy,
    /// All observed peers have done their part. The particle was sent to peers that are not observed.
    Outside,
    /// All peers have done their part: nothing more will happen.
    Idle,
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
    /// The peer that started it; `None` if it was not tracked.
    pub initiator: Option<PeerId>,
    /// The latest state of each observed peer, the initiator's first.
    pub states: Vec<State>,
}

impl ParticleTracker {
    /// Declares that the events of a peer come here.
    pub fn observe(&self, peer: PeerId) {
        self.lock().observed.insert(peer);
    }

    /// Whether anything can happen to a particle that is tracked.
    pub fn activity(&self, particle: &Signature) -> Option<watch::Receiver<Activity>> {
        let inner = self.lock();
        inner.tracked.get(particle).map(|tracked| tracked.activity.subscribe())
    }

    /// Stops tracking a particle and returns where it is.
    pub fn take(&self, particle: &Signature) -> ParticleStatus {
        let Some(tracked) = self.lock().tracked.remove(particle) else {
            return ParticleStatus::default();
        };
        let Tracked {
            in_transit,
            outside,
            initiator,
            mut states,
            calls,
            problems,
            ..
        } = tracked;
        let lost = in_transit.into_iter().filter(|(_, frames)| *frames > 0);
        let sent_to: BTreeSet<PeerId> = lost.map(|((_, to), _)| to).chain(outside).collect();
        let own = states.remove(&initiator);
        ParticleStatus {
            sent_to: sent_to.into_iter().collect(),
            waiting_for: calls.into_values().collect(),
            problems,
            initiator: Some(initiator),
            states: own.into_iter().chain(states.into_values()).collect(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for ParticleTracker {
    fn event(&self, event: &Event) {
        let Some(particle) = &event.particle else { return };
        let mut inner = self.lock();
        let Inner { observed, tracked } = &mut *inner;
        if let EventKind::Arrived { from: None, .. } = event.kind {
            tracked
                .entry(particle.signature)
                .or_insert_with(|| Tracked::new(event.peer.clone()));
        }
        if let Some(tracked) = tracked.get_mut(&particle.signature) {
            tracked.record(event, observed);
            tracked.report();
        }
    }
}

impl Tracked {
    fn new(initiator: PeerId) -> Self {
        Self {
            active: BTreeSet::new(),
            in_transit: BTreeMap::new(),
            outside: BTreeSet::new(),
            has_left: false,
            has_losses: false,
            initiator,
            states: BTreeMap::new(),
            calls: BTreeMap::new(),
            problems: Vec::new(),
            activity: watch::Sender::new(Activity::Busy),
        }
    }

    fn record(&mut self, event: &Event, observed: &BTreeSet<PeerId>) {
        let peer = &event.peer;
        let problem = match &event.kind {
            EventKind::Arrived { from, .. } => {
                self.active.insert(peer.clone());
                if let Some(from) = from {
                    self.outside.remove(from);
                    self.transfer(from, peer, -1, observed);
                }
                return;
            }
            EventKind::Sent { to, .. } => return self.transfer(peer, to, 1, observed),
            EventKind::Idle => {
                self.active.remove(peer);
                return;
            }
            EventKind::Stepped { state, .. } => {
                self.states.insert(peer.clone(), state.clone());
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
            EventKind::Dropped { reason } => {
                self.has_losses = true;
                format!("{peer} dropped it: {reason}")
            }
            EventKind::Failed { code, message } => format!("its script failed on {peer} with {code}: {message}"),
            EventKind::NotSent { to, reason } => format!("{peer} could not send it to {to}: {reason}"),
            _ => return,
        };
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        }
    }

    /// A frame was sent (1) or has arrived (−1).
    fn transfer(&mut self, from: &PeerId, to: &PeerId, frames: i64, observed: &BTreeSet<PeerId>) {
        if !observed.contains(to) {
            self.outside.insert(to.clone());
            self.has_left = true;
        } else if observed.contains(from) {
            *self.in_transit.entry((from.clone(), to.clone())).or_default() += frames;
        }
    }

    fn report(&self) {
        let is_busy = self.has_losses || !self.active.is_empty() || self.in_transit.values().any(|frames| *frames > 0);
        let activity = match is_busy {
            true => Activity::Busy,
            false if self.has_left => Activity::Outside,
            false => Activity::Idle,
        };
        self.activity
            .send_if_modified(|known| std::mem::replace(known, activity) != activity);
    }
}
