//! The record types of a module: their layout in memory, and which types accept the values of which.

use crate::{FunctionType, InterfaceType, ModuleError, NamedType, ScalarType, TypeEntry};
use ecow::EcoString;
use std::collections::BTreeSet;

/// The records of a module by type index. All references resolve, no record contains itself, and nesting is limited.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Records {
    layouts: Vec<Option<RecordLayout>>,
}

/// A record and its layout in the memory of guests: the fields one after another, without padding (§2.3 of the Marine format).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordLayout {
    /// The name.
    pub name: EcoString,
    /// The fields in the order of memory.
    pub fields: Vec<FieldLayout>,
    /// The size in bytes.
    pub size: u32,
    /// The indices of the fields, sorted by name.
    pub(crate) sorted: Vec<usize>,
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldLayout {
    /// The name.
    pub name: EcoString,
    /// The type.
    pub ty: InterfaceType,
    /// The offset from the start of the record, in bytes.
    pub offset: u32,
}

impl InterfaceType {
    /// The bytes that a value takes in a record or an array. Strings and arrays are a pointer and a length there, records are a
    /// pointer.
    #[must_use]
    pub fn cell_size(&self) -> u32 {
        match self {
            Self::Scalar(scalar) => scalar.size(),
            Self::Record(_) => 4,
            Self::String | Self::ByteArray | Self::Array(_) => 8,
        }
    }
}

impl RecordLayout {
    fn new(name: &str, fields: &[NamedType]) -> Self {
        let mut size = 0;
        let fields: Vec<FieldLayout> = fields
            .iter()
            .map(|field| {
                let offset = size;
                size += field.ty.cell_size();
                FieldLayout {
                    name: field.name.as_str().into(),
                    ty: field.ty.clone(),
                    offset,
                }
            })
            .collect();
        let mut sorted: Vec<usize> = (0..fields.len()).collect();
        sorted.sort_by(|left, right| fields[*left].name.cmp(&fields[*right].name));
        Self {
            name: name.into(),
            fields,
            size,
            sorted,
        }
    }
}

impl Records {
    /// Checks the records among `types` and computes their layouts.
    pub(crate) fn new(types: &[TypeEntry]) -> Result<Self, ModuleError> {
        let mut depths = Depths {
            types,
            known: vec![None; types.len()],
        };
        for index in 0..types.len() {
            depths.entry(index, 0)?;
        }
        let layouts = types.iter().map(|entry| match entry {
            TypeEntry::Record(record) => Some(RecordLayout::new(&record.name, &record.fields)),
            TypeEntry::Function(_) => None,
        });
        Ok(Self {
            layouts: layouts.collect(),
        })
    }

    /// The record at this type index.
    #[must_use]
    pub fn get(&self, index: u32) -> Option<&RecordLayout> {
        self.layouts.get(index as usize)?.as_ref()
    }

    /// All records with their type indices, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &RecordLayout)> {
        (0..)
            .zip(&self.layouts)
            .filter_map(|(index, layout)| Some((index, layout.as_ref()?)))
    }

    /// Whether values of type `from` are accepted where type `to` of the module with the records `others` is expected. Types are
    /// compared by structure: fields by order, name and type. `array(u8)` and `byte_array` are the same type.
    #[must_use]
    pub fn is_assignable(&self, from: &InterfaceType, others: &Self, to: &InterfaceType) -> bool {
        let mut compared = BTreeSet::new();
        self.compare(from, others, to, &mut compared)
    }

    /// Whether a function of type `from` of the module with the records `others` can be called as one of type `to`.
    #[must_use]
    pub fn is_callable_as(&self, from: &FunctionType, others: &Self, to: &FunctionType) -> bool {
        let mut compared = BTreeSet::new();
        let parameters = from.parameters.iter().zip(&to.parameters);
        let results = from.results.iter().zip(&to.results);
        from.parameters.len() == to.parameters.len()
            && from.results.len() == to.results.len()
            && parameters
                .map(|(from, to)| (&from.ty, &to.ty))
                .chain(results)
                .all(|(from, to)| self.compare(from, others, to, &mut compared))
    }

    /// Each pair of records is compared once.
    fn compare(
        &self,
        from: &InterfaceType,
        others: &Self,
        to: &InterfaceType,
        compared: &mut BTreeSet<(u32, u32)>,
    ) -> bool {
        match (from, to) {
            (InterfaceType::Record(left), InterfaceType::Record(right)) => {
                if !compared.insert((*left, *right)) {
                    return true;
                }
                let (Some(left), Some(right)) = (self.get(*left), others.get(*right)) else {
                    return false;
                };
                left.fields.len() == right.fields.len()
                    && left.fields.iter().zip(&right.fields).all(|(left, right)| {
                        left.name == right.name && self.compare(&left.ty, others, &right.ty, compared)
                    })
            }
            (InterfaceType::Array(left), InterfaceType::Array(right)) => self.compare(left, others, right, compared),
            (left, right) => left == right || left.is_bytes() && right.is_bytes(),
        }
    }

    /// The type of a function as Aqua writes it: `(name: string) -> u32`.
    pub(crate) fn describe_function(&self, ty: &FunctionType) -> String {
        let parameters = ty.parameters.iter();
        let parameters: Vec<String> = parameters
            .map(|parameter| format!("{}: {}", parameter.name, self.describe(&parameter.ty)))
            .collect();
        let result = ty
            .results
            .first()
            .map_or_else(|| "()".to_owned(), |result| self.describe(result));
        format!("({}) -> {result}", parameters.join(", "))
    }

    /// The type as Aqua writes it.
    pub(crate) fn describe(&self, ty: &InterfaceType) -> String {
        match ty {
            InterfaceType::Scalar(scalar) => aqua_name(*scalar).to_owned(),
            InterfaceType::String => "string".to_owned(),
            InterfaceType::ByteArray => "[]u8".to_owned(),
            InterfaceType::Array(element) => format!("[]{}", self.describe(element)),
            InterfaceType::Record(index) => {
                let record = self.get(*index);
                record.map_or_else(|| format!("record {index}"), |record| record.name.to_string())
            }
        }
    }
}

/// The name of a scalar type in Aqua.
fn aqua_name(scalar: ScalarType) -> &'static str {
    match scalar {
        ScalarType::S8 => "i8",
        ScalarType::S16 => "i16",
        ScalarType::S32 => "i32",
        ScalarType::S64 => "i64",
        other => other.name(),
    }
}

/// Computes how deep types nest.
struct Depths<'t> {
    types: &'t [TypeEntry],
    known: Vec<Option<usize>>,
}

impl Depths<'_> {
    /// The depth of an entry below `above` other records. Fails where the sum exceeds the limit, as records that contain
    /// themselves do.
    fn entry(&mut self, index: usize, above: usize) -> Result<usize, ModuleError> {
        if let Some(depth) = self.known[index] {
            return Ok(depth);
        }
        if above >= InterfaceType::MAX_DEPTH {
            return Err(ModuleError::DeepType { index: index as u32 });
        }
        let types = self.types;
        let inner: Vec<&InterfaceType> = match &types[index] {
            TypeEntry::Record(record) => record.fields.iter().map(|field| &field.ty).collect(),
            TypeEntry::Function(function) => {
                let parameters = function.parameters.iter().map(|parameter| &parameter.ty);
                parameters.chain(&function.results).collect()
            }
        };
        let mut depth = 0;
        for ty in inner {
            depth = depth.max(1 + self.nested(index, ty, above + 1)?);
        }
        if depth >= InterfaceType::MAX_DEPTH {
            return Err(ModuleError::DeepType { index: index as u32 });
        }
        self.known[index] = Some(depth);
        Ok(depth)
    }

    fn nested(&mut self, user: usize, ty: &InterfaceType, above: usize) -> Result<usize, ModuleError> {
        match ty {
            InterfaceType::Array(element) => Ok(1 + self.nested(user, element, above + 1)?),
            InterfaceType::Record(record) => match self.types.get(*record as usize) {
                Some(TypeEntry::Record(_)) => self.entry(*record as usize, above),
                _ => Err(ModuleError::NotARecord {
                    index: *record,
                    user: user as u32,
                }),
            },
            InterfaceType::Scalar(_) | InterfaceType::String | InterfaceType::ByteArray => Ok(0),
        }
    }
}
