//! The simulator at full count: 200 generated Aqua programs on 2 to 6 peers under 50 seeds each, without faults, again in another
//! order, and with faults.

use anyhow::{Context, Result, ensure};
use aqua_tests::simulated_programs::{Runs, SimulatedProgram, Sweep, sweep};
use serde_json::{Value, json};
use std::time::Instant;

const PROGRAMS: usize = 200;
const SEEDS: u64 = 50;

/// Makes all runs and compares them: equal plans have equal logs, programs that do not race have one value, and faults lead to no
/// other one. At most two programs of a hundred may race although they were not meant to: the generator does not see all races of
/// `par` in closures and in `parseq`.
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
    let has_several = |program: &&SimulatedProgram| calm.outcomes[&program.seed].len() > 1;
    let unmeant = programs
        .iter()
        .filter(|program| !program.races)
        .filter(has_several)
        .count();
    ensure!(
        unmeant * 50 <= PROGRAMS,
        "{unmeant} programs race that were not meant to"
    );
    let (mut right, mut none) = (0, 0);
    for program in programs
        .iter()
        .filter(|program| !program.races && !has_several(program))
    {
        let expected = &calm.outcomes[&program.seed];
        let value = expected.keys().next().context("an outcome")?;
        for (outcome, count) in &stormy.outcomes[&program.seed] {
            ensure!(
                outcome == value || outcome.is_empty(),
                "program {}: {outcome} instead of {value}",
                program.seed
            );
            *(if outcome == value { &mut right } else { &mut none }) += count;
        }
    }
    let racing = programs.iter().filter(|program| program.races).count();
    print(&format!(
        "{racing} programs may race, {unmeant} more do; of the others, with faults {right} runs have their value, {none} none"
    ));
    Ok(
        json!({ "programs": PROGRAMS, "racing": racing, "racing_unmeant": unmeant, "right_with_faults": right, "none_with_faults": none, "rows": rows }),
    )
}
