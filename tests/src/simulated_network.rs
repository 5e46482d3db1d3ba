//! A network of peers in one thread: each peer runs a machine, services are closures, and a seed decides in which order, how
//! late and how often everything arrives.

use crate::machine::{Invocation, Machine, Particle, Reply};
use aqua_keys::KeyPair;
use aqua_vm::flat::FlatCallResult;
use aqua_vm::{CallRequest, CallResult};
use std::collections::BTreeMap;

/// Answers service calls: the peer's id and what it is asked.
pub type Services<'a> = dyn FnMut(&str, &CallRequest) -> FlatCallResult + 'a;

/// How the network treats what travels through it.
#[derive(Debug, Clone, Copy)]
pub struct Conditions {
    /// Decides about everything below. Networks with equal seeds behave the same.
    pub seed: u64,
    /// How many of a hundred deliveries arrive twice.
    pub duplicates: u8,
    /// Whether messages overtake each other. If not, everything arrives in the order it was sent.
    pub disorder: bool,
    /// Most runs of all peers together; a script that needs more is stopped.
    pub most_runs: usize,
    /// Most bytes of particle data; a script that makes more is stopped.
    pub most_data: usize,
}

impl Default for Conditions {
    /// Everything arrives once, in the order it was sent.
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
    /// Everything arrives in any order, one message of five twice.
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
    /// Seed of its key.
    pub seed: [u8; 32],
    /// Its id, which is that of the key.
    pub id: String,
    /// What it knows about the particle.
    data: Vec<u8>,
    /// Results of its services that it hasn't seen yet.
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

    /// What it knows about the particle, in wire form.
    pub fn data(&self) -> &[u8] {
        &self.data
    }
}

/// Peers numbered from 0 with fixed keys.
pub fn peers(count: u8) -> Vec<Peer> {
    (0..count).map(|number| Peer::new([number + 1; 32])).collect()
}

/// One service call and its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Called {
    /// The peer that was asked.
    pub peer_id: String,
    /// What it was asked.
    pub request: CallRequest,
    /// What its service answered.
    pub result: FlatCallResult,
}

/// One run of a machine that ended with an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The peer.
    pub peer_id: String,
    /// Number of the error.
    pub ret_code: i64,
    /// Its text.
    pub message: String,
}

/// What happened until the network was at rest.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Service calls in the order they were made.
    pub calls: Vec<Called>,
    /// Runs with errors in the order they were made.
    pub failures: Vec<Failed>,
    /// How many runs there were.
    pub runs: usize,
    /// Peers that the particle should go to but that aren't in the network.
    pub strangers: Vec<String>,
    /// Whether the run was stopped because it went on for too long.
    pub stopped: bool,
}

impl History {
    /// Arguments of all calls of one function of one service, in order.
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

/// The arguments of a call as `serde_json` has them.
pub fn json_arguments(request: &CallRequest) -> Vec<serde_json::Value> {
    request.arguments.iter().map(serde_json::Value::from).collect()
}

/// Results as texts.
pub fn flat_results(results: &BTreeMap<u32, CallResult>) -> BTreeMap<u32, FlatCallResult> {
    results.iter().map(|(id, result)| (*id, result.into())).collect()
}

/// Results as the machine in memory takes them.
pub fn call_results(results: &BTreeMap<u32, FlatCallResult>) -> BTreeMap<u32, CallResult> {
    results.iter().map(|(id, result)| (*id, result.into())).collect()
}

/// A particle on its way.
enum Message {
    /// Data for a peer.
    Data(usize, Vec<u8>),
    /// A sign for a peer that results of its services are there.
    Results(usize),
}

/// Runs a script from its first peer until nothing is on its way any more.
///
/// `peers[0]` starts it. `machine_of` gives each run its machine by the number of the peer.
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

/// [`run`] with one function that makes all runs, given the number of the peer.
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
        under_way: vec![Message::Data(0, Vec::new())],
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
    under_way: Vec<Message>,
    history: History,
}

impl Network {
    /// What arrives next: the peer, data, results of its services.
    fn next(&mut self, peers: &mut [Peer]) -> Option<(usize, Vec<u8>, BTreeMap<u32, FlatCallResult>)> {
        while !self.under_way.is_empty() {
            let at = if self.conditions.disorder {
                self.choices.usize(..self.under_way.len())
            } else {
                0
            };
            match self.under_way.remove(at) {
                Message::Data(number, data) => {
                    // Results may come along with data.
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

    /// Does what a reply asks for, as peers do whatever its number is.
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
                        self.under_way.push(Message::Data(next, reply.data.clone()));
                    }
                }
            }
        }
        for (id, request) in reply.call_requests {
            let result = services(&peers[number].id, &request);
            peers[number].results.insert(id, result.clone());
            self.under_way.push(Message::Results(number));
            self.history.calls.push(Called {
                peer_id: peers[number].id.clone(),
                request,
                result,
            });
        }
        peers[number].data = reply.data;
    }
}
