//! Compares the outcomes of simulated programs: in any order of events, with faults, and on real peers.
//!
//! A program that does not race has one outcome in every order of events. Faults may take it away but lead to no other one. A program
//! that races may have any outcome that it has in some order of events without faults; more orders are tried until it occurs.

use crate::simulated_programs::{SimulatedProgram, Sweep, outcome};
use std::collections::BTreeMap;

/// The number of orders of events after which an outcome counts as one that a program cannot have.
const MOST_ORDERS: u64 = 3_000;

/// At most one of this many programs may race although it was not meant to: the generator does not see all races of `par` in
/// closures and in `parseq`.
const UNMEANT: usize = 50;

/// The outcomes that a program has without faults.
#[derive(Debug)]
pub struct Outcomes<'a> {
    program: &'a SimulatedProgram,
    seen: BTreeMap<String, u64>,
    orders: u64,
}

impl<'a> Outcomes<'a> {
    /// Those seen in that many orders of events, which are the seeds from 0.
    pub fn new(program: &'a SimulatedProgram, seen: BTreeMap<String, u64>, orders: u64) -> Self {
        Self { program, seen, orders }
    }

    /// Whether the program races: its author says so, or it has had several outcomes.
    pub fn race(&self) -> bool {
        self.program.races || self.seen.len() > 1
    }

    /// Whether the program has that outcome in some order of events. For a program that races, more orders are tried if need be.
    ///
    /// # Errors
    /// A property of a peer that didn't hold.
    pub fn have(&mut self, wanted: &str) -> Result<bool, String> {
        while !self.seen.contains_key(wanted) {
            if !self.race() || self.orders == MOST_ORDERS {
                return Ok(false);
            }
            let run = self.program.run(self.orders, false);
            let run = run.map_err(|error| format!("program {}, seed {}: {error}", self.program.seed, self.orders))?;
            *self.seen.entry(outcome(&run)).or_default() += 1;
            self.orders += 1;
        }
        Ok(true)
    }
}

/// The result of [`compare`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Programs that were meant to race.
    pub racing: usize,
    /// Other programs with several outcomes.
    pub unmeant: usize,
    /// Runs with faults that have an outcome which the program has without them.
    pub right: u64,
    /// Runs with faults that have none: the particle has expired.
    pub none: u64,
    /// Orders of events that were tried in addition, for programs that race.
    pub more_orders: u64,
}

/// Compares runs with faults of all programs with runs without them, under `orders` seeds each.
///
/// # Errors
/// A program with an outcome that it does not have without faults, or too many programs that race although they were not meant to.
pub fn compare(programs: &[SimulatedProgram], calm: &Sweep, stormy: &Sweep, orders: u64) -> Result<Comparison, String> {
    let mut compared = Comparison::default();
    for program in programs {
        let mut outcomes = Outcomes::new(program, calm.outcomes[&program.seed].clone(), orders);
        compared.racing += usize::from(program.races);
        compared.unmeant += usize::from(!program.races && outcomes.race());
        for (wanted, count) in &stormy.outcomes[&program.seed] {
            if wanted.is_empty() {
                compared.none += count;
            } else if outcomes.have(wanted)? {
                compared.right += count;
            } else {
                return Err(format!(
                    "program {}: {wanted} {count} times, in {} orders without faults {:?}",
                    program.seed, outcomes.orders, outcomes.seen
                ));
            }
        }
        compared.more_orders += outcomes.orders - orders;
    }
    if compared.unmeant * UNMEANT > programs.len() {
        return Err(format!("{} programs race that were not meant to", compared.unmeant));
    }
    Ok(compared)
}
