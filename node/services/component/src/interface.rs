//! The exported and imported functions of a component.
//!
//! A function is called by its own name if no other exported interface has a function of that name, and by
//! `interface#function` otherwise.

use crate::outline::{Item, Outline};
use crate::types::{Types, Unsupported};
use crate::{FunctionExport, Import, ImportKind, ImportedFunction, ReadError};
use aqua_interface::{Function, Interface, Name, Parameter, RecordDefinition};
use std::collections::BTreeMap;
use wasmparser::component_types::{ComponentFuncType, ComponentFuncTypeId};

/// The name of the function of the component itself that starts an instance. Some tools use it with parameters, for themselves, or
/// in an interface without a package name.
const INIT: &str = "init";

/// The interface, where its functions are exported, and whether there is an `init`.
pub(crate) fn read(outline: &Outline) -> Result<(Interface, Vec<FunctionExport>, bool), ReadError> {
    let mut found: Vec<(FunctionExport, ComponentFuncTypeId)> = Vec::new();
    let mut has_init = false;
    for (name, item) in outline.exports() {
        match item {
            Item::Function(ty) if name == INIT => has_init = is_entry(&outline.types[ty]),
            Item::Function(ty) => found.push((export(None, name), ty)),
            Item::Interface(id) => {
                for (function, item) in outline.items(id) {
                    let is_start = function == INIT && !name.contains(':');
                    if let (Item::Function(ty), false) = (item, is_start) {
                        found.push((export(Some(name), function), ty));
                    }
                }
            }
            Item::Type(_) | Item::Other => {}
        }
    }
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for (export, _) in &found {
        *uses.entry(&export.function).or_default() += 1;
    }
    let mut types = Types::new(outline);
    let functions = found.iter().map(|(export, ty)| {
        let prefix = match &export.interface {
            Some(interface) if uses[&export.function[..]] > 1 => format!("{interface}#"),
            _ => String::new(),
        };
        let read = read_function(&mut types, &export.function, &outline.types[*ty]);
        let function = read.map_err(|reason| ReadError::Unsupported {
            function: export.function.clone(),
            reason: reason.to_string(),
        })?;
        Ok(Function {
            name: prefix + &function.name,
            ..function
        })
    });
    let functions = functions.collect::<Result<Vec<_>, ReadError>>()?;
    let definitions = (0..).zip(types.into_records());
    let definitions = definitions.map(|(id, record)| RecordDefinition { id, record });
    let exports = found.into_iter().map(|(export, _)| export).collect();
    Ok((Interface::new(functions, definitions), exports, has_init))
}

/// What the host must provide. Types need no provider.
pub(crate) fn imports(outline: &Outline) -> Vec<Import> {
    let mut types = Types::new(outline);
    let imports = outline.imports().filter_map(|(name, item)| {
        let (kind, functions) = match item {
            Item::Type(_) => return None,
            Item::Interface(id) => {
                let functions = outline.items(id).filter_map(|(name, item)| match item {
                    Item::Function(ty) => Some(ImportedFunction {
                        name: name.to_owned(),
                        signature: read_function(&mut types, name, &outline.types[ty]).ok(),
                    }),
                    Item::Interface(_) | Item::Type(_) | Item::Other => None,
                });
                (ImportKind::Interface, functions.collect())
            }
            Item::Function(_) => (ImportKind::Function, Vec::new()),
            Item::Other => (ImportKind::Other, Vec::new()),
        };
        Some(Import {
            name: name.to_owned(),
            kind,
            functions,
        })
    });
    imports.collect()
}

fn export(interface: Option<&str>, function: &str) -> FunctionExport {
    FunctionExport {
        interface: interface.map(str::to_owned),
        function: function.to_owned(),
    }
}

fn is_entry(ty: &ComponentFuncType) -> bool {
    ty.params.is_empty() && ty.result.is_none()
}

fn read_function(types: &mut Types<'_>, name: &str, ty: &ComponentFuncType) -> Result<Function, Unsupported> {
    if ty.async_ {
        return Err("is asynchronous".into());
    }
    let parameters = ty.params.iter().map(|(name, ty)| {
        Ok::<_, Unsupported>(Parameter {
            name: Name::new(name).aqua,
            ty: types.read(*ty, 0)?,
        })
    });
    let parameters = parameters.collect::<Result<_, _>>()?;
    let result = ty.result.map(|ty| types.read(ty, 0)).transpose()?;
    Ok(Function {
        name: Name::new(name).aqua,
        parameters,
        result,
    })
}
