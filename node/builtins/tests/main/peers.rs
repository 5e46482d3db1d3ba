//! What a table of cases can't express: relations between answers, and hostile arguments.

use super::{HOST, answer, answered, call_from, check, id, json};
use aqua_peer::Services;
use aqua_values::Value;

#[test]
fn kad_merges_by_distance() {
    let ids: Vec<String> = (1..=6).map(|number| id(number).to_string()).collect();
    let target = &ids[0];
    let merged = |left: &[String], right: &[String], count: Value| {
        let arguments = json!([target, left, right, count]);
        answer(&call_from(HOST, "kad", "merge", arguments, Vec::new())).expect("peers can be merged")
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
}

#[test]
fn a_text_that_is_no_peer_id_is_an_error() {
    let call = call_from(HOST, "peer", "get_contact", json!(["Cn8eVZg"]), Vec::new());
    let error = answer(&call).expect_err("no peer id");
    let text = Value::parse(&error.message).expect("JSON");
    let expected = "Error deserializing field 'peer_id': expected a peer id, got \"Cn8eVZg\"";
    assert!(text.as_str().is_some_and(|text| text.starts_with(expected)), "{text}");
}

/// A text that nests deeply is refused, not followed down.
#[test]
fn deep_json_is_refused() {
    let text = "[".repeat(100_000);
    check(
        "json",
        "parse",
        json!([text]),
        Err("not a JSON text: recursion limit exceeded at line 1 column 128"),
    );
}

#[test]
fn long_texts_have_no_base58_form() {
    check(
        "op",
        "string_to_b58",
        json!(["a".repeat(9000)]),
        Err("values of more than 8192 bytes have no base58 form here, this one has 9000"),
    );
}

#[test]
fn long_texts_are_printed_in_part() {
    let printed = |arguments| {
        let call = call_from(HOST, "run-console", "print", arguments, Vec::new());
        answered(Services::default(), &call).printed.expect("it prints")
    };
    let long = "ß".repeat(3000);
    assert_eq!(printed(json!(["a", long])), format!("a {}…", "ß".repeat(2047)));
    assert_eq!(printed(json!(["a", [long], "b"])), "a …");
}
