//! Particle data on the wire.

use aqua_vm::{
    ApResult, CallState, CanonCidAggregate, CanonResultCidAggregate, CanonState, Cid, CidInfo, FoldResult,
    FoldSubTraceLore, ParResult, ParticleData, Provenance, Sender, ServiceResultCidAggregate, State, Store,
    SubTraceDesc, Tetraplet, TraceState, ValueRef,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

/// Scripts and data that the official interpreter 0.64.1 wrote while running them.
pub(crate) fn official_data() -> Vec<(String, Vec<u8>)> {
    #[derive(serde::Deserialize)]
    struct Case {
        air: String,
        data: String,
    }

    let cases: Vec<Case> = serde_json::from_str(include_str!("official_data.json")).expect("well-formed");
    cases
        .into_iter()
        .map(|case| (case.air, STANDARD.decode(case.data).expect("base64")))
        .collect()
}

#[test]
fn official_data_decodes_and_is_taken_in() {
    for (air, bytes) in official_data() {
        let state = State::decode(&bytes).expect("official data");
        assert!(!state.data().trace.is_empty(), "{air}");
        assert_eq!(State::decode(&state.encode()).expect("own data"), state, "{air}");

        // Ids and signatures verify, and the script's trace is met without an error.
        let program = aqua_vm::Program::from_air(&air).expect("valid");
        let mut params = crate::network::params(9);
        params.init_peer_id = "12D3KooWL62e39qduB3xPNwFssqBx7amCbbCg6hhD9irvevufFHt".into();
        let outcome = aqua_vm::step(&program, &State::default(), &bytes, &[].into(), &params);
        assert_eq!((outcome.code(), outcome.message()), (0, ""), "{air}");
    }
}

#[test]
fn a_trace_reads_as_it_was_written() {
    let (air, bytes) = official_data().swap_remove(0);
    let state = State::decode(&bytes).expect("official data");
    insta::assert_snapshot!(format!("{air}\n---\n{:#?}", state.data()));
}

fn text() -> impl Strategy<Value = ecow::EcoString> {
    prop_oneof!["[a-z]{0,3}", "[a-z]{7,9}", "\\PC{0,20}"].prop_map(ecow::EcoString::from)
}

fn store<T: std::fmt::Debug + Clone>(item: impl Strategy<Value = T>) -> impl Strategy<Value = Store<T>> {
    btree_map(cid(), item, 0..4).prop_map(|entries| entries.into_iter().collect())
}

fn cid() -> impl Strategy<Value = Cid> {
    prop_oneof![(0..20_u8).prop_map(|n| Cid::of_json(&[n])), text().prop_map(Cid::from)]
}

fn state() -> impl Strategy<Value = TraceState> {
    let value = prop_oneof![
        cid().prop_map(ValueRef::Scalar),
        (cid(), any::<u32>()).prop_map(|(cid, generation)| ValueRef::Stream { cid, generation }),
        cid().prop_map(ValueRef::Unused),
    ];
    let sender = prop_oneof![
        text().prop_map(Sender::PeerId),
        (text(), any::<u32>()).prop_map(|(peer_id, call_id)| Sender::PeerIdWithCallId { peer_id, call_id }),
    ];
    let descriptor = any::<(u32, u32)>().prop_map(|(begin_pos, subtrace_len)| SubTraceDesc {
        begin_pos,
        subtrace_len,
    });
    let lore = (any::<u32>(), vec(descriptor, 0..4)).prop_map(|(value_pos, subtraces_desc)| FoldSubTraceLore {
        value_pos,
        subtraces_desc,
    });
    prop_oneof![
        any::<(u32, u32)>().prop_map(|(left_size, right_size)| TraceState::Par(ParResult { left_size, right_size })),
        sender.prop_map(|sender| TraceState::Call(CallState::RequestSentBy(sender))),
        value.prop_map(|value| TraceState::Call(CallState::Executed(value))),
        cid().prop_map(|cid| TraceState::Call(CallState::Failed(cid))),
        vec(lore, 0..4).prop_map(|lore| TraceState::Fold(FoldResult { lore })),
        vec(any::<u32>(), 0..3).prop_map(|generations| TraceState::Ap(ApResult {
            res_generations: generations.into()
        })),
        text().prop_map(|peer| TraceState::Canon(CanonState::RequestSentBy(peer))),
        cid().prop_map(|cid| TraceState::Canon(CanonState::Executed(cid))),
    ]
}

fn cid_info() -> impl Strategy<Value = CidInfo> {
    let tetraplet = (text(), text(), text(), text()).prop_map(|(peer_pk, service_id, function_name, lens)| Tetraplet {
        peer_pk,
        service_id,
        function_name,
        lens,
    });
    let provenance = prop_oneof![
        Just(Provenance::Literal),
        cid().prop_map(|cid| Provenance::ServiceResult { cid }),
        cid().prop_map(|cid| Provenance::Canon { cid }),
    ];
    let element = (cid(), cid(), provenance).prop_map(|(value, tetraplet, provenance)| CanonCidAggregate {
        value,
        tetraplet,
        provenance,
    });
    let result = (cid(), vec(cid(), 0..5)).prop_map(|(tetraplet, values)| CanonResultCidAggregate {
        tetraplet,
        values: values.into(),
    });
    let service =
        (cid(), cid(), cid()).prop_map(|(value_cid, argument_hash, tetraplet_cid)| ServiceResultCidAggregate {
            value_cid,
            argument_hash,
            tetraplet_cid,
        });
    (
        store(text()),
        store(tetraplet),
        store(element),
        store(result),
        store(service),
    )
        .prop_map(
            |(value_store, tetraplet_store, canon_element_store, canon_result_store, service_result_store)| CidInfo {
                value_store,
                tetraplet_store,
                canon_element_store,
                canon_result_store,
                service_result_store,
            },
        )
}

fn data() -> impl Strategy<Value = ParticleData> {
    let bytes = || vec(any::<u8>(), 0..70).prop_map(Vec::into_boxed_slice);
    (
        vec(state(), 0..12),
        any::<u32>(),
        cid_info(),
        btree_map(bytes(), bytes(), 0..3),
    )
        .prop_map(|(trace, last_call_request_id, cid_info, signatures)| ParticleData {
            trace,
            last_call_request_id,
            cid_info,
            signatures: signatures.into(),
        })
}

proptest! {
    #[test]
    fn decoding_reverses_encoding(data in data()) {
        let state = State::new(data);
        let bytes = state.encode();
        prop_assert_eq!(&State::decode(&bytes).expect("own data"), &state);
        prop_assert!(bytes.len() <= state.size() + 512, "{} bytes, size {}", bytes.len(), state.size());
    }

    #[test]
    fn decoding_is_total(bytes in vec(any::<u8>(), 0..300)) {
        let _ = State::decode(&bytes);
    }

    /// Any archive either is refused or holds no more than a constant times its length.
    #[test]
    fn mutated_data_stays_within_bounds(
        case in any::<prop::sample::Index>(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut cases = official_data();
        let (_, mut bytes) = cases.swap_remove(case.index(cases.len()));
        for (offset, byte) in changes {
            let offset = offset.index(bytes.len());
            bytes[offset] = byte;
        }
        if cut.index(4) == 0 {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(state) = State::decode(&bytes) {
            prop_assert!(state.size() <= 64 * bytes.len() + 4096);
            let again = State::decode(&state.encode()).expect("own data");
            prop_assert_eq!(again, state);
        }
    }
}

/// The writer probes only a few slots for a text, so that chosen ids can't make it slow.
#[test]
fn texts_that_begin_alike_are_written() {
    let hash = |number: usize| {
        let end = data_encoding::BASE32_NOPAD.encode(&blake3::hash(&number.to_le_bytes()).as_bytes()[..27]);
        Cid::from(ecow::EcoString::from(format!(
            "bagaaihraaaaaaaaa{}",
            end.to_lowercase()
        )))
    };
    let result = |number: usize| ServiceResultCidAggregate {
        value_cid: Cid::of_json(b"1"),
        argument_hash: hash(number % 150),
        tetraplet_cid: Cid::of_json(b"2"),
    };
    let mut data = ParticleData::default();
    data.cid_info.service_result_store = (0..300).map(|number| (hash(number), result(number))).collect();
    let state = State::new(data);
    let bytes = state.encode();
    assert_eq!(State::decode(&bytes).expect("own data"), state);
}
