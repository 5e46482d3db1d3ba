//! What happens in a run: peers, links, work, faults. A run is a pure function of its plan.

use crate::choice::{Choices, For};
use aqua_peer::{Functions, Limits, Mistake, Provided};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Nanoseconds of virtual time since the start of a run.
pub type Time = u64;

/// A second of virtual time.
pub const SECOND: Time = 1_000_000_000;

/// A millisecond of virtual time.
pub const MILLISECOND: Time = 1_000_000;

/// What happens in a run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Decides everything that is not written in the plan.
    pub seed: u64,
    /// The peers, numbered from 0.
    pub peers: Vec<PeerPlan>,
    /// Particles that are started.
    pub starts: Vec<Start>,
    /// How messages travel.
    pub links: Links,
    /// How functions answer.
    pub calls: Calls,
    /// What goes wrong, and when.
    pub faults: Vec<Fault>,
    /// From when on nothing goes wrong any more.
    pub calm: Time,
    /// A defect that all peers have.
    pub mistake: Option<Mistake>,
}

/// One peer.
#[derive(Debug, Clone)]
pub struct PeerPlan {
    /// The seed of its key.
    pub key: [u8; 32],
    /// Its bounds.
    pub limits: Limits,
    /// What it answers itself. Everything else is answered by the run's services.
    pub functions: Functions,
    /// By how many millionths its monotonic clock is fast.
    pub drift: i32,
    /// By how many milliseconds its wall clock is ahead.
    pub offset: i64,
}

/// A particle that is started.
#[derive(Debug, Clone)]
pub struct Start {
    /// When.
    pub at: Time,
    /// The number of the peer.
    pub peer: usize,
    /// The script as AIR text.
    pub script: Arc<str>,
    /// The particle's lifetime, in milliseconds.
    pub ttl: u32,
    /// What it brings along.
    pub functions: BTreeMap<(String, String), Provided>,
}

/// How messages travel between peers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    /// Latencies of which each message gets one, in microseconds.
    pub latencies: Vec<u64>,
    /// Bytes per second.
    pub bandwidth: u64,
    /// How many messages in a thousand are lost with their connection, after the sender got the report that they were sent.
    pub loss: u32,
    /// How many in a thousand arrive twice.
    pub duplicates: u32,
}

/// How functions answer that the peers don't answer themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calls {
    /// The longest time until an answer, in microseconds.
    pub delay: u64,
    /// How many calls in a thousand fail.
    pub failures: u32,
    /// How many in a thousand are answered only when they are cancelled.
    pub silent: u32,
}

/// Something that goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A peer stops at once and starts again with what its disk holds.
    Crash {
        /// When.
        at: Time,
        /// Which peer.
        peer: usize,
        /// After how long it starts again.
        down: Time,
    },
    /// Nothing gets from one peer to another.
    Partition {
        /// When it begins.
        at: Time,
        /// When it ends.
        until: Time,
        /// The sender.
        from: usize,
        /// The receiver.
        to: usize,
    },
    /// A peer does nothing for a while; what comes for it waits.
    Pause {
        /// When it begins.
        at: Time,
        /// When it ends.
        until: Time,
        /// Which peer.
        peer: usize,
    },
    /// A peer's wall clock is set.
    Clock {
        /// When.
        at: Time,
        /// Which peer.
        peer: usize,
        /// By how many milliseconds.
        by: i64,
    },
    /// A peer's disk accepts nothing more.
    Disk {
        /// When it begins.
        at: Time,
        /// Which peer.
        peer: usize,
    },
    /// A sender that is not a peer of the simulation sends something.
    Stranger {
        /// When.
        at: Time,
        /// To which peer.
        peer: usize,
        /// What.
        sends: Hostile,
        /// How often.
        copies: u32,
    },
}

/// What a sender outside the simulation sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hostile {
    /// A particle with the name of another initiator and an invalid signature.
    Forged,
    /// A particle whose script can't be read.
    BadScript,
    /// A particle with the id of another one.
    SameId,
    /// A frame that can't be decoded.
    Garbage,
    /// Particles of different initiators that do nothing.
    Crowd,
}

impl Fault {
    /// When it begins.
    pub fn at(&self) -> Time {
        match self {
            Self::Crash { at, .. }
            | Self::Partition { at, .. }
            | Self::Pause { at, .. }
            | Self::Clock { at, .. }
            | Self::Disk { at, .. }
            | Self::Stranger { at, .. } => *at,
        }
    }
}

impl Default for Links {
    /// Everything arrives once, in order.
    fn default() -> Self {
        Self {
            latencies: vec![1000],
            bandwidth: 1 << 30,
            loss: 0,
            duplicates: 0,
        }
    }
}

impl Default for Calls {
    /// Answers come soon and none fails.
    fn default() -> Self {
        Self {
            delay: 100,
            failures: 0,
            silent: 0,
        }
    }
}

impl PeerPlan {
    /// A peer with exact clocks.
    pub fn new(key: [u8; 32], limits: Limits, functions: Functions) -> Self {
        Self {
            key,
            limits,
            functions,
            drift: 0,
            offset: 0,
        }
    }
}

impl Plan {
    /// A plan in which nothing goes wrong and messages take equally long.
    pub fn calm(peers: Vec<PeerPlan>, starts: Vec<Start>) -> Self {
        Self {
            seed: 0,
            peers,
            starts,
            links: Links::default(),
            calls: Calls::default(),
            faults: Vec::new(),
            calm: 0,
            mistake: None,
        }
    }

    /// The same with messages and answers in an order that the seed decides, each arriving once.
    #[must_use]
    pub fn with_disorder(mut self, seed: u64) -> Self {
        let random = Random::new(seed);
        self.seed = seed;
        self.links.latencies = random.latencies();
        self.calls.delay = 1 + random.below(20_000, 1);
        for (number, peer) in self.peers.iter_mut().enumerate() {
            let number = number as u64;
            peer.drift = random.around(200, 10 + number);
            peer.offset = i64::from(random.around(1000, 100 + number));
        }
        self
    }

    /// The same with disorder and with faults of a random subset of kinds (swarm testing, Groce et al. 2012), until `calm`.
    #[must_use]
    pub fn with_faults(self, seed: u64, calm: Time) -> Self {
        let mut plan = self.with_disorder(seed);
        let random = Random::new(seed ^ 0xfa17);
        let is_chosen = |kind: u64| random.below(2, 1000 + kind) == 0;
        plan.calm = calm;
        if is_chosen(0) {
            plan.links.loss = 1 + random.below(60, 2) as u32;
        }
        if is_chosen(1) {
            plan.links.duplicates = 1 + random.below(300, 3) as u32;
        }
        if is_chosen(2) {
            plan.links.bandwidth = 10_000 + random.below(1_000_000, 4);
        }
        if is_chosen(3) {
            plan.calls.failures = 1 + random.below(50, 5) as u32;
        }
        if is_chosen(4) {
            plan.calls.silent = 1 + random.below(30, 6) as u32;
        }
        if is_chosen(5) {
            for (number, peer) in plan.peers.iter_mut().enumerate() {
                random.narrow(&mut peer.limits, 2000 + 100 * number as u64);
            }
        }
        let peers = plan.peers.len() as u64;
        for kind in 6..12 {
            if !is_chosen(kind) {
                continue;
            }
            for number in 0..1 + random.below(3, kind) {
                plan.faults.push(random.fault(kind, number, peers, calm));
            }
        }
        plan.faults.sort_by_key(Fault::at);
        plan
    }
}

/// Numbers that a seed decides, each by its own name.
struct Random(Choices);

impl Random {
    fn new(seed: u64) -> Self {
        Self(Choices::new(seed))
    }

    fn below(&self, limit: u64, name: u64) -> u64 {
        self.0.number(For::Plan, (0, 0), name) % limit.max(1)
    }

    /// A number between `-most` and `most`.
    fn around(&self, most: i32, name: u64) -> i32 {
        let width = u64::from(most.unsigned_abs()) * 2 + 1;
        i32::try_from(self.below(width, name)).unwrap_or(most) - most
    }

    /// 64 latencies around a random base, some of them much longer.
    fn latencies(&self) -> Vec<u64> {
        let base = 50 + self.below(20_000, 30);
        (0..64)
            .map(|number| {
                let usual = base / 2 + self.below(base, 300 + number);
                if number < 60 { usual } else { usual * 10 }
            })
            .collect()
    }

    /// Makes some limits so narrow that they are reached.
    fn narrow(&self, limits: &mut Limits, name: u64) {
        limits.calls = 1 + self.below(4, name) as u32;
        limits.sends = 1 + self.below(4, name + 1) as u32;
        limits.destination.frames = 1 + self.below(2, name + 2) as u32;
        limits.connection.verifications = 1 + self.below(4, name + 3);
        limits.connection.frames = 20 + self.below(200, name + 4);
        limits.connection.burst_seconds = 1;
        limits.connection.initiators = 1 + self.below(5, name + 5);
        limits.connection.initiator_burst = 1 + self.below(3, name + 6);
        limits.initiator.calls = 1 + self.below(4, name + 7) as u32;
    }

    fn fault(&self, kind: u64, number: u64, peers: u64, calm: Time) -> Fault {
        let name = |part: u64| 5000 + kind * 100 + number * 10 + part;
        let at = self.below(calm * 3 / 4, name(0));
        let until = at + self.below(calm - at, name(1));
        let peer = self.below(peers, name(2)) as usize;
        match kind {
            6 => Fault::Crash {
                at,
                peer,
                down: 1 + self.below(calm / 4, name(3)),
            },
            7 => Fault::Partition {
                at,
                until,
                from: peer,
                to: self.below(peers, name(3)) as usize,
            },
            8 => Fault::Pause { at, until, peer },
            9 => Fault::Clock {
                at,
                peer,
                by: i64::from(self.around(20_000, name(3))),
            },
            10 => Fault::Disk { at, peer },
            _ => Fault::Stranger {
                at,
                peer,
                sends: [
                    Hostile::Forged,
                    Hostile::BadScript,
                    Hostile::SameId,
                    Hostile::Garbage,
                    Hostile::Crowd,
                ][self.below(5, name(3)) as usize],
                copies: 1 + self.below(8, name(4)) as u32,
            },
        }
    }
}
