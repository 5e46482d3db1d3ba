//! Planted mistakes are found.

use crate::workload::{CALM, answer, plan};
use aqua_peer::Mistake;
use aqua_simulator::{Plan, Violation, run};

/// Within how many seeds each is found.
const SEEDS: u64 = 1000;

#[test]
fn each_planted_mistake_is_found() {
    let mut missed = Vec::new();
    for mistake in Mistake::ALL {
        let found = (0..SEEDS).find_map(|seed| {
            let plan = Plan {
                mistake: Some(mistake),
                ..plan().with_faults(seed, CALM)
            };
            let violation: Violation = run(&plan, &answer).err()?;
            Some((seed, violation))
        });
        match found {
            Some((seed, violation)) => println!("{mistake:?}: seed {seed}, {violation}"),
            None => missed.push(mistake),
        }
    }
    assert!(missed.is_empty(), "not found: {missed:?}");
}
