//! Interfaces of compiled modules, from what the macros of the SDK leave in them.

use crate::{U8, U32, function, module, named, version, with_sections};
use aqua_marine::{InterfaceType, Module, ScalarType, TypeEntry};

const RECORD: &str = r#"{"ast_type": "Record", "name": "Item", "fields": {"Named": [
    {"name": "id", "ty": {"U32": "ByValue"}},
    {"name": "next", "ty": {"Vector": [{"Record": ["Part", "ByValue"]}, "ByValue"]}},
    {"name": "data", "ty": {"Vector": [{"U8": "ByValue"}, "ByValue"]}}]}}"#;
const PART: &str =
    r#"{"ast_type": "Record", "name": "Part", "fields": {"Named": [{"name": "ok", "ty": {"Boolean": "ByValue"}}]}}"#;
const FUNCTION: &str = r#"{"ast_type": "Function", "signature": {"name": "put",
    "arguments": [{"name": "a0", "ty": {"Record": ["Item", "ByValue"]}}, {"name": "a1", "ty": {"Utf8Str": "ByRef"}}],
    "output_types": [{"Vector": [{"F64": "ByValue"}, "ByValue"]}]}}"#;
const IMPORTS: &str = r#"{"ast_type": "ExternMod", "namespace": "store", "imports": [
    {"link_name": "save_item", "signature": {"name": "save", "arguments": [{"name": "a0", "ty": {"I64": "ByValue"}}], "output_types": []}},
    {"link_name": null, "signature": {"name": "find", "arguments": [], "output_types": [{"Utf8String": "ByValue"}]}}]}"#;
const HOST: &str = r#"{"ast_type": "ExternMod", "namespace": "host", "imports": [
    {"link_name": null, "signature": {"name": "curl", "arguments": [], "output_types": []}}]}"#;

fn compiled(sections: &[(&str, &str)]) -> Vec<u8> {
    let sections: Vec<_> = sections.iter().map(|(name, json)| (*name, json.as_bytes())).collect();
    with_sections("(module)", &sections)
}

#[test]
fn items_become_an_interface() {
    let file = compiled(&[
        ("__m_generated_section__put", FUNCTION),
        ("__m_generated_section__store", IMPORTS),
        ("__m_generated_section__host", HOST),
        ("__m_generated_section__Item", RECORD),
        ("__fce_generated_section__Part", PART),
    ]);
    let section = Module::generate_interface(&file, version()).expect("an interface");
    let names = section.types.iter().filter_map(|entry| match entry {
        TypeEntry::Record(record) => Some(record.name.as_str()),
        TypeEntry::Function(_) => None,
    });
    assert_eq!(names.collect::<Vec<_>>(), ["Item", "Part"]);
    let TypeEntry::Record(item) = &section.types[6] else {
        panic!("records follow the functions of every module")
    };
    let fields = [
        named("id", U32),
        named("next", InterfaceType::Record(7).array()),
        named("data", InterfaceType::ByteArray),
    ];
    assert_eq!(item.fields, fields);

    let module = module(&section);
    let put = module.function("put").expect("the function");
    let f64 = InterfaceType::Scalar(ScalarType::F64);
    assert_eq!(
        put.ty,
        function(&[InterfaceType::Record(6), InterfaceType::String], Some(f64.array()))
    );
    let imports = module.foreign_imports().iter();
    let imports: Vec<_> = imports
        .map(|import| (import.module.as_str(), import.name.as_str()))
        .collect();
    assert_eq!(imports, [("store", "save_item"), ("store", "find")]);
    assert_eq!(
        module.foreign_imports()[1].ty,
        function(&[], Some(InterfaceType::String))
    );
    assert_eq!(U8.cell_size(), 1);
}

#[test]
fn malformed_items_are_refused() {
    let cases: &[(&str, &str)] = &[
        (
            "{",
            "section `__m_generated_section__x` does not describe an item: EOF while parsing an object at line 1 column 1",
        ),
        (
            "{}",
            "section `__m_generated_section__x` does not describe an item: `ast_type` is not a string",
        ),
        (
            r#"{"ast_type": "Enum"}"#,
            "section `__m_generated_section__x` does not describe an item: unknown `ast_type`",
        ),
        (
            r#"{"ast_type": "Record", "name": "R", "fields": "Unit"}"#,
            "section `__m_generated_section__x` does not describe an item: a list is missing",
        ),
        (
            r#"{"ast_type": "Record", "name": "R", "fields": {"Named": [{"name": "a", "ty": {"Char": "ByValue"}}]}}"#,
            "section `__m_generated_section__x` does not describe an item: unknown type `Char`",
        ),
        (
            FUNCTION,
            "section `__m_generated_section__x` refers to the record `Item`, which is not exported",
        ),
    ];
    for (json, message) in cases {
        let file = compiled(&[("__m_generated_section__x", json)]);
        let error = Module::generate_interface(&file, version()).expect_err("it is malformed");
        assert_eq!(error.to_string(), *message);
    }
    let twice = compiled(&[("__m_generated_section__a", PART), ("__m_generated_section__b", PART)]);
    let error = Module::generate_interface(&twice, version()).expect_err("two records");
    assert_eq!(error.to_string(), "there are two records `Part`");
}
