//! A machine behind its flat form, so that ours and the official one can stand in for each other.

use crate::official_vm::OfficialVm;
use aqua_vm::flat::{self, RunParameters};
use aqua_vm::{CallRequest, CallResult, CanonMapFold, LimitFlags, Limits, State, Trust};
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
    pub call_results: &'a BTreeMap<u32, CallResult>,
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

/// The number of a reply to results that no call waits for.
const UNPROCESSED_RESULTS: i64 = 30_000;

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
}

impl OurMachine {
    /// With the rules of interpreter 0.64, to be compared with it.
    pub fn as_official() -> Self {
        Self {
            canon_map_fold: CanonMapFold::LastOfEachKey,
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
            limits: Limits::default(),
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

/// Both machines at once: every run is made by both on the same input, and the replies must be the same.
///
/// The reply of either goes on into the network, in turn, so that each also reads what the other wrote.
#[derive(Debug)]
pub struct Twins {
    ours: OurMachine,
    official: OfficialVm,
    runs: usize,
    crashes: Vec<String>,
    differences: Vec<Difference>,
}

/// One run that the machines disagree about.
#[derive(Debug, Clone)]
pub struct Difference {
    /// What differs, ours first.
    pub what: String,
    /// The script.
    pub air: String,
    /// The run, in the form that the official machine's process reads.
    pub request: serde_json::Value,
}

impl Twins {
    /// Starts the official machine.
    ///
    /// # Errors
    /// A sentence that says why it can't be built or started.
    pub fn start() -> Result<Self, String> {
        let (ours, official) = (OurMachine::as_official(), OfficialVm::start()?);
        Ok(Self {
            ours,
            official,
            runs: 0,
            crashes: Vec::new(),
            differences: Vec::new(),
        })
    }

    /// How many runs were compared.
    pub fn runs(&self) -> usize {
        self.runs
    }

    /// What the official machine said when it crashed. Such runs are not compared.
    pub fn crashes(&self) -> &[String] {
        &self.crashes
    }

    /// Takes out what was found so far.
    pub fn take_differences(&mut self) -> Vec<Difference> {
        std::mem::take(&mut self.differences)
    }
}

impl Machine for Twins {
    fn invoke(&mut self, invocation: &Invocation<'_>) -> Reply {
        let ours = self.ours.invoke(invocation);
        let official = self.official.invoke(invocation);
        if official.ret_code == CRASH {
            self.crashes.push(official.error_message);
            return ours;
        }
        self.runs += 1;
        if let Some(what) = difference(&ours, &official) {
            self.differences.push(Difference {
                what,
                air: invocation.air.to_owned(),
                request: OfficialVm::request(invocation),
            });
            return official;
        }
        if self.runs.is_multiple_of(2) { ours } else { official }
    }
}

/// Names the first thing that differs. Data is compared by what it says: the official one has no fixed order of stores.
fn difference(ours: &Reply, official: &Reply) -> Option<String> {
    fn shown<T: std::fmt::Debug + PartialEq>(name: &str, ours: &T, official: &T) -> Option<String> {
        (ours != official).then(|| format!("{name}\n  ours:     {ours:?}\n  official: {official:?}"))
    }
    let code = |reply: &Reply| {
        let mut message = reply.error_message.clone().into_bytes();
        if reply.ret_code == UNPROCESSED_RESULTS {
            // It lists them in random order.
            message.sort_unstable();
        }
        (reply.ret_code, String::from_utf8_lossy(&message).into_owned())
    };
    shown("return code", &code(ours), &code(official))
        .or_else(|| shown("call requests", &ours.call_requests, &official.call_requests))
        .or_else(|| shown("next peers", &ours.next_peers, &official.next_peers))
        .or_else(|| shown("limit flags", &ours.flags, &official.flags))
        .or_else(|| {
            if ours.data == official.data {
                return None;
            }
            let (ours, official) = match (State::decode(&ours.data), State::decode(&official.data)) {
                (Ok(ours), Ok(official)) => (ours, official),
                (ours, official) => {
                    return Some(format!(
                        "data that can't be read: {:?} {:?}",
                        ours.err(),
                        official.err()
                    ));
                }
            };
            let (ours, official) = (ours.data(), official.data());
            shown("trace", &ours.trace, &official.trace)
                .or_else(|| {
                    shown(
                        "last call request id",
                        &ours.last_call_request_id,
                        &official.last_call_request_id,
                    )
                })
                .or_else(|| shown("stores", &ours.cid_info, &official.cid_info))
                .or_else(|| shown("signatures", &ours.signatures, &official.signatures))
        })
}
