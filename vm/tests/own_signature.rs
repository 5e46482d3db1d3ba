//! What a peer signed comes back to it when it has forgotten it.

use aqua_keys::KeyPair;
use aqua_vm::{Outcome, Params, ParticleData, Program, State, step};
use std::collections::BTreeMap;

/// A peer that calls its service so many times and sends the particle on.
struct Peer {
    program: Program,
    params: Params,
    sent: ParticleData,
}

fn peer(calls: usize) -> Peer {
    let [own, other] = [1, 2].map(|seed| KeyPair::from_seed([seed; 32]));
    let last = format!(r#"(call "{}" ("s" "f") [])"#, other.peer_id());
    let air = (0..calls).fold(last, |behind, number| {
        format!(r#"(seq (call %init_peer_id% ("s" "f") [{number}] x{number}) {behind})"#)
    });
    let program = Program::from_air(&air).expect("a script");
    let params = Params::new("particle", own.peer_id(), own);
    let mut outcome = step(&program, &State::default(), &[], &BTreeMap::new(), &params);
    while !outcome.call_requests.is_empty() {
        let answer = |id: &u32| (*id, Ok((*id).into()));
        let answers = outcome.call_requests.keys().map(answer).collect();
        outcome = step(&program, &outcome.state, &[], &answers, &params);
    }
    assert_eq!((outcome.code(), outcome.next_peers.len()), (0, 1));
    let sent = outcome.state.data().clone();
    Peer { program, params, sent }
}

impl Peer {
    /// Its data comes back with another signature.
    fn gets(&self, change: impl Fn(&mut [u8])) -> Outcome {
        let mut data = self.sent.clone();
        data.signatures.values_mut().for_each(|signature| change(signature));
        let bytes = State::new(data).encode();
        step(&self.program, &State::default(), &bytes, &BTreeMap::new(), &self.params)
    }
}

/// Few calls, and so many that signing takes longer than a check.
fn peers() -> [Peer; 2] {
    [1, 200].map(peer)
}

#[test]
fn it_is_accepted_and_stays_the_same() {
    for peer in peers() {
        let outcome = peer.gets(|_| {});
        assert_eq!((outcome.code(), outcome.message()), (0, ""));
        assert_eq!(outcome.state.data().signatures, peer.sent.signatures);
    }
}

#[test]
fn each_changed_byte_is_refused() {
    for peer in peers() {
        for offset in [1, 32, 33, 64] {
            let outcome = peer.gets(|signature| signature[offset] ^= 1);
            assert_eq!(outcome.code(), 9, "{offset}: {}", outcome.message());
        }
    }
}

/// Official machines don't look at the format byte, and write their own.
#[test]
fn another_format_byte_does_not_stay() {
    for peer in peers() {
        let outcome = peer.gets(|signature| signature[0] = 7);
        assert_eq!((outcome.code(), outcome.message()), (0, ""));
        assert_eq!(outcome.state.data().signatures, peer.sent.signatures);
    }
}
