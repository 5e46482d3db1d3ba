//! What a particle costs that stays in memory.

use super::sets::params;
use anyhow::{Context, Result};
use aqua_tests::vm_datasets::DataSet;
use aqua_vm::{Program, State, step};
use serde_json::{Value, json};

const PARTICLES: usize = 500;

/// Memory of states that stay after an arrival, as the operating system counts it and as states tell it themselves.
pub(super) fn measure(say: &dyn Fn(&str)) -> Result<Value> {
    let mut rows = Vec::new();
    for name in ["network-explore", "dashboard", "multiple-peers8"] {
        let set = DataSet::named(name).context("a set")?;
        let (program, params) = (Program::from_air(&set.air)?, params(&set));
        let arrive = || {
            let known = State::decode(&set.prev_data).expect("a set's previous data");
            step(&program, &known, &set.data, &set.call_results, &params).state
        };
        // What the allocator keeps for later is not a particle's.
        let told = arrive().size();
        let before = resident()?;
        let states: Vec<State> = (0..PARTICLES).map(|_| arrive()).collect();
        let each = (resident()? - before) / PARTICLES as f64;
        let bytes = states[0].encode().len();
        say(&format!(
            "{name:<34} {each:>12.0} bytes resident, {told} told, {bytes} on the wire"
        ));
        rows.push(json!({"set": name, "particles": PARTICLES, "resident_bytes": each.round(), "told_bytes": told, "wire_bytes": bytes}));
    }
    Ok(rows.into())
}

/// Bytes of this process that are in memory.
fn resident() -> Result<f64> {
    let pages = std::fs::read_to_string("/proc/self/statm")?;
    let pages: f64 = pages.split(' ').nth(1).context("the second figure")?.parse()?;
    Ok(pages * 4096.0)
}
