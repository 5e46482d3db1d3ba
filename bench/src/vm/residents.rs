//! The memory of a resident particle.

use super::sets::params;
use anyhow::{Context, Result, ensure};
use aqua_tests::simulated_network::call_results;
use aqua_tests::vm_datasets::DataSet;
use aqua_vm::{Program, State, step};
use serde_json::{Value, json};
use std::process::Command;

/// The number of particles of a set: large enough that partial pages are negligible.
const PARTICLES: usize = 400;

/// The memory of states after an arrival, as counted by the operating system and as reported by `State::size`.
///
/// Each set runs in a process of its own, since allocators retain freed memory.
pub(super) fn measure(say: &dyn Fn(&str)) -> Result<Value> {
    let mut rows = Vec::new();
    for name in ["network-explore", "dashboard", "multiple-peers8"] {
        let output = Command::new(std::env::current_exe()?)
            .args(["resident", name])
            .output()?;
        ensure!(
            output.status.success(),
            "{name}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let row: Value = serde_json::from_slice(&output.stdout)?;
        say(&format!(
            "{name:<34} {:>12} bytes resident, {} told, {} on the wire",
            row["resident_bytes"], row["told_bytes"], row["wire_bytes"]
        ));
        rows.push(row);
    }
    Ok(rows.into())
}

/// The memory of a particle of a set, measured in this process, which has done nothing else.
///
/// # Errors
/// If there is no such set, or the system does not report its memory.
pub(crate) fn of_set(name: &str) -> Result<Value> {
    let set = DataSet::named(name).context("a set")?;
    let (program, params) = (Program::from_air(&set.air)?, params(&set));
    let results = call_results(&set.call_results);
    let arrive = || {
        let known = State::decode(&set.prev_data).expect("a set's previous data");
        step(&program, &known, &set.data, &results, &params).state
    };
    // The first ones reuse memory that steps have freed.
    let mut states: Vec<State> = (0..PARTICLES).map(|_| arrive()).collect();
    let before = resident()?;
    states.extend((0..PARTICLES).map(|_| arrive()));
    let each = (resident()? - before) / PARTICLES as f64;
    let (told, bytes) = (states[0].size(), states[0].encode().len());
    Ok(
        json!({"set": name, "particles": PARTICLES, "resident_bytes": each.round(), "told_bytes": told, "wire_bytes": bytes}),
    )
}

/// The resident memory of this process, in bytes.
fn resident() -> Result<f64> {
    let pages = std::fs::read_to_string("/proc/self/statm")?;
    let pages: f64 = pages.split(' ').nth(1).context("the second figure")?.parse()?;
    Ok(pages * 4096.0)
}
