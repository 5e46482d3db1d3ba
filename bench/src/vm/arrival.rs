//! Arrival on the data sets: data arrives at a peer that has not verified any of it.
//!
//! In every run, the official VMs parse the script, decode all data, and sign and encode the result. Ours does these only if
//! necessary, so an arrival is measured in three extents. The largest is that of the official VMs: from bytes to bytes.

use super::counterparts::{Counterparts, OURS, TURNS, Turns};
use super::primitives::Primitives;
use super::sets::{Summary, params};
use super::timing::{self, Samples, rounded};
use anyhow::{Result, ensure};
use aqua_tests::simulated_network::call_results;
use aqua_tests::vm_datasets::DataSet;
use aqua_vm::flat::{self, FlatOutcome, RunParameters};
use aqua_vm::{CallResult, CanonMapFold, Outcome, Params, Program, State, step};
use serde_json::Value;
use std::collections::BTreeMap;

/// A state that was decoded from the previous data of a set, and its call results.
type Known = (State, BTreeMap<u32, CallResult>);

pub(super) fn known(set: &DataSet) -> Known {
    let state = State::decode(&set.prev_data).expect("a set's previous data");
    (state, call_results(&set.call_results))
}

fn read(set: &DataSet) -> Program {
    Program::from_air(&set.air).expect("a set's script")
}

/// The state receives the current data. The result is signed and encoded only if it is sent to other peers.
pub(super) fn arrive(set: &DataSet, program: &Program, (state, results): Known, params: &Params) -> (Outcome, Vec<u8>) {
    let outcome = step(program, &state, &set.data, &results, params);
    let encoded = if outcome.next_peers.is_empty() {
        Vec::new()
    } else {
        outcome.state.encode()
    };
    (outcome, encoded)
}

/// A run over bytes, with the inputs and outputs of the official VMs: the script is parsed, previous and current data and call
/// results are decoded, and the result and call requests are encoded.
pub(crate) struct InBytes<'s> {
    set: &'s DataSet,
    parameters: RunParameters,
    call_results: Vec<u8>,
}

impl<'s> InBytes<'s> {
    pub(crate) fn of(set: &'s DataSet) -> Self {
        let params = params(set);
        Self {
            set,
            parameters: RunParameters {
                init_peer_id: set.particle.init_peer_id.clone(),
                current_peer_id: set.current_peer_id.clone(),
                timestamp: set.particle.timestamp,
                ttl: set.particle.ttl,
                key_format: 0,
                secret_key_bytes: set.seed.to_vec(),
                particle_id: set.particle.id.clone(),
                limits: params.limits,
                canon_map_fold: CanonMapFold::LastOfEachKey,
                trust: params.trust,
            },
            call_results: flat::encode_call_results(&set.call_results),
        }
    }

    pub(crate) fn run(&self) -> FlatOutcome {
        let DataSet {
            air, prev_data, data, ..
        } = self.set;
        flat::invoke(air, prev_data, data, &self.parameters, &self.call_results)
    }
}

/// The times of single runs of a set.
struct Runs {
    program: Program,
    /// Our VM in the smallest extent, and the official VMs.
    arrival: Turns,
    with_script: Samples,
    bytes: Samples,
    primitives: Primitives,
}

impl Runs {
    fn of(set: &DataSet) -> Result<Self> {
        let program = read(set);
        let (outcome, _) = arrive(set, &program, known(set), &params(set));
        ensure!(outcome.error.is_none(), "{}: {}", set.name, outcome.message());
        Ok(Self {
            program,
            arrival: Turns::default(),
            with_script: Samples::default(),
            bytes: Samples::default(),
            primitives: Primitives::of(set, &outcome)?,
        })
    }

    fn turn(&mut self, set: &DataSet, counterparts: &mut Counterparts) -> Result<()> {
        let (params, program) = (params(set), &self.program);
        let prepare = || known(set);
        let arrival = |known| arrive(set, program, known, &params);
        counterparts.turn(&mut self.arrival, &set.invocation(), &prepare, &arrival)?;
        let with_script = |known| arrive(set, &read(set), known, &params);
        self.with_script.extend(timing::samples(&prepare, &with_script, OURS)?);
        let in_bytes = InBytes::of(set);
        self.bytes.extend(timing::samples(&|| (), &|()| in_bytes.run(), OURS)?);
        self.primitives.turn()
    }
}

pub(super) fn arrivals(counterparts: &mut Counterparts, say: &dyn Fn(&str)) -> Result<Value> {
    let sets = DataSet::all();
    let mut all = sets.iter().map(Runs::of).collect::<Result<Vec<Runs>>>()?;
    for _ in 0..TURNS {
        for (set, runs) in sets.iter().zip(&mut all) {
            runs.turn(set, counterparts)?;
        }
    }
    let [mut arrival, mut with_script, mut bytes] = <[Summary; 3]>::default();
    for (set, runs) in sets.iter().zip(all) {
        let (ours, costs) = runs.arrival.costs();
        let (ours_with_script, ours_in_bytes) = (runs.with_script.cost(), runs.bytes.cost());
        arrival.add(set.name, ours, costs, say)?;
        with_script.add(set.name, ours_with_script, costs, say)?;
        let row = bytes.add(set.name, ours_in_bytes, costs, say)?;
        let [signatures, hashing] = runs.primitives.costs().map(|cost| cost.cpu_us);
        row["signatures_us"] = rounded(signatures).into();
        row["hashing_us"] = rounded(hashing).into();
        row["share_of_signatures_and_hashing"] = rounded((signatures + hashing) / ours_in_bytes.cpu_us).into();
    }
    let mut told = arrival.finish("arrival", say);
    told["with_script"] = with_script.finish("arrival with the script", say);
    told["bytes_to_bytes"] = bytes.finish("bytes to bytes", say);
    Ok(told)
}
