//! What holds for the machine whatever the program: generated ones, in networks with disorder and duplicates.

use aqua_tests::air_programs;
use aqua_tests::machine::{Invocation, Machine, OurMachine, Reply};
use aqua_tests::simulated_network::{Conditions, History, peers, run_with};
use aqua_vm::Limits;
use std::collections::BTreeMap;

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

#[test]
fn the_same_data_again_changes_nothing() {
    let mut machine = OurMachine::default();
    let mut runs = 0;
    for seed in 0..60 {
        let count = 2 + (seed % 5) as u8;
        let air = air_programs::quiet_program(seed, &ids(count));
        run(&air, count, Conditions::rough(seed), &mut |invocation| {
            let reply = machine.invoke(invocation);
            for data in [&[][..], invocation.data, &reply.data] {
                let again = machine.invoke(&Invocation {
                    prev_data: &reply.data,
                    data,
                    call_results: &BTreeMap::new(),
                    ..invocation.clone()
                });
                assert_eq!((again.ret_code, &again.data), (0, &reply.data), "seed {seed}: {air}");
                assert!(again.call_requests.is_empty(), "seed {seed}: {air}");
                assert!(again.next_peers.is_empty(), "seed {seed}: {air}");
                runs += 1;
            }
            reply
        });
    }
    assert!(runs > 1000, "{runs}");
}

#[test]
fn without_races_any_order_and_grouping_gives_the_same() {
    for seed in 0..60 {
        let count = 2 + (seed % 5) as u8;
        let air = air_programs::quiet_program(seed, &ids(count));
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
}
