//! The type aliases of TypeScript callers: `<Fn>Result` for a result that is an object or a tuple, `<Fn>Arg<Name>` for an argument
//! that is an object. The published compiler exports these names.

use super::names::{NameScope, capitalised};
use super::structures::results;
use crate::Compilation;
use crate::compilation::CompiledFunction;
use crate::definition::TypeDefinition;
use ecow::EcoString;
use indexmap::IndexMap;

/// The aliases of all exported functions, by exported name.
#[derive(Debug)]
pub(super) struct TypeAliases<'a> {
    functions: IndexMap<&'a EcoString, FunctionAliases<'a>>,
}

/// The aliases of one function.
#[derive(Debug, Default)]
pub(super) struct FunctionAliases<'a> {
    /// The aliases of object arguments, by argument.
    pub(super) arguments: IndexMap<&'a str, TypeAlias<'a>>,
    pub(super) result: Option<TypeAlias<'a>>,
}

/// One alias.
#[derive(Debug)]
pub(super) struct TypeAlias<'a> {
    pub(super) name: String,
    /// The aliased type; a tuple has several.
    pub(super) types: &'a [TypeDefinition],
}

impl<'a> TypeAliases<'a> {
    /// Declares the aliases in the scope of the caller's types.
    pub(super) fn declare(compilation: &'a Compilation, scope: &mut NameScope) -> Self {
        let functions = compilation.functions.iter();
        let functions = functions.map(|function| (&function.name, FunctionAliases::declare(function, scope)));
        Self {
            functions: functions.collect(),
        }
    }

    /// The aliases of a function; `None` if it is not exported.
    pub(super) fn of(&self, function: &EcoString) -> Option<&FunctionAliases<'a>> {
        self.functions.get(function)
    }
}

impl<'a> FunctionAliases<'a> {
    fn declare(function: &'a CompiledFunction, scope: &mut NameScope) -> Self {
        let prefix = capitalised(&function.name);
        let objects = function.definition.arguments().filter(|(_, ty)| is_object(ty));
        let arguments = objects.map(|(argument, ty)| {
            let name = format!("{prefix}Arg{}", capitalised(argument));
            (argument, TypeAlias::declare(name, std::slice::from_ref(ty), scope))
        });
        let arguments = arguments.collect();
        let types = results(&function.definition.arrow);
        let has_alias = types.len() > 1 || types.first().is_some_and(is_object);
        let result = has_alias.then(|| TypeAlias::declare(format!("{prefix}Result"), types, scope));
        Self { arguments, result }
    }
}

impl<'a> TypeAlias<'a> {
    fn declare(wanted: String, types: &'a [TypeDefinition], scope: &mut NameScope) -> Self {
        let alias = Self { name: wanted, types };
        if alias.is_structure() {
            return alias;
        }
        Self {
            name: scope.declare(&alias.name),
            types,
        }
    }

    /// Whether the aliased structure has the name of the alias itself.
    pub(super) fn is_structure(&self) -> bool {
        matches!(self.types, [TypeDefinition::Struct { name, .. }] if *name == self.name)
    }
}

fn is_object(ty: &TypeDefinition) -> bool {
    matches!(ty, TypeDefinition::Struct { .. })
}
