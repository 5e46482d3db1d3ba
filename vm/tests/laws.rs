//! What holds for every script.

use crate::codec::official_data;
use crate::network::{Network, answer, params, program};
use aqua_vm::{Limits, Program, State, Work, step};
use proptest::collection::vec;
use proptest::prelude::*;

const SCRIPTS: [&str; 4] = [
    r#"(seq (par (call "@2" ("s" "f") [1] x) (call "@3" ("s" "f") [2] y)) (call "@1" ("s" "list") [x y] z))"#,
    r#"(seq (seq (call "@1" ("s" "list") ["@1" "@2" "@3"] peers) (par (fold peers p (par (call p ("s" "f") [p] $r) (next p))) (null)))
        (fold $r r (par (call "@2" ("s" "g") [r] $q) (next r))))"#,
    r#"(xor (seq (call "@2" ("s" "f") [1] x) (call "@3" ("s" "fail") [x])) (call "@1" ("s" "f") [:error:]))"#,
    r#"(seq (seq (ap ("a" 1) %m) (call "@2" ("s" "f") ["b"] key)) (seq (ap (key 2) %m) (seq (canon "@3" %m #%m) (call "@1" ("s" "f") [#%m]))))"#,
];

#[test]
fn the_same_data_again_changes_nothing() {
    for air in SCRIPTS {
        let network = Network::new(air, 3, 5).run();
        for (number, peer) in (1..).zip(&network.peers) {
            let mut params = params(number);
            params.init_peer_id = network.peers[0].id.as_str().into();
            for incoming in [Vec::new(), peer.state.encode()] {
                let outcome = step(&program(air), &peer.state, &incoming, &[].into(), &params);
                assert_eq!(outcome.state, peer.state, "peer {number}: {air}");
                assert_eq!(outcome.state.encode(), peer.state.encode());
                assert!(outcome.call_requests.is_empty(), "peer {number}: {air}");
            }
        }
    }
}

#[test]
fn a_step_is_a_function() {
    for air in SCRIPTS {
        let [first, second] = [(); 2].map(|()| Network::new(air, 3, 7).run());
        for (left, right) in first.peers.iter().zip(&second.peers) {
            assert_eq!(left.state.encode(), right.state.encode(), "{air}");
        }
    }
}

#[test]
fn work_is_what_a_step_did() {
    let air = r#"(seq (par (call "@1" ("s" "f") [1] x) (call "@1" ("s" "f") [2] y)) (seq (null) (null)))"#;
    let (program, mut params) = (program(air), params(1));
    let nothing = [].into();
    let asked = step(&program, &State::default(), &[], &nothing, &params);
    assert_eq!(asked.work.instructions, 4, "seq, par and both calls");
    let idle = step(&program, &asked.state, &[], &nothing, &params);
    assert_eq!(idle.work, Work::default());

    // The answered call does not begin again, nor does what ran before it.
    let answers = [1, 2].map(|id| (id, answer(&asked.call_requests[&id])));
    let resumed = step(&program, &asked.state, &[], &answers.into(), &params);
    assert!(resumed.resumed);
    assert_eq!(resumed.work.instructions, 3, "seq and both null");
    let decoded = State::decode(&asked.state.encode()).expect("its own bytes");
    let answers = [1, 2].map(|id| (id, answer(&asked.call_requests[&id])));
    let full = step(&program, &decoded, &[], &answers.into(), &params);
    assert_eq!((full.resumed, full.work.instructions), (false, 7));
    assert!(
        full.work.bytes > resumed.work.bytes,
        "the data is merged: {:?}",
        full.work
    );

    let data = full.state.encode();
    let met = step(&program, &State::default(), &data, &nothing, &params);
    assert!(met.work.bytes > data.len() as u64, "{:?}", met.work);

    params.limits = Limits {
        run_length: 5,
        ..Limits::default()
    };
    let failed = step(&program, &State::default(), &data, &nothing, &params);
    assert_eq!((failed.code(), failed.work.instructions), (20_106, 6));
}

#[test]
fn any_order_of_deliveries_makes_the_same_calls() {
    for air in SCRIPTS {
        let expected = Network::new(air, 3, 0).run().sorted_calls();
        for seed in 1..20 {
            assert_eq!(
                Network::new(air, 3, seed).run().sorted_calls(),
                expected,
                "seed {seed}: {air}"
            );
        }
    }
}

#[test]
fn a_signature_of_another_particle_is_refused() {
    let air = r#"(seq (call "@1" ("s" "f") [1] x) (call "@2" ("s" "f") [x]))"#;
    let network = Network::new(air, 1, 0).run();
    let mut other = params(2);
    other.init_peer_id = network.peers[0].id.as_str().into();
    let data = network.peers[0].state.encode();
    assert_eq!(
        step(&program(air), &State::default(), &data, &[].into(), &other).code(),
        0
    );

    other.particle_id = "another".into();
    let outcome = step(&program(air), &State::default(), &data, &[].into(), &other);
    assert_eq!(outcome.code(), 9);
    assert!(
        outcome.message().starts_with("signature mismatch for \"12D3KooW"),
        "{}",
        outcome.message()
    );
    assert_eq!(outcome.state, State::default());
}

proptest! {
    /// Whatever arrives, the step answers; and without checks too, where crafted traces reach the machine itself.
    #[test]
    fn a_step_with_hostile_data_answers(
        case in any::<prop::sample::Index>(),
        script in any::<prop::sample::Index>(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let cases = official_data();
        let (air, mut bytes) = cases[case.index(cases.len())].clone();
        for (offset, byte) in changes {
            let offset = offset.index(bytes.len());
            bytes[offset] = byte;
        }
        let mut params = params(1);
        for air in [&air, &cases[script.index(cases.len())].0] {
            for trust in [aqua_vm::Trust::Verify, aqua_vm::Trust::Ignore] {
                params.trust = trust;
                let program = Program::from_air(air).expect("valid");
                let outcome = step(&program, &State::default(), &bytes, &[].into(), &params);
                let again = step(&program, &State::default(), &bytes, &[].into(), &params);
                prop_assert_eq!(outcome.code(), again.code());
                prop_assert_eq!(outcome.message(), again.message());
                prop_assert_eq!(outcome.state.encode(), again.state.encode());
            }
        }
    }
}
