//! Connects the entries of an `interface-types` section with each other and with the core module.
//!
//! Adapters call functions by number. The first numbers are the exports of the section, in order. The imports with an
//! implementation follow, in order; they stand for functions of other modules (§1.4 of the Marine format). An import has
//! three consecutive types: the function as the other module exports it, the core function as its adapter sees it, and the
//! core function as the code imports it. Only the last one is part of an implementation (§1.5).

use super::{CoreFunction, CoreImport, ExportedFunction, ForeignImport, Provider};
use crate::adapter::{Environment, validate};
use crate::core_module::{CoreModule, FunctionShape};
use crate::execution::Allocate;
use crate::host::HostAdapters;
use crate::{
    AdapterEntry, CoreSignature, CoreType, FunctionType, HostFunction, HostNamespace, ImportEntry, InterfaceSection,
    InterfaceType, ModuleError, Records, TypeEntry,
};
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// The parts of a module that depend on each other.
pub(super) struct Resolved {
    pub(super) records: Records,
    pub(super) core_functions: Vec<CoreFunction>,
    pub(super) functions: IndexMap<String, ExportedFunction>,
    pub(super) foreign: Vec<ForeignImport>,
    pub(super) imports: Vec<CoreImport>,
    pub(super) allocate: Option<Allocate>,
    /// The programs for host functions with a result, if the module can take results.
    pub(super) host: Option<HostAdapters>,
}

/// Functions of the guest that pass values; see §2.1 of the Marine format.
const ALLOCATE: &str = "allocate";
const SET_RESULT_POINTER: &str = "set_result_ptr";

/// The distance between the core type of an import and its type as the other module exports it.
const IMPORT_TYPES: u32 = 2;

pub(super) fn resolve(core: &CoreModule<'_>, section: &InterfaceSection) -> Result<Resolved, ModuleError> {
    let records = Records::new(&section.types)?;
    let types = Types { section };
    let adapters = Adapters::new(section)?;
    let mut core_functions = Vec::with_capacity(section.exports.len());
    for export in &section.exports {
        core_functions.push(CoreFunction {
            name: export.name.clone(),
            signature: core.export(&export.name)?.clone(),
        });
    }
    let declared = core_functions.len();
    let allocate = abi_function(core, &mut core_functions, ALLOCATE, |signature| {
        let parameters = &signature.parameters;
        (1..=2).contains(&parameters.len())
            && parameters.iter().all(|ty| *ty == CoreType::I32)
            && signature.result == Some(CoreType::I32)
    });
    let allocate = allocate.map(|function| Allocate {
        function,
        has_tag: core_functions[function as usize].signature.parameters.len() == 2,
    });
    let set_result_pointer = abi_function(core, &mut core_functions, SET_RESULT_POINTER, |signature| {
        signature.parameters == [CoreType::I32] && signature.result.is_none()
    });

    let mut declarations = Vec::new();
    for import in &section.imports {
        if let Some(adapter) = adapters.implementing(import.type_index, &import.name)? {
            declarations.push(ImportDeclaration::new(import, adapter, &types)?);
        }
    }
    let environment = Environment {
        records: &records,
        core: core_functions[..declared]
            .iter()
            .map(|function| &function.signature)
            .collect(),
        foreign: declarations.iter().map(|import| import.ty).collect(),
        can_allocate: allocate.is_some(),
        has_memory: core.has_memory,
    };
    let check = |function: &str, adapter: &AdapterEntry, ty: &FunctionType| {
        validate(&adapter.instructions, ty, &environment).map_err(|error| ModuleError::Adapter {
            function: function.to_owned(),
            error,
        })
    };
    let mut functions = IndexMap::new();
    for export in &section.exports {
        let Some(adapter) = adapters.implementing(export.type_index, &export.name)? else {
            continue;
        };
        let ty = types.function(&export.name, adapter.type_index.into())?;
        let function = ExportedFunction {
            name: export.name.clone(),
            ty: ty.clone(),
            adapter: check(&export.name, adapter, ty)?,
        };
        if functions.insert(export.name.clone(), function).is_some() {
            return Err(ModuleError::SeveralFunctions(export.name.clone()));
        }
    }
    let mut foreign = Vec::with_capacity(declarations.len());
    for import in &declarations {
        foreign.push(ForeignImport {
            module: import.entry.namespace.clone(),
            name: import.entry.name.clone(),
            ty: import.ty.clone(),
            core: import.core.clone(),
            adapter: check(&import.name(), import.adapter, &import.raw)?,
        });
    }
    adapters.check_use(section)?;
    let imports = imports(core, &foreign, allocate.is_some(), set_result_pointer.is_some())?;
    Ok(Resolved {
        core_functions,
        functions,
        foreign,
        imports,
        allocate,
        host: match (allocate, set_result_pointer) {
            (Some(allocate), Some(pointer)) => Some(HostAdapters::new(allocate, pointer)?),
            _ => None,
        },
        records,
    })
}

/// The index of an exported function that passes values, if it is exported with a type as expected. It is added to `functions`
/// unless the section names it.
fn abi_function(
    core: &CoreModule<'_>,
    functions: &mut Vec<CoreFunction>,
    name: &str,
    is_expected: impl Fn(&CoreSignature) -> bool,
) -> Option<u32> {
    let signature = core.export(name).ok().filter(|signature| is_expected(signature))?;
    let known = functions.iter().position(|function| function.name == name);
    let index = known.unwrap_or_else(|| {
        functions.push(CoreFunction {
            name: name.to_owned(),
            signature: signature.clone(),
        });
        functions.len() - 1
    });
    Some(index as u32)
}

/// The imports of the core code, with what provides each.
fn imports(
    core: &CoreModule<'_>,
    foreign: &[ForeignImport],
    can_allocate: bool,
    can_return: bool,
) -> Result<Vec<CoreImport>, ModuleError> {
    let mut imports = Vec::with_capacity(core.imports.len());
    for import in &core.imports {
        let declared = foreign
            .iter()
            .position(|it| it.module == import.module && it.name == import.name);
        let provider = if let Some(index) = declared {
            let declared = &foreign[index].core;
            if import.shape.signature() != Some(declared) {
                return Err(ModuleError::ImportSignature {
                    function: format!("{}.{}", import.module, import.name),
                    declared: declared.clone(),
                    found: match &import.shape {
                        FunctionShape::Callable(signature) => signature.to_string(),
                        FunctionShape::Other(text) => text.clone(),
                    },
                });
            }
            Provider::Foreign(index as u32)
        } else if HostNamespace::is_host(import.module) {
            let function = HostFunction::named(import.name);
            let missing = [(can_allocate, ALLOCATE), (can_return, SET_RESULT_POINTER)];
            let missing = missing.into_iter().find(|(is_there, _)| !is_there);
            if let (true, Some((_, missing))) = (function != HostFunction::Log, missing) {
                return Err(ModuleError::MissingForImport {
                    import: format!("{}.{}", import.module, import.name),
                    missing,
                });
            }
            match HostNamespace::find(import.module) {
                Some(namespace) => Provider::Host(namespace, function),
                None => Provider::UnknownHost(function),
            }
        } else {
            Provider::Other
        };
        imports.push(CoreImport {
            module: import.module.to_owned(),
            name: import.name.to_owned(),
            signature: import.shape.signature().cloned(),
            provider,
        });
    }
    Ok(imports)
}

/// The types of the section.
struct Types<'s> {
    section: &'s InterfaceSection,
}

impl<'s> Types<'s> {
    /// The function at an index, for a function of this name. It has one result at most.
    fn function(&self, name: &str, index: i64) -> Result<&'s FunctionType, ModuleError> {
        let entry = usize::try_from(index)
            .ok()
            .and_then(|index| self.section.types.get(index));
        match entry {
            Some(TypeEntry::Function(function)) if function.results.len() > 1 => {
                Err(ModuleError::SeveralResults(name.to_owned()))
            }
            Some(TypeEntry::Function(function)) => Ok(function),
            _ => Err(ModuleError::NotAFunction {
                user: format!("function `{name}`"),
                index,
            }),
        }
    }
}

/// An import with the types that belong to it.
struct ImportDeclaration<'s> {
    entry: &'s ImportEntry,
    adapter: &'s AdapterEntry,
    /// The function as the other module exports it.
    ty: &'s FunctionType,
    /// The core function as the adapter sees it.
    raw: FunctionType,
    core: CoreSignature,
}

impl<'s> ImportDeclaration<'s> {
    fn new(entry: &'s ImportEntry, adapter: &'s AdapterEntry, types: &Types<'s>) -> Result<Self, ModuleError> {
        let name = format!("{}.{}", entry.namespace, entry.name);
        let mut raw = types.function(&name, adapter.type_index.into())?.clone();
        // The section keeps the type of a scalar result; the adapter makes a core value of it.
        for result in &mut raw.results {
            if let Some(scalar) = result.as_scalar() {
                *result = scalar.core_scalar().into();
            }
        }
        let core_type = |ty: &InterfaceType| {
            CoreType::of(ty).ok_or_else(|| ModuleError::NotACoreType {
                function: name.clone(),
                ty: ty.clone(),
            })
        };
        let parameters = raw.parameters.iter().map(|parameter| core_type(&parameter.ty));
        let core = CoreSignature {
            parameters: parameters.collect::<Result<_, _>>()?,
            result: raw.results.first().map(core_type).transpose()?,
        };
        Ok(Self {
            ty: types.function(&name, i64::from(entry.type_index) - i64::from(IMPORT_TYPES))?,
            entry,
            adapter,
            raw,
            core,
        })
    }

    fn name(&self) -> String {
        format!("{}.{}", self.entry.namespace, self.entry.name)
    }
}

/// The adapters of the section, by the core type that they implement.
struct Adapters<'s> {
    by_type: BTreeMap<u32, &'s AdapterEntry>,
    implementations: BTreeMap<u32, u32>,
}

impl<'s> Adapters<'s> {
    fn new(section: &'s InterfaceSection) -> Result<Self, ModuleError> {
        let mut by_type = BTreeMap::new();
        for adapter in &section.adapters {
            let type_index = adapter.type_index;
            if by_type.insert(type_index, adapter).is_some() {
                let what = "adapters";
                return Err(ModuleError::Ambiguous { what, type_index });
            }
        }
        let mut implementations = BTreeMap::new();
        for implementation in &section.implementations {
            let type_index = implementation.core_type;
            if implementations
                .insert(type_index, implementation.adapter_type)
                .is_some()
            {
                let what = "implementations";
                return Err(ModuleError::Ambiguous { what, type_index });
            }
        }
        Ok(Self {
            by_type,
            implementations,
        })
    }

    /// The adapter of the function with this core type; `None` if the function has no implementation.
    fn implementing(&self, core_type: u32, function: &str) -> Result<Option<&'s AdapterEntry>, ModuleError> {
        let Some(type_index) = self.implementations.get(&core_type) else {
            return Ok(None);
        };
        let adapter = self.by_type.get(type_index).copied();
        adapter.map(Some).ok_or_else(|| ModuleError::MissingAdapter {
            function: function.to_owned(),
            type_index: *type_index,
        })
    }

    /// Checks that each implementation belongs to a function.
    fn check_use(&self, section: &InterfaceSection) -> Result<(), ModuleError> {
        let exports = section.exports.iter().map(|export| export.type_index);
        let used: Vec<u32> = exports
            .chain(section.imports.iter().map(|import| import.type_index))
            .collect();
        match self.implementations.keys().find(|core_type| !used.contains(core_type)) {
            Some(core_type) => Err(ModuleError::UnknownImplementation(*core_type)),
            None => Ok(()),
        }
    }
}
