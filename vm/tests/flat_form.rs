//! The machine over bytes.

use aqua_values::Value;
use aqua_vm::flat::{FlatCallResult, FlatOutcome, RunParameters, decode_call_requests, encode_call_results, invoke};
use aqua_vm::{CanonMapFold, Limits, Trust};

/// An empty map behind the number of its codec.
const NOTHING: [u8; 3] = [0x81, 0x04, 0x80];

fn parameters() -> RunParameters {
    let peer = crate::network::key(1).peer_id().to_string();
    RunParameters {
        init_peer_id: peer.clone(),
        current_peer_id: peer,
        timestamp: 1,
        ttl: 2,
        key_format: 0,
        secret_key_bytes: vec![1; 32],
        particle_id: "particle".to_owned(),
        limits: Limits::default(),
        canon_map_fold: CanonMapFold::default(),
        trust: Trust::default(),
    }
}

fn run(air: &str, previous: &[u8], data: &[u8], results: &[u8]) -> FlatOutcome {
    invoke(&crate::network::with_peers(air), previous, data, &parameters(), results)
}

#[test]
fn requests_and_results_travel_as_bytes() {
    let air = r#"(seq (call "@1" ("srv" "fun") [1 "text" 1.5 []] x) (call "@2" ("s" "f") [x]))"#;
    let asked = run(air, &[], &[], &NOTHING);
    assert_eq!(asked.ret_code, 0, "{}", asked.error_message);
    let requests = decode_call_requests(&asked.call_requests).expect("own bytes");
    assert_eq!(
        requests[&1].arguments,
        [1.into(), "text".into(), 1.5.into(), Value::array([Value::Null; 0])]
    );
    assert_eq!(requests[&1].tetraplets.len(), 4);

    let results = encode_call_results(
        &[(
            1,
            FlatCallResult {
                ret_code: 0,
                result: "7".to_owned(),
            },
        )]
        .into(),
    );
    let done = run(air, &asked.data, &[], &results);
    assert_eq!((done.ret_code, done.call_requests), (0, NOTHING.to_vec()));
    assert_eq!(done.next_peer_pks, [crate::network::key(2).peer_id().to_string()]);
}

#[test]
fn results_have_the_official_form() {
    let results = encode_call_results(
        &[(
            7,
            FlatCallResult {
                ret_code: 1,
                result: "\"e\"".to_owned(),
            },
        )]
        .into(),
    );
    assert_eq!(results, b"\x81\x04\x81\xa17\x82\xa8ret_code\x01\xa6result\xa3\"e\"");
}

#[test]
fn no_data_is_an_empty_byte_string_and_errors_give_the_previous_bytes() {
    let previous = run("(null)", &[], &[], &NOTHING).data;
    let cases: [(&str, &[u8], &[u8], i64); 4] = [
        ("(nul)", &[], &NOTHING, 1),
        ("(null)", b"\xc0", &NOTHING, 3),
        ("(null)", &[], &[], 5),
        ("(null)", &[], b"\x80\x04{}", 5),
    ];
    for (air, data, results, code) in cases {
        let outcome = run(air, &previous, data, results);
        assert_eq!(outcome.ret_code, code, "{}", outcome.error_message);
        assert_eq!((&outcome.data, &outcome.call_requests[..]), (&previous, &NOTHING[..]));
    }
    let codec = run("(null)", &[], &[], b"\x80\x04{}");
    assert_eq!(
        codec.error_message,
        "error occurred while deserialize call results: Codec(512)."
    );
}

#[test]
fn keys_of_other_kinds_are_refused() {
    let mut parameters = parameters();
    for (format, text) in [
        (
            1,
            "malformed keypair format: invalid key data: RSA keypair decoding is not supported yet",
        ),
        (
            2,
            "malformed keypair format: signature algorithm Secp256k1 not whitelisted",
        ),
        (9, "malformed keypair format: invalid key data: Invalid type prefix"),
    ] {
        parameters.key_format = format;
        let outcome = invoke("(null)", &[], &[], &parameters, &NOTHING);
        assert_eq!((outcome.ret_code, &*outcome.error_message), (7, text));
    }
}

#[test]
fn limits_raise_flags_and_hard_limits_fail() {
    let mut parameters = parameters();
    parameters.limits.air_size = 5;
    let soft = invoke("(null)", &[], &[], &parameters, &NOTHING);
    assert_eq!((soft.ret_code, soft.flags.air_size_exceeded), (0, true));

    parameters.limits.hard = true;
    let hard = invoke("(null)", &[], &[], &parameters, &NOTHING);
    assert_eq!(
        (hard.ret_code, &*hard.error_message),
        (10, "air size: 6 bytes is bigger than the limit allowed: 5 bytes")
    );
    assert!(!hard.flags.air_size_exceeded);
}

#[test]
fn a_run_without_trust_takes_crafted_data() {
    let air = r#"(call "@2" ("s" "f") [] x)"#;
    let mut crafted = aqua_vm::ParticleData::default();
    crafted
        .trace
        .push(aqua_vm::TraceState::Call(aqua_vm::CallState::Executed(
            aqua_vm::ValueRef::Scalar(aqua_vm::Cid::of_json(b"1")),
        )));
    let data = aqua_vm::State::new(crafted).encode();
    assert_eq!(run(air, &[], &data, &NOTHING).ret_code, 8);

    let mut parameters = parameters();
    parameters.trust = Trust::Ignore;
    let outcome = invoke(&crate::network::with_peers(air), &[], &data, &parameters, &NOTHING);
    let text = format!(
        "service result aggregate for CID {:?} not found",
        aqua_vm::Cid::of_json(b"1").to_string()
    );
    assert_eq!((outcome.ret_code, outcome.error_message), (20010, text));
}
