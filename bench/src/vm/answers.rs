//! Answers of services after an arrival, and many arrivals at one peer.

use super::timing::{self, Cost, Samples, rounded};
use anyhow::{Context, Result, ensure};
use aqua_keys::KeyPair;
use aqua_tests::simulated_network::Peer;
use aqua_vm::{CallResult, Outcome, Params, Program, State, step};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A peer that runs a program.
struct Runner {
    program: Program,
    params: Params,
}

type Results = BTreeMap<u32, CallResult>;

impl Runner {
    fn new(program: &Program, init: &Peer, peer: &Peer) -> Self {
        Self {
            program: program.clone(),
            params: Params::new("particle", &init.id, KeyPair::from_seed(peer.seed)),
        }
    }

    fn step(&self, state: &State, incoming: &[u8], results: &Results) -> Outcome {
        let outcome = step(&self.program, state, incoming, results, &self.params);
        assert_eq!(outcome.error, None);
        outcome
    }

    /// Data arrives, then all calls are answered one by one, until no further one is requested. `list` is the answer to the call
    /// of that name.
    fn run_to_end(&self, mut state: State, incoming: &[u8], list: &aqua_values::Value) -> Outcome {
        let (mut incoming, mut results) = (incoming, Results::new());
        loop {
            let outcome = self.step(&state, incoming, &results);
            if outcome.call_requests.is_empty() {
                return outcome;
            }
            results = outcome
                .call_requests
                .iter()
                .map(|(id, request)| {
                    let is_list = request.function_name == "list";
                    (*id, Ok(if is_list { list.clone() } else { (*id).into() }))
                })
                .collect();
            (state, incoming) = (outcome.state, &[]);
        }
    }
}

fn peer(number: u32) -> Peer {
    let mut seed = [7; 32];
    seed[..4].copy_from_slice(&number.to_be_bytes());
    Peer::new(seed)
}

/// Data arrives whose trace has a given length, and a call of this peer is requested. The first answer to it is compared with the
/// following one.
pub(super) fn after_arrival(say: &dyn Fn(&str)) -> Result<Value> {
    let mut rows = Vec::new();
    for states in [10, 100, 1000, 10_000, 50_000] {
        let (first, next) = first_and_next(states)?;
        let times = first.cpu_us / next.cpu_us;
        say(&format!(
            "answer after an arrival, {states} states: {:.2} µs, the next one {:.2} µs ({times:.2}×)",
            first.cpu_us, next.cpu_us
        ));
        rows.push(json!({
            "states": states, "first": first.to_json(), "next": next.to_json(), "times_next": rounded(times),
        }));
    }
    Ok(rows.into())
}

fn first_and_next(states: usize) -> Result<(Cost, Cost)> {
    let (init, other) = (peer(0), peer(1));
    let air = format!(
        r#"(seq
 (call %init_peer_id% ("s" "list") [] list)
 (seq
  (fold list i (seq (call "{}" ("s" "f") [i] x) (next i)))
  (fold list i (seq (call %init_peer_id% ("s" "g") [i] x) (next i)))))"#,
        other.id
    );
    let program = Program::from_air(&air)?;
    let [here, there] = [&init, &other].map(|peer| Runner::new(&program, &init, peer));
    let list = (0..states).collect();
    let begun = here.run_to_end(State::default(), &[], &list).state;
    let data = there
        .run_to_end(State::default(), &begun.encode(), &list)
        .state
        .encode();
    let arrive = || here.step(&begun, &data, &Results::new());
    let answer = |outcome: &Outcome| -> Result<Results> {
        let id = *outcome.call_requests.keys().next().context("a request")?;
        Ok(Results::from([(id, Ok(id.into()))]))
    };
    let arrived = arrive();
    let first = answer(&arrived)?;
    let answered = here.step(&arrived.state, &[], &first);
    let next = answer(&answered)?;
    let run = |results: &Results, state: &State| {
        let outcome = here.step(state, &[], results);
        assert!(outcome.resumed);
        outcome
    };
    // A peer keeps the data of the arrival until the particle ends, so dropping it does not belong to the answer.
    let kept = RefCell::new(State::default());
    let arrive = || {
        let state = arrive().state;
        kept.replace(state.clone());
        state
    };
    let first = timing::measure(arrive, |state| run(&first, &state))?;
    let next = timing::measure(|| answered.state.clone(), |state| run(&next, &state))?;
    Ok((first, next))
}

/// The results of a `par` over many peers arrive at the initiator one by one.
pub(super) fn par_over_peers(say: &dyn Fn(&str)) -> Result<Value> {
    let mut rows = Vec::new();
    for count in [100, 300, 1000] {
        let row = par_over(count)?;
        let [arrivals, answers] = row.costs.map(|cost| cost.cpu_us);
        say(&format!(
            "par over {count} peers: {:.1} ms, an arrival {:.1} µs for {} bytes, an answer {:.1} µs",
            (arrivals + answers) * count as f64 / 1e3,
            arrivals,
            row.bytes,
            answers,
        ));
        rows.push(json!({
            "peers": count,
            "arrival_bytes": row.bytes,
            "arrival": row.costs[0].to_json(),
            "answer": row.costs[1].to_json(),
            "nanoseconds_per_byte": rounded(arrivals * 1e3 / row.bytes as f64),
        }));
    }
    Ok(rows.into())
}

struct Par {
    /// The median length of arriving data.
    bytes: usize,
    /// Of an arrival and of an answer.
    costs: [Cost; 2],
}

fn par_over(count: u32) -> Result<Par> {
    let air = r#"(seq
 (call %init_peer_id% ("s" "list") [] list)
 (fold list p
  (par
   (seq (call p ("s" "f") [p] x) (call %init_peer_id% ("s" "got") [x]))
   (next p))))"#;
    let program = Program::from_air(air)?;
    let init = peer(0);
    let peers: Vec<Peer> = (1..=count).map(peer).collect();
    let list = peers.iter().map(|peer| peer.id.as_str()).collect();
    let here = Runner::new(&program, &init, &init);
    let begun = here.run_to_end(State::default(), &[], &list).state;
    let sent = begun.encode();
    let data: Vec<Vec<u8>> = peers
        .iter()
        .map(|peer| {
            let there = Runner::new(&program, &init, peer);
            there.run_to_end(State::default(), &sent, &list).state.encode()
        })
        .collect();
    let (mut state, mut arrivals, mut answers) = (begun, Samples::default(), Samples::default());
    let mut bytes: Vec<usize> = data.iter().map(Vec::len).collect();
    for data in &data {
        let (cost, outcome) = timing::once(|| Ok(here.step(&state, data, &Results::new())))?;
        arrivals.add(cost);
        let id = *outcome.call_requests.keys().next().context("a request")?;
        let results = Results::from([(id, Ok(id.into()))]);
        let (cost, answered) = timing::once(|| Ok(here.step(&outcome.state, &[], &results)))?;
        answers.add(cost);
        state = answered.state;
    }
    ensure!(state.data().trace.len() == 3 * peers.len() + 1, "not all have arrived");
    bytes.sort_unstable();
    Ok(Par {
        bytes: bytes[bytes.len() / 2],
        costs: [arrivals.median(), answers.median()],
    })
}
