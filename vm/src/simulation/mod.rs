//! Runs a script on a network of peers in one thread. Every peer runs this machine, and a function answers service calls.
//!
//! Every peer that the particle is sent to exists. Particles and answers are delivered one after another, in the order of
//! sending or in an order given by a seed. The same seed gives the same run. Peers have names and no keys, so nothing is
//! signed or verified ([`Trust::Ignore`]).
//!
//! ```
//! use aqua_vm::simulation::{Answers, Setting, run};
//!
//! let program = aqua_vm::Program::from_air(r#"(call "far" ("math" "add") [1 2] x)"#)?;
//! let mut answers = Answers::default();
//! answers.set("math.add", 3.into()).expect("a name with a point");
//! let run = run(&program, &Setting::default(), |peer, request| answers.answer(peer, request));
//! assert_eq!(run.states.len(), 2);
//! # Ok::<(), aqua_vm::ParseError>(())
//! ```

mod answers;

pub use answers::{Answers, AnswersError};

use crate::flat::FlatCallResult;
use crate::{CallRequest, CallResult, Params, Program, State, StepError, Trust, step};
use aqua_keys::KeyPair;
use aqua_values::Value;
use serde::Serialize;
use std::collections::BTreeMap;

/// The configuration of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The peer that starts the particle: `%init_peer_id%`.
    pub init_peer_id: String,
    /// `%timestamp%`, in milliseconds.
    pub timestamp: u64,
    /// `%ttl%`, in milliseconds.
    pub ttl: u32,
    /// The seed of the order of deliveries. Without one it is the order of sending.
    pub seed: Option<u64>,
    /// Peers that are down.
    pub down: Vec<String>,
    /// The maximum number of steps. A script may run forever.
    pub max_steps: usize,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            init_peer_id: "init".to_owned(),
            timestamp: 0,
            ttl: 7000,
            seed: None,
            down: Vec::new(),
            max_steps: 10_000,
        }
    }
}

/// An event of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A service of a peer answered.
    Call {
        /// The peer.
        peer: String,
        /// Id of the service.
        service: String,
        /// The function.
        function: String,
        /// Its arguments.
        arguments: Vec<Value>,
        /// 0, or the error code.
        ret_code: i32,
        /// The JSON text of the value, or the error message.
        result: String,
    },
    /// The particle went from one peer to another.
    Sent {
        /// The sender.
        from: String,
        /// The receiver.
        to: String,
        /// Whether it arrives.
        reached: bool,
    },
    /// A peer's step ended with an error.
    Failed {
        /// The peer.
        peer: String,
        /// The error code.
        code: i64,
        /// The error message.
        message: String,
    },
}

/// The result of a run.
#[derive(Debug, Clone)]
pub struct Run {
    /// The events in order.
    pub events: Vec<Event>,
    /// The final state of each peer that was reached.
    pub states: BTreeMap<String, State>,
    /// Number of steps.
    pub steps: usize,
    /// Whether everything was delivered within the maximum number of steps.
    pub is_complete: bool,
}

/// A delivery to a peer.
enum Delivery {
    Particle(Vec<u8>),
    Result(u32, CallResult),
}

struct Simulation<'a> {
    program: &'a Program,
    setting: &'a Setting,
    waiting: Vec<(String, Delivery)>,
    seed: Option<u64>,
    run: Run,
}

/// Runs a script until there are no deliveries left. `answer` is called once for each service call, with the peer.
pub fn run(program: &Program, setting: &Setting, mut answer: impl FnMut(&str, &CallRequest) -> CallResult) -> Run {
    let mut simulation = Simulation {
        program,
        setting,
        waiting: vec![(setting.init_peer_id.clone(), Delivery::Particle(Vec::new()))],
        seed: setting.seed,
        run: Run {
            events: Vec::new(),
            states: BTreeMap::new(),
            steps: 0,
            is_complete: false,
        },
    };
    while simulation.run.steps < setting.max_steps {
        let Some((peer, delivery)) = simulation.next() else {
            simulation.run.is_complete = true;
            break;
        };
        simulation.step(&peer, delivery, &mut answer);
    }
    simulation.run.is_complete |= simulation.waiting.is_empty();
    simulation.run
}

impl Simulation<'_> {
    fn next(&mut self) -> Option<(String, Delivery)> {
        if self.waiting.is_empty() {
            return None;
        }
        let at = self.random(self.waiting.len());
        Some(self.waiting.remove(at))
    }

    /// 0 without a seed.
    fn random(&mut self, below: usize) -> usize {
        let Some(seed) = &mut self.seed else { return 0 };
        *seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(*seed >> 33).unwrap_or(0) % below
    }

    fn step(&mut self, peer: &str, delivery: Delivery, answer: &mut impl FnMut(&str, &CallRequest) -> CallResult) {
        self.run.steps += 1;
        let (incoming, results) = match delivery {
            Delivery::Particle(data) => (data, BTreeMap::new()),
            Delivery::Result(id, result) => (Vec::new(), BTreeMap::from([(id, result)])),
        };
        let state = self.run.states.entry(peer.to_owned()).or_default();
        let outcome = step(self.program, state, &incoming, &results, &params(self.setting, peer));
        *state = outcome.state;
        if let Some(StepError { code, message }) = outcome.error {
            self.run.events.push(Event::Failed {
                peer: peer.to_owned(),
                code,
                message,
            });
        }
        for (id, request) in outcome.call_requests {
            let result = answer(peer, &request);
            let FlatCallResult { ret_code, result: text } = (&result).into();
            self.run.events.push(Event::Call {
                peer: peer.to_owned(),
                service: request.service_id.into(),
                function: request.function_name.into(),
                arguments: request.arguments,
                ret_code,
                result: text,
            });
            self.waiting.push((peer.to_owned(), Delivery::Result(id, result)));
        }
        if outcome.next_peers.is_empty() {
            return;
        }
        let data = self.run.states[peer].encode();
        for next in outcome.next_peers {
            let reached = !self.setting.down.contains(&next);
            self.run.events.push(Event::Sent {
                from: peer.to_owned(),
                to: next.clone(),
                reached,
            });
            if reached {
                self.waiting.push((next, Delivery::Particle(data.clone())));
            }
        }
    }
}

fn params(setting: &Setting, peer: &str) -> Params {
    // Nothing is signed, so the key does not matter.
    let mut params = Params::new("simulation", &setting.init_peer_id, KeyPair::from_seed([0; 32]));
    params.current_peer_id = peer.into();
    params.timestamp = setting.timestamp;
    params.ttl = setting.ttl;
    params.trust = Trust::Ignore;
    params
}
