//! The interface of a module in terms of Aqua.
//!
//! Records keep their names. Where two different records have the same name, the second one gets its type index as a suffix, since
//! Aqua finds types by name.

use super::{ExportedFunction, ForeignImport};
use crate::{FunctionType, InterfaceType, Records, ScalarType};
use aqua_interface::{Field, Function, Interface, Name, Parameter, Record, RecordDefinition, Type};
use indexmap::IndexMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The functions in order, and the records that they use by id. Ids are type indices.
pub(super) fn interface(functions: &IndexMap<String, ExportedFunction>, records: &Records) -> Interface {
    let mut converter = Converter {
        records,
        converted: BTreeMap::new(),
    };
    let functions: Vec<Function> = functions
        .values()
        .map(|function| converter.function(&function.name, &function.ty))
        .collect();
    let definitions = converter.converted.into_iter();
    Interface::new(
        functions,
        definitions.map(|(id, record)| RecordDefinition { id: id.into(), record }),
    )
}

/// The types of an imported function.
pub(super) fn imported(import: &ForeignImport, records: &Records) -> Function {
    let mut converter = Converter {
        records,
        converted: BTreeMap::new(),
    };
    converter.function(&import.name, &import.ty)
}

struct Converter<'r> {
    records: &'r Records,
    converted: BTreeMap<u32, Arc<Record>>,
}

impl Converter<'_> {
    fn function(&mut self, name: &str, ty: &FunctionType) -> Function {
        let parameters = ty.parameters.iter().map(|parameter| Parameter {
            name: Name::new(&parameter.name).aqua,
            ty: self.convert(&parameter.ty),
        });
        Function {
            name: Name::new(name).aqua,
            parameters: parameters.collect(),
            result: ty.results.first().map(|ty| self.convert(ty)),
        }
    }

    fn convert(&mut self, ty: &InterfaceType) -> Type {
        match ty {
            InterfaceType::Scalar(scalar) => match scalar {
                ScalarType::Bool => Type::Bool,
                ScalarType::S8 => Type::I8,
                ScalarType::S16 => Type::I16,
                ScalarType::S32 | ScalarType::I32 => Type::I32,
                ScalarType::S64 | ScalarType::I64 => Type::I64,
                ScalarType::U8 => Type::U8,
                ScalarType::U16 => Type::U16,
                ScalarType::U32 => Type::U32,
                ScalarType::U64 => Type::U64,
                ScalarType::F32 => Type::F32,
                ScalarType::F64 => Type::F64,
            },
            InterfaceType::String => Type::String,
            InterfaceType::ByteArray => Type::Bytes,
            InterfaceType::Array(element) => Type::List(Box::new(self.convert(element))),
            InterfaceType::Record(index) => Type::Record(self.record(*index)),
        }
    }

    fn record(&mut self, index: u32) -> Arc<Record> {
        if let Some(record) = self.converted.get(&index) {
            return record.clone();
        }
        let records = self.records;
        let layout = records.get(index);
        let fields = layout.into_iter().flat_map(|layout| &layout.fields).map(|field| Field {
            name: Name::new(&field.name),
            ty: self.convert(&field.ty),
        });
        let mut record = Record {
            fields: fields.collect(),
            name: layout.map(|layout| layout.name.to_string()).unwrap_or_default(),
        };
        let namesake = self.converted.values().find(|known| known.name == record.name);
        if namesake.is_some_and(|known| known.fields != record.fields) {
            record.name = format!("{}{index}", record.name);
        }
        let record = Arc::new(record);
        self.converted.insert(index, record.clone());
        record
    }
}
