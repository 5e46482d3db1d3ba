//! Each rule about modules, with a module that violates it.

use crate::{U8, U32, file, function, named, version, with_sections};
use aqua_marine::{
    AdapterEntry, Implementation, ImportEntry, InterfaceSection, InterfaceType, Module, ModuleError, RecordType,
    SectionBuilder, TypeEntry,
};
use semver::Version;

pub(crate) const SDK: &str = "__fluence_sdk_version";

/// The section of a module with `greet(name: string) -> string` and `put(numbers: [u32]) -> u32`.
fn section() -> InterfaceSection {
    let mut builder = SectionBuilder::new(version());
    builder.export("greet", function(&[InterfaceType::String], Some(InterfaceType::String)));
    builder.export("put", function(&[U32.array()], Some(U32)));
    builder.finish()
}

/// The section of a module that imports `other.find(name: string) -> u32`.
fn importing() -> InterfaceSection {
    let mut builder = SectionBuilder::new(version());
    builder.import("other", "find", function(&[InterfaceType::String], Some(U32)));
    builder.finish()
}

#[track_caller]
pub(crate) fn refused(bytes: &[u8], message: &str) -> ModuleError {
    let error = Module::read(bytes).expect_err("the module is malformed");
    assert_eq!(error.to_string(), message);
    error
}

#[track_caller]
pub(crate) fn refused_section(section: &InterfaceSection, message: &str) {
    refused(&file(section), message);
}

#[test]
fn files_are_modules() {
    refused(b"", "unexpected end-of-file at byte 0");
    assert!(matches!(
        Module::read(b"\0asm\x02\0\0\0"),
        Err(ModuleError::Malformed { .. })
    ));
    refused(
        b"\0asm\x0d\0\x01\0",
        "the file is a WebAssembly component, not a module",
    );
    let truncated = &file(&section())[..40];
    assert!(matches!(Module::read(truncated), Err(ModuleError::Malformed { .. })));
}

#[test]
fn the_sdk_version_is_there_once_and_new_enough() {
    let interface = section().encode().unwrap();
    let with = |versions: &[&[u8]]| {
        let mut sections: Vec<(&str, &[u8])> = versions.iter().map(|version| (SDK, *version)).collect();
        sections.push((InterfaceSection::NAME, &interface));
        with_sections("(module)", &sections)
    };
    refused(
        &with(&[]),
        "the module has no section `__fluence_sdk_version`: it was not built with a Marine SDK",
    );
    refused(
        &with(&[b"0.14.0", b"0.14.0"]),
        "the module has several sections `__fluence_sdk_version`",
    );
    refused(
        &with(&[b"0.14"]),
        "the version of the SDK is `0.14`, which is not a semantic version",
    );
    refused(
        &with(&[b"\xff"]),
        "the version of the SDK is `\u{fffd}`, which is not a semantic version",
    );
    let old = "the module was built with version 0.5.9 of the SDK; 0.6.0 is the oldest supported";
    refused(&with(&[b"0.5.9"]), old);
    // Versions before a release are older than it.
    let error = Module::read(&with(&[b"0.6.0-alpha.1"])).expect_err("an old SDK");
    assert!(matches!(error, ModuleError::OldSdk { .. }), "{error}");
    for version in [&b"0.6.0"[..], b"0.18.2", b"1.0.0-beta"] {
        let error = Module::read(&with(&[version])).expect_err("no exports");
        assert!(matches!(error, ModuleError::MissingExport(_)), "{error}");
    }
}

#[test]
fn the_interface_is_there_once_and_new_enough() {
    let interface = section().encode().unwrap();
    let with = |sections: &[&[u8]]| {
        let mut all: Vec<(&str, &[u8])> = vec![(SDK, b"0.14.0")];
        all.extend(sections.iter().map(|content| (InterfaceSection::NAME, *content)));
        with_sections("(module)", &all)
    };
    refused(&with(&[]), "the module has no section `interface-types`");
    refused(
        &with(&[&interface, &interface]),
        "the module has several sections `interface-types`",
    );
    let old = InterfaceSection::new(Version::new(0, 19, 9)).encode().unwrap();
    refused(
        &with(&[&old]),
        "the interface has version 0.19.9; 0.20.0 is the oldest supported",
    );
    // The SDK is checked first.
    let both = with_sections("(module)", &[(SDK, b"0.1.0"), (InterfaceSection::NAME, b"")]);
    assert!(matches!(Module::read(&both), Err(ModuleError::OldSdk { .. })));
}

#[test]
fn offsets_in_the_section_are_those_of_the_file() {
    let content = b"\x05\x060.27.0\x09";
    let bytes = with_sections("(module)", &[(SDK, b"0.14.0"), (InterfaceSection::NAME, content)]);
    let error = Module::read(&bytes).expect_err("an unknown part");
    let ModuleError::Section(error) = error else {
        panic!("{error}")
    };
    assert_eq!((error.offset, bytes[error.offset]), (bytes.len() - 1, 9));
}

#[test]
fn references_between_types_are_to_records() {
    let mut section = section();
    let user = section.types.len() as u32;
    section
        .types
        .push(TypeEntry::Function(function(&[InterfaceType::Record(0).array()], None)));
    refused_section(
        &section,
        &format!("type {user} refers to type 0, which is not a record"),
    );
    section.types[user as usize] = TypeEntry::Function(function(&[], Some(InterfaceType::Record(1000))));
    refused_section(
        &section,
        &format!("type {user} refers to type 1000, which is not a record"),
    );
}

#[test]
fn records_do_not_contain_themselves() {
    let record = |name: &str, ty: InterfaceType| {
        TypeEntry::Record(RecordType {
            name: name.to_owned(),
            fields: vec![named("a", ty.clone()), named("b", ty)],
        })
    };
    for cycle in 1..4_u32 {
        let mut section = section();
        let first = section.types.len() as u32;
        for index in 0..cycle {
            let next = InterfaceType::Record(first + (index + 1) % cycle);
            section.types.push(record("R", next.array()));
        }
        let error = Module::read(&file(&section)).expect_err("a cycle");
        assert!(matches!(error, ModuleError::DeepType { .. }), "{error}");
    }
    // Each record uses the next one twice, so that a value would have two to the power of the depth parts.
    for (depth, is_accepted) in [(60, true), (64, false), (2000, false)] {
        let mut section = section();
        let first = section.types.len() as u32;
        section.types.push(record("R", U8));
        for index in 0..depth {
            section.types.push(record("R", InterfaceType::Record(first + index)));
        }
        assert_eq!(Module::read(&file(&section)).is_ok(), is_accepted, "{depth}");
    }
}

#[test]
fn exports_exist_with_types_that_adapters_can_call() {
    let content = section().encode().unwrap();
    let sections = [(SDK, &b"0.14.0"[..]), (InterfaceSection::NAME, &content)];
    refused(
        &with_sections("(module)", &sections),
        "the module does not export the function `allocate` that its interface names",
    );
    let text = "(module (func (export \"allocate\") (param v128) (result i32 i32) unreachable))";
    refused(
        &with_sections(text, &sections),
        "function `allocate` has the type (func (param v128) (result i32 i32)), which no adapter can call",
    );
}

#[test]
fn implementations_connect_functions_with_adapters() {
    let mut missing = section();
    missing.adapters.retain(|adapter| adapter.type_index != 6);
    refused_section(&missing, "function `greet` has no adapter of type 6");

    let mut twice = section();
    twice.adapters.push(twice.adapters[0].clone());
    refused_section(&twice, "several adapters have the type 6");

    let mut twice = section();
    twice.implementations.push(twice.implementations[0]);
    refused_section(&twice, "several implementations have the type 7");

    let mut unused = section();
    unused.implementations.push(Implementation {
        core_type: 1000,
        adapter_type: 6,
    });
    refused_section(&unused, "the implementation of type 1000 belongs to no function");

    let mut several = section();
    let export = several.exports.last().expect("an export").clone();
    several.exports.push(export);
    let bytes = with_sections(
        "(module (memory (export \"memory\") 1)
            (func (export \"allocate\") (param i32 i32) (result i32) unreachable)
            (func (export \"release_objects\"))
            (func (export \"get_result_size\") (result i32) unreachable)
            (func (export \"get_result_ptr\") (result i32) unreachable)
            (func (export \"set_result_size\") (param i32))
            (func (export \"set_result_ptr\") (param i32))
            (func (export \"greet\") (param i32 i32))
            (func (export \"put\") (param i32 i32) (result i32) unreachable))",
        &[(SDK, b"0.14.0"), (InterfaceSection::NAME, &several.encode().unwrap())],
    );
    refused(&bytes, "the module has two functions `put`");
}

#[test]
fn functions_have_function_types_and_one_result() {
    let mut no_function = section();
    no_function.types[6] = TypeEntry::Record(RecordType {
        name: "R".to_owned(),
        fields: vec![named("a", U8)],
    });
    refused_section(
        &no_function,
        "function `greet` refers to type 6, which is not a function",
    );

    let mut several = section();
    let TypeEntry::Function(ty) = &mut several.types[6] else {
        panic!("a function")
    };
    ty.results.push(InterfaceType::String);
    refused_section(&several, "function `greet` has several results");
}

#[test]
fn imports_have_three_types() {
    let mut first = importing();
    // Types 6 to 8 belong to the import: its signature, and twice its core type.
    first.imports.remove(0);
    assert!(
        Module::read(&file(&first)).is_ok(),
        "the entry for the signature is not needed"
    );

    let mut no_signature = InterfaceSection::new(version());
    no_signature.types.push(TypeEntry::Function(function(&[], None)));
    no_signature.adapters.push(AdapterEntry {
        type_index: 0,
        instructions: Vec::new(),
    });
    no_signature.imports.push(ImportEntry {
        namespace: "other".to_owned(),
        name: "find".to_owned(),
        type_index: 0,
    });
    no_signature.implementations.push(Implementation {
        core_type: 0,
        adapter_type: 0,
    });
    refused_section(
        &no_signature,
        "function `other.find` refers to type -2, which is not a function",
    );

    let mut not_core = importing();
    let TypeEntry::Function(raw) = &mut not_core.types[7] else {
        panic!("a function")
    };
    raw.parameters[0].ty = InterfaceType::String;
    refused_section(
        &not_core,
        "the import `other.find` has the type string, which is no core type",
    );
}

#[test]
fn the_code_imports_what_the_interface_declares() {
    let content = importing().encode().unwrap();
    let module = |import: &str| {
        let text = format!(
            "(module {import} (memory (export \"memory\") 1)
                (func (export \"allocate\") (param i32 i32) (result i32) unreachable)
                (func (export \"release_objects\"))
                (func (export \"get_result_size\") (result i32) unreachable)
                (func (export \"get_result_ptr\") (result i32) unreachable)
                (func (export \"set_result_size\") (param i32))
                (func (export \"set_result_ptr\") (param i32)))"
        );
        with_sections(&text, &[(SDK, b"0.14.0"), (InterfaceSection::NAME, &content)])
    };
    refused(
        &module("(import \"other\" \"find\" (func (param i32) (result i32)))"),
        "the import `other.find` has the type (i32) -> i32 in the code, but (i32, i32) -> i32 in the interface",
    );
    let import = "(import \"other\" \"find\" (func (param i32 i32) (result i32)))";
    assert!(Module::read(&module(import)).is_ok());
    assert!(
        Module::read(&module("")).is_ok(),
        "the linker may have removed an import that is not used"
    );
}

#[test]
fn host_functions_with_results_need_functions_that_take_them() {
    let content = InterfaceSection::new(version()).encode().unwrap();
    let sections = [(SDK, &b"0.14.0"[..]), (InterfaceSection::NAME, &content)];
    let module = |import: &str, exports: &str| {
        with_sections(
            &format!("(module (import \"__marine_host_api_v3\" \"{import}\" (func)) {exports})"),
            &sections,
        )
    };
    let allocate = "(func (export \"allocate\") (param i32 i32) (result i32) unreachable)";
    let set = "(func (export \"set_result_ptr\") (param i32))";
    refused(
        &module("get_call_parameters", set),
        "the module imports `__marine_host_api_v3.get_call_parameters`, but does not export `allocate`, which passes its result",
    );
    refused(
        &module("curl", allocate),
        "the module imports `__marine_host_api_v3.curl`, but does not export `set_result_ptr`, which passes its result",
    );
    let other = "(func (export \"set_result_ptr\") (param i64))";
    assert!(Module::read(&module("curl", &(allocate.to_owned() + other))).is_err());
    assert!(Module::read(&module("curl", &(allocate.to_owned() + set))).is_ok());
    assert!(Module::read(&module("log_utf8_string", "")).is_ok());
}
