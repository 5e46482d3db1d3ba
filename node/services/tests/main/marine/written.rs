//! Modules that tests write as text.

use aqua_marine::{FunctionType, InterfaceSection, InterfaceType, NamedType, ScalarType, SectionBuilder};
use semver::Version;

pub(crate) const U32: InterfaceType = InterfaceType::Scalar(ScalarType::U32);
pub(crate) const U64: InterfaceType = InterfaceType::Scalar(ScalarType::U64);
pub(crate) const TEXT: InterfaceType = InterfaceType::String;
pub(crate) const BYTES: InterfaceType = InterfaceType::ByteArray;

/// The `allocate` of modules that have no other one: memory from byte 4096 on, which grows and is never freed.
const ALLOCATE: &str = r#"
    (func $allocate (export "allocate") (param $size i32) (param i32) (result i32)
      (local $start i32)
      (local.set $start (global.get $free))
      (global.set $free (i32.add (global.get $free) (local.get $size)))
      (if (i32.gt_u (global.get $free) (i32.mul (memory.size) (i32.const 65536)))
        (then (drop (memory.grow (i32.add (i32.const 1) (i32.div_u (local.get $size) (i32.const 65536)))))))
      (local.get $start))"#;

/// A module as text.
#[derive(Clone)]
pub(crate) struct Written {
    /// Its imports.
    pub(crate) imports: String,
    /// Its functions and what else it has. `$pointer` and `$size` are the result of a function, `$free` the first free byte.
    pub(crate) code: String,
    /// The function `allocate`.
    pub(crate) allocate: String,
    /// The function `release_objects`.
    pub(crate) release: String,
    section: SectionBuilder,
}

impl Written {
    pub(crate) fn new(code: &str) -> Self {
        Self {
            imports: String::new(),
            code: code.to_owned(),
            allocate: ALLOCATE.to_owned(),
            release: r#"(func (export "release_objects"))"#.to_owned(),
            section: SectionBuilder::new(Version::new(0, 27, 0)),
        }
    }

    /// Adds imports.
    pub(crate) fn importing(mut self, imports: &str) -> Self {
        self.imports += imports;
        self
    }

    /// Declares a function that the module exports.
    pub(crate) fn function(mut self, name: &str, parameters: &[InterfaceType], result: Option<InterfaceType>) -> Self {
        self.section.export(name, function_type(parameters, result));
        self
    }

    /// Declares a function of another module.
    pub(crate) fn foreign(
        mut self,
        module: &str,
        name: &str,
        parameters: &[InterfaceType],
        result: Option<InterfaceType>,
    ) -> Self {
        self.section.import(module, name, function_type(parameters, result));
        self
    }

    /// The file.
    pub(crate) fn wasm(self) -> Vec<u8> {
        let Self {
            imports,
            code,
            allocate,
            release,
            section,
        } = self;
        let text = format!(
            r#"(module
                {imports}
                (memory (export "memory") 1)
                (global $free (mut i32) (i32.const 4096))
                (global $pointer (mut i32) (i32.const 0))
                (global $size (mut i32) (i32.const 0))
                {allocate}
                {release}
                (func (export "get_result_size") (result i32) (global.get $size))
                (func (export "get_result_ptr") (result i32) (global.get $pointer))
                (func (export "set_result_size") (param i32) (global.set $size (local.get 0)))
                (func (export "set_result_ptr") (param i32) (global.set $pointer (local.get 0)))
                {code})"#
        );
        let mut wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"));
        let section = section.finish().encode().expect("a section");
        for (name, content) in [
            ("__fluence_sdk_version", &b"0.14.0"[..]),
            (InterfaceSection::NAME, &section),
        ] {
            wasm = aqua_marine::replace_custom_section(&wasm, name, content).expect("a module");
        }
        wasm
    }
}

fn function_type(parameters: &[InterfaceType], result: Option<InterfaceType>) -> FunctionType {
    let parameters = parameters.iter().enumerate().map(|(index, ty)| NamedType {
        name: format!("a{index}"),
        ty: ty.clone(),
    });
    FunctionType {
        parameters: parameters.collect(),
        results: result.into_iter().collect(),
    }
}
