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

/// Canonical texts are not parsed until something reads them; other texts are. Both give the same.
#[test]
fn the_spelling_of_a_result_changes_nothing() {
    let spellings = [
        (
            r#"{"items":[{"name":"one and only item of a long text","number":1},{"number":2}],"key":"k"}"#.to_owned(),
            r#"{"key": "k", "items": [{"number": 1, "name": "one and only item of a long text"}, {"number": 2}]}"#
                .to_owned(),
        ),
        (
            format!("[{}]", "\"long enough\",1.5,-7,null,".repeat(20) + "true"),
            format!("[ {}]", "\"long enough\",1.50,-7,null,".repeat(20) + "true"),
        ),
        ("7".to_owned(), " 7".to_owned()),
        ("\"text\"".to_owned(), "\"\\u0074ext\"".to_owned()),
        (
            format!("{{\"items\":{}{}}}", "[".repeat(120), "]".repeat(120)),
            format!("{{\"items\" :{}{}}}", "[".repeat(120), "]".repeat(120)),
        ),
    ];
    let scripts = [
        r#"(call "@1" ("s" "g") [x x.$.items.[0].name x.$.key])"#,
        r#"(seq (ap x.$.items $s) (seq (ap x $s) (seq (canon "@1" $s #s) (call "@1" ("s" "g") [#s #s.$.[1].key]))))"#,
        r#"(seq (ap ("k" x) %m) (seq (canon "@1" %m #%m) (call "@1" ("s" "g") [#%m #%m.$.k.[0].items])))"#,
        r#"(fold x.$.items i (par (call "@1" ("s" "g") [i x.$.items.[1].number]) (next i)))"#,
        r#"(xor (match x x.$.key (null)) (call "@1" ("s" "g") [:error: x]))"#,
        r#"(call x ("s" "g") [])"#,
        r#"(call "@1" ("s" "g") [x.$.[1] x.$.[200]])"#,
        r#"(call "@2" ("s" "g") [x])"#,
    ];
    for script in scripts {
        let air = format!(r#"(seq (call "@1" ("s" "f") [] x) {script})"#);
        let asked = run(&air, &[], &[], &NOTHING);
        for (canonical, other) in &spellings {
            let answered = |text: &str| {
                let result = FlatCallResult {
                    ret_code: 0,
                    result: text.to_owned(),
                };
                run(&air, &asked.data, &[], &encode_call_results(&[(1, result)].into()))
            };
            let outcome = answered(canonical);
            assert_eq!(outcome, answered(other), "{air}: {canonical}");
            // The text is in the data now.
            let again = run(&air, &outcome.data, &[], &NOTHING);
            assert_eq!(
                (again.ret_code, &again.data),
                (outcome.ret_code, &outcome.data),
                "{air}: {canonical}"
            );
        }
    }
}
