//! Generated programs in networks where each peer runs our machine or an official one of either version.
//!
//! `AQUA_PROGRAMS` says how many, `AQUA_SEED` the seed of the first.

use super::shown;
use aqua_tests::simulated_network::{Conditions, peers, run_with};
use aqua_tests::twins::{Difference, Rules, Seat, Tally, Twins};
use aqua_tests::{air_programs, foreign};
use std::sync::atomic::{AtomicU64, Ordering};

/// What a program is and where it runs; all of it follows from the seed.
struct Setting {
    seed: u64,
    air: String,
    rules: Rules,
    seats: Vec<Seat>,
}

impl Setting {
    fn new(seed: u64) -> Self {
        let mut choices = fastrand::Rng::with_seed(!seed);
        let count = 2 + choices.u8(..5);
        let ids: Vec<String> = peers(count).into_iter().map(|peer| peer.id).collect();
        let air = air_programs::program(seed, &ids);
        // The older one is slow.
        let with_older = choices.u8(..8) == 0;
        let rules = if with_older && air_programs::folds_canon_maps(&air) {
            Rules::Older
        } else {
            Rules::Newer
        };
        let seats = (0..count).map(|_| match (rules, choices.u8(..3)) {
            (Rules::Newer, 2) if with_older => Seat::Older,
            (Rules::Older, 1..) => Seat::Older,
            (Rules::Newer, 1..) => Seat::Official,
            (_, _) => Seat::Ours,
        });
        Self {
            seed,
            rules,
            seats: seats.collect(),
            air,
        }
    }

    fn run(&self, twins: &mut Twins, found: &mut Found) {
        let history = run_with(
            &self.air,
            &mut peers(self.seats.len() as u8),
            Conditions::rough(self.seed),
            &mut |peer, request| air_programs::answer(peer, request),
            &mut |peer, it| twins.invoke(self.seats[peer], self.rules, it),
        );
        if twins.tally().refused.len() > found.refusals {
            found.refusals = twins.tally().refused.len();
            found.refused.push(self.seed);
        }
        found.returned += u64::from(!history.arguments("return", "arguments").is_empty());
        let differences = twins.take_differences();
        if !differences.is_empty() {
            found.differences.push((self.seed, differences));
        }
    }
}

#[derive(Default)]
struct Found {
    returned: u64,
    /// Seeds of programs in which arriving data was refused, by all machines alike.
    refused: Vec<u64>,
    refusals: usize,
    differences: Vec<(u64, Vec<Difference>)>,
    tally: Tally,
}

#[test]
fn generated_programs_run_alike() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let (first, programs) = (
        number("AQUA_SEED").unwrap_or(0),
        number("AQUA_PROGRAMS").unwrap_or(5000),
    );
    let mut pairs = Vec::new();
    for _ in 0..std::thread::available_parallelism().map_or(1, |count| count.get().min(4)) {
        match Twins::start_both() {
            Ok(mut twins) => {
                // A program in a hundred freezes or folds a thousand values a thousand times.
                twins.limits.run_size = 4 << 20;
                pairs.push(twins);
            }
            Err(reason) => return foreign::skip("generated_programs_run_alike", &reason),
        }
    }
    let next = &AtomicU64::new(first);
    let found = std::thread::scope(|scope| {
        let workers: Vec<_> = pairs
            .into_iter()
            .map(|mut twins| {
                scope.spawn(move || {
                    let mut found = Found::default();
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= first + programs {
                            found.tally = twins.into_tally();
                            return found;
                        }
                        Setting::new(seed).run(&mut twins, &mut found);
                    }
                })
            })
            .collect();
        let mut all = Found::default();
        for worker in workers {
            let found = worker.join().expect("a comparison panicked");
            all.returned += found.returned;
            all.differences.extend(found.differences);
            all.refused.extend(found.refused);
            all.tally.add(found.tally);
        }
        all
    });
    report(first, programs, found);
}

fn report(first: u64, programs: u64, mut found: Found) {
    let tally = &found.tally;
    println!(
        "{programs} programs from seed {first}, {} came to their end\nruns compared {:?}\nnumbers {:?}\ndata of the first taken in \
         by the second {:?}\nrefused data, in programs {:?}\ntoo large to be compared: \
         {}\ninputs that crashed the official machine: {}\n{}",
        found.returned,
        tally.runs,
        tally.codes,
        tally.accepted,
        found.refused,
        tally.too_large,
        tally.crashes.len(),
        crashes(tally)
    );
    found.differences.sort_by_key(|(seed, _)| *seed);
    let differences: String = found
        .differences
        .iter()
        .take(5)
        .map(|(seed, differences)| shown(&again(*seed), differences))
        .collect();
    assert!(
        found.differences.is_empty(),
        "{} programs run differently\n{differences}",
        found.differences.len()
    );
    // Where an error cuts a run short, a peer may sign less than it signed before; all machines refuse that alike.
    for (number, text) in &tally.refused {
        let expected = ["signature mismatch for", "inconsistent CID multisets on merge for"];
        assert!(
            *number == 9 && expected.iter().any(|head| text.starts_with(head)),
            "{number} {text}"
        );
    }
    if programs < 1000 {
        return;
    }
    assert!(found.returned > programs / 4, "too few programs came to their end");
    let compared = |seat| tally.runs.get(&seat).copied().unwrap_or_default() as u64;
    assert!(compared(Seat::Official) > 4 * programs && compared(Seat::Older) > programs / 5);
    let seats = [Seat::Ours, Seat::Official, Seat::Older];
    for pair in seats.iter().flat_map(|writer| seats.map(|reader| (*writer, reader))) {
        assert!(
            tally.accepted.get(&pair).copied().unwrap_or_default() as u64 > programs / 200,
            "{pair:?}"
        );
    }
    for number in MET {
        assert!(tally.codes.contains_key(number), "no run ended with {number}");
    }
    assert!(
        (found.refused.len() as u64) < programs / 50,
        "refused in {:?}",
        found.refused
    );
}

/// Numbers that runs of generated programs end with.
const MET: &[i64] = &[
    0, 10000, 10001, 10002, 10003, 10005, 10006, 10007, 10009, 10010, 10011, 20000, 20004, 20007, 20013, 30000,
];

/// How to run one program again.
fn again(seed: u64) -> String {
    format!("seed {seed} (AQUA_SEED={seed} AQUA_PROGRAMS=1 cargo test -p aqua-tests generated_programs_run_alike)")
}

/// Each thing that the official machine said when it crashed, how often, and what ours answered.
fn crashes(tally: &Tally) -> String {
    let mut kinds: std::collections::BTreeMap<_, usize> = std::collections::BTreeMap::new();
    for crash in &tally.crashes {
        *kinds.entry(crash).or_default() += 1;
    }
    kinds
        .into_iter()
        .map(|((text, ours), count)| format!("  {count} × {text} (ours: {ours})\n"))
        .collect()
}
