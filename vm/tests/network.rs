//! A network of peers in one thread: particles and service results are delivered in an order that a seed decides.

use aqua_keys::KeyPair;
use aqua_vm::{CallError, CallRequest, CallResult, Outcome, Params, Program, State, StepError, step};
use std::collections::BTreeMap;

/// Peers with their states, and the messages that have not arrived.
pub(crate) struct Network {
    program: Program,
    pub(crate) peers: Vec<Peer>,
    /// Receiver and data.
    deliveries: Vec<(usize, Vec<u8>)>,
    /// What was called, as `peer function(arguments)`, in the order of the answers.
    pub(crate) calls: Vec<String>,
    /// Codes and texts of steps that were not successful.
    pub(crate) errors: Vec<(i64, String)>,
    seed: u64,
}

pub(crate) struct Peer {
    pub(crate) id: String,
    key: KeyPair,
    pub(crate) state: State,
    results: BTreeMap<u32, CallResult>,
}

/// The key of a peer by its number, from 1.
pub(crate) fn key(number: u8) -> KeyPair {
    KeyPair::from_seed([number; 32])
}

/// A script in which `@1` to `@9` stand for peer ids.
pub(crate) fn with_peers(air: &str) -> String {
    (1..=9).fold(air.to_owned(), |air, number| {
        air.replace(&format!("@{number}"), &key(number).peer_id().to_string())
    })
}

pub(crate) fn program(air: &str) -> Program {
    Program::from_air(&with_peers(air)).expect("tests have valid scripts")
}

/// Parameters of a step on a peer by its number; peer 1 began the particle.
pub(crate) fn params(number: u8) -> Params {
    let mut params = Params::new("particle", key(1).peer_id(), key(number));
    params.timestamp = 1_700_000_000_000;
    params.ttl = 7000;
    params
}

impl Network {
    /// A script that is sent to peer 1 of that many.
    pub(crate) fn new(air: &str, peers: u8, seed: u64) -> Self {
        let peer = |number| Peer {
            id: key(number).peer_id().to_string(),
            key: key(number),
            state: State::default(),
            results: BTreeMap::new(),
        };
        Self {
            program: program(air),
            peers: (1..=peers).map(peer).collect(),
            deliveries: vec![(0, Vec::new())],
            calls: Vec::new(),
            errors: Vec::new(),
            seed,
        }
    }

    /// Runs until no message is left.
    pub(crate) fn run(mut self) -> Self {
        for _ in 0..1000 {
            let waiting: Vec<usize> = (0..self.peers.len())
                .filter(|peer| !self.peers[*peer].results.is_empty())
                .collect();
            let choices = self.deliveries.len() + waiting.len();
            if choices == 0 {
                return self;
            }
            let choice = self.random(choices);
            if choice < self.deliveries.len() {
                let (peer, data) = self.deliveries.remove(choice);
                self.step(peer, &data, BTreeMap::new());
            } else {
                let peer = waiting[choice - self.deliveries.len()];
                let results = std::mem::take(&mut self.peers[peer].results);
                self.step(peer, &[], results);
            }
        }
        panic!("the network does not come to rest: {:?}", self.calls);
    }

    fn step(&mut self, number: usize, incoming: &[u8], results: BTreeMap<u32, CallResult>) {
        let peer = &self.peers[number];
        let mut params = params(1);
        params.current_peer_id = peer.id.as_str().into();
        params.key = peer.key.clone();
        let outcome = step(&self.program, &peer.state, incoming, &results, &params);
        self.take(number, outcome);
    }

    fn take(&mut self, number: usize, outcome: Outcome) {
        if let Some(StepError { code, message }) = outcome.error {
            self.errors.push((code, message));
        }
        for (id, request) in &outcome.call_requests {
            let arguments = serde_json::to_string(&request.arguments).expect("JSON");
            self.calls.push(format!(
                "{} {}({})",
                number + 1,
                request.function_name,
                &arguments[1..arguments.len() - 1]
            ));
            self.peers[number].results.insert(*id, answer(request));
        }
        let data = outcome.state.encode();
        for next in outcome.next_peers {
            if let Some(receiver) = self.peers.iter().position(|peer| peer.id == next) {
                self.deliveries.push((receiver, data.clone()));
            }
        }
        self.peers[number].state = outcome.state;
    }

    fn random(&mut self, below: usize) -> usize {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.seed >> 33).expect("31 bits") % below
    }

    /// Texts of all calls, sorted, with peer ids as `@1` and so on.
    pub(crate) fn sorted_calls(&self) -> Vec<String> {
        let named = |call: &String| {
            (1..)
                .zip(&self.peers)
                .fold(call.clone(), |call, (n, peer)| call.replace(&peer.id, &format!("@{n}")))
        };
        let mut calls: Vec<String> = self.calls.iter().map(named).collect();
        calls.sort();
        calls
    }
}

/// The service of every peer: `fail` fails, `list` gives its arguments, everything else its first argument.
pub(crate) fn answer(request: &CallRequest) -> CallResult {
    let first = request.arguments.first().cloned().unwrap_or_default();
    match request.function_name.as_str() {
        "fail" => Err(CallError {
            code: 1,
            message: first.to_string().into(),
        }),
        "list" => Ok(request.arguments.as_slice().into()),
        _ => Ok(first),
    }
}

/// Calls of a script that runs to its end without an error, whatever the order of deliveries.
pub(crate) fn calls(air: &str) -> Vec<String> {
    let network = Network::new(air, 3, 1).run();
    assert_eq!(network.errors, [], "{air}");
    network.sorted_calls()
}
