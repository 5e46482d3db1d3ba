//! Services of generated programs.

use crate::simulated_network::json_arguments;
use aqua_vm::CallRequest;
use aqua_vm::flat::FlatCallResult;
use serde_json::{Value, json};

/// The functions that programs call.
pub(super) const FUNCTIONS: &[&str] = &[
    "arguments",
    "number",
    "next",
    "list",
    "numbers",
    "object",
    "odd",
    "texts",
    "where",
    "error",
    "broken",
];

/// Returns whether a call is certain to succeed for any arguments.
pub(super) fn never_fails(service: &aqua_air::Operand, function: &aqua_air::Operand) -> bool {
    matches!((service, function), (aqua_air::Operand::Literal(_), aqua_air::Operand::Literal(name))
        if *name != "broken" && (*name == "identity" || FUNCTIONS.contains(&name.as_str())))
}

/// Answers a service call. The result only depends on the peer and the request.
pub fn answer(peer_id: &str, request: &CallRequest) -> FlatCallResult {
    let arguments = json_arguments(request);
    let first = || arguments.first().cloned().unwrap_or(Value::Null);
    let value = match request.function_name.as_str() {
        "identity" => first(),
        "arguments" => Value::from(arguments.clone()),
        "number" => json!(arguments.len()),
        // Stops at five.
        "next" => json!(first().as_u64().map_or(5, |number| number.min(4) + 1)),
        "list" => json!(["a", 2, {"b": [true, null]}]),
        "numbers" => json!([0, 1, 2]),
        "object" => {
            json!({"name": "x", "zero": 0, "a": [10, 20.5, "thirty"], "error_code": 7, "message": "from object"})
        }
        "where" => json!(peer_id),
        // JSON that a serialiser would not produce.
        "odd" => return text(ODD[checksum(request) % ODD.len()]),
        "texts" => json!(["key", "op", "é\u{1}\\\"\n", ""]),
        "error" => return text(ERRORS[checksum(request) % ERRORS.len()]),
        name => return failure(peer_id, name, checksum(request)),
    };
    // Results that contain earlier results would grow without bound.
    let result = value.to_string();
    if result.len() > 500 {
        return text(&json!(result.len()).to_string());
    }
    text(&result)
}

const ODD: &[&str] = &[
    " { \"z\" : 1 , \"a\" : [ 1.0 , 1e2 , -0 ] , \"a\" : \"twice\" } ",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "1e21",
    "1.7976931348623157e308",
    "5e-324",
    "\"\\u00e9\\ud83d\\ude00\\/\"",
    "null",
    "[[],{},\"\",[[[]]]]",
    "{\"\":{\"key\":7},\"7\":\"seven\"}",
    "0.1",
    "100000000000000000000.0",
];

/// Error objects for `fail`, valid and invalid.
const ERRORS: &[&str] = &[
    "{\"error_code\":3,\"message\":\"m\",\"more\":[1]}",
    "{\"error_code\":-3,\"message\":\"\"}",
    "{\"message\":\"m\"}",
    "{\"error_code\":3}",
    "{\"error_code\":3.0,\"message\":\"m\"}",
    "{\"error_code\":\"3\",\"message\":\"m\"}",
    "{\"error_code\":3,\"message\":5}",
    "{\"error_code\":0,\"message\":\"m\"}",
    "[3,\"m\"]",
];

/// Returns a failure with various codes and texts, valid JSON or not.
fn failure(peer_id: &str, name: &str, size: usize) -> FlatCallResult {
    let (ret_code, result) = [
        (1, json!(format!("{peer_id} doesn't know {name}")).to_string()),
        (-1, "not JSON".to_owned()),
        (i32::MAX, "{\"error_code\":0}".to_owned()),
        (i32::MIN, "é\n\"".to_owned()),
    ][size % 4]
        .clone();
    FlatCallResult { ret_code, result }
}

fn text(result: &str) -> FlatCallResult {
    FlatCallResult {
        ret_code: 0,
        result: result.to_owned(),
    }
}

/// Returns a number that depends on all arguments.
fn checksum(request: &CallRequest) -> usize {
    let arguments = Value::from(json_arguments(request)).to_string();
    arguments.bytes().map(usize::from).sum::<usize>() + request.arguments.len()
}
