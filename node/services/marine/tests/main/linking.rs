//! Imports of functions of other modules.

use crate::{U8, U32, function, module, named, version};
use aqua_marine::{FunctionType, InterfaceType, LinkError, Module, RecordType, SectionBuilder};

/// A record with a field of this name, and functions of this type on it.
fn with_record(field: &str, build: impl FnOnce(&mut SectionBuilder, FunctionType)) -> Module {
    let mut builder = SectionBuilder::new(version());
    let record = builder.record(RecordType {
        name: field.to_uppercase(),
        fields: vec![named(field, U32), named("data", InterfaceType::ByteArray)],
    });
    let ty = function(
        &[InterfaceType::Record(record).array()],
        Some(InterfaceType::Record(record)),
    );
    build(&mut builder, ty);
    module(&builder.finish())
}

fn importer(field: &str) -> Module {
    with_record(field, |builder, ty| builder.import("other", "f", ty))
}

fn link(importer: &Module, exporter: &Module) -> Result<String, LinkError> {
    let import = &importer.foreign_imports()[0];
    let found = importer.link(import, |name| (name == "other").then_some(exporter));
    found.map(|function| function.name.clone())
}

#[test]
fn types_are_compared_by_structure() {
    let exporter = with_record("id", |builder, ty| builder.export("f", ty));
    assert_eq!(link(&importer("id"), &exporter), Ok("f".to_owned()));
    let error = link(&importer("key"), &exporter).expect_err("another field");
    assert_eq!(
        error.to_string(),
        "function `f` of module \"other\" is `(a0: []ID) -> ID`, but is imported as `(a0: []KEY) -> KEY`"
    );
}

#[test]
fn byte_arrays_and_arrays_of_bytes_are_the_same() {
    let mut builder = SectionBuilder::new(version());
    builder.export("f", function(&[U8.array().array()], Some(InterfaceType::ByteArray)));
    let exporter = module(&builder.finish());
    let mut builder = SectionBuilder::new(version());
    builder.import(
        "other",
        "f",
        function(&[InterfaceType::ByteArray.array()], Some(U8.array())),
    );
    assert_eq!(link(&module(&builder.finish()), &exporter), Ok("f".to_owned()));
}

#[test]
fn modules_and_functions_exist() {
    let importer = importer("id");
    let error = link(&importer, &importer).expect_err("no such function");
    assert_eq!(error.to_string(), "module \"other\" has no function `f`");
    let error = importer
        .link(&importer.foreign_imports()[0], |_| None)
        .expect_err("no such module");
    assert_eq!(
        error.to_string(),
        "module with name \"other\" is missing, which should export `f`"
    );
}

#[test]
fn the_number_of_parameters_counts() {
    let mut builder = SectionBuilder::new(version());
    builder.export("f", function(&[], None));
    let exporter = module(&builder.finish());
    let mut builder = SectionBuilder::new(version());
    builder.import("other", "f", function(&[U8], None));
    assert!(matches!(
        link(&module(&builder.finish()), &exporter),
        Err(LinkError::OtherType { .. })
    ));
}
