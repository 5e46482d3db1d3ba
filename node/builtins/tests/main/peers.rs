//! Functions that ask the peer: its neighbours, its clock, its key.

use super::json;
use super::{ADDRESS, START, answer, answer_with, call_from, check, id};
use aqua_peer::{Services, failure};
use aqua_values::Value;
use aqua_vm::Tetraplet;

#[test]
fn kad_finds_neighbours() {
    let [one, two, three] = [1, 2, 3].map(|number| id(number).to_string());
    check("kad", "neighborhood", json!([one]), Ok(json!([two, three])));
    check("kad", "neighborhood", json!([one, [], [1]]), Ok(json!([two])));
    check("kad", "neighborhood", json!([one, null, 1]), Ok(json!([two])));
    check("kad", "neighborhood", json!([one, [true]]), Ok(json!([two, three])));
    check(
        "kad",
        "neighborhood",
        json!(["Cn8eVZg", [true]]),
        Err("Invalid multihash"),
    );
    check(
        "kad",
        "neighborhood",
        json!([]),
        Err("Field 'key' is missing from args to call_service"),
    );
    check(
        "kad",
        "neigh_with_addrs",
        json!([one]),
        Ok(json!([{"peer_id": two, "addresses": [ADDRESS]}, {"peer_id": three, "addresses": []}])),
    );
}

#[test]
fn kad_merges_by_distance() {
    let ids: Vec<String> = (1..=6).map(|number| id(number).to_string()).collect();
    let target = &ids[0];
    let merged = |left: &[String], right: &[String], count: Value| {
        let arguments = json!([target, left, right, count]);
        answer(call_from(1, "kad", "merge", arguments, Vec::new())).expect("peers can be merged")
    };
    let all = merged(&ids[..4], &ids[2..], json!([]));
    let sorted: Vec<String> = aqua_values::from_value(&all).expect("texts");
    assert_eq!(&sorted[0], target, "nothing is nearer than the target itself");
    let mut once = sorted.clone();
    once.sort();
    once.dedup();
    assert_eq!((once.len(), sorted.len()), (6, 6), "each peer once");
    assert_eq!(merged(&ids[2..], &ids[..4], json!(null)), all, "either way round");
    assert_eq!(
        merged(&ids, &[], json!([2])),
        json!(sorted[..2]),
        "the nearest ones are kept"
    );
    check(
        "kad",
        "merge",
        json!(["Cn8eVZg", ["0"], []]),
        Err("'0' is not base58: provided string contained invalid character '0' at byte 0"),
    );
}

#[test]
fn peer_knows_itself_and_its_time() {
    check(
        "peer",
        "identify",
        json!([]),
        Ok(json!({
            "external_addresses": [ADDRESS],
            "node_version": env!("CARGO_PKG_VERSION"),
            "air_version": aqua_vm::flat::interpreter_version(),
            "spell_version": "",
            "allowed_binaries": [],
            "vm_info": [],
        })),
    );
    check("peer", "timestamp_ms", json!([]), Ok(json!(START)));
    check("peer", "timestamp_sec", json!([]), Ok(json!(START / 1000)));
}

#[test]
fn peer_knows_its_connections() {
    let [two, three] = [2, 3].map(|number| id(number).to_string());
    check("peer", "is_connected", json!([two]), Ok(json!(true)));
    check("peer", "is_connected", json!([three]), Ok(json!(false)));
    check(
        "peer",
        "get_contact",
        json!([two]),
        Ok(json!({"peer_id": two, "addresses": [ADDRESS]})),
    );
    check("peer", "get_contact", json!([three]), Ok(json!("")));
    let error = answer(call_from(1, "peer", "get_contact", json!(["Cn8eVZg"]), Vec::new())).expect_err("no peer id");
    let text = Value::parse(&error.message).expect("JSON");
    let expected = "Error deserializing field 'peer_id': expected a peer id, got \"Cn8eVZg\"";
    assert!(text.as_str().is_some_and(|text| text.starts_with(expected)), "{text}");
}

#[test]
fn peer_connects_only_for_its_owner() {
    let [two, three] = [2, 3].map(|number| id(number).to_string());
    check("peer", "connect", json!([two]), Ok(json!(true)));
    check("peer", "connect", json!([three]), Ok(json!(false)));
    check("peer", "connect", json!([three, [[ADDRESS]]]), Ok(json!(true)));
    let stranger = |arguments| answer(call_from(2, "peer", "connect", arguments, Vec::new()));
    assert_eq!(
        stranger(json!([two])),
        Err(failure("This function is only available to the host or worker spells"))
    );
    assert_eq!(
        stranger(json!([])),
        Err(failure("Field 'peer_id' is missing from args to call_service")),
        "arguments are read before the guard"
    );
}

#[test]
fn timeouts_last_as_long_as_they_say() {
    let slept = |arguments| {
        let (result, time) = answer_with(
            Services::default(),
            call_from(1, "peer", "timeout", arguments, Vec::new()),
        );
        (result, time.0 / 1_000_000)
    };
    assert_eq!(slept(json!([1000])), (Ok(json!("")), 1000));
    assert_eq!(slept(json!(["1000", ["late"]])), (Ok(json!("late")), 1000));
    assert_eq!(slept(json!([1000, "late"])), (Ok(json!("late")), 1000));
    // The core ends it with the particle.
    let long = 10_001;
    assert_eq!(slept(json!([long, "late"])), (Ok(json!("late")), long));
    check(
        "peer",
        "timeout",
        json!([-1]),
        Err("Error deserializing field 'duration_ms': expected u64, got -1"),
    );
    check(
        "peer",
        "timeout",
        json!(["soon"]),
        Err("Error deserializing field 'duration_ms': expected u64, got \"soon\""),
    );
}

fn origin(peer: &str, service: &str, function: &str, lens: &str) -> Tetraplet {
    Tetraplet {
        peer_pk: peer.into(),
        service_id: service.into(),
        function_name: function.into(),
        lens: lens.into(),
    }
}

#[test]
fn sig_signs_what_the_own_registry_made() {
    let own = id(1).to_string();
    let sign = |from, data, origins: Vec<Tetraplet>| {
        answer(call_from(from, "sig", "sign", json!([data]), vec![origins.into()]))
    };
    let registry = |function| vec![origin(&own, "registry", function, "")];

    for function in ["get_record_bytes", "get_record_metadata_bytes"] {
        let signed = sign(1, json!([1, 2, 3]), registry(function)).expect("it signs");
        assert_eq!((&signed["success"], &signed["error"]), (&json!(true), &json!([])));
        let signature = &signed["signature"][0];
        check("sig", "verify", json!([signature, [1, 2, 3]]), Ok(json!(true)));
        check("sig", "verify", json!([signature, [1, 2, 4]]), Ok(json!(false)));
    }
    assert_eq!(
        sign(1, json!([256]), registry("get_record_bytes")),
        Ok(json!({
            "success": false,
            "error": ["Error deserializing field 'data': expected u8, got [256]"],
            "signature": [],
        }))
    );

    let other = id(2).to_string();
    let refused = [
        (
            2,
            registry("get_record_bytes"),
            format!("peer '{other}' is not allowed to sign data on '{own}'"),
        ),
        (
            1,
            vec![],
            "data to sign must have exactly 1 origin, it has 0".to_owned(),
        ),
        (
            1,
            vec![origin(&other, "registry", "get_record_bytes", "")],
            format!("data to sign must come from peer '{own}', it comes from '{other}'"),
        ),
        (
            1,
            registry("get_key_bytes"),
            "data to sign must come from 'registry.get_record_metadata_bytes' or 'registry.get_record_bytes', \
             it comes from 'registry.get_key_bytes'"
                .to_owned(),
        ),
        (
            1,
            vec![origin(&own, "op", "get_record_bytes", "")],
            "data to sign must come from 'registry.get_record_metadata_bytes' or 'registry.get_record_bytes', \
             it comes from 'op.get_record_bytes'"
                .to_owned(),
        ),
        (
            1,
            vec![origin(&own, "registry", "get_record_bytes", ".$.[0]")],
            "data to sign must be the whole answer of the registry, not its part '.$.[0]'".to_owned(),
        ),
    ];
    for (from, origins, expected) in refused {
        assert_eq!(sign(from, json!([1, 2, 3]), origins), Err(failure(expected)));
    }
}

#[test]
fn sig_says_whose_key_it_is() {
    check("sig", "get_peer_id", json!([]), Ok(json!(id(1).to_string())));
    check("sig", "verify", json!([[1, 2], [3]]), Ok(json!(false)));
    check(
        "sig",
        "verify",
        json!([[]]),
        Err("Field 'data' is missing from args to call_service"),
    );
}
