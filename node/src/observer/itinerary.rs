//! Where particles are and what they wait for, so that a timeout can say more than "timeout".

use super::{Event, Notice, Observer};
use aqua_keys::{PeerId, Signature};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many troubles of one particle are kept.
const MAX_TROUBLES: usize = 16;

/// Follows particles through the peers it observes. Only those it was told to follow.
#[derive(Debug, Default)]
pub struct Itinerary {
    followed: Mutex<BTreeMap<Signature, Followed>>,
}

#[derive(Debug, Default)]
struct Followed {
    /// Peers that the particle was sent to, from anywhere.
    sent: BTreeSet<PeerId>,
    /// Peers under observation that it arrived on.
    arrived: BTreeSet<PeerId>,
    calls: BTreeMap<(PeerId, u32), Pending>,
    troubles: Vec<String>,
}

/// A call that has not been answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Where it runs.
    pub peer: PeerId,
    /// Its service.
    pub service: String,
    /// Its function.
    pub function: String,
}

/// Where a particle is and what it waits for, as far as it could be observed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Whereabouts {
    /// Peers that it was sent to and that nothing is known about since: they are not observed, or it never arrived.
    pub sent_to: Vec<PeerId>,
    /// Calls that have not been answered.
    pub waiting_for: Vec<Pending>,
    /// What went wrong on the way.
    pub troubles: Vec<String>,
}

impl fmt::Display for Whereabouts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        for Pending {
            peer,
            service,
            function,
        } in &self.waiting_for
        {
            parts.push(format!("{service}.{function} has not answered on {peer}"));
        }
        parts.extend(
            self.sent_to
                .iter()
                .map(|peer| format!("it was last seen on its way to {peer}")),
        );
        parts.extend(self.troubles.iter().cloned());
        if parts.is_empty() {
            parts.push("every peer did its part, but nobody sent the result".to_owned());
        }
        out.write_str(&parts.join("; "))
    }
}

impl Itinerary {
    /// Follows a particle from now on.
    pub fn follow(&self, particle: Signature) {
        self.lock().insert(particle, Followed::default());
    }

    /// Stops to follow a particle and says where it is.
    pub fn leave(&self, particle: &Signature) -> Whereabouts {
        let followed = self.lock().remove(particle).unwrap_or_default();
        Whereabouts {
            sent_to: followed.sent.difference(&followed.arrived).cloned().collect(),
            waiting_for: followed.calls.into_values().collect(),
            troubles: followed.troubles,
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Signature, Followed>> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Itinerary {
    fn notice(&self, notice: &Notice) {
        let Some(particle) = &notice.particle else { return };
        let mut all = self.lock();
        let Some(followed) = all.get_mut(&particle.signature) else {
            return;
        };
        let peer = &notice.peer;
        let trouble = match &notice.event {
            Event::Arrived { .. } => {
                followed.arrived.insert(peer.clone());
                return;
            }
            Event::Sent { to, .. } => {
                followed.sent.insert(to.clone());
                return;
            }
            Event::CallStarted {
                call,
                service,
                function,
            } => {
                let pending = Pending {
                    peer: peer.clone(),
                    service: service.clone(),
                    function: function.clone(),
                };
                followed.calls.insert((peer.clone(), *call), pending);
                return;
            }
            Event::CallEnded { call, .. } => {
                followed.calls.remove(&(peer.clone(), *call));
                return;
            }
            Event::Dropped { reason } => format!("{peer} dropped it: {reason}"),
            Event::Failed { code, message } => format!("its script failed on {peer} with {code}: {message}"),
            Event::NotSent { to, reason } => format!("{peer} could not send it to {to}: {reason}"),
            _ => return,
        };
        if followed.troubles.len() < MAX_TROUBLES {
            followed.troubles.push(trouble);
        }
    }
}
