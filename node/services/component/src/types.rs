//! Types of parameters and results as trees. Trees of records and variants are shared between their uses.

use crate::names::Names;
use crate::outline::{Outline, TypeName};
use aqua_interface::{Case, Field, Name, Record, Type, Variant};
use std::collections::BTreeMap;
use std::sync::Arc;
use wasmparser::PrimitiveValType as Primitive;
use wasmparser::component_types::{
    ComponentDefinedType as Defined, ComponentDefinedTypeId, ComponentValType, RecordType, VariantType,
};

/// The largest number of type nodes in an interface.
const MAX_NODES: usize = 20_000;
/// The deepest nesting of types, which bounds the recursion of conversions.
const MAX_DEPTH: usize = 64;

/// What a function uses that Aqua can't represent, as the rest of a sentence about the function.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unsupported(String);

impl From<&str> for Unsupported {
    fn from(reason: &str) -> Self {
        Self(reason.to_owned())
    }
}

/// Reads the types of one interface and counts their nodes.
pub(crate) struct Types<'o> {
    outline: &'o Outline,
    declared: BTreeMap<ComponentDefinedTypeId, TypeName<'o>>,
    names: Names,
    /// Records and variants that were read.
    known: BTreeMap<ComponentDefinedTypeId, Type>,
    records: Vec<Arc<Record>>,
    nodes: usize,
}

impl<'o> Types<'o> {
    pub(crate) fn new(outline: &'o Outline) -> Self {
        Self {
            outline,
            declared: outline.type_names(),
            names: Names::default(),
            known: BTreeMap::new(),
            records: Vec::new(),
            nodes: 0,
        }
    }

    /// The records that were read, each after those that it uses.
    pub(crate) fn into_records(self) -> Vec<Arc<Record>> {
        self.records
    }

    pub(crate) fn read(&mut self, ty: ComponentValType, depth: usize) -> Result<Type, Unsupported> {
        self.count(1)?;
        if depth > MAX_DEPTH {
            return Err(too_large());
        }
        match ty {
            ComponentValType::Primitive(ty) => primitive(ty),
            ComponentValType::Type(id) => self.defined(id, depth + 1),
        }
    }

    fn defined(&mut self, id: ComponentDefinedTypeId, depth: usize) -> Result<Type, Unsupported> {
        let outline = self.outline;
        Ok(match &outline.types[id] {
            Defined::Primitive(ty) => primitive(*ty)?,
            Defined::List { element, .. } => Type::List(Box::new(self.read(*element, depth)?)),
            Defined::Option { ty, .. } => Type::Option(Box::new(self.read(*ty, depth)?)),
            Defined::Tuple(tuple) => {
                let types = tuple.types.iter().map(|ty| self.read(*ty, depth));
                Type::Tuple(types.collect::<Result<_, _>>()?)
            }
            Defined::Result { ok, err, .. } => Type::Result {
                ok: self.optional(*ok, depth)?.map(Box::new),
                error: self.optional(*err, depth)?.map(Box::new),
            },
            Defined::Enum(names) => Type::Enum(self.named(names.iter().map(|name| name.as_str()))?),
            Defined::Flags(names) => Type::Flags(self.named(names.iter().map(|name| name.as_str()))?),
            Defined::Record(record) => self.record(id, record, depth)?,
            Defined::Variant(variant) => self.variant(id, variant, depth)?,
            Defined::Own(_) | Defined::Borrow(_) => return Err(unsupported("a resource")),
            Defined::Future { .. } => return Err(unsupported("a future")),
            Defined::Stream { .. } => return Err(unsupported("a stream")),
            Defined::Map { .. } => return Err(unsupported("a map")),
            Defined::FixedLengthList { .. } => return Err(unsupported("a list of fixed length")),
        })
    }

    fn record(&mut self, id: ComponentDefinedTypeId, record: &RecordType, depth: usize) -> Result<Type, Unsupported> {
        let fields = record.fields.iter().map(|(name, ty)| {
            Ok(Field {
                name: Name::new(name),
                ty: self.read(*ty, depth)?,
            })
        });
        let fields = fields.collect::<Result<Vec<_>, Unsupported>>()?;
        let is_same = |known: &Type| matches!(known, Type::Record(record) if record.fields == fields);
        Ok(match self.alias(id, is_same) {
            Some(known) => known,
            None => self.once(id, |types, name| {
                let record = Arc::new(Record { name, fields });
                types.records.push(record.clone());
                Type::Record(record)
            }),
        })
    }

    fn variant(
        &mut self,
        id: ComponentDefinedTypeId,
        variant: &VariantType,
        depth: usize,
    ) -> Result<Type, Unsupported> {
        let cases = variant.cases.iter().map(|(name, case)| {
            Ok(Case {
                name: case_name(name)?,
                ty: self.optional(case.ty, depth)?,
            })
        });
        let cases = cases.collect::<Result<Vec<_>, Unsupported>>()?;
        let is_same = |known: &Type| matches!(known, Type::Variant(variant) if variant.cases == cases);
        Ok(match self.alias(id, is_same) {
            Some(known) => known,
            None => self.once(id, |_, name| Type::Variant(Arc::new(Variant { name, cases }))),
        })
    }

    /// A type with the same declared name that was read and is the same: a component that uses a type of an interface elsewhere declares
    /// it again.
    fn alias(&self, id: ComponentDefinedTypeId, is_same: impl Fn(&Type) -> bool) -> Option<Type> {
        let name = self.declared.get(&id)?.name;
        let known = self.known.iter().filter(|(other, known)| {
            self.declared.get(other).is_some_and(|declared| declared.name == name) && is_same(known)
        });
        known.map(|(_, known)| known.clone()).next()
    }

    /// The tree of this type that was made first. All uses are walked nevertheless, to limit the size of the whole.
    fn once(&mut self, id: ComponentDefinedTypeId, make: impl FnOnce(&mut Self, String) -> Type) -> Type {
        if let Some(known) = self.known.get(&id) {
            return known.clone();
        }
        let name = self.names.give(self.declared.get(&id).copied());
        let made = make(self, name);
        self.known.insert(id, made.clone());
        made
    }

    fn optional(&mut self, ty: Option<ComponentValType>, depth: usize) -> Result<Option<Type>, Unsupported> {
        ty.map(|ty| self.read(ty, depth)).transpose()
    }

    fn named<'a>(&mut self, names: impl Iterator<Item = &'a str>) -> Result<Vec<Name>, Unsupported> {
        let names: Vec<Name> = names.map(Name::new).collect();
        self.count(names.len())?;
        Ok(names)
    }

    fn count(&mut self, nodes: usize) -> Result<(), Unsupported> {
        self.nodes += nodes;
        if self.nodes > MAX_NODES {
            Err(too_large())
        } else {
            Ok(())
        }
    }
}

fn primitive(ty: Primitive) -> Result<Type, Unsupported> {
    Ok(match ty {
        Primitive::Bool => Type::Bool,
        Primitive::S8 => Type::I8,
        Primitive::S16 => Type::I16,
        Primitive::S32 => Type::I32,
        Primitive::S64 => Type::I64,
        Primitive::U8 => Type::U8,
        Primitive::U16 => Type::U16,
        Primitive::U32 => Type::U32,
        Primitive::U64 => Type::U64,
        Primitive::F32 => Type::F32,
        Primitive::F64 => Type::F64,
        Primitive::Char => Type::Char,
        Primitive::String => Type::String,
        Primitive::ErrorContext => return Err(unsupported("an error context")),
    })
}

/// A case named `tag` would stand where the JSON form keeps the name of the case.
fn case_name(name: &str) -> Result<Name, Unsupported> {
    if name == "tag" {
        Err("has a variant case named 'tag', which JSON has no place for".into())
    } else {
        Ok(Name::new(name))
    }
}

fn too_large() -> Unsupported {
    "has types that are too large".into()
}

fn unsupported(what: &str) -> Unsupported {
    Unsupported(format!("uses {what}, which Aqua has no type for"))
}
