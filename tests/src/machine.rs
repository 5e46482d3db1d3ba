//! A machine behind its flat form, so that ours and the official one can stand in for each other.

use aqua_vm::flat::FlatCallResult;
use aqua_vm::flat::{self, RunParameters};
use aqua_vm::{CallRequest, CanonMapFold, LimitFlags, Limits, Trust};
use std::collections::BTreeMap;

/// Everything that one run of a script depends on.
#[derive(Debug, Clone)]
pub struct Invocation<'a> {
    /// The script.
    pub air: &'a str,
    /// What the peer's last run gave.
    pub prev_data: &'a [u8],
    /// What arrived.
    pub data: &'a [u8],
    /// Particle and peer.
    pub particle: &'a Particle,
    /// The peer that runs.
    pub current_peer_id: &'a str,
    /// Seed of its key.
    pub seed: [u8; 32],
    /// What its services answered, by call id.
    pub call_results: &'a BTreeMap<u32, FlatCallResult>,
}

/// What all runs of a particle have in common.
#[derive(Debug, Clone)]
pub struct Particle {
    /// Id, which signatures cover.
    pub id: String,
    /// The peer that made it.
    pub init_peer_id: String,
    /// In milliseconds.
    pub timestamp: u64,
    /// In milliseconds.
    pub ttl: u32,
}

/// What a run gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// 0, or the number of the error. −1 says that the machine crashed.
    pub ret_code: i64,
    /// Text of the error.
    pub error_message: String,
    /// New particle data.
    pub data: Vec<u8>,
    /// Where the particle goes next, sorted.
    pub next_peers: Vec<String>,
    /// Service calls by call id.
    pub call_requests: BTreeMap<u32, CallRequest>,
    /// Sizes above their limits.
    pub flags: LimitFlags,
}

/// The number of a reply of a machine that crashed.
pub const CRASH: i64 = -1;

/// Something that runs AIR.
pub trait Machine {
    /// Runs a script once.
    fn invoke(&mut self, invocation: &Invocation<'_>) -> Reply;
}

/// Our machine.
#[derive(Debug, Clone, Default)]
pub struct OurMachine {
    /// What `fold` over a whole canonical map visits.
    pub canon_map_fold: CanonMapFold,
    /// What it is allowed.
    pub limits: Limits,
}

impl OurMachine {
    /// With the rules of interpreter 0.64, to be compared with it.
    pub fn as_official() -> Self {
        Self {
            canon_map_fold: CanonMapFold::LastOfEachKey,
            limits: Limits::default(),
        }
    }
}

impl Machine for OurMachine {
    fn invoke(&mut self, invocation: &Invocation<'_>) -> Reply {
        let parameters = RunParameters {
            init_peer_id: invocation.particle.init_peer_id.clone(),
            current_peer_id: invocation.current_peer_id.to_owned(),
            timestamp: invocation.particle.timestamp,
            ttl: invocation.particle.ttl,
            key_format: 0,
            secret_key_bytes: invocation.seed.to_vec(),
            particle_id: invocation.particle.id.clone(),
            limits: self.limits,
            canon_map_fold: self.canon_map_fold,
            trust: Trust::Verify,
        };
        let results = flat::encode_call_results(invocation.call_results);
        let outcome = flat::invoke(
            invocation.air,
            invocation.prev_data,
            invocation.data,
            &parameters,
            &results,
        );
        Reply {
            ret_code: outcome.ret_code,
            error_message: outcome.error_message,
            data: outcome.data,
            next_peers: outcome.next_peer_pks,
            call_requests: flat::decode_call_requests(&outcome.call_requests).expect("we encode them well"),
            flags: outcome.flags,
        }
    }
}
