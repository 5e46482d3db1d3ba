//! The structures that callers declare, each once.

use super::names::NameScope;
use crate::definition::{ArrowDefinition, ProductDefinition, TypeDefinition};
use crate::{Compilation, ServiceDefinition};
use indexmap::IndexMap;

/// Structures by their names in the caller, inner ones first.
#[derive(Debug)]
pub(super) struct Structures {
    scope: NameScope,
    /// The declared name and the fields of each structure.
    declared: IndexMap<String, (String, IndexMap<String, TypeDefinition>)>,
}

impl Structures {
    /// Declares the structures in the signatures of exported functions and services in a scope.
    pub(super) fn declare_all(compilation: &Compilation, scope: NameScope) -> Self {
        let mut structures = Self {
            scope,
            declared: IndexMap::new(),
        };
        for service in compilation.services.values() {
            for (_, method) in methods(&service.definition) {
                structures.declare_arrow(method);
            }
        }
        for function in &compilation.functions {
            structures.declare_arrow(&function.definition.arrow);
        }
        structures
    }

    /// Declares another name in the scope of the structures.
    pub(super) fn declare(&mut self, name: &str) -> String {
        self.scope.declare(name)
    }

    /// The name of a structure in the caller.
    pub(super) fn name<'a>(&'a self, name: &'a str, fields: &IndexMap<String, TypeDefinition>) -> &'a str {
        let mut declared = self.declared.iter();
        let same = declared.find(|(_, (other, other_fields))| other == name && other_fields == fields);
        same.map_or(name, |(given, _)| given)
    }

    /// The names and fields of all structures, inner ones first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &IndexMap<String, TypeDefinition>)> {
        self.declared.iter().map(|(name, (_, fields))| (name.as_str(), fields))
    }

    fn declare_arrow(&mut self, arrow: &ArrowDefinition) {
        for product in [&arrow.domain, &arrow.codomain] {
            match product {
                ProductDefinition::LabeledProduct { fields } => fields.values().for_each(|ty| self.declare_type(ty)),
                ProductDefinition::UnlabeledProduct { items } => items.iter().for_each(|ty| self.declare_type(ty)),
                ProductDefinition::Nil => {}
            }
        }
    }

    fn declare_type(&mut self, ty: &TypeDefinition) {
        match ty {
            TypeDefinition::Array { element } | TypeDefinition::Option { element } => self.declare_type(element),
            TypeDefinition::Arrow(arrow) => self.declare_arrow(arrow),
            TypeDefinition::Struct { name, fields } => {
                fields.values().for_each(|field| self.declare_type(field));
                let is_declared = self
                    .declared
                    .values()
                    .any(|other| (&other.0, &other.1) == (name, fields));
                if !is_declared {
                    let given = self.scope.declare(&name.replace('.', "_"));
                    self.declared.insert(given, (name.clone(), fields.clone()));
                }
            }
            TypeDefinition::Scalar { .. } | TypeDefinition::TopType | TypeDefinition::BottomType => {}
        }
    }
}

/// The methods of a service, by name.
pub(super) fn methods(service: &ServiceDefinition) -> impl Iterator<Item = (&str, &ArrowDefinition)> {
    let fields = match &service.functions {
        ProductDefinition::LabeledProduct { fields } => Some(fields),
        _ => None,
    };
    fields.into_iter().flatten().filter_map(|(name, ty)| match ty {
        TypeDefinition::Arrow(arrow) => Some((name.as_str(), arrow)),
        _ => None,
    })
}

/// The arguments of an arrow; those without names are `arg0`, `arg1`…
pub(super) fn arguments(arrow: &ArrowDefinition) -> Vec<(String, &TypeDefinition)> {
    match &arrow.domain {
        ProductDefinition::LabeledProduct { fields } => fields.iter().map(|(name, ty)| (name.clone(), ty)).collect(),
        ProductDefinition::UnlabeledProduct { items } => {
            let named = items.iter().enumerate();
            named.map(|(at, ty)| (format!("arg{at}"), ty)).collect()
        }
        ProductDefinition::Nil => Vec::new(),
    }
}

/// The results of an arrow.
pub(super) fn results(arrow: &ArrowDefinition) -> &[TypeDefinition] {
    match &arrow.codomain {
        ProductDefinition::UnlabeledProduct { items } => items,
        _ => &[],
    }
}
