//! Error paths: calls of generated programs fail one by one while another peer is offline, and errors reach the initiator whenever
//! the script of the published compiler brings them there, over no more peers.

use super::paired_scripts::{Faults, OrderedRun, Workers, result, run_in_order};
use aqua_tests::aqua_generator::{FaultProgram, PEERS, smaller};
use aqua_tests::foreign;
use aqua_tests::official_vm::OfficialVm;
use aqua_tests::suite::Seeds;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The number of programs of a full run. The output of the published compiler for them is cached.
const PROGRAMS: u64 = 500;

/// How the runs of a case compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// Both report the same after as many visits, or both report nothing.
    Same,
    /// Both report the same, ours after fewer visits.
    FewerVisits,
    /// Only ours reports something.
    OnlyOurs,
    /// Both report the same, ours after more visits.
    MoreVisits,
    /// Only the published script reports something.
    OnlyPublished,
    /// They report different results or errors.
    Other,
}

#[derive(Debug, Default)]
struct Tally {
    programs: usize,
    verdicts: BTreeMap<Verdict, usize>,
    differences: Vec<String>,
}

#[test]
fn errors_reach_the_initiator_over_no_more_peers() {
    let seeds = Seeds::of(PROGRAMS);
    let workers = match Workers::pair() {
        Ok(workers) => workers,
        Err(reason) => return foreign::skip("errors_reach_the_initiator_over_no_more_peers", &reason),
    };
    let tally = Mutex::new(Tally::default());
    seeds.for_each(workers, |workers, seed| {
        let compared = compare(&FaultProgram::new(seed), workers);
        let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
        match compared {
            Ok(verdicts) => {
                tally.programs += 1;
                for verdict in verdicts {
                    *tally.verdicts.entry(verdict).or_default() += 1;
                }
            }
            Err(difference) => tally.differences.push(difference),
        }
    });
    let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!(
        "{} programs with {} cases of a failing call and an offline peer: {:?}",
        tally.programs,
        tally.verdicts.values().sum::<usize>(),
        tally.verdicts
    );
    assert!(
        tally.differences.is_empty(),
        "{} differences\n{}",
        tally.differences.len(),
        tally.differences[..tally.differences.len().min(3)].join("\n")
    );
    assert_eq!(tally.programs as u64, seeds.count());
}

/// Compares all cases of a program, or describes the first one in which our script is worse.
fn compare(program: &FaultProgram, workers: &mut Workers) -> Result<Vec<Verdict>, String> {
    let name = (program.seed < PROGRAMS).then(|| format!("faults/{}.json", program.seed));
    let scripts = workers.both(program.seed, &program.text, name)?;
    let mut verdicts = Vec::new();
    for failing in &program.tags {
        for offline in [None].into_iter().chain((1..usize::from(PEERS)).map(Some)) {
            let failing = Some(&failing[..]);
            let faults = Faults {
                failing,
                offline,
                is_client: true,
            };
            let verdict = verdict(&run_both(&scripts, program, faults, &mut workers.machine));
            if verdict > Verdict::OnlyOurs {
                return Err(report(program, faults, verdict, workers));
            }
            verdicts.push(verdict);
        }
    }
    Ok(verdicts)
}

/// Both runs, ours first.
type Runs = [OrderedRun; 2];

fn run_both(scripts: &[String; 2], program: &FaultProgram, faults: Faults<'_>, machine: &mut OfficialVm) -> Runs {
    scripts
        .each_ref()
        .map(|script| run_in_order(script, &program.arguments, faults, machine))
}

fn verdict(runs: &Runs) -> Verdict {
    let [ours, theirs] = runs;
    match (ours.visits_to_report, theirs.visits_to_report) {
        (None, None) => Verdict::Same,
        (Some(_), None) => Verdict::OnlyOurs,
        (None, Some(_)) => Verdict::OnlyPublished,
        (Some(_), Some(_)) if result(&ours.history) != result(&theirs.history) => Verdict::Other,
        (Some(more), Some(less)) if more > less => Verdict::MoreVisits,
        (Some(less), Some(more)) if more > less => Verdict::FewerVisits,
        (Some(_), Some(_)) => Verdict::Same,
    }
}

/// Describes a case on a smaller program.
fn report(program: &FaultProgram, faults: Faults<'_>, wanted: Verdict, workers: &mut Workers) -> String {
    let mut shown = |text: &str| {
        let scripts = workers.both(program.seed, text, None).ok()?;
        let runs = run_both(&scripts, program, faults, &mut workers.machine);
        let [ours, published] = scripts;
        let sides = runs.each_ref().map(|run| (result(&run.history), &run.visits));
        (verdict(&runs) == wanted).then(|| format!("{sides:#?}\n--- ours\n{ours}\n--- published\n{published}"))
    };
    let small = smaller(&program.text, &mut |text| shown(text).is_some());
    format!(
        "=== AQUA_SEED={} AQUA_PROGRAMS=1, {wanted:?}, {faults:?}\n{small}{}",
        program.seed,
        shown(&small).unwrap_or_default()
    )
}
