//! The format of Marine modules: sections, modules, adapters on a guest that tests play, conversions, configuration, and
//! published modules.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod adapters;
mod configuration;
mod conversions;
mod generated_interfaces;
mod guest;
mod host_functions;
mod hostile;
mod linking;
mod malformed_adapters;
mod malformed_modules;
mod malformed_sections;
mod properties;
mod published_modules;

use aqua_marine::{
    CoreType, FunctionType, InterfaceSection, InterfaceType, Module, NamedType, ScalarType, SectionBuilder, TypeEntry,
};
use semver::Version;

/// A value, written as JSON.
macro_rules! json {
    ($($json:tt)+) => { aqua_values::Value::from(serde_json::json!($($json)+)) };
}
pub(crate) use json;

/// A limit for results that no test reaches.
const PLENTY: usize = 1 << 24;

const U8: InterfaceType = InterfaceType::Scalar(ScalarType::U8);
const U32: InterfaceType = InterfaceType::Scalar(ScalarType::U32);

fn version() -> Version {
    Version::new(0, 27, 0)
}

fn named(name: &str, ty: InterfaceType) -> NamedType {
    NamedType {
        name: name.to_owned(),
        ty,
    }
}

/// A function type with parameters `a0`, `a1` and so on.
fn function(parameters: &[InterfaceType], result: Option<InterfaceType>) -> FunctionType {
    let parameters = parameters.iter().enumerate();
    FunctionType {
        parameters: parameters
            .map(|(index, ty)| named(&format!("a{index}"), ty.clone()))
            .collect(),
        results: result.into_iter().collect(),
    }
}

/// A module with one function.
fn module_of(name: &str, ty: FunctionType) -> Module {
    let mut builder = SectionBuilder::new(version());
    builder.export(name, ty);
    module(&builder.finish())
}

/// The module with this section, whose core exports are what the section says.
fn module(section: &InterfaceSection) -> Module {
    Module::read(&file(section)).expect("a module")
}

/// A file with this section.
fn file(section: &InterfaceSection) -> Vec<u8> {
    file_with_allocate(section, "i32 i32")
}

/// A file with this section, whose `allocate` has these parameters.
fn file_with_allocate(section: &InterfaceSection, allocate: &str) -> Vec<u8> {
    let mut text = String::from("(module (memory (export \"memory\") 1)");
    for export in &section.exports {
        let TypeEntry::Function(ty) = &section.types[export.type_index as usize] else {
            panic!("the type of an export is a function");
        };
        let (mut parameters, results) = core_types(ty);
        if export.name == "allocate" {
            parameters = allocate.to_owned();
        }
        text += &format!(
            "(func (export \"{}\") (param {parameters}) (result {results}) unreachable)",
            export.name
        );
    }
    text += ")";
    with_sections(
        &text,
        &[
            ("__fluence_sdk_version", b"0.14.0"),
            (InterfaceSection::NAME, &section.encode().unwrap()),
        ],
    )
}

/// The core module with this text and these custom sections.
fn with_sections(text: &str, sections: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = wat::parse_str(text).expect("a module");
    for (name, content) in sections {
        bytes.push(0);
        let mut section = leb128(name.len());
        section.extend_from_slice(name.as_bytes());
        section.extend_from_slice(content);
        bytes.extend(leb128(section.len()));
        bytes.extend(section);
    }
    bytes
}

fn leb128(number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = number;
    while rest >= 0x80 {
        bytes.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes
}

/// The core types of the parameters and the result of a function, as text.
fn core_types(ty: &FunctionType) -> (String, String) {
    let core = |ty: &InterfaceType| match (CoreType::of(ty), ty.as_scalar()) {
        (Some(core), _) => core.to_string(),
        (None, Some(ScalarType::S64 | ScalarType::U64)) => "i64".to_owned(),
        (None, Some(_)) => "i32".to_owned(),
        (None, None) if matches!(ty, InterfaceType::Record(_)) => "i32".to_owned(),
        (None, None) => "i32 i32".to_owned(),
    };
    let parameters: Vec<String> = ty.parameters.iter().map(|parameter| core(&parameter.ty)).collect();
    let results = ty.results.iter().filter(|ty| ty.as_scalar().is_some()).map(core);
    (parameters.join(" "), results.collect::<Vec<_>>().join(" "))
}
