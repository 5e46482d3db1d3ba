//! Inspection describes events and accepts what a step accepts.

use crate::network::{Network, key, params, program};
use aqua_vm::inspection::{self, Blocked, BlockedOn, Event, Fault, ParticleFile, Signature, Standstill};
use aqua_vm::{CallState, Cid, ParticleData, State, Store, TraceState, ValueRef, step};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Every kind of state, on three peers.
const SCRIPT: &str = r#"
(seq
 (seq
  (par
   (call "@2" ("srv" "value") ["left"] $all)
   (call "@3" ("srv" "value") ["right"] $all))
  (fold $all item
   (par
    (call "@1" ("srv" "value") [item] seen)
    (next item))))
 (seq
  (canon "@1" $all #all)
  (xor
   (call "@2" ("srv" "fail") [#all.length])
   (seq
    (ap 5 $numbers)
    (seq
     (call "@1" ("srv" "value") ["unused"])
     (par
      (canon "@9" $numbers #numbers)
      (call "@8" ("srv" "value") [])))))))
"#;

/// The data of peer 1 at the end.
fn data() -> ParticleData {
    static DATA: LazyLock<ParticleData> = LazyLock::new(|| {
        let network = Network::new(SCRIPT, 3, 1).run();
        assert_eq!(network.errors, []);
        network.peers[0].state.data().clone()
    });
    DATA.clone()
}

/// Peers by their numbers.
fn named(text: &str) -> String {
    (1..=9).fold(text.to_owned(), |text, number| {
        text.replace(&key(number).peer_id().to_string(), &format!("@{number}"))
    })
}

#[test]
fn every_state_is_told() {
    let lines: Vec<String> = inspection::trace(&data())
        .iter()
        .map(|entry| serde_json::to_string(entry).expect("JSON"))
        .collect();
    insta::assert_snapshot!(named(&lines.join("\n")));
}

#[test]
fn an_audit_says_who_did_what() {
    let audit = inspection::audit(&data(), Some("particle"));
    assert!(audit.is_sound());
    insta::assert_snapshot!(named(&serde_json::to_string_pretty(&audit).expect("JSON")));
    let unchecked = inspection::audit(&data(), None);
    assert!(unchecked.is_sound() && unchecked.signers.iter().all(|it| it.signature == Signature::Unchecked));
    let foreign = inspection::audit(&data(), Some("another"));
    assert_eq!(foreign.faults.len(), 3);
}

#[test]
fn every_fault_is_told() {
    let mut data = data();
    let info = &mut data.cid_info;
    info.value_store.values_mut().for_each(|text| text.push(' '));
    let first = info.tetraplet_store.keys().next().expect("an entry").clone();
    let tetraplet = info.tetraplet_store.remove(&first).expect("it is there");
    info.tetraplet_store
        .insert(Cid::from(ecow::EcoString::from("text")), tetraplet);
    data.signatures.pop_last();
    data.signatures.insert(Box::new([9, 9]), Box::new([]));
    data.trace
        .push(TraceState::Call(CallState::Executed(ValueRef::Scalar(Cid::of_json(
            b"0",
        )))));
    let faults: Vec<String> = inspection::audit(&data, Some("particle"))
        .faults
        .iter()
        .map(|fault| serde_json::to_string(fault).expect("JSON"))
        .collect();
    insta::assert_snapshot!(named(&faults.join("\n")));
}

#[test]
fn a_diff_says_what_a_hop_added() {
    let network = Network::new(SCRIPT, 3, 1).run();
    let state = |peer: usize| network.peers[peer].state.data();
    assert!(inspection::diff(state(0), state(0)).is_empty());
    let diff = inspection::diff(state(1), state(0));
    insta::assert_snapshot!(named(&serde_json::to_string_pretty(&diff).expect("JSON")));
    // The other way around the same locations differ.
    let back = inspection::diff(state(0), state(1));
    assert_eq!(diff.states.len(), back.states.len());
    assert_eq!(
        diff.stores.iter().map(|it| &it.added).collect::<Vec<_>>(),
        back.stores.iter().map(|it| &it.removed).collect::<Vec<_>>()
    );
}

#[test]
fn data_is_found_in_what_people_have() {
    use base64::prelude::*;
    let bytes = State::new(data()).encode();
    let (text, url) = (BASE64_STANDARD.encode(&bytes), BASE64_URL_SAFE_NO_PAD.encode(&bytes));
    let (head, tail) = text.split_at(76);
    let broken = format!("{head}\n{tail}\n");
    let array = serde_json::to_string(&bytes).expect("JSON");
    for form in [text.as_str(), &url, &broken, &array, &format!("\"{text}\"")] {
        assert_eq!(ParticleFile::read(form.as_bytes()).expect("a form").data, bytes);
    }
    assert_eq!(ParticleFile::read(&bytes).expect("a form").data, bytes);
    assert_eq!(ParticleFile::read(b"").expect("a form").data, b"");
    let request = serde_json::json!({"air": "(null)", "data": text, "params": {"particle_id": "p"}}).to_string();
    let particle = serde_json::json!({"id": "p", "script": "(null)", "data": bytes}).to_string();
    let files = [request, particle].map(|json| ParticleFile::read(json.as_bytes()).expect("a form"));
    assert_eq!(files[0], files[1]);
    let said = ["\u{7f}", "{", "{}", "{\"data\": [256]}", "[1, -1]", "3 4"]
        .map(|text| ParticleFile::read(text.as_bytes()).expect_err("no form").to_string());
    insta::assert_snapshot!(said.join("\n"));
}

/// Something wrong, or not.
#[derive(Debug, Clone)]
enum Change {
    Value(prop::sample::Index),
    Drop(u8, prop::sample::Index),
    Signature(prop::sample::Index),
    Unsign(prop::sample::Index),
    Repeat(prop::sample::Index),
    Forget(prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        index().prop_map(Change::Value),
        (0..5_u8, index()).prop_map(|(store, at)| Change::Drop(store, at)),
        index().prop_map(Change::Signature),
        index().prop_map(Change::Unsign),
        index().prop_map(Change::Repeat),
        index().prop_map(Change::Forget),
    ]
}

fn drop_one<T>(store: &mut Store<T>, at: prop::sample::Index) {
    let chosen = store.keys().nth(at.index(store.len().max(1))).cloned();
    if let Some(cid) = chosen {
        store.remove(&cid);
    }
}

fn apply(data: &mut ParticleData, change: &Change) {
    let info = &mut data.cid_info;
    match change {
        Change::Value(at) => {
            let at = at.index(info.value_store.len());
            info.value_store.values_mut().nth(at).expect("there").push(' ');
        }
        Change::Drop(0, at) => drop_one(&mut info.value_store, *at),
        Change::Drop(1, at) => drop_one(&mut info.tetraplet_store, *at),
        Change::Drop(2, at) => drop_one(&mut info.canon_element_store, *at),
        Change::Drop(3, at) => drop_one(&mut info.canon_result_store, *at),
        Change::Drop(_, at) => drop_one(&mut info.service_result_store, *at),
        Change::Signature(at) => {
            let at = at.index(data.signatures.len().max(1));
            if let Some(signature) = data.signatures.values_mut().nth(at) {
                signature[5] ^= 1;
            }
        }
        Change::Unsign(at) => {
            let key = data
                .signatures
                .keys()
                .nth(at.index(data.signatures.len().max(1)))
                .cloned();
            key.map(|key| data.signatures.remove(&key));
        }
        Change::Repeat(at) => {
            let state = data.trace[at.index(data.trace.len())].clone();
            data.trace.push(state);
        }
        Change::Forget(at) => {
            data.trace.remove(at.index(data.trace.len()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// What an audit lets pass is what a step takes in, and the other way around.
    #[test]
    fn an_audit_is_as_strict_as_a_step(changes in proptest::collection::vec(change(), 0..3)) {
        let mut data = data();
        changes.iter().for_each(|change| apply(&mut data, change));
        let outcome = step(
            &program("(null)"),
            &State::default(),
            &State::new(data.clone()).encode(),
            &BTreeMap::new(),
            &params(1),
        );
        let audit = inspection::audit(&data, Some("particle"));
        prop_assert_eq!(audit.is_sound(), !matches!(outcome.code(), 8 | 9), "{} {:?}", outcome.message(), audit.faults);
        // And everything else answers whatever the data says.
        prop_assert!(inspection::stores(&data).is_object());
        prop_assert_eq!(inspection::trace(&data).len(), data.trace.len());
        prop_assert!(inspection::diff(&data, &data).is_empty());
    }

    /// Numbers in traces come from strangers.
    #[test]
    fn any_trace_is_told(numbers in proptest::collection::vec(any::<u8>(), 0..60)) {
        let mut numbers = numbers.into_iter().map(|number| u32::from(number).wrapping_sub(3) % 70);
        let mut data = ParticleData::default();
        while let (Some(a), Some(b), Some(c)) = (numbers.next(), numbers.next(), numbers.next()) {
            let run = |begin_pos, subtrace_len| aqua_vm::SubTraceDesc { begin_pos, subtrace_len };
            data.trace.push(if a % 2 == 0 {
                TraceState::Par(aqua_vm::ParResult { left_size: b, right_size: c })
            } else {
                let subtraces_desc = vec![run(b, c), run(c, a), run(a, b)];
                let lore = vec![aqua_vm::FoldSubTraceLore { value_pos: a, subtraces_desc }; 2];
                TraceState::Fold(aqua_vm::FoldResult { lore })
            });
        }
        let entries = inspection::trace(&data);
        for entry in &entries {
            let known = entry.location.is_none_or(|location| location.parent < entry.position);
            let is_structural = matches!(entry.event, Event::Par { .. } | Event::Fold { .. });
            prop_assert_eq!((known, is_structural), (true, true));
        }
        prop_assert!(inspection::diff(&data, &data).is_empty());
        let faults: Vec<Fault> = inspection::audit(&data, None).faults;
        prop_assert_eq!(faults, []);
    }
}

/// Where a script stopped, from the data of all peers.
fn standstill(script: &str) -> Standstill {
    let network = Network::new(script, 3, 1).run();
    assert_eq!(network.errors, []);
    let states: Vec<State> = network.peers.iter().map(|peer| peer.state.clone()).collect();
    inspection::standstill(&program(script), &network.peers[0].id, &states)
}

#[test]
fn a_standstill_names_the_error_behind_a_missing_value() {
    let found = standstill(
        r#"(seq
             (par
               (xor (call "@2" ("srv" "fail") ["x"] x) (fail :error:))
               (call "@1" ("srv" "value") ["y"] y))
             (call "@1" ("srv" "value") [x]))"#,
    );
    let missing = BlockedOn::Variable {
        name: "x".to_owned(),
        producers: vec![3],
    };
    assert_eq!(
        found.blocked,
        [Blocked {
            instruction: 6,
            on: missing
        }]
    );
    let [absorbed] = &found.absorbed[..] else {
        panic!("one error: {:?}", found.absorbed)
    };
    assert!(absorbed.explains);
    assert_eq!((absorbed.error.instruction, absorbed.error.code), (3, 10000));
}

#[test]
fn a_standstill_counts_the_items_of_a_stream() {
    let found = standstill(
        r#"(seq
             (ap 7 $items)
             (new $seen
               (fold $items item
                 (seq
                   (seq (ap item $seen) (canon "@2" $seen #seen))
                   (xor (match #seen.length 3 (null)) (next item)))
                 (never))))"#,
    );
    let waiting = BlockedOn::Items {
        stream: "$items".to_owned(),
        has: 1,
        needs: Some(3),
        producers: vec![1],
    };
    assert_eq!(
        found.blocked,
        [Blocked {
            instruction: 3,
            on: waiting
        }]
    );
    assert_eq!((found.absorbed, found.uncaught), (vec![], None));
}

#[test]
fn a_standstill_has_the_error_that_ended_a_script() {
    let script = program(r#"(seq (ap 1 x) (ap x.$.[5] y))"#);
    let outcome = step(&script, &State::default(), &[], &BTreeMap::new(), &params(1));
    assert_eq!(outcome.error.map(|error| error.code), Some(10007));
    let found = inspection::standstill(&script, "", &[outcome.state]);
    let error = found.uncaught.expect("an error");
    assert_eq!((error.instruction, error.code, error.call), (2, 10007, None));
}

#[test]
fn an_error_object_leads_to_its_instruction() {
    let script = program(r#"(xor (call "@1" ("srv" "fail") []) (call "@1" ("srv" "value") [:error:]))"#);
    let instruction = script
        .code()
        .canonical_text(script.code().in_text_order().nth(1).expect("a call").0);
    let object = serde_json::json!({"error_code": 10000, "message": "m", "instruction": instruction, "peer_id": "p"});
    let source = inspection::error_source(&script, &object.into()).expect("a source");
    assert_eq!((source.instruction, source.peer.as_deref()), (1, Some("p")));
    assert_eq!(source.call, Some(("srv".to_owned(), "fail".to_owned())));
    assert_eq!(inspection::error_source(&script, &"none".into()), None);
}
