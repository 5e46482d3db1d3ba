//! A network of peers in one thread: each peer runs a VM, services are closures, and a seed determines in which order and how
//! often messages arrive.

use crate::machine::{Invocation, Machine, Particle, Reply};
use aqua_keys::KeyPair;
use aqua_vm::flat::FlatCallResult;
use aqua_vm::{CallRequest, CallResult};
use std::collections::BTreeMap;

/// Answers service calls, given the id of the peer and the request.
pub type Services<'a> = dyn FnMut(&str, &CallRequest) -> FlatCallResult + 'a;

/// How the network delivers messages.
#[derive(Debug, Clone, Copy)]
pub struct Conditions {
    /// Determines all random choices. Networks with equal seeds behave the same.
    pub seed: u64,
    /// The percentage of messages that arrive twice.
    pub duplicates: u8,
    /// Whether messages overtake each other. If not, they arrive in the order in which they were sent.
    pub disorder: bool,
    /// The maximum number of VM runs of all peers together. A script that needs more is stopped.
    pub most_runs: usize,
    /// The maximum size of particle data in bytes. A script with more is stopped.
    pub most_data: usize,
}

impl Default for Conditions {
    /// Every message arrives once, in the order in which they were sent.
    fn default() -> Self {
        Self {
            seed: 0,
            duplicates: 0,
            disorder: false,
            most_runs: 2000,
            most_data: 16 << 20,
        }
    }
}

impl Conditions {
    /// Messages arrive in any order, one of five twice.
    pub fn rough(seed: u64) -> Self {
        Self {
            seed,
            duplicates: 20,
            disorder: true,
            most_runs: 100,
            most_data: 100_000,
        }
    }
}

/// A peer.
#[derive(Debug, Clone)]
pub struct Peer {
    /// The seed of its key.
    pub seed: [u8; 32],
    /// The peer id of the key.
    pub id: String,
    /// Its particle data.
    data: Vec<u8>,
    /// Results of its services that its VM has not processed yet.
    results: BTreeMap<u32, FlatCallResult>,
}

impl Peer {
    /// The peer with that key.
    pub fn new(seed: [u8; 32]) -> Self {
        Self {
            seed,
            id: KeyPair::from_seed(seed).peer_id().to_string(),
            data: Vec::new(),
            results: BTreeMap::new(),
        }
    }

    /// Its particle data as bytes.
    pub fn data(&self) -> &[u8] {
        &self.data
    }
}

/// Peers numbered from 0 with fixed keys.
pub fn peers(count: u8) -> Vec<Peer> {
    (0..count).map(|number| Peer::new([number + 1; 32])).collect()
}

/// A service call and its result.
#[derive(Debug, Clone, PartialEq)]
pub struct Called {
    /// The peer that was called.
    pub peer_id: String,
    /// The request.
    pub request: CallRequest,
    /// The result.
    pub result: FlatCallResult,
}

/// A VM run that ended with an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The peer.
    pub peer_id: String,
    /// The code of the error.
    pub ret_code: i64,
    /// The message.
    pub message: String,
}

/// What happened until no message was left.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Service calls in order.
    pub calls: Vec<Called>,
    /// VM runs with errors in order.
    pub failures: Vec<Failed>,
    /// The number of VM runs.
    pub runs: usize,
    /// Addressed peers that are not in the network.
    pub strangers: Vec<String>,
    /// Whether the script was stopped because of a limit.
    pub stopped: bool,
}

impl History {
    /// The arguments of all calls of a function, in order.
    pub fn arguments(&self, service: &str, function: &str) -> Vec<Vec<serde_json::Value>> {
        let called =
            |called: &&Called| called.request.service_id == service && called.request.function_name == function;
        self.calls
            .iter()
            .filter(called)
            .map(|called| json_arguments(&called.request))
            .collect()
    }
}

/// The arguments of a call as values of `serde_json`.
pub fn json_arguments(request: &CallRequest) -> Vec<serde_json::Value> {
    request.arguments.iter().map(serde_json::Value::from).collect()
}

/// Results with their values as text.
pub fn flat_results(results: &BTreeMap<u32, CallResult>) -> BTreeMap<u32, FlatCallResult> {
    results.iter().map(|(id, result)| (*id, result.into())).collect()
}

/// Results with their values in memory.
pub fn call_results(results: &BTreeMap<u32, FlatCallResult>) -> BTreeMap<u32, CallResult> {
    results.iter().map(|(id, result)| (*id, result.into())).collect()
}

/// A message that has not arrived yet.
enum Message {
    /// Data for a peer.
    Data(usize, Vec<u8>),
    /// A peer has results of its services.
    Results(usize),
}

/// Runs a script until no message is left. `peers[0]` starts it. `machine_of` returns the VM of a peer by its number.
pub fn run(
    air: &str,
    peers: &mut [Peer],
    conditions: Conditions,
    services: &mut Services<'_>,
    machine_of: &mut dyn FnMut(usize) -> Box<dyn Machine>,
) -> History {
    let mut machines: Vec<Box<dyn Machine>> = (0..peers.len()).map(machine_of).collect();
    run_with(air, peers, conditions, services, &mut |peer, invocation| {
        machines[peer].invoke(invocation)
    })
}

/// Like [`run`], with one function for the VM runs of all peers, which gets the number of the peer.
pub fn run_with(
    air: &str,
    peers: &mut [Peer],
    conditions: Conditions,
    services: &mut Services<'_>,
    invoke: &mut dyn FnMut(usize, &Invocation<'_>) -> Reply,
) -> History {
    let particle = Particle {
        id: format!("particle-{}", conditions.seed),
        init_peer_id: peers[0].id.clone(),
        timestamp: 1_700_000_000_000,
        ttl: 60_000,
    };
    let mut network = Network {
        conditions,
        choices: fastrand::Rng::with_seed(conditions.seed),
        pending: vec![Message::Data(0, Vec::new())],
        history: History::default(),
    };
    while let Some((number, data, call_results)) = network.next(peers) {
        if network.history.runs == conditions.most_runs || data.len() > conditions.most_data {
            network.history.stopped = true;
            break;
        }
        let peer = &peers[number];
        let reply = invoke(
            number,
            &Invocation {
                air,
                prev_data: &peer.data,
                data: &data,
                particle: &particle,
                current_peer_id: &peer.id,
                seed: peer.seed,
                call_results: &call_results,
            },
        );
        network.take_in(number, peers, reply, services);
    }
    network.history
}

struct Network {
    conditions: Conditions,
    choices: fastrand::Rng,
    pending: Vec<Message>,
    history: History,
}

impl Network {
    /// The next message: the peer, incoming data, and results of its services.
    fn next(&mut self, peers: &mut [Peer]) -> Option<(usize, Vec<u8>, BTreeMap<u32, FlatCallResult>)> {
        while !self.pending.is_empty() {
            let at = if self.conditions.disorder {
                self.choices.usize(..self.pending.len())
            } else {
                0
            };
            match self.pending.remove(at) {
                Message::Data(number, data) => {
                    // Results may arrive together with data.
                    let results = if self.choices.bool() {
                        BTreeMap::new()
                    } else {
                        std::mem::take(&mut peers[number].results)
                    };
                    return Some((number, data, results));
                }
                Message::Results(number) => {
                    let waiting = &mut peers[number].results;
                    let all = self.choices.bool();
                    let results = if all {
                        std::mem::take(waiting)
                    } else {
                        waiting.pop_first().into_iter().collect()
                    };
                    if !results.is_empty() {
                        return Some((number, Vec::new(), results));
                    }
                }
            }
        }
        None
    }

    /// Sends the data and makes the calls of a reply. Official peers do so for any return code.
    fn take_in(&mut self, number: usize, peers: &mut [Peer], reply: Reply, services: &mut Services<'_>) {
        self.history.runs += 1;
        if reply.ret_code != 0 {
            let (ret_code, message) = (reply.ret_code, reply.error_message);
            self.history.failures.push(Failed {
                peer_id: peers[number].id.clone(),
                ret_code,
                message,
            });
        }
        for next in &reply.next_peers {
            match peers.iter().position(|peer| peer.id == *next) {
                None => self.history.strangers.push(next.clone()),
                Some(next) => {
                    let twice = self.choices.u8(..100) < self.conditions.duplicates;
                    for _ in 0..=u8::from(twice) {
                        self.pending.push(Message::Data(next, reply.data.clone()));
                    }
                }
            }
        }
        for (id, request) in reply.call_requests {
            let result = services(&peers[number].id, &request);
            peers[number].results.insert(id, result.clone());
            self.pending.push(Message::Results(number));
            self.history.calls.push(Called {
                peer_id: peers[number].id.clone(),
                request,
                result,
            });
        }
        peers[number].data = reply.data;
    }
}
