//! Generated programs in networks where each peer runs our machine or an official one of either version.
//!
//! Data of either machine is accepted by the other at every hop, but in one program of two hundred. There a run doesn't come by
//! every state of the data it is given, for one of the reasons that `air_programs::replays_identically` knows, or since values of a
//! stream come in another order at another peer and a fold doesn't get to the same ones. The states are lost, signatures
//! still cover them, and all machines refuse the data alike. Those programs are listed, and run twice more: with official
//! machines on all seats and with ours on all of them. Both times the same peers refuse the same data, so it is the protocol's
//! doing; `lost_states` has the smallest such program.

use super::shown;
use aqua_tests::paired_vms::{Difference, PairedVms, Rules, Seat, Tally};
use aqua_tests::simulated_network::{Conditions, History, peers, run_with};
use aqua_tests::suite::Seeds;
use aqua_tests::{air_programs, foreign};

/// The number of programs of a full run.
const PROGRAMS: u64 = 5000;

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

    fn run(&self, vms: &mut PairedVms, found: &mut Found) {
        let history = self.run_on(&|peer| self.seats[peer], vms);
        let refusals = refused_in(&history);
        if !refusals.is_empty() {
            let official = match self.rules {
                Rules::Newer => Seat::Official,
                Rules::Older => Seat::Older,
            };
            found.refused.push(Refused {
                seed: self.seed,
                alike_on_official: refuse_alike(&history, &self.run_on(&|_| official, vms)),
                alike_on_ours: refuse_alike(&history, &self.run_on(&|_| Seat::Ours, vms)),
                refusals,
            });
        }
        found.returned += u64::from(!history.arguments("return", "arguments").is_empty());
        let differences = vms.take_differences();
        if !differences.is_empty() {
            found.differences.push((self.seed, differences));
        }
    }

    fn run_on(&self, seat_of: &dyn Fn(usize) -> Seat, vms: &mut PairedVms) -> History {
        run_with(
            &self.air,
            &mut peers(self.seats.len() as u8),
            Conditions::rough(self.seed),
            &mut |peer, request| air_programs::answer(peer, request),
            &mut |peer, it| vms.invoke(seat_of(peer), self.rules, it),
        )
    }
}

/// A program in which data was refused.
#[derive(Debug)]
struct Refused {
    seed: u64,
    refusals: Vec<Refusal>,
    /// Whether official machines on all seats refuse the same.
    alike_on_official: bool,
    /// Whether ours on all seats refuses the same.
    alike_on_ours: bool,
}

/// Who refused data, by which number, and how the text of the error begins.
type Refusal = (String, i64, String);

fn refused_in(history: &History) -> Vec<Refusal> {
    history
        .failures
        .iter()
        .filter(|failed| (1..=10).contains(&failed.ret_code))
        .map(|failed| {
            // Which of several signers at fault is named is left to chance.
            let head = failed.message.split('"').next().unwrap_or_default();
            (failed.peer_id.clone(), failed.ret_code, head.to_owned())
        })
        .collect()
}

/// Whether the same was refused. Machines write the same data in different sizes, so one run may have been stopped earlier.
fn refuse_alike(one: &History, other: &History) -> bool {
    let (longer, shorter) = if one.runs < other.runs {
        (other, one)
    } else {
        (one, other)
    };
    let (longer_refusals, shorter_refusals) = (refused_in(longer), refused_in(shorter));
    longer_refusals.starts_with(&shorter_refusals)
        && (shorter.stopped || longer.runs == shorter.runs && longer_refusals == shorter_refusals)
}

#[derive(Default)]
struct Found {
    returned: u64,
    refused: Vec<Refused>,
    differences: Vec<(u64, Vec<Difference>)>,
    tally: Tally,
}

#[test]
fn generated_programs_run_alike() {
    let seeds = &Seeds::of(PROGRAMS);
    let mut pairs = Vec::new();
    for _ in 0..std::thread::available_parallelism().map_or(1, |count| count.get().min(4)) {
        match PairedVms::start_both() {
            Ok(mut vms) => {
                // A program in a hundred freezes or folds a thousand values a thousand times.
                vms.limits.run_size = 4 << 20;
                pairs.push(vms);
            }
            Err(reason) => return foreign::skip("generated_programs_run_alike", &reason),
        }
    }
    let found = std::thread::scope(|scope| {
        let workers: Vec<_> = pairs
            .into_iter()
            .map(|mut vms| {
                scope.spawn(move || {
                    let mut found = Found::default();
                    while let Some(seed) = seeds.take() {
                        Setting::new(seed).run(&mut vms, &mut found);
                    }
                    found.tally = vms.into_tally();
                    found
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
    report(seeds.first(), seeds.count(), found);
}

fn report(first: u64, programs: u64, mut found: Found) {
    found.refused.sort_by_key(|it| it.seed);
    let seeds: Vec<u64> = found.refused.iter().map(|it| it.seed).collect();
    let hops: usize = found.refused.iter().map(|it| it.refusals.len()).sum();
    let tally = &found.tally;
    println!(
        "{programs} programs from seed {first}, {} came to their end\nruns compared {:?}\nnumbers {:?}\ndata of the first taken in \
         by the second {:?}\nrefused at {hops} hops, in {} programs: {seeds:?}\ntoo large to be compared: \
         {}\ninputs that crashed the official machine: {}\n{}",
        found.returned,
        tally.runs,
        tally.codes,
        tally.accepted,
        seeds.len(),
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
    for it in &found.refused {
        assert!(it.alike_on_official && it.alike_on_ours, "{it:?}");
        for (_, number, head) in &it.refusals {
            let expected = [
                "signature mismatch for ",
                "inconsistent CID multisets on merge for peer ",
            ];
            assert!(*number == 9 && expected.contains(&&**head), "{number} {head}");
        }
    }
    if programs < PROGRAMS / 10 {
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
    assert!(seeds.len() as u64 <= programs / 100, "refused in {seeds:?}");
    if programs < PROGRAMS {
        return;
    }
    for number in MET {
        assert!(tally.codes.contains_key(number), "no run ended with {number}");
    }
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
