//! Properties of peers that are checked while a run goes on, from outside of the core. Those that need a look inside are in
//! `Peer::audit`.

use crate::world::Disk;
use aqua_keys::Signature;
use aqua_peer::{DropReason, Effect, EventKind, Report, ScopeId, SendId, Status};
use aqua_values::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A report with this number as its tag says that a record was stored; its argument is the key. The record must be durable.
pub const STORED: u32 = 1000;

/// The same for a record that was deleted.
pub const DELETED: u32 = 1001;

/// A peer and its incarnation, which changes at a restart.
type Life = (usize, u32);

/// What was seen so far.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    /// Calls that were started: each is made once in a life.
    calls: BTreeSet<(Life, Signature, u32)>,
    /// Particles that were reaped, and their ends: once in a life for each arrival after the last end.
    live: BTreeMap<(Life, Signature), bool>,
    /// Particles of which a scope has reported that nothing is in flight, until something arrives.
    idle: BTreeSet<(Life, ScopeId, Signature)>,
    /// Particles whose scripts can't be read: each is tried once in a life.
    unreadable: BTreeSet<(Life, Signature)>,
    /// Batches that were committed and not answered.
    commits: BTreeMap<Life, u64>,
    sends: BTreeSet<(Life, SendId)>,
    stopped: BTreeSet<Life>,
    last_id: Option<String>,
    counts: Counts,
}

/// How much happened in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Steps of virtual machines.
    pub steps: u64,
    /// Calls.
    pub calls: u64,
    /// Frames that were sent.
    pub sends: u64,
    /// Particles, or data of particles, that were dropped.
    pub drops: u64,
}

impl Checks {
    /// Checks an effect of a peer.
    pub(crate) fn effect(&mut self, peer: usize, life: u32, effect: &Effect, disk: &Disk) -> Result<(), String> {
        let life = (peer, life);
        check(!self.stopped.contains(&life), || format!("{effect:?} after the stop"))?;
        match effect {
            Effect::Stopped => drop(self.stopped.insert(life)),
            Effect::Commit { .. } => {
                let open = self.commits.entry(life).or_default();
                *open += 1;
                check(*open == 1, || "a batch is committed while another one is".to_owned())?;
            }
            Effect::Report {
                report: Report::Called { tag: STORED, arguments },
                ..
            } => {
                if let Some(Value::String(key)) = arguments.first() {
                    check(disk.holds(key.as_bytes()), || {
                        format!("`{key}` is reported and not durable")
                    })?;
                }
            }
            Effect::Report {
                report:
                    Report::Called {
                        tag: DELETED,
                        arguments,
                    },
                ..
            } => {
                if let Some(Value::String(key)) = arguments.first() {
                    check(disk.has_lost(key.as_bytes()), || {
                        format!("`{key}` is reported as deleted and may come back")
                    })?;
                }
            }
            Effect::Send { send, .. } => {
                self.counts.sends += 1;
                check(self.sends.insert((life, *send)), || {
                    format!("send {} is used twice", send.0)
                })?;
            }
            Effect::Emit(event) => {
                let signature = event.particle.as_ref().map(|header| header.signature);
                if let Some(header) = &event.particle {
                    self.last_id = Some(header.id.clone());
                }
                if let Some(signature) = signature {
                    self.event(life, signature, &event.kind)?;
                    self.activity(life, event.scope, signature, &event.kind)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn event(&mut self, life: Life, signature: Signature, kind: &EventKind) -> Result<(), String> {
        match kind {
            EventKind::Stepped { .. } => {
                self.counts.steps += 1;
                self.live.insert((life, signature), true);
            }
            EventKind::CallStarted { call, .. } => {
                self.counts.calls += 1;
                let is_new = self.calls.insert((life, signature, *call));
                check(is_new, || format!("call {call} of a particle is made twice"))?;
            }
            EventKind::Dropped { reason } => {
                self.counts.drops += 1;
                match reason {
                    // No two particles of a run have one signature.
                    DropReason::Ambiguous => return Err("a particle is taken for another one".to_owned()),
                    DropReason::BadScript(_) => {
                        let is_new = self.unreadable.insert((life, signature));
                        check(is_new, || "a script that can't be read is tried again".to_owned())?;
                    }
                    _ => {}
                }
            }
            EventKind::Reaped => {
                // An actor without a step may be reaped, too; but nothing is reaped twice without one in between.
                if let Some(is_live) = self.live.get_mut(&(life, signature)) {
                    check(*is_live, || "a particle is reaped twice".to_owned())?;
                    *is_live = false;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// After a particle has become idle in a scope, nothing happens to it there before something arrives.
    fn activity(&mut self, life: Life, scope: ScopeId, signature: Signature, kind: &EventKind) -> Result<(), String> {
        let key = (life, scope, signature);
        match kind {
            EventKind::Arrived { .. } => drop(self.idle.remove(&key)),
            EventKind::Idle => drop(self.idle.insert(key)),
            EventKind::Stepped { .. } | EventKind::CallStarted { .. } | EventKind::Sent { .. } => {
                check(!self.idle.contains(&key), || {
                    format!("{kind:?} of a particle that was reported as idle")
                })?;
            }
            _ => {}
        }
        Ok(())
    }

    /// A commit of a peer was answered.
    pub(crate) fn committed(&mut self, peer: usize, life: u32) {
        self.commits.remove(&(peer, life));
    }

    /// Nothing is left of particles that have expired.
    pub(crate) fn end(status: &Status) -> Result<(), String> {
        let left = Status {
            is_running: status.is_running,
            connections: status.connections,
            initiators: status.initiators,
            storage_failed: status.storage_failed,
            ..Status::default()
        };
        check(*status == left, || {
            format!("something is left of particles that have expired: {status:?}")
        })
    }

    /// The id of the particle that was seen last.
    pub(crate) fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }
}

fn check(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}
