//! Our machine beside the official one: equal inputs give equal outcomes, and each goes on from what the other wrote.

mod blobs;
mod coverage;
mod data_again;
mod error_rows;
mod generated;
mod lost_states;

use aqua_tests::machine::{CRASH, Invocation, Machine, OurMachine, Particle};
use aqua_tests::official_vm::OfficialVm;
use aqua_tests::paired_vms::{Difference, PairedVms, Rules, Seat};
use aqua_tests::simulated_network::{Conditions, History, peers, run, run_with};
use aqua_tests::{air_programs, corpus, foreign};
use std::collections::BTreeMap;

/// Runs a script in a network where every run is made by both machines; peers are ours and official ones in turn.
fn run_twice(vms: &mut PairedVms, air: &str, conditions: Conditions, count: u8) -> History {
    let mut peers = peers(count);
    run_with(
        air,
        &mut peers,
        conditions,
        &mut |peer, request| air_programs::answer(peer, request),
        &mut |peer, it| {
            let seat = [Seat::Ours, Seat::Official][(peer + conditions.seed as usize) % 2];
            vms.invoke(seat, Rules::Newer, it)
        },
    )
}

fn shown(title: &str, differences: &[Difference]) -> String {
    let shown = differences
        .iter()
        .take(1)
        .map(|it| format!("{}\n{}\nrequest: {}\n", it.air, it.what, it.request));
    format!(
        "{title}: {} differences\n{}\n",
        differences.len(),
        shown.collect::<String>()
    )
}

#[test]
fn hand_written_scripts_run_alike() {
    let mut vms = match PairedVms::start() {
        Ok(vms) => vms,
        Err(reason) => return foreign::skip("hand_written_scripts_run_alike", &reason),
    };
    let mut report = String::new();
    for (name, script) in corpus::scripts() {
        for conditions in (0..4).map(Conditions::rough).chain([Conditions::default()]) {
            let before = vms.tally().runs.clone();
            run_twice(&mut vms, &script, conditions, 4);
            let tally = vms.tally();
            assert!(tally.runs > before, "{name} was not compared: {:?}", tally.crashes);
            let differences = vms.take_differences();
            if !differences.is_empty() {
                report.push_str(&shown(&format!("{name}, seed {}", conditions.seed), &differences));
                break;
            }
        }
    }
    assert!(report.is_empty(), "{report}");
    assert_eq!(vms.tally().crashes, [], "the official machine crashed");
}

/// One run of a script on a machine that nothing happened to before.
fn first_run(machine: &mut dyn Machine, air: &str) -> (i64, String) {
    let peer = &peers(1)[0];
    let particle = Particle {
        id: "p".to_owned(),
        init_peer_id: peer.id.clone(),
        timestamp: 1,
        ttl: 1,
    };
    let reply = machine.invoke(&Invocation {
        air,
        prev_data: &[],
        data: &[],
        particle: &particle,
        current_peer_id: &peer.id,
        seed: peer.seed,
        call_results: &BTreeMap::new(),
    });
    (reply.ret_code, reply.error_message)
}

/// Texts that are almost scripts: both machines accept the same ones, and for names and folds say the same.
#[test]
fn texts_are_refused_alike() {
    let mut official = match OfficialVm::start() {
        Ok(official) => official,
        Err(reason) => return foreign::skip("texts_are_refused_alike", &reason),
    };
    let ids: Vec<String> = (0..3).map(|number| format!("peer{number}")).collect();
    let mut refused = 0;
    for seed in 0..800 {
        let air = changed(&air_programs::program(seed % 100, &ids), seed);
        let theirs = first_run(&mut official, &air);
        if theirs.0 == CRASH {
            continue;
        }
        let ours = first_run(&mut OurMachine::as_official(), &air);
        assert_eq!(
            ours.0 == 1,
            theirs.0 == 1,
            "{air}\nours: {ours:?}\nofficial: {theirs:?}"
        );
        // After a syntax error the official one goes on, and it prints broken lenses in its own way.
        let comparable = !["expected ", "ErrorRecovery", "User {"]
            .iter()
            .any(|it| theirs.1.contains(it));
        if ours.0 == 1 && comparable && theirs.1.matches("wasn't defined").count() <= 1 {
            assert_eq!(ours.1, theirs.1, "{air}");
            refused += 1;
        }
    }
    assert!(refused > 15, "only {refused} refusals were compared");
}

/// The text with a word left out, doubled or exchanged.
fn changed(air: &str, seed: u64) -> String {
    let mut choices = fastrand::Rng::with_seed(seed);
    let mut words: Vec<&str> = air.split_inclusive([' ', ')']).collect();
    let (at, other) = (choices.usize(..words.len()), choices.usize(..words.len()));
    match choices.u8(..8) {
        0 => words.swap(at, other),
        1 => words[at] = words[other],
        2 => drop(words.remove(at)),
        _ if words[at].starts_with(['x', '#']) => {
            words[at] = if words[at].ends_with(')') {
                "unknown)"
            } else {
                "unknown "
            }
        }
        _ => {}
    }
    words.concat()
}

/// What a workflow answers does not depend on whose machine runs where.
#[test]
fn mixed_networks_give_the_same_answer() {
    if let Err(reason) = OfficialVm::start() {
        return foreign::skip("mixed_networks_give_the_same_answer", &reason);
    }
    let script = corpus::with_peers(corpus::JOURNEY);
    let answer_of = |is_ours: &dyn Fn(usize) -> bool| {
        let mut machine_of = |peer| -> Box<dyn Machine> {
            if is_ours(peer) {
                Box::new(OurMachine::as_official())
            } else {
                Box::new(OfficialVm::start().expect("it started before"))
            }
        };
        let services = &mut |peer: &str, request: &_| air_programs::answer(peer, request);
        let history = run(&script, &mut peers(4), Conditions::default(), services, &mut machine_of);
        assert_eq!(history.failures, []);
        let answers = history.arguments("return", "arguments");
        assert_eq!(answers.len(), 1);
        serde_json::Value::from(answers[0].to_vec())
    };
    let ours = answer_of(&|_| true);
    assert_eq!(ours[0].as_array().map(Vec::len), Some(3), "{ours}");
    assert_eq!(answer_of(&|_| false), ours);
    assert_eq!(answer_of(&|peer| peer % 2 == 0), ours);
    assert_eq!(answer_of(&|peer| peer % 2 == 1), ours);
}
