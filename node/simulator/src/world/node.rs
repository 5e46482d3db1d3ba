//! A peer of the world: its core, its clocks, its disk, and whether it runs.

use crate::choice::{Choices, For};
use crate::plan::{PeerPlan, Plan, Time};
use aqua_keys::{KeyPair, PeerId};
use aqua_peer::{BatchId, CallId, Config, Monotonic, Now, Peer, Scope, ScopeId};
use aqua_storage::{Change, Page};
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Unix time at the start of a run, in milliseconds.
pub(crate) const EPOCH: u64 = 1_700_000_000_000;

/// A peer.
pub(super) struct Node {
    plan: PeerPlan,
    pub(super) id: PeerId,
    pub(super) key: KeyPair,
    mistake: Option<aqua_peer::Mistake>,
    seed: u64,
    /// How often it has started.
    pub(super) life: u32,
    core: Option<Peer>,
    started: Time,
    /// By how many milliseconds its wall clock is ahead.
    offset: i64,
    paused: Option<Time>,
    pub(super) is_ready: bool,
    /// When its timers are looked at next.
    pub(super) wakeup: Option<Time>,
    pub(super) disk: Disk,
    /// Calls that are answered only when they are cancelled.
    pub(super) silent: BTreeSet<CallId>,
    pub(super) services: ServiceHost,
}

/// The services of a peer outside of its core.
#[derive(Debug, Default)]
pub(super) struct ServiceHost {
    running: BTreeSet<Arc<str>>,
    /// Services that have data. A crash doesn't change it.
    data: BTreeSet<Arc<str>>,
    /// Services that were started again and had no data any more.
    lost: BTreeSet<Arc<str>>,
}

impl ServiceHost {
    pub(super) fn start(&mut self, service: Arc<str>, is_restored: bool) {
        let is_new = self.data.insert(service.clone());
        if is_restored && is_new {
            self.lost.insert(service.clone());
        }
        self.running.insert(service);
    }

    pub(super) fn remove(&mut self, service: &str) {
        self.running.remove(service);
        self.data.remove(service);
    }
}

/// What a peer has stored.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    /// Records after the batches that are acknowledged.
    durable: BTreeMap<Bytes, Bytes>,
    /// Batches that are not.
    pub(super) pending: Vec<(BatchId, Vec<Change>)>,
    pub(super) is_full: bool,
    /// Keys that were acknowledged.
    acknowledged: BTreeSet<Bytes>,
    /// Keys whose deletion was acknowledged. Keys of services are not used again.
    deleted: BTreeSet<Bytes>,
}

impl Node {
    pub(super) fn new(plan: &PeerPlan, run: &Plan) -> Self {
        let key = KeyPair::from_seed(plan.key);
        let mut node = Self {
            plan: plan.clone(),
            id: key.peer_id(),
            key,
            mistake: run.mistake,
            seed: run.seed,
            life: 0,
            core: None,
            started: 0,
            offset: plan.offset,
            paused: None,
            is_ready: false,
            wakeup: None,
            disk: Disk::default(),
            silent: BTreeSet::new(),
            services: ServiceHost::default(),
        };
        node.boot(0);
        node
    }

    /// Starts the core.
    pub(super) fn boot(&mut self, now: Time) {
        self.life += 1;
        let scope = Scope {
            functions: self.plan.functions.clone(),
            ..Scope::new(ScopeId::HOST, self.key.clone())
        };
        let config = Config {
            limits: self.plan.limits.clone(),
            mistake: self.mistake,
            ..Config::new(vec![scope])
        };
        let mut seed = self.plan.key;
        for (byte, other) in seed
            .iter_mut()
            .zip(self.seed.to_le_bytes().into_iter().chain(self.life.to_le_bytes()))
        {
            *byte ^= other;
        }
        self.core = Some(Peer::new(config, seed));
        self.started = now;
        self.wakeup = None;
    }

    /// Stops the core at once. Of what was not acknowledged, the disk keeps the first batches.
    pub(super) fn crash(&mut self, choices: Choices, peer: usize) {
        self.core = None;
        self.is_ready = false;
        self.silent.clear();
        self.services.running.clear();
        self.life += 1;
        let kept = choices.number(For::Prefix, (peer as u64, 0), u64::from(self.life)) as usize;
        let kept = kept % (self.disk.pending.len() + 1);
        for (_, operations) in self.disk.pending.drain(..).take(kept).collect::<Vec<_>>() {
            self.disk.apply(operations);
        }
    }

    /// Deletes data of services that the core does not know.
    pub(super) fn remove_orphans(&mut self) {
        let recorded: BTreeSet<&str> = self.core.iter().flat_map(Peer::recorded_services).collect();
        self.services.data.retain(|service| recorded.contains(&**service));
    }

    /// The services that the core knows, and whether they run.
    fn known_services(&self) -> BTreeMap<Arc<str>, bool> {
        let scopes = self.core.iter().flat_map(Peer::scopes);
        let services = scopes.flat_map(|scope| scope.services.iter());
        services
            .map(|service| (service.id.clone(), service.interface.is_ok()))
            .collect()
    }

    /// When nothing happens any more, the core, the disk and the host agree on the services.
    pub(super) fn check_services(&self) -> Result<(), String> {
        let known = self.known_services();
        let prefix = service_key(&self.id, "");
        let keys = self.disk.durable.keys().filter_map(|key| key.strip_prefix(&prefix[..]));
        let recorded: BTreeSet<&[u8]> = keys.collect();
        let ids: BTreeSet<&[u8]> = known.keys().map(|id| id.as_bytes()).collect();
        if ids != recorded {
            return Err(format!("the core has the services {known:?}, the disk {recorded:?}"));
        }
        let should_run = known.iter().filter(|(_, runs)| **runs).map(|(id, _)| id);
        if !should_run.eq(&self.services.running) {
            return Err(format!("of the services {known:?} run {:?}", self.services.running));
        }
        match self.services.lost.first() {
            Some(id) => Err(format!("service {id} has lost its data")),
            None => Ok(()),
        }
    }

    /// The core and its clocks, unless it is down.
    pub(super) fn core(&mut self, now: Time) -> Option<(&mut Peer, Now)> {
        let clock = self.clock(now);
        Some((self.core.as_mut()?, clock))
    }

    pub(super) fn is_up(&self) -> bool {
        self.core.is_some()
    }

    /// Its clocks at a time.
    pub(super) fn clock(&self, now: Time) -> Now {
        let elapsed = u128::from(now.saturating_sub(self.started));
        let rate = (1_000_000 + i64::from(self.plan.drift)).unsigned_abs();
        let monotonic = elapsed * u128::from(rate) / 1_000_000;
        Now {
            monotonic: Monotonic(u64::try_from(monotonic).unwrap_or(u64::MAX)),
            unix_ms: (EPOCH + now / 1_000_000).saturating_add_signed(self.offset),
        }
    }

    /// When its next timer fires, in the world's time.
    pub(super) fn next_wakeup(&self, now: Time) -> Option<Time> {
        let at = self.core.as_ref()?.next_wakeup()?;
        let rate = (1_000_000 + i64::from(self.plan.drift)).unsigned_abs();
        let elapsed = (u128::from(at.0) * 1_000_000).div_ceil(u128::from(rate));
        let at = self.started.saturating_add(u64::try_from(elapsed).unwrap_or(u64::MAX));
        Some(at.max(now))
    }

    pub(super) fn set_clock(&mut self, by: i64) {
        self.offset = self.offset.saturating_add(by);
    }

    pub(super) fn pause(&mut self, until: Time) {
        self.paused = Some(until);
    }

    /// Until when it does nothing.
    pub(super) fn paused_until(&self, now: Time) -> Option<Time> {
        self.paused.filter(|until| *until > now)
    }
}

/// The key of the record of a service.
fn service_key(peer: &PeerId, id: &str) -> Vec<u8> {
    format!("service/{peer}/{id}").into_bytes()
}

impl Disk {
    fn apply(&mut self, operations: Vec<Change>) {
        for operation in operations {
            match operation {
                Change::Put(key, value) => drop(self.durable.insert(key, value)),
                Change::Delete(key) => drop(self.durable.remove(&key)),
                Change::DeleteRange(range) => self
                    .durable
                    .retain(|key, _| *key < range.start || range.end.as_ref().is_some_and(|end| key >= end)),
            }
        }
    }

    /// Makes the first batch durable.
    pub(super) fn acknowledge(&mut self, batch: BatchId) {
        if self.pending.first().is_none_or(|(id, _)| *id != batch) {
            return;
        }
        let (_, operations) = self.pending.remove(0);
        for operation in &operations {
            match operation {
                Change::Put(key, _) => drop(self.acknowledged.insert(key.clone())),
                Change::Delete(key) => drop(self.deleted.insert(key.clone())),
                Change::DeleteRange(_) => {}
            }
        }
        self.apply(operations);
    }

    /// Whether a record was acknowledged or read after a restart.
    pub(crate) fn holds(&self, key: &[u8]) -> bool {
        self.durable.contains_key(key) || self.acknowledged.contains(key)
    }

    /// Whether the deletion of a record was acknowledged, and it is not there.
    pub(crate) fn has_lost(&self, key: &[u8]) -> bool {
        self.deleted.contains(key) && !self.durable.contains_key(key)
    }

    pub(super) fn page(&self) -> Page {
        Page {
            records: self
                .durable
                .iter()
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
            next: None,
        }
    }
}
