//! Inputs of one run, built from what honest runs leave behind.

use aqua_keys::KeyPair;
use aqua_tests::corpus::with_peers;
use aqua_tests::machine::Reply;
use aqua_tests::official_vm::OfficialVm;
use aqua_tests::simulated_network::{Peer, peers};
use aqua_vm::flat::FlatCallResult;
use aqua_vm::flat::{self, RunParameters};
use aqua_vm::{CanonMapFold, Limits, Params, ParticleData, Program, State, Trust};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::collections::BTreeMap;

const PARTICLE: &str = "particle";

/// All that one run depends on.
#[derive(Clone)]
pub(super) struct Input {
    pub(super) air: String,
    pub(super) prev_data: Vec<u8>,
    pub(super) data: Vec<u8>,
    pub(super) call_results: Vec<u8>,
    pub(super) params: RunParameters,
}

/// A first run on peer `@A`, which also began the particle.
pub(super) fn run(air: &str) -> Input {
    let peer = peer(0);
    Input {
        air: with_peers(air),
        prev_data: Vec::new(),
        data: Vec::new(),
        call_results: flat::encode_call_results(&BTreeMap::new()),
        params: RunParameters {
            init_peer_id: peer.id.clone(),
            current_peer_id: peer.id,
            timestamp: 1,
            ttl: 1,
            key_format: 0,
            secret_key_bytes: peer.seed.to_vec(),
            particle_id: PARTICLE.to_owned(),
            limits: Limits::default(),
            canon_map_fold: CanonMapFold::LastOfEachKey,
            trust: Trust::Verify,
        },
    }
}

fn peer(number: usize) -> Peer {
    peers(4).swap_remove(number)
}

impl Input {
    /// On a peer that knew this before.
    pub(super) fn knowing(mut self, data: ParticleData) -> Self {
        self.prev_data = State::new(data).encode();
        self
    }

    /// With this arriving.
    pub(super) fn meeting(mut self, data: ParticleData) -> Self {
        self.data = State::new(data).encode();
        self
    }

    /// With this answer of a service to the request of that number.
    pub(super) fn answered(mut self, id: u32, ret_code: i32, result: &str) -> Self {
        let result = FlatCallResult {
            ret_code,
            result: result.to_owned(),
        };
        self.call_results = flat::encode_call_results(&BTreeMap::from([(id, result)]));
        self
    }

    /// With a change to parameters.
    pub(super) fn with(mut self, change: impl FnOnce(&mut RunParameters)) -> Self {
        change(&mut self.params);
        self
    }

    /// Number and text that our machine gives.
    pub(super) fn on_ours(&self) -> (i64, String) {
        let outcome = flat::invoke(&self.air, &self.prev_data, &self.data, &self.params, &self.call_results);
        (outcome.ret_code, outcome.error_message)
    }

    /// Number and text that the official machine gives.
    pub(super) fn on_official(&self, official: &mut OfficialVm) -> (i64, String) {
        let params = &self.params;
        let Reply {
            ret_code,
            error_message,
            ..
        } = official.run(&json!({
            "air": self.air,
            "prev_data": STANDARD.encode(&self.prev_data),
            "data": STANDARD.encode(&self.data),
            "raw_call_results": STANDARD.encode(&self.call_results),
            "params": {
                "init_peer_id": params.init_peer_id,
                "current_peer_id": params.current_peer_id,
                "timestamp": params.timestamp,
                "ttl": params.ttl,
                "key_format": params.key_format,
                "secret_key": STANDARD.encode(&params.secret_key_bytes),
                "particle_id": params.particle_id,
                "air_size_limit": params.limits.air_size,
                "particle_size_limit": params.limits.particle_size,
                "call_result_size_limit": params.limits.call_result_size,
                "hard_limit_enabled": params.limits.hard,
            },
        }));
        (ret_code, error_message)
    }
}

/// What peer `@A` knows after running a script whose services give these answers, one after the other.
pub(super) fn left_by(air: &str, answers: &[&str]) -> ParticleData {
    left_by_peer(0, air, answers)
}

/// What a peer, by its number, knows after running a script that it began itself.
pub(super) fn left_by_peer(number: usize, air: &str, answers: &[&str]) -> ParticleData {
    let peer = peer(number);
    let program = Program::from_air(&with_peers(air)).expect("a valid script");
    let mut params = Params::new(PARTICLE, peer.id, KeyPair::from_seed(peer.seed));
    (params.timestamp, params.ttl) = (1, 1);
    let mut state = aqua_vm::step(&program, &State::default(), &[], &BTreeMap::new(), &params).state;
    for (id, answer) in (1..).zip(answers) {
        let (ret_code, result) = match answer.strip_prefix('!') {
            Some(failure) => (1, failure),
            None => (0, *answer),
        };
        let result = result.to_owned();
        let results = BTreeMap::from([(id, (&FlatCallResult { ret_code, result }).into())]);
        state = aqua_vm::step(&program, &state, &[], &results, &params).state;
    }
    state.data().clone()
}

/// With a change that no honest peer makes.
pub(super) fn changed(mut data: ParticleData, change: impl FnOnce(&mut ParticleData)) -> ParticleData {
    change(&mut data);
    data
}
