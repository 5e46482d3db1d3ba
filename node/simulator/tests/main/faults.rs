//! With faults a particle has its right result or none.

use crate::workload::{CALM, answer, plan, results, right};
use aqua_simulator::{Plan, Services, run, run_with_log, shrink};

/// How many seeds are tried.
const SEEDS: u64 = 300;

#[test]
fn no_fault_makes_a_wrong_result() {
    let (mut right_ones, mut none) = (0, 0);
    for seed in 0..SEEDS {
        let plan = plan().with_faults(seed, CALM);
        let Ok(run) = run(&plan, &answer) else {
            panic!("seed {seed}: {}", report_with(&plan, &answer))
        };
        for (start, results) in results(&run).into_iter().enumerate() {
            match results[..] {
                [] => none += 1,
                [result] => {
                    assert_eq!(result, right(start), "seed {seed}, start {start}");
                    right_ones += 1;
                }
                _ => panic!("seed {seed}, start {start}: {results:?}"),
            }
        }
    }
    println!("{right_ones} right results, {none} particles without one");
    assert!(right_ones > none && none > 0, "{right_ones} {none}");
}

/// A violation with the smallest plan that shows it, and what happened at last.
pub(crate) fn report_with(plan: &Plan, services: &dyn Services) -> String {
    let small = shrink(plan, &mut |plan| run(plan, services).is_err());
    let (result, lines) = run_with_log(&small, services);
    let last = lines
        .iter()
        .rev()
        .take(60)
        .rev()
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    format!(
        "{}\n{last}\nfaults: {:?}",
        result.expect_err("it failed before"),
        small.faults
    )
}
