//! The structures that callers declare: each set of named fields once.

use super::names::Taken;
use crate::definition::{ArrowDefinition, ProductDefinition, TypeDefinition};
use crate::{Compilation, ServiceDefinition};
use indexmap::IndexMap;

/// Structures by the names they have in the caller, inner ones first.
#[derive(Debug)]
pub(super) struct Structures {
    taken: Taken,
    known: IndexMap<String, (String, IndexMap<String, TypeDefinition>)>,
}

impl Structures {
    /// Those in the signatures of everything exported; `reserved` names can't be theirs.
    pub(super) fn of(compilation: &Compilation, reserved: &[&str]) -> Self {
        let mut structures = Self {
            taken: Taken::with(reserved),
            known: IndexMap::new(),
        };
        for service in compilation.services.values() {
            for (_, method) in methods(&service.definition) {
                structures.enter_arrow(method);
            }
        }
        for function in &compilation.functions {
            structures.enter_arrow(&function.definition.arrow);
        }
        structures
    }

    /// A further name of the same scope.
    pub(super) fn take(&mut self, name: &str) -> String {
        self.taken.take(name)
    }

    /// What the caller calls a structure.
    pub(super) fn name<'a>(&'a self, name: &'a str, fields: &IndexMap<String, TypeDefinition>) -> &'a str {
        let mut known = self.known.iter();
        let same = known.find(|(_, (declared, known))| declared == name && known == fields);
        same.map_or(name, |(given, _)| given)
    }

    /// Names and fields, inner structures first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &IndexMap<String, TypeDefinition>)> {
        self.known.iter().map(|(name, (_, fields))| (name.as_str(), fields))
    }

    fn enter_arrow(&mut self, arrow: &ArrowDefinition) {
        for product in [&arrow.domain, &arrow.codomain] {
            match product {
                ProductDefinition::LabeledProduct { fields } => fields.values().for_each(|ty| self.enter(ty)),
                ProductDefinition::UnlabeledProduct { items } => items.iter().for_each(|ty| self.enter(ty)),
                ProductDefinition::Nil => {}
            }
        }
    }

    fn enter(&mut self, ty: &TypeDefinition) {
        match ty {
            TypeDefinition::Array { element } | TypeDefinition::Option { element } => self.enter(element),
            TypeDefinition::Arrow(arrow) => self.enter_arrow(arrow),
            TypeDefinition::Struct { name, fields } => {
                fields.values().for_each(|field| self.enter(field));
                let is_known = self.known.values().any(|known| (&known.0, &known.1) == (name, fields));
                if !is_known {
                    let given = self.taken.take(&name.replace('.', "_"));
                    self.known.insert(given, (name.clone(), fields.clone()));
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
