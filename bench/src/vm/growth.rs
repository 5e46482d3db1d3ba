//! The cost of a hop, and costs by length of the trace, the list or the script.

use super::counterparts::{Costs, Counterparts};
use super::sets::reenter;
use super::timing::{self, Cost, geometric_mean, rounded};
use anyhow::{Context, Result, anyhow, ensure};
use aqua_keys::KeyPair;
use aqua_tests::machine::{Invocation, Machine as _, Particle};
use aqua_tests::official_vm::OfficialVm;
use aqua_tests::simulated_network::{Peer, call_results, flat_results};
use aqua_tests::vm_datasets::DataSet;
use aqua_vm::flat::FlatCallResult;
use aqua_vm::{CallResult, Outcome, Params, Program, State, step};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A peer with a particle that it started.
struct Start {
    peer: Peer,
    particle: Particle,
    air: String,
    program: Program,
    params: Params,
}

impl Start {
    fn of(air: String) -> Result<Self> {
        let peer = Peer::new([1; 32]);
        let particle = Particle {
            id: "particle".to_owned(),
            init_peer_id: peer.id.clone(),
            timestamp: 1_700_000_000_000,
            ttl: 60_000,
        };
        let mut params = Params::new(&*particle.id, &*peer.id, KeyPair::from_seed(peer.seed));
        (params.timestamp, params.ttl) = (particle.timestamp, particle.ttl);
        let program = Program::from_air(&air)?;
        Ok(Self {
            peer,
            particle,
            air,
            program,
            params,
        })
    }

    fn step(&self, state: &State, results: &BTreeMap<u32, CallResult>) -> Result<Outcome> {
        let outcome = step(&self.program, state, &[], results, &self.params);
        ensure!(outcome.error.is_none(), "{}", outcome.message());
        Ok(outcome)
    }

    fn invocation<'a>(
        &'a self,
        prev_data: &'a [u8],
        call_results: &'a BTreeMap<u32, FlatCallResult>,
    ) -> Invocation<'a> {
        Invocation {
            air: &self.air,
            prev_data,
            data: &[],
            particle: &self.particle,
            current_peer_id: &self.peer.id,
            seed: self.peer.seed,
            call_results,
        }
    }
}

/// A list of numbers and a call for each, in sequence.
fn calls_in_turn() -> String {
    r#"(seq (call %init_peer_id% ("s" "list") [] list)
 (fold list i (seq (call %init_peer_id% ("s" "f") [i] x) (next i))))"#
        .to_owned()
}

fn list(count: usize) -> CallResult {
    Ok((0..count).collect())
}

/// A call of a client arrives at a neighbour of its relay, signed by two peers.
pub(super) fn hop(counterparts: &mut Counterparts, say: &dyn Fn(&str)) -> Result<Value> {
    let [relay, target] = [2, 3].map(|number| Peer::new([number; 32]));
    let air = format!(
        r#"(xor
 (seq
  (seq
   (seq (call %init_peer_id% ("getDataSrv" "-relay-") [] relay) (call %init_peer_id% ("getDataSrv" "name") [] name))
   (seq (call relay ("op" "noop") []) (call "{}" ("greeter" "greet") [name] greeting)))
  (seq (call relay ("op" "noop") []) (call %init_peer_id% ("callbackSrv" "response") [greeting])))
 (seq (call relay ("op" "noop") []) (call %init_peer_id% ("errorHandlingSrv" "error") [:error: 0])))"#,
        target.id
    );
    let start = Start::of(air.clone())?;
    let at = |peer: &Peer| Params {
        key: KeyPair::from_seed(peer.seed),
        current_peer_id: peer.id.as_str().into(),
        ..start.params.clone()
    };
    let mut state = State::default();
    let mut results = BTreeMap::new();
    for text in [relay.id.as_str(), "Aqua"] {
        let outcome = start.step(&state, &results)?;
        let id = outcome.call_requests.keys().next().context("a request")?;
        results = BTreeMap::from([(*id, Ok(text.into()))]);
        state = outcome.state;
    }
    let sent = start.step(&state, &results)?.state.encode();
    let asked = step(&start.program, &State::default(), &sent, &BTreeMap::new(), &at(&relay));
    let id = *asked.call_requests.keys().next().context("a request")?;
    let results = BTreeMap::from([(id, Ok(aqua_values::Value::Null))]);
    let passed = step(&start.program, &asked.state, &[], &results, &at(&relay));
    ensure!(passed.next_peers == [target.id.clone()], "{:?}", passed.next_peers);
    let set = DataSet {
        name: "hop",
        air,
        data: passed.state.encode(),
        prev_data: Vec::new(),
        particle: start.particle.clone(),
        current_peer_id: target.id.clone(),
        seed: target.seed,
        call_results: BTreeMap::new(),
        ..DataSet::named("null").context("a set")?
    };
    let params = at(&target);
    let known_script = timing::measure(State::default, |state| {
        step(
            &start.program,
            &state,
            &set.data,
            &call_results(&set.call_results),
            &params,
        )
        .state
        .encode()
    })?;
    let (ours, costs) = counterparts.beside(&set.invocation(), State::default, |state| {
        let program = Program::from_air(&set.air).expect("read before");
        step(&program, &state, &set.data, &call_results(&set.call_results), &params)
            .state
            .encode()
    })?;
    say(&costs.line("hop", ours));
    say(&costs.line("hop, known script", known_script));
    let mut row = costs.row(ours);
    row["signers"] = State::decode(&set.data)?.data().signatures.len().into();
    row["ours_with_known_script"] = known_script.to_json();
    Ok(row)
}

/// A call result arrives at a trace of a given length.
pub(super) fn reentry_by_trace(counterparts: &mut Counterparts, say: &dyn Fn(&str)) -> Result<Value> {
    let start = Start::of(calls_in_turn())?;
    let (mut rows, mut natives) = (Vec::new(), Vec::new());
    for states in [10, 100, 1000, 10_000] {
        let (state, results) = with_trace(&start, states)?;
        let bytes = state.encode();
        let again = |state| reenter(&start.program, &state, &results, &start.params);
        let (ours, costs) = counterparts.beside(
            &start.invocation(&bytes, &flat_results(&results)),
            || state.clone(),
            again,
        )?;
        say(&costs.line(&format!("re-entry with {states} states"), ours));
        let mut row = costs.row(ours);
        row["states"] = states.into();
        natives.push(costs.native.cpu_us / ours.cpu_us);
        rows.push(row);
    }
    let mean = geometric_mean(&natives);
    say(&format!(
        "re-entry by trace: {mean:.2}× the official native machine (geometric mean)"
    ));
    Ok(json!({"traces": rows, "geometric_mean_times_native": rounded(mean)}))
}

/// A state whose trace has `states` states, the last of which is a call request, and the result of that call.
fn with_trace(start: &Start, states: usize) -> Result<(State, BTreeMap<u32, CallResult>)> {
    let mut outcome = start.step(&State::default(), &BTreeMap::new())?;
    let first = *outcome.call_requests.keys().next().context("a request")?;
    // More items than calls, so that the result is followed by another call request.
    let mut results = BTreeMap::from([(first, list(states + 10))]);
    while outcome.state.data().trace.len() < states {
        outcome = start.step(&outcome.state, &results)?;
        let id = *outcome.call_requests.keys().next().context("a request")?;
        results = BTreeMap::from([(id, Ok(id.into()))]);
    }
    Ok((outcome.state, results))
}

/// All steps of a `for` with one call for each item; each result arrives separately.
fn whole_fold(start: &Start, items: usize) -> Result<(Cost, usize)> {
    timing::once(|| {
        let mut outcome = start.step(&State::default(), &BTreeMap::new())?;
        let mut steps = 1;
        while let Some(id) = outcome.call_requests.keys().next().copied() {
            let answer = if id == 1 { list(items) } else { Ok(id.into()) };
            outcome = start.step(&outcome.state, &BTreeMap::from([(id, answer)]))?;
            steps += 1;
        }
        Ok(steps)
    })
}

/// The same with an official VM.
fn official_fold(machine: &mut OfficialVm, start: &Start, items: usize) -> Result<Cost> {
    let (mut data, mut results) = (Vec::new(), BTreeMap::new());
    let (mut cpu, mut wall) = (0, 0);
    loop {
        let invocation = start.invocation(&data, &results);
        let timed = machine.timed(&invocation, 1).map_err(|error| anyhow!(error))?;
        cpu += timed.cpu_ns.iter().sum::<u64>();
        wall += timed.wall_ns.iter().sum::<u64>();
        let reply = machine.invoke(&invocation);
        ensure!(reply.ret_code == 0, "{}", reply.error_message);
        data = reply.data;
        let Some(id) = reply.call_requests.keys().next().copied() else {
            return Ok(Cost::of(vec![cpu], vec![wall]));
        };
        let answer = if id == 1 { list(items) } else { Ok(id.into()) };
        results = flat_results(&BTreeMap::from([(id, answer)]));
    }
}

/// `for` over 200 items with all VMs, over 100 to 10,000 items with ours.
pub(super) fn folds(counterparts: &mut Counterparts, say: &dyn Fn(&str)) -> Result<Value> {
    const ITEMS: usize = 200;
    let start = Start::of(calls_in_turn())?;
    whole_fold(&start, ITEMS)?;
    let (ours, steps) = whole_fold(&start, ITEMS)?;
    let costs = Costs {
        native: official_fold(counterparts.native(), &start, ITEMS)?,
        client: Some(official_fold(counterparts.client(), &start, ITEMS)?),
    };
    say(&costs.line("for over 200 items", ours));
    let mut row = costs.row(ours);
    (row["items"], row["steps"]) = (ITEMS.into(), steps.into());
    let mut growth = Vec::new();
    for items in [100, 200, 500, 1000, 2000, 5000, 10_000] {
        let (cost, _) = whole_fold(&start, items)?;
        let each = cost.cpu_us / items as f64;
        say(&format!(
            "for over {items} items: {:.1} ms, {each:.2} µs an item",
            cost.cpu_us / 1e3
        ));
        growth.push(json!({"items": items, "cpu_us": rounded(cost.cpu_us), "cpu_us_per_item": rounded(each)}));
    }
    row["growth"] = growth.into();
    Ok(row)
}

/// A script of 10,000 instructions that is new, and one that is known.
pub(super) fn scripts(counterparts: &mut Counterparts, say: &dyn Fn(&str)) -> Result<Value> {
    let mut rows = Vec::new();
    for name in ["parser-10000-100", "parser-calls-10000-100"] {
        let set = DataSet::named(name).context("a set")?;
        let params = super::sets::params(&set);
        let run = |program: &Program| {
            step(
                program,
                &State::default(),
                &[],
                &call_results(&set.call_results),
                &params,
            )
        };
        let read = || Program::from_air(&set.air).expect("a set's script");
        let (first, costs) = counterparts.beside(&set.invocation(), || (), |()| run(&read()))?;
        let program = read();
        let second = timing::measure(|| (), |()| run(&program))?;
        say(&costs.line(&format!("{name}, first time"), first));
        say(&costs.line(&format!("{name}, second time"), second));
        rows.push(json!({"set": name, "first": costs.row(first), "second": costs.row(second)}));
    }
    Ok(rows.into())
}
