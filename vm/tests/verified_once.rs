//! A state remembers what was verified, and nothing else gets past it.

use aqua_keys::KeyPair;
use aqua_vm::{Outcome, Params, ParticleData, Program, State, step};
use std::collections::BTreeMap;

/// What a peer sent, and the state that another one has of it.
struct Met {
    program: Program,
    sent: ParticleData,
    known: State,
    params: Params,
}

/// A peer's service answers, its data goes to another peer, which verifies it.
fn met() -> Met {
    let [sender, receiver] = [1, 2].map(|seed| KeyPair::from_seed([seed; 32]));
    let air = format!(
        r#"(seq (call "{}" ("s" "f") [] x) (call "{}" ("s" "f") [x] y))"#,
        sender.peer_id(),
        receiver.peer_id()
    );
    let program = Program::from_air(&air).expect("a script");
    let init = sender.peer_id().to_string();
    let params = |key: KeyPair| Params::new("particle", init.clone(), key);
    let (sending, receiving) = (params(sender), params(receiver));
    let asked = step(&program, &State::default(), &[], &BTreeMap::new(), &sending);
    let results = BTreeMap::from([(1, Ok("text".into()))]);
    let sent = step(&program, &asked.state, &[], &results, &sending);
    assert_eq!((sent.code(), sent.next_peers.len()), (0, 1));
    let sent = sent.state.data().clone();
    let met = Met {
        program,
        known: State::default(),
        params: receiving,
        sent,
    };
    let known = met.meets(&met.sent).state;
    Met { known, ..met }
}

impl Met {
    fn meets(&self, data: &ParticleData) -> Outcome {
        let bytes = State::new(data.clone()).encode();
        step(&self.program, &self.known, &bytes, &BTreeMap::new(), &self.params)
    }

    fn changed(&self, change: impl FnOnce(&mut ParticleData)) -> Outcome {
        let mut data = self.sent.clone();
        change(&mut data);
        self.meets(&data)
    }
}

#[test]
fn what_is_known_already_passes_and_changes_nothing() {
    let met = met();
    let warm = met.meets(&met.sent);
    assert_eq!((warm.code(), warm.message()), (0, ""));
    let cold = State::decode(&met.known.encode()).expect("its own bytes");
    let cold = Met { known: cold, ..met };
    assert_eq!(warm.state.encode(), cold.meets(&cold.sent).state.encode());
}

#[test]
fn another_text_under_a_known_id_is_refused() {
    let outcome = met().changed(|data| {
        for text in data.cid_info.value_store.values_mut() {
            *text = "\"other\"".into();
        }
    });
    assert_eq!(outcome.code(), 8, "{}", outcome.message());
}

#[test]
fn another_signature_over_a_known_list_is_refused() {
    let outcome = met().changed(|data| {
        for signature in data.signatures.values_mut() {
            signature[1] ^= 1;
        }
    });
    assert_eq!(outcome.code(), 9, "{}", outcome.message());
}

#[test]
fn what_was_verified_for_one_particle_is_verified_again_for_another() {
    let mut met = met();
    met.params.particle_id = "other".into();
    let outcome = met.meets(&met.sent);
    assert_eq!(outcome.code(), 9, "{}", outcome.message());
}
