//! Builds an `interface-types` section from the signatures of functions: types, adapters and implementations as SDKs lay them out
//! (§1.4–1.5 of the Marine format).

use crate::{
    AdapterEntry, AdapterInstruction as Instruction, CoreType, ExportEntry, FunctionType, Implementation, ImportEntry,
    IntegerWidth, InterfaceSection, InterfaceType, NamedType, RecordType, ScalarType, TypeEntry,
};
use semver::Version;

/// Builds an [`InterfaceSection`]. Exports come before imports, since the numbers of imports follow those of exports.
#[derive(Debug, Clone)]
pub struct SectionBuilder {
    section: InterfaceSection,
    /// Functions of other modules, whose adapters need the number of all exports.
    imports: Vec<(String, String, FunctionType)>,
}

/// The functions that every module exports to pass values, by their number in adapters.
const ALLOCATE: u32 = 0;
const RELEASE_OBJECTS: u32 = 1;
const GET_RESULT_SIZE: u32 = 2;
const GET_RESULT_POINTER: u32 = 3;
const SET_RESULT_SIZE: u32 = 4;
const SET_RESULT_POINTER: u32 = 5;

/// The number of bytes in `allocate`.
const BYTE_TAG: u64 = 1;

impl SectionBuilder {
    /// A section with the functions that every module exports to pass values. Of `allocate` it declares the size only, as SDKs do;
    /// the core function takes the type of the elements as well.
    #[must_use]
    pub fn new(version: Version) -> Self {
        let mut builder = Self {
            section: InterfaceSection::new(version),
            imports: Vec::new(),
        };
        let functions: [(&str, &[&str], bool); 6] = [
            ("allocate", &["size"], true),
            ("release_objects", &[], false),
            ("get_result_size", &[], true),
            ("get_result_ptr", &[], true),
            ("set_result_size", &["result_size"], false),
            ("set_result_ptr", &["result_ptr"], false),
        ];
        let word = || InterfaceType::Scalar(ScalarType::I32);
        for (name, parameters, has_result) in functions {
            let parameters = parameters.iter().map(|name| NamedType {
                name: (*name).to_owned(),
                ty: word(),
            });
            let ty = FunctionType {
                parameters: parameters.collect(),
                results: has_result.then(word).into_iter().collect(),
            };
            let type_index = builder.add(TypeEntry::Function(ty));
            let name = name.to_owned();
            builder.section.exports.push(ExportEntry { name, type_index });
        }
        builder
    }

    /// The index of the type that is added next.
    pub(crate) fn next_type(&self) -> u32 {
        self.section.types.len() as u32
    }

    /// Adds a record. Returns its type index.
    pub fn record(&mut self, record: RecordType) -> u32 {
        self.add(TypeEntry::Record(record))
    }

    /// Adds a function that the module exports under the same name.
    pub fn export(&mut self, name: &str, ty: FunctionType) {
        let function = self.section.exports.len() as u32;
        let instructions = export_adapter(function, &ty);
        let adapter_type = self.add(TypeEntry::Function(ty.clone()));
        let core_type = self.add(TypeEntry::Function(ty));
        self.section.exports.push(ExportEntry {
            name: name.to_owned(),
            type_index: core_type,
        });
        self.implement(core_type, adapter_type, instructions);
    }

    /// Adds a function that the module imports from another one.
    pub fn import(&mut self, module: &str, name: &str, ty: FunctionType) {
        self.imports.push((module.to_owned(), name.to_owned(), ty));
    }

    /// The section.
    #[must_use]
    pub fn finish(mut self) -> InterfaceSection {
        let first = self.section.exports.len() as u32;
        for (function, (namespace, name, ty)) in (first..).zip(std::mem::take(&mut self.imports)) {
            let instructions = import_adapter(function, &ty);
            let raw = raw_type(&ty);
            let signature = self.add(TypeEntry::Function(ty));
            let adapter_type = self.add(TypeEntry::Function(raw.clone()));
            let core_type = self.add(TypeEntry::Function(raw));
            for type_index in [signature, core_type] {
                self.section.imports.push(ImportEntry {
                    namespace: namespace.clone(),
                    name: name.clone(),
                    type_index,
                });
            }
            self.implement(core_type, adapter_type, instructions);
        }
        self.section
    }

    fn add(&mut self, entry: TypeEntry) -> u32 {
        self.section.types.push(entry);
        self.section.types.len() as u32 - 1
    }

    fn implement(&mut self, core_type: u32, adapter_type: u32, instructions: Vec<Instruction>) {
        self.section.adapters.push(AdapterEntry {
            type_index: adapter_type,
            instructions,
        });
        self.section.implementations.push(Implementation {
            core_type,
            adapter_type,
        });
    }
}

/// The type of the imported core function: strings and arrays are a pointer and a length, of the same name; results of these types go
/// through the guest's `set_result_ptr`. Results that are scalars keep their type.
fn raw_type(ty: &FunctionType) -> FunctionType {
    let mut parameters = Vec::new();
    let mut add = |name: String, ty: ScalarType| {
        parameters.push(NamedType { name, ty: ty.into() });
    };
    for parameter in &ty.parameters {
        let name = parameter.name.clone();
        match &parameter.ty {
            InterfaceType::Scalar(scalar) => add(name, scalar.core_scalar()),
            InterfaceType::Record(_) => add(name, ScalarType::I32),
            InterfaceType::String | InterfaceType::ByteArray | InterfaceType::Array(_) => {
                add(format!("{name}_ptr"), ScalarType::I32);
                add(format!("{name}_ptr"), ScalarType::I32);
            }
        }
    }
    let results = ty.results.iter().filter_map(InterfaceType::as_scalar);
    FunctionType {
        results: results.map(Into::into).collect(),
        parameters,
    }
}

/// Passes arguments to core function `function` and reads its result.
fn export_adapter(function: u32, ty: &FunctionType) -> Vec<Instruction> {
    let mut program = Vec::new();
    for (index, parameter) in (0..).zip(&ty.parameters) {
        program.push(Instruction::ArgumentGet(index));
        match &parameter.ty {
            InterfaceType::Scalar(scalar) => program.extend(lower_scalar(*scalar)),
            InterfaceType::String => program.extend([
                Instruction::StringSize,
                Instruction::PushI32(BYTE_TAG),
                Instruction::CallCore(ALLOCATE),
                Instruction::ArgumentGet(index),
                Instruction::StringLower,
            ]),
            InterfaceType::ByteArray => program.push(Instruction::ArrayLower(ScalarType::U8.into())),
            InterfaceType::Array(element) => program.push(Instruction::ArrayLower((**element).clone())),
            InterfaceType::Record(record) => program.push(Instruction::RecordLower(*record)),
        }
    }
    program.push(Instruction::CallCore(function));
    let Some(result) = ty.results.first() else {
        return program;
    };
    if let InterfaceType::Scalar(scalar) = result {
        program.extend(lift_scalar(*scalar));
        return program;
    }
    program.push(Instruction::CallCore(GET_RESULT_POINTER));
    if !matches!(result, InterfaceType::Record(_)) {
        program.push(Instruction::CallCore(GET_RESULT_SIZE));
    }
    program.extend(lift(result));
    program.push(Instruction::CallCore(RELEASE_OBJECTS));
    program
}

/// Reads arguments, calls function `function` of another module and passes its result.
fn import_adapter(function: u32, ty: &FunctionType) -> Vec<Instruction> {
    let mut program = Vec::new();
    let mut argument = 0;
    for parameter in &ty.parameters {
        let words = match parameter.ty {
            InterfaceType::Scalar(_) | InterfaceType::Record(_) => 1,
            _ => 2,
        };
        program.extend((argument..argument + words).map(Instruction::ArgumentGet));
        argument += words;
        match &parameter.ty {
            InterfaceType::Scalar(scalar) => program.extend(lift_scalar(*scalar)),
            other => program.extend(lift(other)),
        }
    }
    if ty.parameters.iter().any(|parameter| parameter.ty.as_scalar().is_none()) {
        program.push(Instruction::CallCore(RELEASE_OBJECTS));
    }
    program.push(Instruction::CallCore(function));
    match ty.results.first() {
        None => return program,
        Some(InterfaceType::Scalar(scalar)) => {
            program.extend(lower_scalar(*scalar));
            return program;
        }
        Some(InterfaceType::String) => program.extend([
            Instruction::Duplicate,
            Instruction::StringSize,
            Instruction::PushI32(BYTE_TAG),
            Instruction::CallCore(ALLOCATE),
            Instruction::Swap,
            Instruction::StringLower,
            Instruction::CallCore(SET_RESULT_SIZE),
        ]),
        Some(InterfaceType::ByteArray) => {
            program.push(Instruction::ArrayLower(ScalarType::U8.into()));
            program.push(Instruction::CallCore(SET_RESULT_SIZE));
        }
        Some(InterfaceType::Array(element)) => {
            program.push(Instruction::ArrayLower((**element).clone()));
            program.push(Instruction::CallCore(SET_RESULT_SIZE));
        }
        Some(InterfaceType::Record(record)) => program.push(Instruction::RecordLower(*record)),
    }
    program.push(Instruction::CallCore(SET_RESULT_POINTER));
    program
}

/// Reads a value that is not a scalar.
fn lift(ty: &InterfaceType) -> Option<Instruction> {
    match ty {
        InterfaceType::Scalar(_) => None,
        InterfaceType::String => Some(Instruction::StringLift),
        InterfaceType::ByteArray => Some(Instruction::ByteArrayLift),
        InterfaceType::Array(element) => Some(Instruction::ArrayLift((**element).clone())),
        InterfaceType::Record(record) => Some(Instruction::RecordLift(*record)),
    }
}

fn lift_scalar(to: ScalarType) -> Option<Instruction> {
    match to {
        ScalarType::Bool => Some(Instruction::BoolLift),
        other => width(other).map(|from| Instruction::Lift { to, from }),
    }
}

fn lower_scalar(from: ScalarType) -> Option<Instruction> {
    match from {
        ScalarType::Bool => Some(Instruction::BoolLower),
        other => width(other).map(|to| Instruction::Lower { to, from }),
    }
}

/// The core integer that passes a number; `None` for what is a core value itself.
fn width(scalar: ScalarType) -> Option<IntegerWidth> {
    match (CoreType::of(&scalar.into()), scalar.core_scalar()) {
        (Some(_), _) => None,
        (None, ScalarType::I64) => Some(IntegerWidth::I64),
        (None, _) => Some(IntegerWidth::I32),
    }
}
