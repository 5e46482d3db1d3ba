//! Generated programs with constants behind functions: our scripts do the same as those of the published compiler, and visit no
//! more peers.

use super::paired_scripts::{Faults, OrderedRun, Workers, effects, result, run_in_order};
use aqua_tests::aqua_generator::{ConstantProgram, smaller};
use aqua_tests::foreign;
use aqua_tests::official_vm::OfficialVm;
use aqua_tests::suite::Seeds;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// The number of compared programs of a full run. The output of the published compiler for them is cached.
const PROGRAMS: u64 = 2000;

#[derive(Debug, Default)]
struct Tally {
    compared: usize,
    /// Programs with fewer visited peers, and with fewer visits.
    fewer_peers: usize,
    fewer_visits: usize,
    /// The visits of all programs: ours, and those of the published scripts.
    visits: [usize; 2],
    /// The calls of `math` and `cmp` of all programs.
    computations: [usize; 2],
    differences: Vec<String>,
}

#[test]
fn programs_with_constants_do_the_same_and_visit_no_more_peers() {
    let seeds = Seeds::of(PROGRAMS);
    let workers = match Workers::pair() {
        Ok(workers) => workers,
        Err(reason) => {
            return foreign::skip("programs_with_constants_do_the_same_and_visit_no_more_peers", &reason);
        }
    };
    let tally = Mutex::new(Tally::default());
    seeds.for_each(workers, |workers, seed| {
        let compared = compare(&ConstantProgram::new(seed), workers);
        let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
        match compared {
            Ok(compared) => tally.add(&compared),
            Err(difference) => tally.differences.push(difference),
        }
    });
    let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!(
        "{} programs compared: {} visit fewer peers, {} have fewer visits; visits {:?}, computations {:?} (ours, published)",
        tally.compared, tally.fewer_peers, tally.fewer_visits, tally.visits, tally.computations
    );
    assert!(
        tally.differences.is_empty(),
        "{} differences\n{}",
        tally.differences.len(),
        tally.differences[..tally.differences.len().min(3)].join("\n")
    );
    assert_eq!(tally.compared as u64, seeds.count());
    assert!(tally.computations[0] < tally.computations[1]);
}

/// Both runs of a program, ours first.
type Runs = [OrderedRun; 2];

impl Tally {
    fn add(&mut self, runs: &Runs) {
        self.compared += 1;
        let [ours, theirs] = runs;
        self.fewer_peers += usize::from(visited(ours).len() < visited(theirs).len());
        self.fewer_visits += usize::from(ours.visits.len() < theirs.visits.len());
        for (side, run) in runs.iter().enumerate() {
            self.visits[side] += run.visits.len();
            let calls = run.history.calls.iter();
            let computations = calls.filter(|call| ["math", "cmp"].contains(&&call.request.service_id[..]));
            self.computations[side] += computations.count();
        }
    }
}

fn visited(run: &OrderedRun) -> BTreeSet<&String> {
    run.visits.iter().collect()
}

/// Runs both scripts of a program, or describes the difference on a smaller one.
fn compare(program: &ConstantProgram, workers: &mut Workers) -> Result<Runs, String> {
    let name = (program.seed < PROGRAMS).then(|| format!("constants/{}.json", program.seed));
    let scripts = workers.both(program.seed, &program.text, name)?;
    let runs = run_both(&scripts, program, &mut workers.machine);
    if difference(&runs).is_none() {
        return Ok(runs);
    }
    let mut differing = |text: &str| {
        let scripts = workers.both(program.seed, text, None).ok()?;
        let runs = run_both(&scripts, program, &mut workers.machine);
        let [ours, published] = scripts;
        difference(&runs).map(|difference| format!("{difference}\n--- ours\n{ours}\n--- published\n{published}"))
    };
    let small = smaller(&program.text, &mut |text| differing(text).is_some());
    Err(format!(
        "=== AQUA_SEED={} AQUA_PROGRAMS=1, {:?}\n{small}{}",
        program.seed,
        program.arguments,
        differing(&small).unwrap_or_default()
    ))
}

fn run_both(scripts: &[String; 2], program: &ConstantProgram, machine: &mut OfficialVm) -> Runs {
    scripts
        .each_ref()
        .map(|script| run_in_order(script, &program.arguments, Faults::default(), machine))
}

/// A description of what differs, or of the peers that only our script visits.
fn difference(runs: &Runs) -> Option<String> {
    let [ours, theirs] = runs.each_ref().map(|run| (result(&run.history), effects(&run.history)));
    let more_peers = !visited(&runs[0]).is_subset(&visited(&runs[1]));
    let more_visits = runs[0].visits.len() > runs[1].visits.len();
    if ours == theirs && !more_peers && !more_visits {
        return None;
    }
    let [our_visits, their_visits] = runs.each_ref().map(|run| run.visits.len());
    Some(format!(
        "{our_visits} and {their_visits} visits\nours {ours:#?}\npublished {theirs:#?}"
    ))
}
