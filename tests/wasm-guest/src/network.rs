//! A network of peers with keys: data is signed and verified. Particles and results are delivered in the order of sending.

use crate::hexadecimal;
use aqua_keys::KeyPair;
use aqua_vm::simulation::Answers;
use aqua_vm::{CallResult, Params, Program, State, step};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};

/// The ids of the peers. The first starts the particle, the second is its relay.
pub fn peer_ids() -> Vec<String> {
    keys().map(|key| key.peer_id().to_string()).collect()
}

fn keys() -> impl Iterator<Item = KeyPair> {
    (1..=4).map(|number| KeyPair::from_seed([number; 32]))
}

/// Steps above this are an error: the script doesn't end.
const MOST_STEPS: usize = 1000;

enum Delivery {
    Particle(Vec<u8>),
    Result(u32, CallResult),
}

/// Runs a script until no message is left. Returns what each step did, and the data of each peer at the end, in
/// hexadecimal digits.
pub(crate) fn run(program: &Program, answers: &mut Answers) -> Result<Value, String> {
    let keys: BTreeMap<String, KeyPair> = keys().map(|key| (key.peer_id().to_string(), key)).collect();
    let init_peer_id = peer_ids().swap_remove(0);
    let mut states: BTreeMap<String, State> = BTreeMap::new();
    let mut queue = VecDeque::from([(init_peer_id.clone(), Delivery::Particle(Vec::new()))]);
    let mut steps = Vec::new();
    while let Some((peer, delivery)) = queue.pop_front() {
        let key = keys
            .get(&peer)
            .ok_or_else(|| format!("{peer} is no peer of the network"))?;
        let params = Params {
            timestamp: 1_700_000_000_000,
            ttl: 7000,
            ..Params::new("particle", &init_peer_id, key.clone())
        };
        let (incoming, results) = match delivery {
            Delivery::Particle(data) => (data, BTreeMap::new()),
            Delivery::Result(id, result) => (Vec::new(), BTreeMap::from([(id, result)])),
        };
        let state = states.entry(peer.clone()).or_default();
        let outcome = step(program, state, &incoming, &results, &params);
        *state = outcome.state;
        let calls = outcome.call_requests.values();
        steps.push(json!({
            "peer": peer,
            "error": outcome.error.map(|error| json!({"code": error.code, "message": error.message})),
            "calls": calls.map(|call| json!([call.service_id, call.function_name, call.arguments])).collect::<Vec<_>>(),
            "next_peers": outcome.next_peers,
            "work": [outcome.work.instructions, outcome.work.bytes],
            "state_size": state.size(),
        }));
        if steps.len() == MOST_STEPS {
            return Err(format!("the script has not ended after {MOST_STEPS} steps"));
        }
        for (id, call) in outcome.call_requests {
            let result = answers.answer(&peer, &call);
            queue.push_back((peer.clone(), Delivery::Result(id, result)));
        }
        let data = state.encode();
        let particles = outcome.next_peers.into_iter();
        queue.extend(particles.map(|next| (next, Delivery::Particle(data.clone()))));
    }
    let data = states.iter().map(|(peer, state)| (peer, hexadecimal(&state.encode())));
    Ok(json!({"steps": steps, "data": data.collect::<BTreeMap<_, _>>()}))
}
