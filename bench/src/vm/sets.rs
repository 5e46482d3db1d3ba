//! Arrival and re-entry on the data sets.

use super::counterparts::Counterparts;
use super::primitives;
use super::timing::{geometric_mean, rounded};
use anyhow::{Context as _, Result, ensure};
use aqua_tests::vm_datasets::DataSet;
use aqua_vm::{CallResult, KeyPair, Outcome, Params, Program, State, step};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Parameters of a set's run.
pub(super) fn params(set: &DataSet) -> Params {
    let mut params = Params::new(
        set.particle.id.clone(),
        set.particle.init_peer_id.clone(),
        KeyPair::from_seed(set.seed),
    );
    (params.timestamp, params.ttl) = (set.particle.timestamp, set.particle.ttl);
    params
}

/// Data arrives at a peer that has kept the particle but has verified nothing, and the result goes out signed. The script is
/// read, too, as if it were seen for the first time.
fn arrive(set: &DataSet, state: &State, params: &Params) -> (Outcome, Vec<u8>) {
    let program = Program::from_air(&set.air).expect("a set's script");
    let outcome = step(&program, state, &set.data, &set.call_results, params);
    let encoded = outcome.state.encode();
    (outcome, encoded)
}

pub(super) fn arrivals(counterparts: &mut Counterparts, say: &dyn Fn(&str)) -> Result<Value> {
    let (mut rows, mut natives, mut clients) = (Vec::new(), Vec::new(), Vec::new());
    for set in DataSet::all() {
        let params = params(&set);
        let (outcome, _) = arrive(&set, &State::decode(&set.prev_data)?, &params);
        ensure!(outcome.ret_code == 0, "{}: {}", set.name, outcome.error_message);
        let known = || State::decode(&set.prev_data).expect("a set's previous data");
        let (ours, costs) = counterparts.beside(&set.invocation(), known, |state| arrive(&set, &state, &params))?;
        let primitives = primitives::cost(&set, &outcome)?;
        say(&costs.line(set.name, ours));
        let mut row = costs.row(ours);
        row["set"] = set.name.into();
        row["signatures_us"] = rounded(primitives.signatures.cpu_us).into();
        row["hashing_us"] = rounded(primitives.hashing.cpu_us).into();
        row["share_of_signatures_and_hashing"] =
            rounded((primitives.signatures.cpu_us + primitives.hashing.cpu_us) / ours.cpu_us).into();
        rows.push(row);
        natives.push(costs.native.cpu_us / ours.cpu_us);
        let client = costs
            .client
            .with_context(|| format!("{}: the client fails", set.name))?;
        clients.push(client.cpu_us / ours.cpu_us);
    }
    Ok(summary("arrival", rows, &natives, &clients, say))
}

/// One result of a service, or nothing, comes to a peer that has run the set. The official machine gets what it gave, as
/// every run of it does.
pub(super) fn reentries(counterparts: &mut Counterparts, say: &dyn Fn(&str)) -> Result<Value> {
    let (mut rows, mut natives, mut clients) = (Vec::new(), Vec::new(), Vec::new());
    for set in DataSet::all() {
        let params = params(&set);
        let program = Program::from_air(&set.air)?;
        let known = State::decode(&set.prev_data)?;
        let arrived = step(&program, &known, &set.data, &set.call_results, &params);
        let answer = |id: &u32| {
            let result = "\"done\"".to_owned();
            (*id, CallResult { ret_code: 0, result })
        };
        let call_results: BTreeMap<u32, CallResult> = arrived.call_requests.keys().take(1).map(answer).collect();
        let again = DataSet {
            prev_data: arrived.state.encode(),
            data: Vec::new(),
            call_results,
            ..set
        };
        let known = || arrived.state.clone();
        let run = |state| reenter(&program, &state, &again.call_results, &params);
        let (ours, costs) = counterparts.beside(&again.invocation(), known, run)?;
        say(&costs.line(set.name, ours));
        let mut row = costs.row(ours);
        row["set"] = set.name.into();
        row["results"] = again.call_results.len().into();
        rows.push(row);
        natives.push(costs.native.cpu_us / ours.cpu_us);
        let client = costs
            .client
            .with_context(|| format!("{}: the client fails", again.name))?;
        clients.push(client.cpu_us / ours.cpu_us);
    }
    Ok(summary("re-entry", rows, &natives, &clients, say))
}

/// Feeds results to a state in memory. Nothing goes out.
pub(super) fn reenter(
    program: &Program,
    state: &State,
    results: &BTreeMap<u32, CallResult>,
    params: &Params,
) -> Outcome {
    let outcome = step(program, state, &[], results, params);
    assert_eq!(outcome.ret_code, 0, "{}", outcome.error_message);
    outcome
}

fn summary(what: &str, rows: Vec<Value>, natives: &[f64], clients: &[f64], say: &dyn Fn(&str)) -> Value {
    let (native, client) = (geometric_mean(natives), geometric_mean(clients));
    say(&format!(
        "{what}: {native:.2}× the official native machine, {client:.1}× the official client's way (geometric means)"
    ));
    json!({"sets": rows, "geometric_mean_times_native": rounded(native), "geometric_mean_times_client": rounded(client)})
}
