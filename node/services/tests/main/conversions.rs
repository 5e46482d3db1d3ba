//! JSON to component values and back: through a guest for every type, and as laws over random types and values.

use aqua_interface::{Case, Field, Name, Record, Type, Variant};
use aqua_services::{Config, from_json, to_json};
use aqua_values::{Object, Value};
use proptest::prelude::*;
use std::sync::Arc;

use crate::{call, host_of};

/// Named types: a name and the type's text.
type Definitions<'a> = &'a [(&'a str, &'a str)];

/// A guest whose `echo` takes and returns a list of `$t`: the same bytes in memory, whatever the type is.
fn echo(definitions: Definitions<'_>, ty: &str) -> String {
    let named: String = definitions
        .iter()
        .map(|(name, text)| format!(r#"(type ${name}-local {text}) (export ${name} "{name}" (type ${name}-local))"#))
        .collect();
    format!(
        r#"(component
            (core module $m
                (memory (export "memory") 16)
                (global $free (mut i32) (i32.const 64))
                (func (export "realloc") (param i32 i32 i32 i32) (result i32)
                    (local $at i32)
                    (local.set $at (i32.and (i32.add (global.get $free) (i32.const 15)) (i32.const -16)))
                    (global.set $free (i32.add (local.get $at) (local.get 3)))
                    (local.get $at))
                (func (export "echo") (param i32 i32) (result i32)
                    (i32.store (i32.const 0) (local.get 0))
                    (i32.store (i32.const 4) (local.get 1))
                    (i32.const 0)))
            (core instance $i (instantiate $m))
            {named}
            (func (export "echo") (param "value" (list {ty})) (result (list {ty}))
                (canon lift (core func $i "echo") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))"#
    )
}

/// What a value of this type becomes on its way through a guest, or why it can't be given.
async fn through(definitions: Definitions<'_>, ty: &str, value: &Value) -> Result<Value, String> {
    let host = host_of(&echo(definitions, ty), Config::default()).await;
    call(&host, "echo", json!([[value]]))
        .await
        .map(|list| list[0].clone())
        .map_err(|error| error.to_string())
}

#[tokio::test]
async fn every_type_passes_a_guest_unchanged() {
    let point: &[_] = &[("point", r#"(record (field "x-axis" s32) (field "label" string))"#)];
    let colour: &[_] = &[("colour", r#"(enum "red" "dark-blue")"#)];
    let rights: &[_] = &[("rights", r#"(flags "read" "write" "run-it")"#)];
    let shape: &[_] = &[(
        "shape",
        r#"(variant (case "nothing") (case "big-circle" f64) (case "name" string))"#,
    )];
    let cases: &[(Definitions, &str, Value)] = &[
        (&[], "bool", json!(true)),
        (&[], "s8", json!(-128)),
        (&[], "s16", json!(-32768)),
        (&[], "s32", json!(i32::MIN)),
        (&[], "s64", json!(i64::MIN)),
        (&[], "u8", json!(255)),
        (&[], "u16", json!(65535)),
        (&[], "u32", json!(u32::MAX)),
        (&[], "u64", json!(u64::MAX)),
        (&[], "f32", json!(0.5)),
        (&[], "f64", json!(-0.1)),
        (&[], "char", json!("ß")),
        (&[], "string", json!("grüß dich, 世界 \u{0}")),
        (&[], "(list u8)", json!([0, 1, 255])),
        (&[], "(list (list string))", json!([["a"], [], ["b", "c"]])),
        (&[], "(option u8)", json!([])),
        (&[], "(option u8)", json!([7])),
        (&[], "(option (option u8))", json!([[]])),
        (&[], "(tuple u8 string)", json!({"f0": 1, "f1": "one"})),
        (
            &[],
            "(result u8 (error string))",
            json!({"success": true, "value": [1], "error": []}),
        ),
        (
            &[],
            "(result u8 (error string))",
            json!({"success": false, "value": [], "error": ["no"]}),
        ),
        (&[], "(result)", json!({"success": true})),
        (point, "$point", json!({"x_axis": -3, "label": "here"})),
        (colour, "$colour", json!("dark_blue")),
        (rights, "$rights", json!(["read", "run_it"])),
        (shape, "$shape", json!({"tag": "nothing", "big_circle": [], "name": []})),
        (
            shape,
            "$shape",
            json!({"tag": "big_circle", "big_circle": [1.5], "name": []}),
        ),
    ];
    for (definitions, ty, value) in cases {
        assert_eq!(through(definitions, ty, value).await.as_ref(), Ok(value), "{ty}");
    }
}

fn name(component: &str) -> Name {
    Name::new(component)
}

fn record(fields: &[(&str, Type)]) -> Type {
    let fields = fields.iter().map(|(field, ty)| Field {
        name: name(field),
        ty: ty.clone(),
    });
    record_of(fields)
}

fn record_of(fields: impl Iterator<Item = Field>) -> Type {
    let fields = fields.collect();
    let name = "Record".to_owned();
    Type::Record(Arc::new(Record { name, fields }))
}

fn variant_of(cases: Vec<Case>) -> Type {
    let name = "Variant".to_owned();
    Type::Variant(Arc::new(Variant { name, cases }))
}

fn shape() -> Type {
    variant_of(vec![
        Case {
            name: name("nothing"),
            ty: None,
        },
        Case {
            name: name("big-circle"),
            ty: Some(Type::F64),
        },
        Case {
            name: name("path"),
            ty: Some(Type::List(Box::new(Type::U8))),
        },
    ])
}

#[test]
fn other_forms_are_accepted_too() {
    let user = record(&[
        ("user-name", Type::String),
        ("mails", Type::List(Box::new(Type::String))),
        ("age", Type::Option(Box::new(Type::U8))),
    ]);
    let cases = [
        (Type::F64, json!(3), json!(3.0)),
        (Type::F32, json!(0.1), json!(f64::from(0.1_f32))),
        (Type::F32, json!(1e300), json!(null)),
        (Type::Option(Box::new(Type::U8)), json!(null), json!([])),
        (Type::Option(Box::new(Type::U8)), json!(7), json!([7])),
        (
            user.clone(),
            json!({"user_name": "a"}),
            json!({"user_name": "a", "mails": [], "age": []}),
        ),
        (
            user,
            json!({"user-name": "a", "more": 1, "age": 3}),
            json!({"user_name": "a", "mails": [], "age": [3]}),
        ),
        (
            Type::Tuple(vec![Type::U8, Type::Bool]),
            json!([1, true]),
            json!({"f0": 1, "f1": true}),
        ),
        (
            Type::Enum(vec![name("dark-blue")]),
            json!("dark-blue"),
            json!("dark_blue"),
        ),
        (
            Type::Flags(vec![name("a"), name("b")]),
            json!(["b", "a", "b"]),
            json!(["a", "b"]),
        ),
        (
            shape(),
            json!({"big-circle": 2}),
            json!({"tag": "big_circle", "big_circle": [2.0], "path": []}),
        ),
        (
            shape(),
            json!({"path": [1, 2]}),
            json!({"tag": "path", "big_circle": [], "path": [[1, 2]]}),
        ),
        (
            shape(),
            json!({"nothing": []}),
            json!({"tag": "nothing", "big_circle": [], "path": []}),
        ),
    ];
    for (ty, given, expected) in cases {
        let value = from_json(&given, &ty, "it").unwrap_or_else(|mismatch| panic!("{given}: {mismatch}"));
        assert_eq!(to_json(value, &ty), expected, "{given} as {ty}");
    }
}

#[test]
fn mismatches_name_the_place_and_what_belongs_there() {
    let person = record(&[("name", Type::String), ("ages", Type::List(Box::new(Type::U8)))]);
    let result = Type::Result {
        ok: Some(Box::new(Type::U8)),
        error: None,
    };
    let cases = [
        (Type::Bool, json!(1), "'it': expected bool, found 1"),
        (Type::I8, json!(128), "'it': expected i8, found 128"),
        (Type::U8, json!(-1), "'it': expected u8, found -1"),
        (Type::I64, json!(1.0), "'it': expected i64, found 1.0"),
        (Type::U64, json!("5"), r#"'it': expected u64, found "5""#),
        (Type::F64, json!(null), "'it': expected f64, found null"),
        (
            Type::Char,
            json!("ab"),
            r#"'it': expected a string of one character, found "ab""#,
        ),
        (Type::String, json!(["a"]), r#"'it': expected string, found ["a"]"#),
        (
            Type::List(Box::new(Type::Bool)),
            json!([true, 0]),
            "'it[1]': expected bool, found 0",
        ),
        (
            Type::Option(Box::new(Type::U8)),
            json!([1, 2]),
            "'it': expected ?u8 with at most 1 element, found 2 elements",
        ),
        (
            Type::Option(Box::new(Type::U8)),
            json!("x"),
            r#"'it': expected u8, found "x""#,
        ),
        (
            person.clone(),
            json!({"name": "a", "ages": [1, 300]}),
            "'it.ages[1]': expected u8, found 300",
        ),
        (
            person.clone(),
            json!({"ages": []}),
            "'it.name': expected string, found nothing",
        ),
        (person, json!([]), "'it': expected Record, found []"),
        (
            Type::Tuple(vec![Type::U8, Type::Bool]),
            json!([1]),
            "'it': expected (u8, bool), found [1]",
        ),
        (
            Type::Enum(vec![name("red"), name("dark-blue")]),
            json!("green"),
            r#"'it': expected one of 'red', 'dark_blue', found "green""#,
        ),
        (
            Type::Flags(vec![name("read")]),
            json!(["read", "fly"]),
            r#"'it[1]': expected some of 'read', found "fly""#,
        ),
        (
            shape(),
            json!({"tag": "square"}),
            r#"'it': expected one of 'nothing', 'big_circle', 'path' as an object with its tag, found {"tag":"square"}"#,
        ),
        (
            shape(),
            json!({"tag": "big_circle"}),
            "'it.big_circle': expected an array with one f64, found nothing",
        ),
        (
            result,
            json!(3),
            "'it': expected u8 or the error nothing as an object with its success, found 3",
        ),
        (
            Type::Bool,
            json!("a".repeat(100)),
            &*format!("'it': expected bool, found \"{}…", "a".repeat(59)),
        ),
    ];
    for (ty, given, expected) in cases {
        let mismatch = from_json(&given, &ty, "it").expect_err("the value is of another form");
        assert_eq!(mismatch.to_string(), expected);
    }
}

fn types() -> impl Strategy<Value = Type> {
    let names = || {
        (1_usize..5).prop_map(|count| {
            (0..count)
                .map(|index| name(&format!("name-{index}")))
                .collect::<Vec<_>>()
        })
    };
    let leaf = prop_oneof![
        Just(Type::Bool),
        Just(Type::I8),
        Just(Type::I16),
        Just(Type::I32),
        Just(Type::I64),
        Just(Type::U8),
        Just(Type::U16),
        Just(Type::U32),
        Just(Type::U64),
        Just(Type::F64),
        Just(Type::Char),
        Just(Type::String),
        Just(Type::Bytes),
        names().prop_map(Type::Enum),
        names().prop_map(Type::Flags),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let boxed = || prop::option::of(inner.clone().prop_map(Box::new));
        prop_oneof![
            inner.clone().prop_map(|ty| Type::List(Box::new(ty))),
            inner.clone().prop_map(|ty| Type::Option(Box::new(ty))),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Type::Tuple),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|types| {
                record_of(types.into_iter().enumerate().map(|(index, ty)| Field {
                    name: name(&format!("field-{index}")),
                    ty,
                }))
            }),
            prop::collection::vec(prop::option::of(inner.clone()), 1..4).prop_map(|types| {
                let cases = types.into_iter().enumerate();
                let cases = cases.map(|(index, ty)| Case {
                    name: name(&format!("case-{index}")),
                    ty,
                });
                variant_of(cases.collect())
            }),
            (boxed(), boxed()).prop_map(|(ok, error)| Type::Result { ok, error }),
        ]
    })
}

/// A value of the type in the form that `to_json` gives.
fn value_of(ty: &Type) -> BoxedStrategy<Value> {
    match ty {
        Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Type::I8 => any::<i8>().prop_map(Value::from).boxed(),
        Type::I16 => any::<i16>().prop_map(Value::from).boxed(),
        Type::I32 => any::<i32>().prop_map(Value::from).boxed(),
        Type::I64 => any::<i64>().prop_map(Value::from).boxed(),
        Type::U8 => any::<u8>().prop_map(Value::from).boxed(),
        Type::U16 => any::<u16>().prop_map(Value::from).boxed(),
        Type::U32 => any::<u32>().prop_map(Value::from).boxed(),
        Type::U64 => any::<u64>().prop_map(Value::from).boxed(),
        Type::F32 | Type::F64 => prop::num::f64::NORMAL.prop_map(Value::from).boxed(),
        Type::Char => any::<char>().prop_map(|character| character.to_string().into()).boxed(),
        Type::String => any::<String>().prop_map(Value::from).boxed(),
        Type::Bytes => prop::collection::vec(any::<u8>(), 0..9).prop_map(Value::from).boxed(),
        Type::List(item) => prop::collection::vec(value_of(item), 0..4)
            .prop_map(Value::from)
            .boxed(),
        Type::Option(item) => prop::option::of(value_of(item))
            .prop_map(|value| value.into_iter().collect())
            .boxed(),
        Type::Tuple(items) => items
            .iter()
            .map(value_of)
            .collect::<Vec<_>>()
            .prop_map(|values| {
                let names = (0..).map(|index| format!("f{index}"));
                Value::object(names.zip(values))
            })
            .boxed(),
        Type::Record(record) => {
            let fields = &record.fields;
            let names: Vec<_> = fields.iter().map(|field| field.name.aqua.clone()).collect();
            let values: Vec<_> = fields.iter().map(|field| value_of(&field.ty)).collect();
            values
                .prop_map(move |values| Value::Object(names.iter().cloned().zip(values).collect()))
                .boxed()
        }
        Type::Enum(names) => prop::sample::select(names.clone())
            .prop_map(|name| name.aqua.into())
            .boxed(),
        Type::Flags(names) => prop::sample::subsequence(names.clone(), 0..=names.len())
            .prop_map(|names| names.into_iter().map(|name| name.aqua).collect())
            .boxed(),
        Type::Variant(variant) => {
            let cases = &variant.cases;
            let of_case = |chosen: usize| {
                let cases = cases.clone();
                let value = cases[chosen]
                    .ty
                    .as_ref()
                    .map_or_else(|| Just(Value::Null).boxed(), value_of);
                value
                    .prop_map(move |value| {
                        let mut object = Object::default();
                        object.insert("tag", cases[chosen].name.aqua.as_str().into());
                        for (index, case) in cases.iter().enumerate().filter(|(_, case)| case.ty.is_some()) {
                            object.insert(
                                case.name.aqua.as_str(),
                                if index == chosen { json!([value]) } else { json!([]) },
                            );
                        }
                        Value::Object(object)
                    })
                    .boxed()
            };
            prop::strategy::Union::new((0..cases.len()).map(of_case)).boxed()
        }
        Type::Result { ok, error } => {
            let value =
                |ty: &Option<Box<Type>>| ty.as_ref().map_or_else(|| Just(Value::Null).boxed(), |ty| value_of(ty));
            let (has_value, has_error) = (ok.is_some(), error.is_some());
            (any::<bool>(), value(ok), value(error))
                .prop_map(move |(success, value, error)| {
                    let mut object = Object::default();
                    object.insert("success", success.into());
                    if has_value {
                        object.insert("value", if success { json!([value]) } else { json!([]) });
                    }
                    if has_error {
                        object.insert("error", if success { json!([]) } else { json!([error]) });
                    }
                    Value::Object(object)
                })
                .boxed()
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0_u64..300).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z_0-9-]{0,8}".prop_map(Value::from),
        Just(json!("name_0")),
    ];
    let key = prop_oneof![
        "tag", "success", "value", "error", "f0", "f1", "field_0", "field-1", "case_0", "case-1"
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn values_in_their_own_form_come_back_unchanged((ty, value) in types().prop_flat_map(|ty| { let value = value_of(&ty); (Just(ty), value) })) {
        let converted = from_json(&value, &ty, "it").map_err(|mismatch| TestCaseError::fail(mismatch.to_string()))?;
        prop_assert_eq!(to_json(converted, &ty), value);
    }

    #[test]
    fn what_is_accepted_in_any_form_means_one_value(ty in types(), value in any_json()) {
        if let Ok(converted) = from_json(&value, &ty, "it") {
            let form = to_json(converted, &ty);
            prop_assert_eq!(to_json(from_json(&form, &ty, "it").expect("its own form is accepted"), &ty), form);
        }
    }
}
