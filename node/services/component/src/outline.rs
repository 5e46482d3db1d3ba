//! The imports and exports of a component with their types, as the validator sees them.

use crate::ReadError;
use std::collections::BTreeMap;
use wasmparser::component_types::{
    ComponentAnyTypeId, ComponentDefinedTypeId, ComponentEntityType, ComponentFuncTypeId, ComponentInstanceTypeId,
};
use wasmparser::types::Types;
use wasmparser::{Parser, Payload, ValidPayload, Validator, WasmFeatures};

/// A validated component without the code of its functions.
pub(crate) struct Outline {
    pub(crate) types: Types,
    imports: Vec<(String, Item)>,
    exports: Vec<(String, Item)>,
}

/// What is imported or exported, as far as it matters here.
#[derive(Clone, Copy)]
pub(crate) enum Item {
    Function(ComponentFuncTypeId),
    Interface(ComponentInstanceTypeId),
    Type(ComponentDefinedTypeId),
    Other,
}

/// The name of a type, and the interface that defines it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TypeName<'o> {
    pub(crate) interface: Option<&'o str>,
    pub(crate) name: &'o str,
}

impl Outline {
    pub(crate) fn read(wasm: &[u8]) -> Result<Self, ReadError> {
        let mut validator = Validator::new_with_features(WasmFeatures::all());
        let (mut imported, mut exported) = (Vec::new(), Vec::new());
        let (mut nesting, mut types) = (0, None);
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            match &payload {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => nesting += 1,
                Payload::ComponentImportSection(section) if nesting == 0 => {
                    for import in section.clone() {
                        imported.push(import?.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(section) if nesting == 0 => {
                    for export in section.clone() {
                        exported.push(export?.name.name.to_owned());
                    }
                }
                _ => {}
            }
            let is_end = matches!(payload, Payload::End(_));
            if let ValidPayload::End(known) = validator.payload(&payload)? {
                types = Some(known);
            }
            if is_end && nesting > 0 {
                nesting -= 1;
            }
        }
        let types = types.ok_or_else(|| ReadError::Invalid("the component has no end".to_owned()))?;
        let of = |name: &str, is_export: bool| {
            let types = types.as_ref();
            let item = match is_export {
                true => types.component_item_for_export(name),
                false => types.component_item_for_import(name),
            };
            item.map_or(Item::Other, |item| Item::of(&item.ty))
        };
        let imports = imported.into_iter().map(|name| (of(&name, false), name));
        let exports = exported.into_iter().map(|name| (of(&name, true), name));
        Ok(Self {
            imports: imports.map(|(item, name)| (name, item)).collect(),
            exports: exports.map(|(item, name)| (name, item)).collect(),
            types,
        })
    }

    /// The exports in the order of the file.
    pub(crate) fn exports(&self) -> impl Iterator<Item = (&str, Item)> {
        self.exports.iter().map(|(name, item)| (&name[..], *item))
    }

    /// The items of an interface, in the order of the file.
    pub(crate) fn items(&self, interface: ComponentInstanceTypeId) -> impl Iterator<Item = (&str, Item)> {
        let exports = self.types[interface].exports.iter();
        exports.map(|(name, item)| (&name[..], Item::of(&item.ty)))
    }

    /// The imports in the order of the file.
    pub(crate) fn imports(&self) -> impl Iterator<Item = (&str, Item)> {
        self.imports.iter().map(|(name, item)| (&name[..], *item))
    }

    /// The names of all types that are imported or exported.
    pub(crate) fn type_names(&self) -> BTreeMap<ComponentDefinedTypeId, TypeName<'_>> {
        let mut names = BTreeMap::new();
        for (outer, item) in self.exports.iter().chain(&self.imports) {
            match item {
                Item::Type(id) => {
                    let name = TypeName {
                        interface: None,
                        name: outer,
                    };
                    names.entry(*id).or_insert(name);
                }
                Item::Interface(interface) => {
                    for (name, item) in self.items(*interface) {
                        if let Item::Type(id) = item {
                            let interface = Some(&outer[..]);
                            names.entry(id).or_insert(TypeName { interface, name });
                        }
                    }
                }
                Item::Function(_) | Item::Other => {}
            }
        }
        names
    }
}

impl Item {
    fn of(ty: &ComponentEntityType) -> Self {
        match ty {
            ComponentEntityType::Func(id) => Self::Function(*id),
            ComponentEntityType::Instance(id) => Self::Interface(*id),
            ComponentEntityType::Type {
                created: ComponentAnyTypeId::Defined(id),
                ..
            } => Self::Type(*id),
            _ => Self::Other,
        }
    }
}
