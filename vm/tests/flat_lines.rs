//! The machine over lines of JSON.

use crate::network::{key, with_peers};
use aqua_vm::flat::{self, json::answer};
use aqua_vm::{CanonMapFold, Limits, Trust};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn request(air: &str) -> Value {
    json!({
        "air": with_peers(air),
        "params": {
            "init_peer_id": key(1).peer_id().to_string(),
            "current_peer_id": key(1).peer_id().to_string(),
            "timestamp": 1,
            "ttl": 2,
            "key_format": 0,
            "secret_key": STANDARD.encode([1; 32]),
            "particle_id": "particle",
        },
    })
}

fn ask(request: &Value) -> Value {
    serde_json::from_str(&answer(request.to_string().as_bytes())).expect("a reply is JSON")
}

/// Changes a request. Returns the code and message of the reply.
fn after(change: impl FnOnce(&mut Value)) -> (i64, String) {
    let mut request = request("(null)");
    change(&mut request);
    let reply = ask(&request);
    let message = reply["error_message"].as_str().expect("a text").to_owned();
    (reply["ret_code"].as_i64().expect("a number"), message)
}

#[test]
fn a_conversation() {
    let air = r#"(seq (call "@1" ("srv" "fun") ["text" 1.0 -0.0 9223372036854775807 []] x) (call "@2" ("s" "f") [x]))"#;
    let mut request = request(air);
    let asked = ask(&request);
    let mut shown = asked.clone();
    shown["data"] = "…".into();
    insta::assert_json_snapshot!(shown);

    request["prev_data"] = asked["data"].clone();
    request["call_results"] = json!({"1": {"ret_code": 0, "result": "[1.0, {\"b\": 1, \"a\": 2}]"}});
    let done = ask(&request);
    assert_eq!(
        (&done["ret_code"], &done["next_peers"], &done["call_requests"]),
        (&json!(0), &json!([key(2).peer_id().to_string()]), &json!({}))
    );
}

#[test]
fn results_with_other_names_are_unprocessed() {
    let (code, message) = after(|request| request["call_results"] = json!({"one": {"ret_code": 0, "result": "1"}}));
    assert_eq!(code, 30_000);
    assert!(
        message.contains(r#"{"one": CallServiceResult { ret_code: 0, result: "1" }}"#),
        "{message}"
    );
}

#[test]
fn results_as_bytes() {
    let raw = |bytes: &[u8]| after(|request| request["raw_call_results"] = STANDARD.encode(bytes).into());
    assert_eq!(raw(b"\x81\x04\x80").0, 0);
    assert_eq!(
        raw(b""),
        (
            5,
            "error occurred while deserialize call results: VarInt(Insufficient).".to_owned()
        )
    );
}

#[test]
fn options_reach_the_machine() {
    let hard = after(|request| {
        request["params"]["air_size_limit"] = 5.into();
        request["params"]["hard_limit_enabled"] = true.into();
    });
    assert_eq!(
        hard,
        (
            10,
            "air size: 6 bytes is bigger than the limit allowed: 5 bytes".to_owned()
        )
    );

    let mut soft = request(r#"(call "@1" ("s" "f") ["a text of some length"])"#);
    soft["params"]["particle_size_limit"] = 0.into();
    soft["data"] = ask(&soft)["data"].clone();
    let limits = json!({"air_size_limit_exceeded": false, "particle_size_limit_exceeded": true, "call_result_size_limit_exceeded": false});
    assert_eq!(ask(&soft)["soft_limits"], limits);

    let (code, _) = after(|request| {
        request["air"] = with_peers(r#"(seq (ap "a text of some length" $s) (canon "@1" $s #s))"#).into();
        request["params"]["run_size_limit"] = 10.into();
    });
    assert_eq!(code, 20104);
    let (code, _) = after(|request| {
        request["air"] = "(seq (null) (null))".into();
        request["params"]["run_length_limit"] = 1.into();
    });
    assert_eq!(code, 20106);

    let entries = |rule: &str| {
        let air = r#"(seq (seq (ap ("k" 1) %m) (ap ("k" 2) %m)) (seq (canon "@1" %m #%m)
            (fold #%m pair (par (call "@1" ("s" "f") [pair]) (next pair)))))"#;
        let mut request = request(air);
        request["params"]["canon_map_fold"] = rule.into();
        ask(&request)["call_requests"].as_object().expect("requests").len()
    };
    assert_eq!((entries("every_entry"), entries("last_of_each_key")), (2, 1));

    let signed = |trust: &str| {
        let mut request = request(r#"(canon "@1" $s #s)"#);
        request["params"]["trust"] = trust.into();
        let data = STANDARD
            .decode(ask(&request)["data"].as_str().expect("a text"))
            .expect("base64");
        aqua_vm::State::decode(&data).expect("own data").data().signatures.len()
    };
    assert_eq!((signed("verify"), signed("ignore")), (1, 0));
}

#[test]
fn padding_may_be_left_out() {
    let with_key = |text: String| after(|request| request["params"]["secret_key"] = text.into());
    assert_eq!(with_key(STANDARD_NO_PAD.encode([1; 32])).0, 0);
    let short = "malformed keypair format: invalid key data: Failed to decode, invalid length: could not convert slice to array";
    for bytes in [0, 1, 31, 33, 64] {
        assert_eq!(
            with_key(STANDARD.encode(vec![1; bytes])),
            (7, short.to_owned()),
            "{bytes} bytes"
        );
    }
    assert!(URL_SAFE.encode([0xff; 32]).contains('_'));
    assert_eq!(with_key(URL_SAFE.encode([0xff; 32])).0, -1);
}

#[test]
fn what_is_no_request_is_refused() {
    let line = |line: &[u8]| serde_json::from_str::<Value>(&answer(line)).expect("a reply is JSON");
    let reply = line(b"{");
    assert_eq!(reply["failure"], "request");
    assert_eq!(
        (&reply["data"], &reply["next_peers"], &reply["call_requests"]),
        (&json!(""), &json!([]), &json!({}))
    );

    let remove =
        |field: &'static str| after(move |request| drop(request.as_object_mut().expect("an object").remove(field)));
    let set = |field: &'static str, value: Value| {
        after(move |request| *request.pointer_mut(field).expect("a field of the request") = value)
    };
    let add = |pointer: &'static str, field: &'static str, value: Value| {
        after(move |request| request.pointer_mut(pointer).expect("an object")[field] = value)
    };
    let refusals = [
        (
            "no JSON",
            (
                line(b"{")["ret_code"].as_i64().expect("a number"),
                line(b"{")["error_message"].to_string(),
            ),
        ),
        (
            "no text",
            (-1, line(b"{\"air\": \"\xff\"}")["error_message"].to_string()),
        ),
        ("nothing", (-1, line(b"")["error_message"].to_string())),
        ("another value", (-1, line(b"[1]")["error_message"].to_string())),
        ("deep", (-1, line(&b"[".repeat(100_000))["error_message"].to_string())),
        ("no script", remove("air")),
        ("no parameters", remove("params")),
        ("script of another kind", set("/air", json!(7))),
        ("no base64", set("/params/secret_key", json!("a*b="))),
        ("bits that say nothing", set("/params/secret_key", json!("AB"))),
        ("padding alone", set("/params/secret_key", json!("="))),
        ("long life", set("/params/ttl", json!(4_294_967_296_u64))),
        ("negative time", set("/params/timestamp", json!(-1))),
        ("unknown field", add("", "dat", json!(""))),
        ("unknown parameter", add("/params", "hard_limits_enabled", json!(true))),
        ("unknown rule", add("/params", "canon_map_fold", json!("first"))),
        (
            "result without code",
            add("", "call_results", json!({"1": {"result": "1"}})),
        ),
        (
            "result of another kind",
            add("", "call_results", json!({"1": {"ret_code": 0, "result": 1}})),
        ),
        (
            "results twice",
            after(|request| {
                request["call_results"] = json!({"1": {"ret_code": 0, "result": "1"}});
                request["raw_call_results"] = "gQSA".into();
            }),
        ),
    ];
    assert!(refusals.iter().all(|(_, (code, _))| *code == -1), "{refusals:?}");
    let shown: Vec<String> = refusals
        .iter()
        .map(|(what, (_, text))| format!("{what}: {text}"))
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

proptest! {
    #[test]
    fn any_bytes_have_a_reply(line in prop::collection::vec(any::<u8>(), 0..200)) {
        let reply = answer(&line);
        prop_assert!(!reply.contains('\n'));
        let reply: Value = serde_json::from_str(&reply).expect("a reply is JSON");
        prop_assert_eq!(&reply["failure"], &json!("request"));
    }

    #[test]
    fn a_line_says_what_the_call_says(
        air in prop_oneof![script(), "\\PC{0,40}"],
        data in prop_oneof![Just(Vec::new()), prop::collection::vec(any::<u8>(), 0..80)],
        seed in prop_oneof![9 => prop::collection::vec(any::<u8>(), 32), 1 => prop::collection::vec(any::<u8>(), 30..34)],
        key_format in prop_oneof![9 => Just(0_u8), 1 => any::<u8>()],
        (timestamp, ttl) in (any::<u64>(), any::<u32>()),
        particle_id in "\\PC{0,20}",
        results in prop::collection::btree_map(0..4_u32, (any::<i32>(), "[0-9]{1,3}|\"\\PC{0,9}\"|\\PC{0,9}"), 0..3),
    ) {
        let peer = key(1).peer_id().to_string();
        let parameters = flat::RunParameters {
            init_peer_id: peer.clone(),
            current_peer_id: peer.clone(),
            timestamp,
            ttl,
            key_format,
            secret_key_bytes: seed.clone(),
            particle_id: particle_id.clone(),
            limits: Limits::default(),
            canon_map_fold: CanonMapFold::default(),
            trust: Trust::default(),
        };
        let fields: BTreeMap<_, _> = results.iter().map(|(id, (ret_code, result))| (id.to_string(), json!({"ret_code": ret_code, "result": result}))).collect();
        let results = results.into_iter().map(|(id, (ret_code, result))| (id, flat::FlatCallResult { ret_code, result })).collect();
        // The second run continues with the data of the first.
        let mut previous = Vec::new();
        for results in [BTreeMap::new(), results] {
            let expected = flat::invoke(&air, &previous, &data, &parameters, &flat::encode_call_results(&results));
            let requests = flat::decode_call_requests(&expected.call_requests).expect("own bytes");
            let reply = ask(&json!({
                "air": air,
                "prev_data": STANDARD.encode(&previous),
                "data": STANDARD_NO_PAD.encode(&data),
                "params": {
                    "init_peer_id": peer, "current_peer_id": peer, "timestamp": timestamp, "ttl": ttl,
                    "key_format": key_format, "secret_key": STANDARD.encode(&seed), "particle_id": particle_id,
                },
                "call_results": if results.is_empty() { json!({}) } else { json!(fields) },
            }));
            prop_assert_eq!(&reply["failure"], &Value::Null);
            prop_assert_eq!(&reply["ret_code"], &json!(expected.ret_code));
            prop_assert_eq!(&reply["error_message"], &json!(expected.error_message));
            prop_assert_eq!(&reply["data"], &json!(STANDARD.encode(&expected.data)));
            prop_assert_eq!(&reply["next_peers"], &json!(expected.next_peer_pks));
            prop_assert_eq!(reply["call_requests"].as_object().expect("an object").len(), requests.len());
            for (id, request) in requests {
                let field = &reply["call_requests"][id.to_string()];
                prop_assert_eq!(&field["service_id"], &json!(request.service_id));
                prop_assert_eq!(&field["function_name"], &json!(request.function_name));
                prop_assert_eq!(&field["arguments"], &json!(request.arguments));
                prop_assert_eq!(&field["tetraplets"], &json!(request.tetraplets));
            }
            previous = expected.data;
        }
    }
}

/// Scripts that mostly run: calls here and there, with values of every kind.
fn script() -> impl Strategy<Value = String> {
    let argument = prop_oneof![
        Just("%timestamp%".to_owned()),
        Just("%ttl%".to_owned()),
        Just(":error:".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        (-1e6..1e6).prop_map(|number: f64| format!("{number:.3}")),
        "[a-z é]{0,9}".prop_map(|text| format!("\"{text}\"")),
    ];
    let call = (1..4_u8, prop::collection::vec(argument, 0..4), "[a-z]{1,4}").prop_map(|(peer, arguments, stream)| {
        let (peer, arguments) = (key(peer).peer_id().to_string(), arguments.join(" "));
        format!(r#"(call "{peer}" ("service" "function") [{arguments}] ${stream})"#)
    });
    let leaf = prop_oneof![5 => call, 1 => Just("(null)".to_owned()), 1 => Just(r#"(fail 7 "text")"#.to_owned())];
    leaf.prop_recursive(4, 16, 2, |inner| {
        ("seq|par|xor", inner.clone(), inner).prop_map(|(word, left, right)| format!("({word} {left} {right})"))
    })
}
