//! Re-entry on the data sets, and the summary of all sets.

use super::counterparts::{Costs, Counterparts, TURNS, Turns};
use super::timing::{Cost, geometric_mean, rounded};
use anyhow::{Context as _, Result};
use aqua_keys::KeyPair;
use aqua_tests::simulated_network::call_results;
use aqua_tests::vm_datasets::DataSet;
use aqua_vm::flat::FlatCallResult;
use aqua_vm::{CallResult, Outcome, Params, Program, State, step};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The run parameters of a set.
pub(super) fn params(set: &DataSet) -> Params {
    let mut params = Params::new(
        set.particle.id.clone(),
        set.particle.init_peer_id.clone(),
        KeyPair::from_seed(set.seed),
    );
    (params.timestamp, params.ttl) = (set.particle.timestamp, set.particle.ttl);
    params
}

/// A call result, or nothing, arrives at a peer that has run the set. The official VM gets its previous output, as
/// in every run.
pub(super) fn reentries(counterparts: &mut Counterparts, say: &dyn Fn(&str)) -> Result<Value> {
    let mut arrived = Vec::new();
    for set in DataSet::all() {
        let program = Program::from_air(&set.air)?;
        let known = State::decode(&set.prev_data)?;
        let outcome = step(
            &program,
            &known,
            &set.data,
            &call_results(&set.call_results),
            &params(&set),
        );
        let answer = |id: &u32| {
            let result = "\"done\"".to_owned();
            (*id, FlatCallResult { ret_code: 0, result })
        };
        let again = DataSet {
            prev_data: outcome.state.encode(),
            data: Vec::new(),
            call_results: outcome.call_requests.keys().take(1).map(answer).collect(),
            ..set
        };
        arrived.push((again, program, outcome.state));
    }
    let mut all: Vec<Turns> = arrived.iter().map(|_| Turns::default()).collect();
    for _ in 0..TURNS {
        for ((again, program, state), turns) in arrived.iter().zip(&mut all) {
            let (params, results) = (params(again), call_results(&again.call_results));
            let run = |state| reenter(program, &state, &results, &params);
            counterparts.turn(turns, &again.invocation(), &|| state.clone(), &run)?;
        }
    }
    let (mut summary, mut with_results) = (Summary::default(), Vec::new());
    for ((again, _, _), turns) in arrived.iter().zip(all) {
        let (ours, costs) = turns.costs();
        let row = summary.add(again.name, ours, costs, say)?;
        row["results"] = again.call_results.len().into();
        if !again.call_results.is_empty() {
            with_results.push(costs.native.cpu_us / ours.cpu_us);
        }
    }
    let mut all = summary.finish("re-entry", say);
    let mean = geometric_mean(&with_results);
    say(&format!(
        "re-entry, where a result comes: {mean:.2}× the official native machine"
    ));
    all["geometric_mean_times_native_with_results"] = rounded(mean).into();
    Ok(all)
}

/// Feeds results to a state in memory. Nothing is encoded.
pub(super) fn reenter(
    program: &Program,
    state: &State,
    results: &BTreeMap<u32, CallResult>,
    params: &Params,
) -> Outcome {
    let outcome = step(program, state, &[], results, params);
    assert_eq!(outcome.error, None);
    outcome
}

/// The rows of all sets, and the cost of the official VMs relative to ours.
#[derive(Default)]
pub(super) struct Summary {
    rows: Vec<Value>,
    /// By set.
    times: Vec<Times>,
}

struct Times {
    native: f64,
    client: f64,
    /// Whether the set is one of [`EXCEPTIONS`].
    is_exception: bool,
}

/// Sets on which a cached program, or nothing at all, is measured. Ratios on them are so large that they dominate a mean, so a
/// second mean leaves them out.
const EXCEPTIONS: [&str; 3] = ["null", "parser-10000-100", "parser-calls-10000-100"];

impl Summary {
    /// Adds the row of a set.
    pub(super) fn add(&mut self, name: &str, ours: Cost, costs: Costs, say: &dyn Fn(&str)) -> Result<&mut Value> {
        say(&costs.line(name, ours));
        let client = costs.client.with_context(|| format!("{name}: the client fails"))?;
        self.times.push(Times {
            native: costs.native.cpu_us / ours.cpu_us,
            client: client.cpu_us / ours.cpu_us,
            is_exception: EXCEPTIONS.contains(&name),
        });
        let mut row = costs.row(ours);
        row["set"] = name.into();
        self.rows.push(row);
        self.rows.last_mut().context("the row that was added")
    }

    pub(super) fn finish(self, what: &str, say: &dyn Fn(&str)) -> Value {
        let mean = |times: &[f64]| geometric_mean(times);
        let all = self.times.iter();
        let native: Vec<f64> = all.clone().map(|times| times.native).collect();
        let client: Vec<f64> = all.clone().map(|times| times.client).collect();
        let others: Vec<f64> = all
            .filter(|times| !times.is_exception)
            .map(|times| times.native)
            .collect();
        let (native, client, others) = (mean(&native), mean(&client), mean(&others));
        say(&format!(
            "{what}: {native:.2}× the official native machine, {others:.2}× without {}, {client:.1}× the official client's way \
             (geometric means)",
            EXCEPTIONS.join(", ")
        ));
        json!({
            "sets": self.rows,
            "geometric_mean_times_native": rounded(native),
            "geometric_mean_times_native_without_exceptions": rounded(others),
            "exceptions": EXCEPTIONS,
            "geometric_mean_times_client": rounded(client),
        })
    }
}
