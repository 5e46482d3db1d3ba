//! Components as texts: what is read from them.

use aqua_component::{Component, FunctionExport, ReadError};
use proptest::prelude::*;

fn bytes(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"))
}

fn read(text: &str) -> Result<Component, ReadError> {
    Component::read(&bytes(text))
}

/// A component with two interfaces that have a function and a type of the same name.
const STORE: &str = include_str!("store.wat");

#[test]
fn functions_of_all_interfaces_are_read_with_the_names_of_their_types() {
    let component = read(STORE).expect("it can be read");
    assert!(component.has_init);
    let places: Vec<_> = component.exports.iter().map(shown).collect();
    assert_eq!(
        places,
        [
            "acme:kv/store@1.0.0 get",
            "acme:kv/store@1.0.0 size",
            "acme:kv/archive@1.0.0 get",
            "acme:kv/archive@1.0.0 size",
        ]
    );
    let names: Vec<_> = component
        .interface
        .functions()
        .map(|function| &function.name[..])
        .collect();
    assert_eq!(
        names,
        [
            "acme:kv/store@1.0.0#get",
            "acme:kv/store@1.0.0#size",
            "acme:kv/archive@1.0.0#get",
            "acme:kv/archive@1.0.0#size",
        ]
    );
    let records = component.interface.records().iter();
    let records: Vec<_> = records.map(|definition| &definition.record.name[..]).collect();
    assert_eq!(records, ["Key"], "both interfaces have the same types");
}

fn shown(export: &FunctionExport) -> String {
    format!("{} {}", export.interface.as_deref().unwrap_or("-"), export.function)
}

#[test]
fn imports_are_listed_with_their_functions() {
    let imports = read(STORE).expect("it can be read").imports;
    let names: Vec<_> = imports.iter().map(|import| import.unversioned()).collect();
    assert_eq!(names, ["wasi:clocks/monotonic-clock", "log"]);
    assert_eq!(imports[0].name, "wasi:clocks/monotonic-clock@0.2.6");
    assert_eq!(imports[0].functions[0].name, "now");
    assert!(imports[1].functions.is_empty());
}

#[test]
fn declarations_have_the_names_of_the_author() {
    let text = STORE.replace(r#"(export "acme:kv/archive@1.0.0" (instance $api))"#, "");
    let component = read(&text).expect("it can be read");
    let declarations = component.interface.declarations("Store", Some("store"));
    insta::assert_snapshot!(declarations.expect("all names differ"), @r#"
    aqua Store declares *

    data TupleStringU8:
      f0: string
      f1: u8

    data Found:
      tag: string
      one_entry: ?TupleStringU8

    data Key:
      user_name: string
      marks: []u8

    service Store("store"):
      get(key: Key) -> Found
      size() -> string
    "#);
}

#[test]
fn other_files_are_refused_with_the_reason() {
    let message = |result: Result<Component, ReadError>| result.expect_err("it is refused").to_string();
    let other = "the bytes are not a WebAssembly component";
    assert_eq!(message(Component::read(b"nothing")), other);
    assert_eq!(message(read("(module)")), other);
}

proptest! {
    #[test]
    fn reading_is_total(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Component::read(&bytes);
    }

    #[test]
    fn damaged_components_are_read_or_refused(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = bytes(STORE);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = Component::read(&bytes);
    }
}
