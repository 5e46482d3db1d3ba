//! Planted mistakes are found.

use crate::services;
use crate::workload::{CALM, answer, plan};
use aqua_peer::Mistake;
use aqua_simulator::{Plan, run};

/// Within how many seeds each is found.
const SEEDS: u64 = 1000;

#[test]
fn each_planted_mistake_is_found() {
    let mut missed = Vec::new();
    for mistake in Mistake::ALL {
        let found = (0..SEEDS).find_map(|seed| {
            let with_mistake = |plan: Plan| Plan {
                mistake: Some(mistake),
                ..plan.with_faults(seed, CALM)
            };
            let violation = run(&with_mistake(plan()), &answer).err();
            let violation = violation.or_else(|| run(&with_mistake(services::plan()), &services::answer).err());
            Some((seed, violation?))
        });
        match found {
            Some((seed, violation)) => println!("{mistake:?}: seed {seed}, {violation}"),
            None => missed.push(mistake),
        }
    }
    assert!(missed.is_empty(), "not found: {missed:?}");
}
