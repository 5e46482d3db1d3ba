//! Two peers run one particle: how a program embeds the machine.
//!
//! ```sh
//! cargo run -p aqua-vm --example two_peers
//! ```
//!
//! The machine does no I/O. An embedder keeps a [`State`] for each particle and peer, calls [`step`] whenever data or
//! results arrive, and then does what the outcome asks for: it calls its own services and sends the data to other peers.
//! Here both peers live in one process and a queue stands for the network.

#![expect(clippy::print_stdout, reason = "a program that shows something")]

use aqua_keys::KeyPair;
use aqua_values::Value;
use aqua_vm::{CallError, CallRequest, CallResult, Outcome, Params, Program, State, StepError, step};
use std::collections::{BTreeMap, VecDeque};

/// Ada calls Bob for the number of letters of a word, and prints it on her peer.
fn script(ada: &str, bob: &str) -> String {
    format!(
        r#"
        (seq
            (call "{ada}" ("words" "choose") [] word)
            (seq
                (call "{bob}" ("letters" "count") [word] count)
                (call "{ada}" ("console" "print") [word count])))
        "#
    )
}

/// A peer: its key, its services and its state of the particle.
struct Peer {
    name: &'static str,
    params: Params,
    services: fn(&CallRequest) -> CallResult,
    state: State,
}

impl Peer {
    fn new(name: &'static str, key: KeyPair, initiator: &str, services: fn(&CallRequest) -> CallResult) -> Self {
        // Every signature covers the id, so no two particles may have the same one.
        let mut params = Params::new("particle-1", initiator, key);
        params.timestamp = 1_700_000_000_000;
        params.ttl = 7_000;
        Self {
            name,
            params,
            services,
            state: State::default(),
        }
    }

    fn id(&self) -> &str {
        &self.params.current_peer_id
    }

    /// Merges incoming data and steps until nothing is left to do here. Returns the next peers and the data for them.
    fn receive(&mut self, program: &Program, data: &[u8], log: &mut Vec<String>) -> Vec<(String, Vec<u8>)> {
        let mut outcome = step(program, &self.state, data, &BTreeMap::new(), &self.params);
        let mut sent = self.take_in(&outcome, log);
        while !outcome.call_requests.is_empty() {
            // Services may answer later and one by one: each result goes into a step of its own, or several into one.
            let results = outcome
                .call_requests
                .iter()
                .map(|(id, request)| (*id, self.answer(request, log)))
                .collect();
            outcome = step(program, &self.state, &[], &results, &self.params);
            sent.extend(self.take_in(&outcome, log));
        }
        sent
    }

    /// Keeps the new state. Of a step that failed it is the old one, so an embedder can always do this.
    fn take_in(&mut self, outcome: &Outcome, log: &mut Vec<String>) -> Vec<(String, Vec<u8>)> {
        if let Some(StepError { code, message }) = &outcome.error {
            log.push(format!("{}: error {code}: {message}", self.name));
        }
        self.state = outcome.state.clone();
        let data = self.state.encode();
        outcome
            .next_peers
            .iter()
            .map(|peer| (peer.clone(), data.clone()))
            .collect()
    }

    fn answer(&self, request: &CallRequest, log: &mut Vec<String>) -> CallResult {
        let (service, function) = (&request.service_id, &request.function_name);
        let arguments: Vec<String> = request.arguments.iter().map(ToString::to_string).collect();
        log.push(format!("{}: {service}.{function}({})", self.name, arguments.join(", ")));
        (self.services)(request)
    }
}

/// Services of Ada.
fn ada_serves(request: &CallRequest) -> CallResult {
    match (request.service_id.as_str(), request.function_name.as_str()) {
        ("words", "choose") => Ok("particle".into()),
        ("console", "print") => Ok(Value::Null),
        _ => Err(failure("Ada has no such function")),
    }
}

/// Services of Bob.
fn bob_serves(request: &CallRequest) -> CallResult {
    match (request.service_id.as_str(), request.function_name.as_str()) {
        ("letters", "count") => {
            let word = request.arguments.first().and_then(Value::as_str);
            let word = word.ok_or_else(|| failure("a word is missing"))?;
            Ok(word.chars().count().into())
        }
        _ => Err(failure("Bob has no such function")),
    }
}

/// Scripts see the message as it is; nodes write a JSON text into it.
fn failure(message: &str) -> CallError {
    CallError {
        code: 1,
        message: Value::from(message).to_string().into(),
    }
}

/// Runs the particle from its first step to its last and returns the log.
fn converse() -> Result<Vec<String>, aqua_vm::ParseError> {
    // A real peer makes its seed at random and keeps it.
    let (ada_key, bob_key) = (KeyPair::from_seed([1; 32]), KeyPair::from_seed([2; 32]));
    let initiator = ada_key.peer_id().to_string();
    // A program is parsed once and shared by all steps.
    let program = Program::from_air(&script(&initiator, &bob_key.peer_id().to_string()))?;
    let mut peers = [
        Peer::new("Ada", ada_key, &initiator, ada_serves),
        Peer::new("Bob", bob_key, &initiator, bob_serves),
    ];

    let mut log = Vec::new();
    let mut network = VecDeque::from([(initiator, Vec::new())]);
    while let Some((receiver, data)) = network.pop_front() {
        if let Some(peer) = peers.iter_mut().find(|peer| peer.id() == receiver) {
            network.extend(peer.receive(&program, &data, &mut log));
        }
    }
    Ok(log)
}

fn main() -> Result<(), aqua_vm::ParseError> {
    for line in converse()? {
        println!("{line}");
    }
    Ok(())
}

#[test]
fn the_particle_comes_home() {
    let expected = [
        "Ada: words.choose()",
        r#"Bob: letters.count("particle")"#,
        r#"Ada: console.print("particle", 8)"#,
    ];
    assert_eq!(converse().expect("a valid script"), expected);
}
