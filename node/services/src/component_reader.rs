//! Reads the interface of a compiled component.
//!
//! Every type becomes a separate tree. A component can use a type many times inside another, so size and depth of the trees are limited.
//! Types that Aqua can't represent (resources, streams, futures, maps) are refused with the name of the function that uses them.

use aqua_interface::{Case, Field, Function, Interface, Name, Parameter, Record, Type};
use indexmap::IndexMap;
use std::sync::Arc;
use wasmtime::component::{Component, ComponentExportIndex, types};

/// The largest number of type nodes in an interface.
const MAX_NODES: usize = 20_000;
/// The deepest nesting of types, which bounds the recursion of conversions.
const MAX_DEPTH: usize = 64;

/// Why Aqua programs can't call a component.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unsupported(String);

/// The interface of a component, and where its functions are exported.
pub(crate) struct ComponentInterface {
    pub(crate) interface: Arc<Interface>,
    /// By the index of the function in the interface.
    pub(crate) exports: Vec<ComponentExportIndex>,
    /// The function that a component exports as `init`, which runs once when an instance starts.
    pub(crate) init: Option<ComponentExportIndex>,
}

/// Reads all exported functions of `component`: its own, and those of the interfaces that it exports.
pub(crate) fn read(component: &Component) -> Result<ComponentInterface, Unsupported> {
    let mut found = Vec::new();
    let mut init = None;
    let engine = component.engine();
    for (name, export) in component.component_type().exports(engine) {
        match export.ty {
            types::ComponentItem::ComponentFunc(ty) => {
                let index = component.get_export_index(None, name).ok_or_else(|| missing(name))?;
                if name == "init" && ty.params().len() == 0 && ty.results().len() == 0 {
                    init = Some(index);
                } else {
                    found.push(Found {
                        interface: None,
                        name: name.to_owned(),
                        ty,
                        index,
                    });
                }
            }
            types::ComponentItem::ComponentInstance(instance) => {
                let outer = component.get_export_index(None, name).ok_or_else(|| missing(name))?;
                for (inner, export) in instance.exports(engine) {
                    if let types::ComponentItem::ComponentFunc(ty) = export.ty {
                        let index = component
                            .get_export_index(Some(&outer), inner)
                            .ok_or_else(|| missing(inner))?;
                        found.push(Found {
                            interface: Some(name.to_owned()),
                            name: inner.to_owned(),
                            ty,
                            index,
                        });
                    }
                }
            }
            _ => {}
        }
    }
    let mut types = Types { nodes: 0 };
    let mut functions = Vec::new();
    let mut exports = IndexMap::new();
    let mut uses: IndexMap<String, usize> = IndexMap::new();
    for function in &found {
        *uses.entry(function.name.clone()).or_default() += 1;
    }
    for Found {
        interface,
        name,
        ty,
        index,
    } in found
    {
        let prefix = match interface {
            Some(interface) if uses.get(&name).is_some_and(|&uses| uses > 1) => format!("{interface}#"),
            _ => String::new(),
        };
        let function = types.function(&prefix, &name, &ty)?;
        exports.insert(function.name.clone(), index);
        functions.push(function);
    }
    Ok(ComponentInterface {
        interface: Arc::new(Interface::new(functions, [])),
        exports: exports.into_values().collect(),
        init,
    })
}

struct Found {
    interface: Option<String>,
    name: String,
    ty: types::ComponentFunc,
    index: ComponentExportIndex,
}

/// Builds the type trees of one interface and counts their nodes.
struct Types {
    nodes: usize,
}

impl Types {
    fn function(&mut self, prefix: &str, name: &str, ty: &types::ComponentFunc) -> Result<Function, Unsupported> {
        let within = |problem: Unsupported| Unsupported(format!("function '{name}' {}", problem.0));
        if ty.async_() {
            return Err(within(Unsupported("is asynchronous".to_owned())));
        }
        let mut parameters = Vec::with_capacity(ty.params().len());
        for (name, ty) in ty.params() {
            parameters.push(Parameter {
                name: Name::new(name).aqua,
                ty: self.read(&ty, 0).map_err(within)?,
            });
        }
        let result = ty
            .results()
            .next()
            .map(|ty| self.read(&ty, 0))
            .transpose()
            .map_err(within)?;
        Ok(Function {
            name: format!("{prefix}{}", Name::new(name).aqua),
            parameters,
            result,
        })
    }

    fn read(&mut self, ty: &types::Type, depth: usize) -> Result<Type, Unsupported> {
        self.nodes += 1;
        if self.nodes > MAX_NODES || depth > MAX_DEPTH {
            return Err(Unsupported("has types that are too large".to_owned()));
        }
        let depth = depth + 1;
        Ok(match ty {
            types::Type::Bool => Type::Bool,
            types::Type::S8 => Type::I8,
            types::Type::S16 => Type::I16,
            types::Type::S32 => Type::I32,
            types::Type::S64 => Type::I64,
            types::Type::U8 => Type::U8,
            types::Type::U16 => Type::U16,
            types::Type::U32 => Type::U32,
            types::Type::U64 => Type::U64,
            types::Type::Float32 => Type::F32,
            types::Type::Float64 => Type::F64,
            types::Type::Char => Type::Char,
            types::Type::String => Type::String,
            types::Type::List(list) => Type::List(Box::new(self.read(&list.ty(), depth)?)),
            types::Type::Option(option) => Type::Option(Box::new(self.read(&option.ty(), depth)?)),
            types::Type::Record(record) => {
                let fields = record.fields().map(|field| {
                    Ok(Field {
                        name: Name::new(field.name),
                        ty: self.read(&field.ty, depth)?,
                    })
                });
                let fields = fields.collect::<Result<_, Unsupported>>()?;
                Type::Record(Arc::new(Record { name: None, fields }))
            }
            types::Type::Tuple(tuple) => Type::Tuple(
                tuple
                    .types()
                    .map(|ty| self.read(&ty, depth))
                    .collect::<Result<_, Unsupported>>()?,
            ),
            types::Type::Enum(names) => Type::Enum(self.names(names.names())?),
            types::Type::Flags(names) => Type::Flags(self.names(names.names())?),
            types::Type::Variant(variant) => Type::Variant(
                variant
                    .cases()
                    .map(|case| {
                        Ok(Case {
                            name: case_name(case.name)?,
                            ty: self.optional(case.ty.as_ref(), depth)?,
                        })
                    })
                    .collect::<Result<_, Unsupported>>()?,
            ),
            types::Type::Result(result) => Type::Result {
                ok: self.optional(result.ok().as_ref(), depth)?.map(Box::new),
                error: self.optional(result.err().as_ref(), depth)?.map(Box::new),
            },
            types::Type::Own(_) | types::Type::Borrow(_) => return Err(unsupported("a resource")),
            types::Type::Future(_) => return Err(unsupported("a future")),
            types::Type::Stream(_) => return Err(unsupported("a stream")),
            types::Type::ErrorContext => return Err(unsupported("an error context")),
            types::Type::Map(_) => return Err(unsupported("a map")),
            types::Type::FixedLengthList(_) => return Err(unsupported("a list of fixed length")),
        })
    }

    fn optional(&mut self, ty: Option<&types::Type>, depth: usize) -> Result<Option<Type>, Unsupported> {
        ty.map(|ty| self.read(ty, depth)).transpose()
    }

    fn names<'a>(&mut self, names: impl Iterator<Item = &'a str>) -> Result<Vec<Name>, Unsupported> {
        let names: Vec<Name> = names.map(Name::new).collect();
        self.nodes += names.len();
        if self.nodes > MAX_NODES {
            Err(Unsupported("has types that are too large".to_owned()))
        } else {
            Ok(names)
        }
    }
}

/// A case named `tag` would stand where the JSON form keeps the name of the case.
fn case_name(name: &str) -> Result<Name, Unsupported> {
    if name == "tag" {
        Err(Unsupported(
            "has a variant case named 'tag', which JSON has no place for".to_owned(),
        ))
    } else {
        Ok(Name::new(name))
    }
}

fn unsupported(what: &str) -> Unsupported {
    Unsupported(format!("uses {what}, which Aqua has no type for"))
}

fn missing(name: &str) -> Unsupported {
    Unsupported(format!("the export '{name}' has a type but no item"))
}
