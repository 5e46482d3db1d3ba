//! Functions that need only their arguments.

use super::check;
use super::json;
use aqua_values::Value;

#[test]
fn op() {
    let cases: &[(&str, Value, Result<Value, &str>)] = &[
        ("noop", json!([1, 2]), Ok(json!(""))),
        ("identity", json!([]), Ok(json!(""))),
        ("identity", json!([{"a": 1}]), Ok(json!({"a": 1}))),
        (
            "identity",
            json!([1, 2]),
            Err("identity accepts up to 1 arguments, received 2 arguments"),
        ),
        ("array", json!([]), Ok(json!([]))),
        ("array", json!([1, "a", [2]]), Ok(json!([1, "a", [2]]))),
        ("array_length", json!([[1, 2]]), Ok(json!(2))),
        (
            "array_length",
            json!([1]),
            Err("op array_length's argument must be an array"),
        ),
        (
            "array_length",
            json!([]),
            Err("op array_length accepts exactly 1 argument: 0 found"),
        ),
        ("concat", json!([]), Ok(json!([]))),
        ("concat", json!([[1], [], [[2], 3]]), Ok(json!([1, [2], 3]))),
        (
            "concat",
            json!([[1], 2]),
            Err("all arguments of 'concat' must be arrays: argument #1 is not"),
        ),
        ("concat_strings", json!([]), Ok(json!(""))),
        ("concat_strings", json!(["a", "", "bß"]), Ok(json!("abß"))),
        (
            "concat_strings",
            json!([1, "a"]),
            Err("all arguments of 'concat_strings' must be strings: argument #0 is not"),
        ),
        ("string_to_b58", json!(["hello"]), Ok(json!("Cn8eVZg"))),
        (
            "string_to_b58",
            json!([]),
            Err("Field 'string' is missing from args to call_service"),
        ),
        (
            "string_to_b58",
            json!(["a".repeat(9000)]),
            Err("values of more than 8192 bytes have no base58 form here, this one has 9000"),
        ),
        ("string_from_b58", json!(["Cn8eVZg"]), Ok(json!("hello"))),
        (
            "string_from_b58",
            json!(["5Q"]),
            Err("the bytes are no text: invalid utf-8 sequence of 1 bytes from index 0"),
        ),
        ("bytes_to_b58", json!([[104, 101, 108, 108, 111]]), Ok(json!("Cn8eVZg"))),
        (
            "bytes_to_b58",
            json!([[256]]),
            Err("Error deserializing field 'bytes': expected u8, got [256]"),
        ),
        (
            "bytes_from_b58",
            json!(["Cn8eVZg"]),
            Ok(json!([104, 101, 108, 108, 111])),
        ),
        (
            "bytes_from_b58",
            json!(["0"]),
            Err("'0' is not base58: provided string contained invalid character '0' at byte 0"),
        ),
        (
            "sha256_string",
            json!(["hello"]),
            Ok(json!("QmRN6wdp1S2A5EtjW9A3M1vKSBuQQGcgvuhoMUoEz4iiT5")),
        ),
        (
            "sha256_string",
            json!(["hello", [true]]),
            Ok(json!("42TEXg1vFAbcJ65y7qdYG9iCPvYfy3NDdVLd75akX2P5")),
        ),
        (
            "sha256_string",
            json!(["", [true], [true]]),
            Ok(json!([
                227, 176, 196, 66, 152, 252, 28, 20, 154, 251, 244, 200, 153, 111, 185, 36, 39, 174, 65, 228, 100, 155,
                147, 76, 164, 149, 153, 27, 120, 82, 184, 85
            ])),
        ),
        (
            "sha256_string",
            json!(["a", [true, false]]),
            Err("Option's array must contain at most 1 element, 'digest_only' was of 2 elements"),
        ),
    ];
    for (function, arguments, expected) in cases {
        check("op", function, arguments.clone(), expected.clone());
    }
}

#[test]
fn array() {
    let cases: &[(&str, Value, Result<Value, &str>)] = &[
        ("length", json!([[]]), Ok(json!(0))),
        ("slice", json!([[1, 2, 3], 1, 2]), Ok(json!([2]))),
        ("slice", json!([[1, 2, 3], 0, 3]), Ok(json!([1, 2, 3]))),
        ("slice", json!([[1, 2, 3], 3, 3]), Ok(json!([]))),
        ("slice", json!([[], 5, 2]), Ok(json!([]))),
        (
            "slice",
            json!([[1, 2, 3], 1, 4]),
            Err("slice indexes out of bounds: start 1, end 4, the array has 3 elements"),
        ),
        (
            "slice",
            json!([[1, 2, 3], 2, 1]),
            Err("slice indexes out of bounds: start 2, end 1, the array has 3 elements"),
        ),
        (
            "slice",
            json!([[1], -1, 1]),
            Err("Error deserializing field 'start': expected usize, got -1"),
        ),
        (
            "slice",
            json!(["abc", 0, 1]),
            Err("Error deserializing field 'array': expected an array, got \"abc\""),
        ),
        ("slice", json!([[1], 0]), Err("expected 3 arguments, got 2")),
        ("sum", json!([[]]), Ok(json!(0))),
        ("sum", json!([[1, -2, 3]]), Ok(json!(2))),
        ("sum", json!([[i64::MAX, 1]]), Err("i64 add overflow")),
        (
            "sum",
            json!([["1"]]),
            Err("Error deserializing field 'array': expected i64, got [\"1\"]"),
        ),
        ("dedup", json!([["b", "a", "b"]]), Ok(json!(["b", "a"]))),
        (
            "dedup",
            json!([[1]]),
            Err("Error deserializing field 'array': expected a string, got [1]"),
        ),
        ("intersect", json!([["c", "a", "b"], ["b", "c"]]), Ok(json!(["c", "b"]))),
        ("diff", json!([["c", "a", "a"], ["b", "c"]]), Ok(json!(["a"]))),
        ("sdiff", json!([["c", "a"], ["b", "c"]]), Ok(json!(["a", "b"]))),
        ("sdiff", json!([[]]), Err("expected 2 arguments, got 1")),
    ];
    for (function, arguments, expected) in cases {
        check("array", function, arguments.clone(), expected.clone());
    }
}

#[test]
fn math() {
    let cases: &[(&str, Value, Result<Value, &str>)] = &[
        ("add", json!([1, -3]), Ok(json!(-2))),
        ("add", json!([i64::MAX, 1]), Err("i64 add overflow")),
        ("add", json!([1]), Err("expected 2 arguments, got 1")),
        ("add", json!([1, 2, 3]), Err("expected 2 arguments, got 3")),
        (
            "add",
            json!([1.5, 1]),
            Err("Error deserializing field 'x': expected i64, got 1.5"),
        ),
        (
            "add",
            json!([1, "1"]),
            Err("Error deserializing field 'y': expected i64, got \"1\""),
        ),
        ("sub", json!([1, 3]), Ok(json!(-2))),
        ("sub", json!([-1, i64::MIN]), Err("i64 neg overflow")),
        ("sub", json!([i64::MIN, 1]), Err("i64 add overflow")),
        ("mul", json!([-4, 5]), Ok(json!(-20))),
        ("mul", json!([i64::MAX, 2]), Err("i64 mul overflow")),
        ("fmul", json!([10, 0.66]), Ok(json!(6))),
        ("fmul", json!([-0.5, 1]), Ok(json!(-1))),
        ("div", json!([7, -2]), Ok(json!(-3))),
        ("div", json!([7, 0]), Err("i64 div overflow")),
        ("div", json!([i64::MIN, -1]), Err("i64 div overflow")),
        ("rem", json!([-7, 2]), Ok(json!(-1))),
        ("rem", json!([7, 0]), Err("i64 rem overflow")),
        ("pow", json!([-2, 3]), Ok(json!(-8))),
        ("pow", json!([2, 63]), Err("i64 pow overflow")),
        (
            "pow",
            json!([2, -1]),
            Err("Error deserializing field 'y': expected u32, got -1"),
        ),
        ("log", json!([2, 1023]), Ok(json!(9))),
        ("log", json!([1, 8]), Err("i64 log overflow")),
        ("log", json!([2, 0]), Err("i64 log overflow")),
    ];
    for (function, arguments, expected) in cases {
        check("math", function, arguments.clone(), expected.clone());
    }
}

#[test]
fn cmp() {
    let truths = [
        ("gt", [false, false, true]),
        ("gte", [false, true, true]),
        ("lt", [true, false, false]),
        ("lte", [true, true, false]),
    ];
    for (function, answers) in truths {
        for (y, answer) in [3, 2, 1].into_iter().zip(answers) {
            check("cmp", function, json!([2, y]), Ok(json!(answer)));
        }
    }
    check("cmp", "cmp", json!([i64::MIN, i64::MAX]), Ok(json!(-1)));
    check("cmp", "cmp", json!([5, 5]), Ok(json!(0)));
    check("cmp", "cmp", json!([6, 5]), Ok(json!(1)));
    check("cmp", "gt", json!([6]), Err("expected 2 arguments, got 1"));
}

#[test]
fn json_objects() {
    let cases: &[(&str, Value, Result<Value, &str>)] = &[
        ("obj", json!([]), Ok(json!({}))),
        ("obj", json!(["b", 1, "a", [2]]), Ok(json!({"b": 1, "a": [2]}))),
        (
            "obj",
            json!(["b", 1, "a"]),
            Err("Expected odd number of arguments, got even. No value for key 'a'"),
        ),
        (
            "obj",
            json!([1, 2]),
            Err("Error deserializing field 'key': expected a string, got 1"),
        ),
        ("put", json!([{"a": 1}, "b", null]), Ok(json!({"a": 1, "b": null}))),
        ("put", json!([{"a": 1}, "a", 2]), Ok(json!({"a": 2}))),
        ("put", json!([[], "a", 2]), Err("expected json object, got []")),
        ("put", json!([{}, "a"]), Err("expected 3 arguments, got 2")),
        ("puts", json!([{"a": 1}]), Ok(json!({"a": 1}))),
        (
            "puts",
            json!([{"a": 1}, "c", 3, "b", 2]),
            Ok(json!({"a": 1, "c": 3, "b": 2})),
        ),
        (
            "puts",
            json!([{}, "c"]),
            Err("Expected odd number of arguments, got even. No value for key 'c'"),
        ),
        (
            "puts",
            json!([]),
            Err("Field 'object' is missing from args to call_service"),
        ),
        (
            "parse",
            json!(["{\"b\":[1,null],\"a\":2}"]),
            Ok(json!({"b": [1, null], "a": 2})),
        ),
        (
            "parse",
            json!(["{"]),
            Err("not a JSON text: EOF while parsing an object at line 1 column 1"),
        ),
        (
            "parse",
            json!([7]),
            Err("Error deserializing field 'str': expected a string, got 7"),
        ),
        (
            "stringify",
            json!([{"b": 1, "a": "x"}]),
            Ok(json!("{\"a\":\"x\",\"b\":1}")),
        ),
        ("stringify", json!([[1e20, 1e-7, 0.5]]), Ok(json!("[1e+20,1e-7,0.5]"))),
        (
            "obj_pairs",
            json!([[["b", 1], ["a", []]]]),
            Ok(json!({"b": 1, "a": []})),
        ),
        (
            "obj_pairs",
            json!([[["b"]]]),
            Err("Error deserializing field 'pairs': expected a tuple of size 2, got [[\"b\"]]"),
        ),
        ("puts_pairs", json!([{"a": 1}, [["b", 2]]]), Ok(json!({"a": 1, "b": 2}))),
        ("puts_pairs", json!([3, []]), Err("expected json object, got 3")),
    ];
    for (function, arguments, expected) in cases {
        check("json", function, arguments.clone(), expected.clone());
    }
}

#[test]
fn debug() {
    check("debug", "stringify", json!([]), Ok(json!("\"<empty argument list>\"")));
    check("debug", "stringify", json!([{"a": [1]}]), Ok(json!("{\"a\":[1]}")));
    check("debug", "stringify", json!(["a", 1]), Ok(json!("[\"a\",1]")));
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
