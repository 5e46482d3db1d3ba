//! A run is a function of its plan.

use crate::workload::{CALM, answer, plan, results, right};
use aqua_simulator::run;

#[test]
fn without_faults_each_particle_has_its_result() {
    for seed in 0..50 {
        let run =
            run(&plan().with_disorder(seed), &answer).unwrap_or_else(|violation| panic!("seed {seed}: {violation}"));
        let expected: Vec<Vec<i64>> = (0..6).map(|start| vec![right(start)]).collect();
        assert_eq!(results(&run), expected, "seed {seed}");
    }
}

/// Also on another thread and in another order.
#[test]
fn a_plan_always_gives_the_same_log() {
    let log = |seed: u64| run(&plan().with_faults(seed, CALM), &answer).expect("no violation").log;
    let forwards: Vec<_> = (0..40).map(log).collect();
    let mut backwards = std::thread::scope(|scope| {
        scope
            .spawn(|| (0..40).rev().map(log).collect::<Vec<_>>())
            .join()
            .expect("no panic")
    });
    backwards.reverse();
    assert_eq!(forwards, backwards);
    let different: std::collections::BTreeSet<_> = forwards.iter().collect();
    assert_eq!(different.len(), forwards.len(), "different plans have different logs");
}
