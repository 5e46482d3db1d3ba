//! Generated programs: the scripts of both compilers behave the same in the official interpreter.

use super::paired_scripts::{CRASH, Scripts, Workers, effects, given, our_scripts, result, same_structure};
use aqua_tests::aqua_generator::{Construct, PEERS, Program, answer, smaller};
use aqua_tests::foreign;
use aqua_tests::machine::Machine as _;
use aqua_tests::official_vm::OfficialVm;
use aqua_tests::simulated_network::{Conditions, History, peers, run_with};
use aqua_tests::suite::Seeds;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

/// The number of compared programs of a full run. The output of the published compiler
/// for them, and for some replacements of those that it crashes on, is cached.
const PROGRAMS: u64 = 2000;
/// The number of delivery orders that are tried: if scripts have the same structure, if not, and if results may race.
const ORDERS: [u64; 3] = [1, 2, 4];
/// The number of orders that are tried before an outcome of only one script counts as a difference.
const MOST_ORDERS: u64 = 60;
/// The number of VM runs and the size of the data, in bytes, above which a program is not compared.
const MOST_RUNS: usize = 400;
const MOST_DATA: usize = 200_000;
/// The number of VM runs after which no more orders of a program are tried.
const ENOUGH_RUNS: usize = 2000;
/// How often an outcome must have occurred for the other script to be required to have it.
const OFTEN: usize = 3;

#[test]
fn generated_programs_do_the_same() {
    let seeds = Seeds::of(PROGRAMS);
    let workers = match Workers::pair() {
        Ok(workers) => workers,
        Err(reason) => return foreign::skip("generated_programs_do_the_same", &reason),
    };
    let tally = Mutex::new(Tally::default());
    seeds.for_each(workers, |workers, seed| {
        let found = workers.try_program(&Program::new(seed));
        if found.crashes + found.endless > 0 {
            seeds.replace_one();
        }
        tally.lock().unwrap_or_else(PoisonError::into_inner).add(found);
    });
    let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    tally.print();
    assert!(tally.differences.is_empty(), "{}", tally.differences.join("\n"));
    assert_eq!(tally.compared as u64, seeds.count());
    assert!(tally.crashes <= 5 + tally.compared / 10, "there is little to compare");
    assert!(
        tally.endless <= tally.compared / 100 + 1,
        "too many programs are too large"
    );
    assert!(
        tally.unmeant <= tally.compared / 100,
        "too many programs race that were not meant to"
    );
}

#[test]
fn every_construct_is_made_often_and_again() {
    let mut constructs: BTreeMap<Construct, usize> = BTreeMap::new();
    for seed in 0..2000 {
        let program = Program::new(seed);
        assert_eq!(program.text, Program::new(seed).text);
        for (construct, count) in program.constructs {
            *constructs.entry(construct).or_default() += count;
        }
    }
    println!("{}", shown(&constructs));
    let rare = Construct::ALL
        .iter()
        .filter(|construct| constructs.get(construct).is_none_or(|count| *count < 40));
    assert_eq!(rare.collect::<Vec<_>>(), [&Construct::If; 0]);
}

#[test]
fn a_difference_is_shrunk() {
    let text = "func f():\n  a()\n  on p:\n    b()\n    c()\n  d()\n";
    let small = smaller(text, &mut |text| text.contains("func") && text.contains("c()"));
    assert_eq!(small, "func f():\n  c()\n");
}

/// The number of occurrences of each construct.
fn shown(constructs: &BTreeMap<Construct, usize>) -> String {
    let counts = Construct::ALL
        .iter()
        .map(|construct| format!("{construct:?} {}", constructs.get(construct).unwrap_or(&0)));
    counts.collect::<Vec<_>>().join(", ")
}

/// The result of the comparison.
#[derive(Default)]
struct Tally {
    compared: usize,
    /// Programs that may race.
    races: usize,
    /// Programs with more than one outcome.
    several_outcomes: usize,
    /// Programs with more than one outcome that must not race.
    unmeant: usize,
    same_structure: usize,
    runs: usize,
    failing: usize,
    waiting: usize,
    /// Programs for which the published compiler reported an internal error.
    crashes: usize,
    /// Programs with aborted runs.
    endless: usize,
    constructs: BTreeMap<Construct, usize>,
    differences: Vec<String>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.compared += other.compared;
        self.races += other.races;
        self.several_outcomes += other.several_outcomes;
        self.unmeant += other.unmeant;
        self.same_structure += other.same_structure;
        self.runs += other.runs;
        self.failing += other.failing;
        self.waiting += other.waiting;
        self.crashes += other.crashes;
        self.endless += other.endless;
        for (construct, count) in other.constructs {
            *self.constructs.entry(construct).or_default() += count;
        }
        self.differences.extend(other.differences);
    }

    fn print(&self) {
        println!(
            "{} programs compared in {} runs; {} may race and {} had several outcomes ({} not meant to); {} end with an error, \
             {} wait for ever; {} scripts have the same structure; on {} more programs the published compiler crashed, and {} take too many runs",
            self.compared,
            self.runs,
            self.races,
            self.several_outcomes,
            self.unmeant,
            self.failing,
            self.waiting,
            self.same_structure,
            self.crashes,
            self.endless
        );
        println!("constructs: {}", shown(&self.constructs));
    }
}

/// The behaviour of a program in one run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Outcome {
    /// The results, or the errors it failed with.
    result: String,
    /// The calls with their results, sorted; ignored for races.
    calls: Vec<String>,
}

impl Workers {
    fn try_program(&mut self, program: &Program) -> Tally {
        let mut tally = Tally::default();
        let module = program.module();
        let kept = PROGRAMS + PROGRAMS / 10;
        let name = (program.seed < kept).then(|| format!("generated/{}.json", program.seed));
        match (our_scripts(&module), self.published(&module, name)) {
            (Ok(ours), Ok(theirs)) => {
                let scripts = [&ours[&program.function][..], &theirs[&program.function][..]];
                self.compare(program, scripts, &mut tally);
            }
            (Ok(_), Err(message)) if message.starts_with(CRASH) => tally.crashes += 1,
            (ours, theirs) => tally.differences.push(self.refused(program, &ours, &theirs)),
        }
        tally
    }

    /// Runs both scripts, ours first.
    fn compare(&mut self, program: &Program, scripts: [&str; 2], tally: &mut Tally) {
        let same = same_structure(scripts);
        let orders = match (program.races, same) {
            (true, _) => ORDERS[2],
            (false, false) => ORDERS[1],
            (false, true) => ORDERS[0],
        };
        let compared = self.outcomes(program, scripts, orders);
        if compared.stopped {
            tally.endless += 1;
            return;
        }
        tally.compared += 1;
        tally.runs += compared.runs;
        tally.same_structure += usize::from(same);
        tally.races += usize::from(program.races);
        let ours = &compared.seen[0];
        tally.several_outcomes += usize::from(ours.len() > 1);
        tally.unmeant += usize::from(ours.len() > 1 && !program.races);
        tally.failing += usize::from(ours.keys().any(|outcome| outcome.result.starts_with("error")));
        tally.waiting += usize::from(ours.keys().any(|outcome| outcome.result.is_empty()));
        tally.constructs.clone_from(&program.constructs);
        if !compared.alike(OFTEN) {
            let report = self.report(program);
            // This may take long, so it starts first.
            println!("{report}");
            tally.differences.push(report);
        }
    }

    /// Runs both scripts in that many orders, and in more as long as one of them has an outcome that the other does not have.
    fn outcomes(&mut self, program: &Program, scripts: [&str; 2], orders: u64) -> Compared {
        let mut compared = Compared::default();
        for order in 0..MOST_ORDERS {
            if order >= orders && (compared.alike(1) || compared.steps > ENOUGH_RUNS) {
                break;
            }
            for (script, seen) in scripts.iter().zip(&mut compared.seen) {
                let history = run(script, program, program.seed + order, &mut self.machine);
                *seen.entry(outcome(&history, program)).or_default() += 1;
                compared.runs += 1;
                compared.steps += history.runs;
                compared.stopped |= history.stopped;
            }
            if compared.stopped {
                break;
            }
            if order >= 10 && compared.seen.iter().all(|seen| seen.len() == 1) {
                break;
            }
        }
        compared
    }

    /// A minimal program that only one compiler accepts.
    fn refused(&mut self, program: &Program, ours: &Scripts, theirs: &Scripts) -> String {
        let takes = |scripts: &Scripts| match scripts {
            Ok(_) => 0,
            Err(message) if message.starts_with(CRASH) => 1,
            Err(_) => 2,
        };
        let wanted = (takes(ours), takes(theirs));
        let small = smaller(&program.text, &mut |text| {
            let module = Program::header([program]) + text;
            (takes(&our_scripts(&module)), takes(&self.published(&module, None))) == wanted
        });
        let module = Program::header([program]) + &small;
        format!(
            "=== AQUA_SEED={} AQUA_PROGRAMS=1\n{small}--- ours\n{}\n--- published\n{}",
            program.seed,
            our_scripts(&module).err().unwrap_or_default(),
            self.published(&module, None).err().unwrap_or_default()
        )
    }

    /// The difference, on a minimal program.
    fn report(&mut self, program: &Program) -> String {
        let mut differing = |text: &str| -> Option<(String, String, Compared)> {
            let module = Program::header([program]) + text;
            let (Ok(ours), Ok(theirs)) = (our_scripts(&module), self.published(&module, None)) else {
                return None;
            };
            let (ours, theirs) = (ours.get(&program.function)?, theirs.get(&program.function)?);
            let compared = self.outcomes(program, [ours, theirs], 1);
            (!compared.stopped && !compared.alike(OFTEN)).then(|| (ours.clone(), theirs.clone(), compared))
        };
        let small = smaller(&program.text, &mut |text| differing(text).is_some());
        let mut report = format!(
            "=== AQUA_SEED={} AQUA_PROGRAMS=1, arguments {}\n{}\n--- smaller\n{small}",
            program.seed,
            json!(program.arguments),
            program.text
        );
        if let Some((ours, theirs, compared)) = differing(&small) {
            let _ = write!(
                report,
                "--- ours\n{ours}\n--- published\n{theirs}\n{}",
                compared.shown()
            );
        }
        report
    }
}

#[derive(Debug, Default)]
struct Compared {
    /// The frequencies of the outcomes of our script, and of the published one.
    seen: [BTreeMap<Outcome, usize>; 2],
    runs: usize,
    /// The number of VM runs.
    steps: usize,
    /// Whether a run was aborted, so that its outcome is unknown.
    stopped: bool,
}

impl Compared {
    /// Whether each script has every frequent outcome of the other.
    fn alike(&self, often: usize) -> bool {
        let [ours, theirs] = &self.seen;
        let has_all = |these: &BTreeMap<Outcome, usize>, those: &BTreeMap<Outcome, usize>| {
            those
                .iter()
                .all(|(outcome, count)| *count < often || these.contains_key(outcome))
        };
        has_all(ours, theirs) && has_all(theirs, ours)
    }

    /// The outcomes of only one of them.
    fn shown(&self) -> String {
        let mut shown = String::new();
        let [ours, theirs] = &self.seen;
        for (name, these, those) in [("ours", ours, theirs), ("published", theirs, ours)] {
            let only = these.iter().filter(|(outcome, _)| !those.contains_key(outcome));
            for (outcome, count) in only.take(3) {
                let others: BTreeSet<_> = those.keys().flat_map(|outcome| &outcome.calls).collect();
                let calls: Vec<_> = outcome.calls.iter().filter(|call| !others.contains(call)).collect();
                let _ = writeln!(
                    shown,
                    "only {name}, {count} times: {}\n  calls {calls:#?}",
                    outcome.result
                );
            }
            let _ = writeln!(shown, "{name}: {} outcomes", these.len());
        }
        shown
    }
}

fn run(air: &str, program: &Program, order: u64, machine: &mut OfficialVm) -> History {
    let mut peers = peers(PEERS);
    let given = given(&program.arguments, &peers);
    let conditions = Conditions {
        seed: order,
        disorder: true,
        duplicates: 5,
        most_runs: MOST_RUNS,
        most_data: MOST_DATA,
    };
    run_with(
        air,
        &mut peers,
        conditions,
        &mut |peer, request| answer(&given, peer, request),
        &mut |_, invocation| machine.invoke(invocation),
    )
}

fn outcome(history: &History, program: &Program) -> Outcome {
    Outcome {
        result: result(history),
        calls: if program.races { Vec::new() } else { effects(history) },
    }
}
