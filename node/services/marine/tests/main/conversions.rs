//! Each rule for arguments from JSON, as data.

use crate::{U8, U32, function, json, module, named, version};
use aqua_marine::{
    CallError, FunctionType, GuestValue, InterfaceType, MismatchKind, Module, RecordType, ScalarType, SectionBuilder,
};
use aqua_values::Value;

/// The index of the record `Point {x: s32, label: string}`.
const POINT: InterfaceType = InterfaceType::Record(6);

/// A module whose function `f` has this type.
fn module_with(ty: FunctionType) -> Module {
    let mut builder = SectionBuilder::new(version());
    builder.record(RecordType {
        name: "Point".to_owned(),
        fields: vec![
            named("x", ScalarType::S32.into()),
            named("label", InterfaceType::String),
        ],
    });
    builder.export("f", ty);
    module(&builder.finish())
}

/// The arguments of `f`, or the message.
fn arguments(parameters: &[InterfaceType], json: &Value) -> Result<Vec<GuestValue>, String> {
    let module = module_with(function(parameters, None));
    let f = module.function("f").expect("the function");
    module.arguments(f, json).map_err(|mismatch| mismatch.to_string())
}

/// The only argument of `f`, or the message.
fn argument(ty: &InterfaceType, json: &Value) -> Result<GuestValue, String> {
    let arguments = arguments(std::slice::from_ref(ty), &json!([json]));
    arguments.map(|arguments| arguments.into_iter().next().expect("one argument"))
}

fn text(text: &str) -> GuestValue {
    GuestValue::String(text.into())
}

fn scalar(bits: impl Into<i128>) -> GuestValue {
    GuestValue::Scalar(bits.into() as u64)
}

#[test]
fn arguments_are_a_list_an_object_nothing_or_one_value() {
    let two = [U8, InterfaceType::String];
    let one = [InterfaceType::String];
    let none: [InterfaceType; 0] = [];
    let arity =
        |expected: usize, found: usize| Err(format!("function requires {expected} arguments, {found} provided"));
    let missing = |name: &str| Err(format!("missing argument with name {name}"));
    let both = Ok(vec![scalar(1), text("x")]);
    type Case<'c> = (&'c [InterfaceType], Value, Result<Vec<GuestValue>, String>);
    let cases: &[Case<'_>] = &[
        (&two, json!([1, "x"]), both.clone()),
        (&two, json!([1]), arity(2, 1)),
        (&two, json!([1, "x", 2]), arity(2, 3)),
        (&two, json!([]), arity(2, 0)),
        (&two, json!({"a1": "x", "a0": 1}), both),
        (&two, json!({"a0": 1}), missing("a1")),
        (&two, json!({}), missing("a0")),
        (&two, json!({"a0": 1, "a1": "x", "a2": 2}), arity(2, 3)),
        (&two, Value::Null, arity(2, 0)),
        (&two, json!("x"), arity(2, 1)),
        (&none, Value::Null, Ok(vec![])),
        (&none, json!([]), Ok(vec![])),
        (&none, json!({}), Ok(vec![])),
        (&none, json!([Value::Null]), arity(0, 1)),
        (&none, json!({"a0": 1}), arity(0, 1)),
        (&none, json!(1), arity(0, 1)),
        (&one, json!("x"), Ok(vec![text("x")])),
        (&[U8], json!(7), Ok(vec![scalar(7)])),
        (&[ScalarType::Bool.into()], json!(true), Ok(vec![scalar(1)])),
        (&one, Value::Null, arity(1, 0)),
        (
            &[U8.array()],
            json!(7),
            Err("expected array of u8 types, found 7 (at `a0`)".to_owned()),
        ),
        (
            &[POINT],
            json!(7),
            Err("record Point should be encoded as array or map, found 7 (at `a0`)".to_owned()),
        ),
    ];
    for (parameters, json, expected) in cases {
        assert_eq!(&arguments(parameters, json), expected, "{json}");
    }
}

#[test]
fn scalars_are_within_their_range() {
    let ranges: &[(ScalarType, i128, i128)] = &[
        (ScalarType::S8, i8::MIN.into(), i8::MAX.into()),
        (ScalarType::S16, i16::MIN.into(), i16::MAX.into()),
        (ScalarType::S32, i32::MIN.into(), i32::MAX.into()),
        (ScalarType::I32, i32::MIN.into(), i32::MAX.into()),
        (ScalarType::S64, i64::MIN.into(), i64::MAX.into()),
        (ScalarType::I64, i64::MIN.into(), i64::MAX.into()),
        (ScalarType::U8, 0, u8::MAX.into()),
        (ScalarType::U16, 0, u16::MAX.into()),
        (ScalarType::U32, 0, u32::MAX.into()),
        (ScalarType::U64, 0, u64::MAX.into()),
    ];
    let parse = |number: i128| Value::parse(&number.to_string()).expect("a number");
    for (ty, least, most) in ranges {
        let ty = InterfaceType::from(*ty);
        for number in [*least, *most, (*least + *most) / 2] {
            assert_eq!(argument(&ty, &parse(number)), Ok(scalar(number)), "{ty} {number}");
        }
        for number in [*least - 1, *most + 1] {
            assert!(argument(&ty, &parse(number)).is_err(), "{ty} {number}");
        }
    }
    assert_eq!(
        argument(&U8, &json!(-1)),
        Err("expected u8, found -1 (at `a0`)".to_owned())
    );
    assert_eq!(
        argument(&ScalarType::S16.into(), &json!(40_000)),
        Err("expected i16, found 40000 (at `a0`)".to_owned())
    );
}

#[test]
fn scalars_have_the_form_of_their_type() {
    let bits = |number: f64| Ok(GuestValue::Scalar(number.to_bits()));
    let bits32 = |number: f32| Ok(GuestValue::Scalar(number.to_bits().into()));
    let no = |expected: &str, found: &str| Err(format!("expected {expected}, found {found} (at `a0`)"));
    let f32: InterfaceType = ScalarType::F32.into();
    let f64: InterfaceType = ScalarType::F64.into();
    let bool: InterfaceType = ScalarType::Bool.into();
    let string = InterfaceType::String;
    let long = "x".repeat(61);
    let shortened = format!("\"{}…\"", "x".repeat(60));
    let cases: &[(&InterfaceType, Value, Result<GuestValue, String>)] = &[
        (&bool, json!(true), Ok(scalar(1))),
        (&bool, json!(false), Ok(scalar(0))),
        (&bool, json!(1), no("bool", "1")),
        (&bool, json!("true"), no("bool", "\"true\"")),
        (&U32, json!(1.0), no("u32", "1.0")),
        (&U32, json!("1"), no("u32", "\"1\"")),
        (&U32, json!(true), no("u32", "true")),
        (&U32, json!({}), no("u32", "an object")),
        (&f64, json!(1), bits(1.0)),
        (&f64, json!(u64::MAX), bits(u64::MAX as f64)),
        (&f64, json!(0.1), bits(0.1)),
        (&f64, json!("0.1"), no("f64", "\"0.1\"")),
        (&f32, json!(0.1), bits32(0.1)),
        (&f32, json!(16_777_217), bits32(16_777_216.0)),
        (&f32, json!(true), no("f32", "true")),
        (&string, json!("x"), Ok(text("x"))),
        (&string, json!(1), no("string", "1")),
        (&string, Value::Null, no("string", "null")),
        (&U32, Value::Null, no("u32", "null")),
        (&bool, Value::Null, no("bool", "null")),
        (&f64, Value::Null, no("f64", "null")),
        // One element stands for itself, once.
        (&bool, json!([true]), Ok(scalar(1))),
        (&U32, json!([5]), Ok(scalar(5))),
        (&f64, json!([5]), bits(5.0)),
        (&string, json!(["x"]), Ok(text("x"))),
        (&U32, json!([[5]]), no("u32", "an array of 1 elements")),
        (&U32, json!([]), no("u32", "an array of 0 elements")),
        (&U32, json!([1, 2]), no("u32", "an array of 2 elements")),
        (&U8, json!(long), no("u8", &shortened)),
    ];
    for (ty, json, expected) in cases {
        assert_eq!(&argument(ty, json), expected, "{ty} {json}");
    }
}

#[test]
fn byte_arrays_are_arrays_of_small_integers() {
    let packed = |bytes: &[u8]| Ok(GuestValue::Packed(bytes.to_vec()));
    let cases: &[(Value, Result<GuestValue, &str>)] = &[
        (json!([]), packed(&[])),
        (json!([0, 255]), packed(&[0, 255])),
        (json!([[1], [2]]), packed(&[1, 2])),
        (json!([256]), Err("expected u8, found 256 (at `a0[0]`)")),
        (json!([1, -1]), Err("expected u8, found -1 (at `a0[1]`)")),
        (json!([1, "2"]), Err("expected u8, found \"2\" (at `a0[1]`)")),
    ];
    for (json, expected) in cases {
        let expected = expected.clone().map_err(str::to_owned);
        assert_eq!(argument(&InterfaceType::ByteArray, json), expected, "{json}");
        assert_eq!(argument(&U8.array(), json), expected, "{json}");
    }
    for json in [json!("AQI="), json!("0102"), Value::Null, json!(1), json!({})] {
        let message = argument(&InterfaceType::ByteArray, &json).expect_err("no array");
        assert!(message.starts_with("expected bytearray, found "), "{message}");
    }
}

#[test]
fn arrays_are_converted_by_element() {
    let string = InterfaceType::String;
    let cases: &[(InterfaceType, Value, Result<GuestValue, &str>)] = &[
        (
            U32.array(),
            json!([1, 256]),
            Ok(GuestValue::Packed(vec![1, 0, 0, 0, 0, 1, 0, 0])),
        ),
        (U32.array(), json!([[5]]), Ok(GuestValue::Packed(vec![5, 0, 0, 0]))),
        (string.clone().array(), json!([]), Ok(GuestValue::Array(vec![]))),
        (
            string.clone().array(),
            json!(["a", ["b"]]),
            Ok(GuestValue::Array(vec![text("a"), text("b")])),
        ),
        (
            string.clone().array(),
            json!("a"),
            Err("expected array of string types, found \"a\" (at `a0`)"),
        ),
        (
            string.clone().array(),
            Value::Null,
            Err("expected array of string types, found null (at `a0`)"),
        ),
        (
            string.clone().array(),
            json!(["a", 1]),
            Err("expected string, found 1 (at `a0[1]`)"),
        ),
        (
            string.array().array(),
            json!([["a"], "b"]),
            Err("expected array of string types, found \"b\" (at `a0[1]`)"),
        ),
        (
            POINT.array(),
            json!([[1, "a"], {"x": "b", "label": ""}]),
            Err("expected i32, found \"b\" (at `a0[1].x`)"),
        ),
    ];
    for (ty, json, expected) in cases {
        assert_eq!(
            argument(ty, json),
            expected.clone().map_err(str::to_owned),
            "{ty} {json}"
        );
    }
}

#[test]
fn records_are_objects_or_lists() {
    let point = || Ok(GuestValue::Record(vec![scalar(-1), text("a")]));
    let cases: &[(Value, Result<GuestValue, &str>)] = &[
        (json!({"x": -1, "label": "a"}), point()),
        (json!({"label": ["a"], "x": [-1]}), point()),
        (json!([-1, "a"]), point()),
        (json!({"x": -1}), Err("missing argument with name label (at `a0`)")),
        (
            json!({"x": -1, "label": "a", "y": 1}),
            Err("function requires 2 arguments, 3 provided (at `a0`)"),
        ),
        (json!([-1]), Err("function requires 2 arguments, 1 provided (at `a0`)")),
        (
            json!([-1, "a", 1]),
            Err("function requires 2 arguments, 3 provided (at `a0`)"),
        ),
        (
            json!([[-1, "a"]]),
            Err("function requires 2 arguments, 1 provided (at `a0`)"),
        ),
        (
            json!("a"),
            Err("record Point should be encoded as array or map, found \"a\" (at `a0`)"),
        ),
        (
            Value::Null,
            Err("record Point should be encoded as array or map, found null (at `a0`)"),
        ),
        (
            json!({"x": 1.5, "label": "a"}),
            Err("expected i32, found 1.5 (at `a0.x`)"),
        ),
        (json!([1, 2]), Err("expected string, found 2 (at `a0.label`)")),
    ];
    for (json, expected) in cases {
        assert_eq!(
            argument(&POINT, json),
            expected.clone().map_err(str::to_owned),
            "{json}"
        );
    }
}

#[test]
fn optional_values_are_arrays_of_none_or_one() {
    let optional = InterfaceType::String.array();
    assert_eq!(argument(&optional, &json!([])), Ok(GuestValue::Array(vec![])));
    assert_eq!(
        argument(&optional, &json!(["x"])),
        Ok(GuestValue::Array(vec![text("x")]))
    );
    assert!(argument(&optional, &Value::Null).is_err());
}

#[test]
fn errors_of_calls_have_the_texts_of_existing_hosts() {
    let module = module_with(function(&[U8], None));
    let f = module.function("f").expect("the function");
    let mismatch = module.arguments(f, &json!([])).expect_err("an argument is missing");
    assert_eq!(mismatch.kind, MismatchKind::Arity { expected: 1, found: 0 });
    let (module, function) = ("spell".to_owned(), "get_string".to_owned());
    let errors = [
        CallError::Arguments {
            module: module.clone(),
            function: function.clone(),
            mismatch,
        },
        CallError::Output {
            module: module.clone(),
            function: function.clone(),
            reason: "too large".to_owned(),
        },
        CallError::MissingFunction(function),
        CallError::MissingModule(module),
        CallError::Execution("unreachable".to_owned()),
    ];
    let expected = [
        "arguments from json deserialization error in module \"spell\", function \"get_string\": \
         function requires 1 arguments, 0 provided",
        "output to json serialization error in module \"spell\", function \"get_string\": too large",
        "function with name `get_string` is missing",
        "module with name \"spell\" is missing",
        "Execution error: unreachable",
    ];
    assert_eq!(errors.map(|error| error.to_string()), expected);
}
