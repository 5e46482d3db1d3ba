//! What holds for the machine whatever the program: generated ones, in networks with disorder and duplicates.

use aqua_tests::air_programs;
use aqua_tests::machine::{Invocation, Machine, OurMachine, Reply};
use aqua_tests::simulated_network::{Conditions, History, peers, run_with};
use aqua_vm::Limits;
use std::collections::{BTreeMap, BTreeSet};

/// Some generated programs grow streams up to their limit.
fn machine() -> OurMachine {
    let limits = Limits {
        run_size: 1 << 20,
        ..Limits::default()
    };
    OurMachine {
        limits,
        ..OurMachine::default()
    }
}

fn ids(count: u8) -> Vec<String> {
    peers(count).into_iter().map(|peer| peer.id).collect()
}

/// `AQUA_SEED` and `AQUA_PROGRAMS` say which programs, and how many.
fn asked(name: &str, otherwise: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

fn run(air: &str, count: u8, conditions: Conditions, invoke: &mut dyn FnMut(&Invocation<'_>) -> Reply) -> History {
    run_with(
        air,
        &mut peers(count),
        conditions,
        &mut |peer, request| air_programs::answer(peer, request),
        &mut |_, invocation| invoke(invocation),
    )
}

/// Every map of the standard library that is made hashes with another seed, so two runs in one process have two seeds.
#[test]
fn a_step_gives_the_same_bytes_each_time() {
    let mut runs = 0;
    for seed in 0..200 {
        let count = 2 + (seed % 5) as u8;
        let air = air_programs::program(seed, &ids(count));
        run(&air, count, Conditions::rough(seed), &mut |invocation| {
            let [first, second] = [(); 2].map(|()| machine().invoke(invocation));
            assert_eq!(first, second, "seed {seed}: {air}");
            runs += 1;
            first
        });
    }
    assert!(runs > 1000, "{runs}");
}

/// Holds for programs that come by every state of their data again; what all machines do with the others is compared in
/// `official_machine::data_again`.
#[test]
fn the_same_data_again_changes_nothing() {
    let first = asked("AQUA_SEED", 0);
    let mut machine = machine();
    let (mut programs, mut runs) = (0, 0);
    for seed in first..first + asked("AQUA_PROGRAMS", 300) {
        let count = 2 + (seed % 5) as u8;
        let quiet = (seed < 60).then(|| air_programs::race_free_program(seed, &ids(count)));
        for air in quiet.into_iter().chain([air_programs::program(seed, &ids(count))]) {
            if !air_programs::replays_identically(&air) {
                continue;
            }
            programs += 1;
            run(&air, count, Conditions::rough(seed), &mut |invocation| {
                let reply = machine.invoke(invocation);
                // An error that undoes the run leaves what was there, and the answers of services unused.
                let was_undone = matches!(reply.ret_code, 1..10_000 | 20_000..30_000);
                for data in [&[][..], invocation.data, &reply.data] {
                    if was_undone {
                        assert_eq!(reply.data, invocation.prev_data, "seed {seed}: {air}");
                        break;
                    }
                    let again = machine.invoke(&Invocation {
                        prev_data: &reply.data,
                        data,
                        call_results: &BTreeMap::new(),
                        ..invocation.clone()
                    });
                    assert_eq!(again.data, reply.data, "seed {seed}: {air}");
                    // What lacks something that was signed is refused as data of others: nothing changes either.
                    if again.ret_code != BAD_SIGNATURE {
                        let expected = if reply.ret_code == UNUSED_ANSWERS {
                            0
                        } else {
                            reply.ret_code
                        };
                        assert_eq!(again.ret_code, expected, "{}, seed {seed}: {air}", again.error_message);
                    }
                    assert!(again.call_requests.is_empty(), "seed {seed}: {air}");
                    assert!(again.next_peers.is_empty(), "seed {seed}: {air}");
                    runs += 1;
                }
                reply
            });
        }
    }
    println!("{programs} programs, {runs} runs over data that had been taken in");
    assert!(runs as u64 > 3 * asked("AQUA_PROGRAMS", 300), "{runs}");
}

/// The number of a run that refuses data for its signatures.
const BAD_SIGNATURE: i64 = 9;

/// The number of a run that had answers for calls that don't wait. Here a run without answers follows.
const UNUSED_ANSWERS: i64 = 30_000;

#[test]
fn without_races_any_order_and_grouping_gives_the_same() {
    let mut seen = BTreeSet::new();
    for seed in asked("AQUA_SEED", 0)..asked("AQUA_SEED", 0) + asked("AQUA_PROGRAMS", 60) {
        let count = 2 + (seed % 5) as u8;
        let air = air_programs::race_free_program(seed, &ids(count));
        let script = aqua_air::parse(&air).expect("generated programs are valid");
        seen.extend(script.in_text_order().map(|(_, instruction)| instruction.keyword()));
        let outcome = |conditions| {
            let mut machine = OurMachine::default();
            let history = run(&air, count, conditions, &mut |invocation| machine.invoke(invocation));
            assert_eq!(history.failures, [], "seed {seed}: {air}");
            assert_eq!(history.arguments("return", "arguments").len(), 1, "seed {seed}: {air}");
            let mut calls: Vec<String> = history.calls.iter().map(|called| format!("{called:?}")).collect();
            calls.sort();
            calls
        };
        let expected = outcome(Conditions::default());
        for order in 0..5 {
            let mut conditions = Conditions::rough(order);
            conditions.most_runs = 2000;
            assert_eq!(outcome(conditions), expected, "order {order}, seed {seed}: {air}");
        }
    }
    if asked("AQUA_PROGRAMS", 60) >= 60 {
        // `never` has no end to be compared.
        let all = [
            "ap", "call", "canon", "fail", "fold", "match", "mismatch", "new", "next", "null", "par", "seq", "xor",
        ];
        assert_eq!(seen, all.into());
    }
}
