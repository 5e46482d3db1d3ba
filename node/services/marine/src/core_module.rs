//! What the binary format of WebAssembly says about a module: custom sections, imports and exports with their types.
//!
//! The code is not looked at; an engine validates it when it compiles the module.

use indexmap::IndexMap;
use std::fmt;
use wasmparser::{Encoding, ExternalKind, FuncType, Parser, Payload, TypeRef, ValType};

use crate::ModuleError;

/// A value type of core WebAssembly that adapters can pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CoreType {
    /// `i32`
    I32,
    /// `i64`
    I64,
    /// `f32`
    F32,
    /// `f64`
    F64,
}

/// The type of a core function.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CoreSignature {
    /// The types of the parameters.
    pub parameters: Vec<CoreType>,
    /// The type of the result, if there is one.
    pub result: Option<CoreType>,
}

impl fmt::Display for CoreType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
        })
    }
}

/// `(i32, i32) -> i32`
impl fmt::Display for CoreSignature {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parameters: Vec<String> = self.parameters.iter().map(CoreType::to_string).collect();
        write!(out, "({}) -> ", parameters.join(", "))?;
        match self.result {
            Some(result) => result.fmt(out),
            None => out.write_str("()"),
        }
    }
}

/// A core module without its code.
pub(crate) struct CoreModule<'b> {
    /// The imported functions in order.
    pub(crate) imports: Vec<FunctionImport<'b>>,
    /// The exported functions by name.
    pub(crate) exports: IndexMap<&'b str, FunctionShape>,
    /// Whether a memory is exported.
    pub(crate) has_memory: bool,
    custom: Vec<CustomSection<'b>>,
}

/// An imported function.
pub(crate) struct FunctionImport<'b> {
    pub(crate) module: &'b str,
    pub(crate) name: &'b str,
    pub(crate) shape: FunctionShape,
}

/// The type of a function: a [`CoreSignature`] if adapters can call it, else its text.
#[derive(Clone)]
pub(crate) enum FunctionShape {
    Callable(CoreSignature),
    Other(String),
}

/// A custom section.
#[derive(Clone, Copy)]
pub(crate) struct CustomSection<'b> {
    pub(crate) name: &'b str,
    /// The content and its offset in the file.
    pub(crate) content: &'b [u8],
    pub(crate) offset: usize,
}

impl<'b> CoreModule<'b> {
    /// Reads the sections of a module.
    pub(crate) fn read(bytes: &'b [u8]) -> Result<Self, ModuleError> {
        let mut module = Self {
            imports: Vec::new(),
            exports: IndexMap::new(),
            has_memory: false,
            custom: Vec::new(),
        };
        let mut types: Vec<FuncType> = Vec::new();
        // Type indices of all functions; imported ones come first.
        let mut functions: Vec<u32> = Vec::new();
        let shape = |types: &[FuncType], index: u32| match types.get(index as usize) {
            Some(ty) => FunctionShape::of(ty),
            None => FunctionShape::Other(format!("type {index}")),
        };
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.map_err(malformed)? {
                Payload::Version {
                    encoding: Encoding::Component,
                    ..
                } => return Err(ModuleError::Component),
                Payload::TypeSection(section) => {
                    for ty in section.into_iter_err_on_gc_types() {
                        types.push(ty.map_err(malformed)?);
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import.map_err(malformed)?;
                        if let TypeRef::Func(index) = import.ty {
                            functions.push(index);
                            module.imports.push(FunctionImport {
                                module: import.module,
                                name: import.name,
                                shape: shape(&types, index),
                            });
                        }
                    }
                }
                Payload::FunctionSection(section) => {
                    for index in section {
                        functions.push(index.map_err(malformed)?);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export.map_err(malformed)?;
                        match export.kind {
                            ExternalKind::Func => {
                                let function = functions.get(export.index as usize);
                                let function = function.ok_or(ModuleError::UnknownCoreFunction {
                                    name: export.name.to_owned(),
                                    index: export.index,
                                })?;
                                module.exports.insert(export.name, shape(&types, *function));
                            }
                            ExternalKind::Memory => module.has_memory = true,
                            _ => {}
                        }
                    }
                }
                Payload::CustomSection(section) => module.custom.push(CustomSection {
                    name: section.name(),
                    content: section.data(),
                    offset: section.data_offset(),
                }),
                _ => {}
            }
        }
        Ok(module)
    }

    /// The custom sections whose names begin like this, in the order of the file.
    pub(crate) fn custom_with_prefix(&self, prefix: &str) -> impl Iterator<Item = CustomSection<'b>> {
        self.custom
            .iter()
            .filter(move |section| section.name.starts_with(prefix))
            .copied()
    }

    /// The custom sections of this name, in the order of the file.
    pub(crate) fn custom(&self, name: &str) -> impl Iterator<Item = CustomSection<'b>> {
        self.custom.iter().filter(move |section| section.name == name).copied()
    }

    /// The signature of an exported function.
    pub(crate) fn export(&self, name: &str) -> Result<&CoreSignature, ModuleError> {
        match self.exports.get(name) {
            Some(FunctionShape::Callable(signature)) => Ok(signature),
            Some(FunctionShape::Other(text)) => Err(ModuleError::UnsupportedSignature {
                function: name.to_owned(),
                signature: text.clone(),
            }),
            None => Err(ModuleError::MissingExport(name.to_owned())),
        }
    }
}

impl FunctionShape {
    fn of(ty: &FuncType) -> Self {
        let core_type = |ty: &ValType| match ty {
            ValType::I32 => Some(CoreType::I32),
            ValType::I64 => Some(CoreType::I64),
            ValType::F32 => Some(CoreType::F32),
            ValType::F64 => Some(CoreType::F64),
            ValType::V128 | ValType::Ref(_) => None,
        };
        let parameters: Option<Vec<CoreType>> = ty.params().iter().map(core_type).collect();
        let result = match ty.results() {
            [] => Some(None),
            [one] => core_type(one).map(Some),
            _ => None,
        };
        match (parameters, result) {
            (Some(parameters), Some(result)) => Self::Callable(CoreSignature { parameters, result }),
            _ => Self::Other(ty.to_string()),
        }
    }

    pub(crate) fn signature(&self) -> Option<&CoreSignature> {
        match self {
            Self::Callable(signature) => Some(signature),
            Self::Other(_) => None,
        }
    }
}

fn malformed(error: wasmparser::Error) -> ModuleError {
    ModuleError::Malformed {
        reason: error.message().to_owned(),
        offset: error.offset(),
    }
}

/// The file with one custom section of this name and this content, at its end. Other sections stay as they are; those of the same
/// name are removed.
///
/// # Errors
/// The file is not a WebAssembly module.
pub fn replace_custom_section(file: &[u8], name: &str, content: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let mut out = Vec::with_capacity(file.len() + content.len());
    // The end of the section before.
    let mut end = 0;
    for payload in Parser::new(0).parse_all(file) {
        let payload = payload.map_err(malformed)?;
        let range = match &payload {
            Payload::Version {
                encoding: Encoding::Component,
                ..
            } => return Err(ModuleError::Component),
            Payload::Version { range, .. } => range.clone(),
            other => match other.as_section() {
                Some((_, range)) => range,
                None => continue,
            },
        };
        let is_replaced = matches!(&payload, Payload::CustomSection(section) if section.name() == name);
        if !is_replaced {
            // With the header of the section, which is not part of its range.
            out.extend_from_slice(file.get(end..range.end).unwrap_or_default());
        }
        end = range.end;
    }
    let mut body = Vec::with_capacity(name.len() + content.len() + 5);
    write_length(&mut body, name.len());
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(content);
    out.push(0);
    write_length(&mut out, body.len());
    out.extend(body);
    Ok(out)
}

/// Appends a length in LEB128.
fn write_length(out: &mut Vec<u8>, length: usize) {
    let mut rest = length;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}
