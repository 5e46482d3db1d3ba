//! The simulator at full count: 200 generated Aqua programs on 2 to 6 peers under 50 seeds each, without faults, again in another
//! order, and with faults.

use anyhow::{Result, ensure};
use aqua_tests::simulated_comparison::compare;
use aqua_tests::simulated_programs::{Runs, SimulatedProgram, Sweep, sweep};
use serde_json::{Value, json};
use std::time::Instant;

const PROGRAMS: usize = 200;
const SEEDS: u64 = 50;

/// Makes all runs and compares them: equal plans have equal logs, and faults lead to no outcome that a program does not have without
/// them.
pub(crate) fn report(print: &dyn Fn(&str)) -> Result<Value> {
    let programs: Vec<_> = (0..).filter_map(SimulatedProgram::generated).take(PROGRAMS).collect();
    let mut rows = Vec::new();
    let mut timed = |what: &str, faults: bool, reversed: bool| -> Result<Sweep> {
        let runs = Runs {
            seeds: SEEDS,
            faults,
            reversed,
        };
        let start = Instant::now();
        let sweep = sweep(&programs, runs).map_err(anyhow::Error::msg)?;
        let (seconds, counts) = (start.elapsed().as_secs_f64(), sweep.counts);
        let made = sweep.logs.len();
        print(&format!("{what}: {made} runs in {seconds:.1} s, {counts:?}"));
        rows.push(json!({
            "what": what, "runs": made, "wall_s": seconds, "steps": counts.steps, "calls": counts.calls,
            "sends": counts.sends, "drops": counts.drops,
        }));
        Ok(sweep)
    };
    let calm = timed("without faults", false, false)?;
    let again = timed("again, last runs first", false, true)?;
    ensure!(calm.logs == again.logs, "equal plans have different logs");
    let stormy = timed("with faults", true, false)?;
    let compared = compare(&programs, &calm, &stormy, SEEDS).map_err(anyhow::Error::msg)?;
    print(&format!("{compared:?}"));
    Ok(json!({
        "programs": PROGRAMS, "racing": compared.racing, "racing_unmeant": compared.unmeant,
        "right_with_faults": compared.right, "none_with_faults": compared.none, "rows": rows,
    }))
}
