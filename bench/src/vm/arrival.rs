//! Arrival on the data sets: data arrives at a peer that has not verified any of it.
//!
//! In every run, the official VMs parse the script, decode all data, and sign and encode the result. Ours does these only if
//! necessary, so an arrival is measured in three extents.

use super::counterparts::{Counterparts, OURS, TURNS, Turns};
use super::primitives::Primitives;
use super::sets::{Summary, params};
use super::timing::{self, Samples, rounded};
use anyhow::{Result, ensure};
use aqua_tests::simulated_network::call_results;
use aqua_tests::vm_datasets::DataSet;
use aqua_vm::{CallResult, Outcome, Params, Program, State, step};
use serde_json::Value;
use std::collections::BTreeMap;

/// The measured work. Each extent includes the previous one.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Extent {
    /// A state that was decoded from the set's previous data receives its current data. The result is signed and encoded only if
    /// it is sent to other peers. This is the cost for a node that knows the script.
    Met,
    /// The script is parsed as well.
    WithScript,
    /// The result is always signed and encoded.
    Whole,
}

/// The previous state of a set and its call results, and its program if it is known.
fn prepared(set: &DataSet, extent: Extent) -> Prepared {
    let state = State::decode(&set.prev_data).expect("a set's previous data");
    let program = (extent == Extent::Met).then(|| read(set));
    (program, state, call_results(&set.call_results))
}

type Prepared = (Option<Program>, State, BTreeMap<u32, CallResult>);

fn read(set: &DataSet) -> Program {
    Program::from_air(&set.air).expect("a set's script")
}

fn arrive(set: &DataSet, (program, state, results): Prepared, params: &Params, extent: Extent) -> (Outcome, Vec<u8>) {
    let program = program.unwrap_or_else(|| read(set));
    let outcome = step(&program, &state, &set.data, &results, params);
    let goes_out = extent == Extent::Whole || !outcome.next_peers.is_empty();
    let encoded = if goes_out { outcome.state.encode() } else { Vec::new() };
    (outcome, encoded)
}

/// The times of single runs of a set.
struct Runs {
    /// Our VM in the smallest extent, and the official VMs.
    met: Turns,
    with_script: Samples,
    whole: Samples,
    primitives: Primitives,
}

impl Runs {
    fn of(set: &DataSet) -> Result<Self> {
        let (outcome, _) = arrive(set, prepared(set, Extent::Whole), &params(set), Extent::Whole);
        ensure!(outcome.error.is_none(), "{}: {}", set.name, outcome.message());
        Ok(Self {
            met: Turns::default(),
            with_script: Samples::default(),
            whole: Samples::default(),
            primitives: Primitives::of(set, &outcome)?,
        })
    }

    fn turn(&mut self, set: &DataSet, counterparts: &mut Counterparts) -> Result<()> {
        let params = params(set);
        let run = |prepared| arrive(set, prepared, &params, Extent::Met);
        counterparts.turn(&mut self.met, &set.invocation(), &|| prepared(set, Extent::Met), &run)?;
        for (samples, extent) in [
            (&mut self.with_script, Extent::WithScript),
            (&mut self.whole, Extent::Whole),
        ] {
            let run = |prepared| arrive(set, prepared, &params, extent);
            samples.extend(timing::samples(&|| prepared(set, extent), &run, OURS)?);
        }
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
    let [mut met, mut with_script, mut whole] = <[Summary; 3]>::default();
    for (set, runs) in sets.iter().zip(all) {
        let (ours, costs) = runs.met.costs();
        let (ours_with_script, ours_whole) = (runs.with_script.cost(), runs.whole.cost());
        for (summary, ours) in [(&mut with_script, ours_with_script), (&mut whole, ours_whole)] {
            let row = summary.row(set.name, ours, costs, say)?;
            summary.rows.push(row);
        }
        let [signatures, hashing] = runs.primitives.costs().map(|cost| cost.cpu_us);
        let mut row = met.row(set.name, ours, costs, say)?;
        row["signatures_us"] = rounded(signatures).into();
        row["hashing_us"] = rounded(hashing).into();
        row["share_of_signatures_and_hashing"] = rounded((signatures + hashing) / ours_whole.cpu_us).into();
        met.rows.push(row);
    }
    let mut told = met.finish("arrival", say);
    told["with_script"] = with_script.finish("arrival with the script", say);
    told["whole"] = whole.finish("arrival with the script, always signed and encoded", say);
    Ok(told)
}
