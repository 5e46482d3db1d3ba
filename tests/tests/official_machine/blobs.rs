//! Particle data as bytes: what official machines wrote is read, written again and taken in by them as if it were theirs;
//! so is what ours wrote.

use aqua_tests::machine::{Invocation, Machine, OurMachine, Particle};
use aqua_tests::official_vm::OfficialVm;
use aqua_tests::simulated_network::{Conditions, peers, run_with};
use aqua_tests::{air_programs, foreign};
use aqua_vm::State;
use std::collections::{BTreeMap, BTreeSet};

/// Blobs of each version, at least.
const COUNT: usize = 520;

/// Data that a machine writes in networks of its own, with the particle that it belongs to.
fn written_by(machine: &mut dyn Machine) -> Vec<(Particle, Vec<u8>)> {
    let (mut blobs, mut known) = (Vec::new(), BTreeSet::new());
    for seed in 100_000.. {
        let mut peers = peers(4);
        let ids: Vec<String> = peers.iter().map(|peer| peer.id.clone()).collect();
        let conditions = Conditions::rough(seed);
        run_with(
            &air_programs::program(seed, &ids),
            &mut peers,
            conditions,
            &mut |peer, request| air_programs::answer(peer, request),
            &mut |_, invocation| {
                let reply = machine.invoke(invocation);
                if !reply.data.is_empty() && known.insert(reply.data.clone()) {
                    blobs.push((invocation.particle.clone(), reply.data.clone()));
                }
                reply
            },
        );
        if blobs.len() >= COUNT {
            break;
        }
    }
    blobs
}

/// What a peer that does nothing says to data, arriving and known before.
fn taken_in(machine: &mut dyn Machine, particle: &Particle, data: &[u8]) -> [(i64, String); 2] {
    let peer = &peers(6)[5];
    [(&[][..], data), (data, &[][..])].map(|(prev_data, data)| {
        let reply = machine.invoke(&Invocation {
            air: "(null)",
            prev_data,
            data,
            particle,
            current_peer_id: &peer.id,
            seed: peer.seed,
            call_results: &BTreeMap::new(),
        });
        (reply.ret_code, reply.error_message)
    })
}

fn check(name: &str, writer: &mut dyn Machine, reader: impl FnOnce() -> OfficialVm) {
    let blobs = written_by(writer);
    let (mut reader, mut accepted) = (reader(), 0);
    for (particle, data) in &blobs {
        let state = State::decode(data).expect("ours reads it");
        let again = state.encode();
        assert_eq!(State::decode(&again).expect("ours reads what it wrote"), state);
        let outcomes = [data, &again].map(|data| taken_in(&mut reader, particle, data));
        assert_eq!(
            outcomes[0], outcomes[1],
            "{name}: written again it is another to the official machine"
        );
        accepted += usize::from(outcomes[0].iter().all(|(number, _)| *number == 0));
    }
    println!("{name}: {} blobs, {accepted} accepted", blobs.len());
    // Machines write a few that none takes in, signed over other values than the trace holds.
    assert!(accepted >= 500, "{name}: {accepted} of {} accepted", blobs.len());
}

#[test]
fn data_of_official_machines_is_read_and_written_again() {
    let (newer, older) = (OfficialVm::start(), OfficialVm::start_older());
    let (mut newer, mut older) = match (newer, older) {
        (Ok(newer), Ok(older)) => (newer, older),
        (Err(reason), _) | (_, Err(reason)) => {
            return foreign::skip("data_of_official_machines_is_read_and_written_again", &reason);
        }
    };
    let newer_reader = || OfficialVm::start().expect("it started before");
    let older_reader = || OfficialVm::start_older().expect("it started before");
    check("0.64.1 to 0.64.1", &mut newer, newer_reader);
    check("0.62.0 to 0.62.0", &mut older, older_reader);
    check("ours to 0.64.1", &mut OurMachine::as_official(), newer_reader);
    check("ours to 0.62.0", &mut OurMachine::default(), older_reader);
}
