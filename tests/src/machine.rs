//! The interface of a VM in its flat form, implemented for ours and the official one.

use aqua_vm::flat::FlatCallResult;
use aqua_vm::flat::{self, RunParameters};
use aqua_vm::{CallRequest, CanonMapFold, LimitFlags, Limits, Trust};
use std::collections::BTreeMap;

/// The inputs of a VM run.
#[derive(Debug, Clone)]
pub struct Invocation<'a> {
    /// The script.
    pub air: &'a str,
    /// The data of the peer's previous run.
    pub prev_data: &'a [u8],
    /// The incoming data.
    pub data: &'a [u8],
    /// The particle.
    pub particle: &'a Particle,
    /// The id of the peer.
    pub current_peer_id: &'a str,
    /// The seed of its key.
    pub seed: [u8; 32],
    /// The results of its services by call id.
    pub call_results: &'a BTreeMap<u32, FlatCallResult>,
}

/// The properties of a particle that are the same in all runs.
#[derive(Debug, Clone)]
pub struct Particle {
    /// Its id, which is part of the signed bytes.
    pub id: String,
    /// The id of the initiator.
    pub init_peer_id: String,
    /// In milliseconds.
    pub timestamp: u64,
    /// In milliseconds.
    pub ttl: u32,
}

/// The output of a VM run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reply {
    /// 0, or the code of the error; [`CRASH`] if the VM crashed.
    pub ret_code: i64,
    /// The message of the error.
    pub error_message: String,
    /// New particle data.
    pub data: Vec<u8>,
    /// The peers to send the particle to, sorted.
    pub next_peers: Vec<String>,
    /// Service calls by call id.
    pub call_requests: BTreeMap<u32, CallRequest>,
    /// The sizes that exceed their limits.
    pub flags: LimitFlags,
}

/// The return code of a VM that crashed.
pub const CRASH: i64 = -1;

/// An AIR VM.
pub trait Machine {
    /// Runs the script once.
    fn invoke(&mut self, invocation: &Invocation<'_>) -> Reply;
}

/// Our VM.
#[derive(Debug, Clone, Default)]
pub struct OurMachine {
    /// The elements that `fold` over a whole canonical map visits.
    pub canon_map_fold: CanonMapFold,
    /// Its limits.
    pub limits: Limits,
}

impl OurMachine {
    /// With the rules of the official VM 0.64, for comparisons.
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
            call_requests: flat::decode_call_requests(&outcome.call_requests).expect("they were encoded by our VM"),
            flags: outcome.flags,
        }
    }
}
