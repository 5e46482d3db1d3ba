//! The top-level names of a module, including imported ones.

use super::Comparison;
use super::FxIndexMap;
use crate::checked::{FunctionId, Program, ServiceId, Value};
use crate::typing::Type;
use aqua_diagnostics::Span;
use ecow::EcoString;
use indexmap::IndexSet;

/// The top-level names of a module. Names from `use` are dotted; a name may be both a type and a value.
#[derive(Debug, Default)]
pub(super) struct Namespace {
    entries: FxIndexMap<EcoString, Entry>,
    /// Qualifiers that `use` introduced, such as `Lib` and `Some.Long.Name`.
    pub(super) qualifiers: IndexSet<EcoString>,
    /// Qualifiers with missing names because of an error that was reported.
    pub(super) incomplete_qualifiers: IndexSet<EcoString>,
    /// Whether unqualified names are missing because of an error that was reported: unknown names are not reported.
    pub(super) is_incomplete: bool,
}

/// The definitions of a name.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    /// As a type.
    pub(super) ty: Option<Definition<Type>>,
    /// As a value.
    pub(super) value: Option<Definition<Entity>>,
}

/// A definition of a name. It is identified by its declaration: importing the same declaration twice is no conflict.
#[derive(Debug, Clone)]
pub(super) struct Definition<T> {
    pub(super) meaning: T,
    pub(super) declared: Span,
}

/// A conflict with an earlier declaration of the same name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Conflict {
    /// The earlier declaration.
    pub(super) earlier: Span,
    /// Whether both declarations are equal, so that either can be used.
    pub(super) is_duplicate: bool,
}

/// The definition of a top-level name as a value.
#[derive(Debug, Clone)]
pub(super) enum Entity {
    /// A function.
    Function(FunctionId),
    /// A service.
    Service(ServiceId),
    /// A constant with its value.
    Constant(Box<Value>),
    /// A definition that failed and was reported.
    Broken,
}

impl Entity {
    fn is_equivalent(&self, other: &Self, comparison: &Comparison<'_>) -> bool {
        match (self, other) {
            (Self::Function(one), Self::Function(two)) => one == two && comparison.is_same_function(*one),
            (Self::Service(one), Self::Service(two)) => one == two && comparison.is_same_service(*one),
            // Values don't implement `Eq`; their debug output is complete.
            (Self::Constant(one), Self::Constant(two)) => format!("{one:?}") == format!("{two:?}"),
            (Self::Broken, Self::Broken) => true,
            _ => false,
        }
    }

    fn is_interchangeable(&self, other: &Self, program: &Program) -> bool {
        match (self, other) {
            (Self::Service(one), Self::Service(two)) => program.service(*one).is_interchangeable(program.service(*two)),
            (Self::Constant(one), Self::Constant(two)) => {
                one.ty == two.ty && format!("{:?}", one.kind) == format!("{:?}", two.kind)
            }
            (Self::Broken, _) | (_, Self::Broken) => true,
            _ => false,
        }
    }
}

impl Entry {
    pub(super) fn of_type(ty: Type, declared: Span) -> Self {
        Self {
            ty: Some(Definition { meaning: ty, declared }),
            value: None,
        }
    }

    pub(super) fn of_value(entity: Entity, declared: Span) -> Self {
        Self {
            ty: None,
            value: Some(Definition {
                meaning: entity,
                declared,
            }),
        }
    }

    /// A failed definition: compatible with every use.
    pub(super) fn broken(declared: Span) -> Self {
        let ty = Some(Definition {
            meaning: Type::Error,
            declared,
        });
        Self {
            ty,
            value: Some(Definition {
                meaning: Entity::Broken,
                declared,
            }),
        }
    }

    /// Whether both define the name as a type, or both as a value, in different declarations.
    fn conflicts_with(&self, other: &Self) -> bool {
        let types = self.ty.as_ref().zip(other.ty.as_ref());
        let values = self.value.as_ref().zip(other.value.as_ref());
        types.is_some_and(|(one, two)| one.declared != two.declared)
            || values.is_some_and(|(one, two)| one.declared != two.declared)
    }

    /// Whether both are the same to their users: functions and services are compared by their ids and signatures.
    pub(super) fn is_equivalent(&self, other: &Self, comparison: &Comparison<'_>) -> bool {
        let types = match (&self.ty, &other.ty) {
            (Some(one), Some(two)) => one.declared == two.declared && one.meaning == two.meaning,
            (one, two) => one.is_none() && two.is_none(),
        };
        let values = match (&self.value, &other.value) {
            (Some(one), Some(two)) => {
                one.declared == two.declared && one.meaning.is_equivalent(&two.meaning, comparison)
            }
            (one, two) => one.is_none() && two.is_none(),
        };
        types && values
    }

    /// Whether either can be used for the other: their declarations may differ, but have the same meaning. Errors were reported,
    /// so they are interchangeable with everything.
    pub(super) fn is_interchangeable(&self, other: &Self, program: &Program) -> bool {
        let types = match (&self.ty, &other.ty) {
            (Some(one), Some(two)) => one.meaning.is_error() || two.meaning.is_error() || one.meaning == two.meaning,
            _ => true,
        };
        let values = match (&self.value, &other.value) {
            (Some(one), Some(two)) => {
                one.declared == two.declared || one.meaning.is_interchangeable(&two.meaning, program)
            }
            _ => true,
        };
        types && values
    }

    /// The span of the declaration.
    pub(super) fn declared(&self) -> Option<Span> {
        self.value
            .as_ref()
            .map(|it| it.declared)
            .or(self.ty.as_ref().map(|it| it.declared))
    }
}

impl Namespace {
    pub(super) fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    pub(super) fn ty(&self, name: &str) -> Option<&Type> {
        Some(&self.get(name)?.ty.as_ref()?.meaning)
    }

    pub(super) fn value(&self, name: &str) -> Option<&Definition<Entity>> {
        self.get(name)?.value.as_ref()
    }

    /// Adds the definitions of a name.
    ///
    /// # Errors
    /// If the name has an earlier declaration; that one is kept.
    pub(super) fn add(&mut self, name: EcoString, entry: Entry) -> Result<(), Conflict> {
        let known = self.entries.entry(name).or_default();
        let ty = merge(&mut known.ty, entry.ty, |known, new| known == new);
        let value = merge(&mut known.value, entry.value, |_, _| false);
        value.and(ty)
    }

    /// Adds an imported name. It replaces an earlier definition, which is returned if its declaration is another one.
    pub(super) fn import(&mut self, name: EcoString, entry: &Entry) -> Option<Entry> {
        let known = match self.entries.entry(name) {
            indexmap::map::Entry::Vacant(new) => {
                new.insert(entry.clone());
                return None;
            }
            indexmap::map::Entry::Occupied(known) => known.into_mut(),
        };
        let replaced = known.conflicts_with(entry).then(|| known.clone());
        if let Some(ty) = &entry.ty {
            // The type and the value of a service belong together.
            known.value.take_if(|value| matches!(value.meaning, Entity::Service(_)));
            known.ty = Some(ty.clone());
        }
        if let Some(value) = &entry.value {
            known.value = Some(value.clone());
        }
        replaced
    }

    /// Adds a failed definition, unless the name is defined.
    pub(super) fn add_broken(&mut self, name: EcoString, declared: Span) {
        if !self.entries.contains_key(&name) {
            self.entries.insert(name, Entry::broken(declared));
        }
    }

    /// All names with their definitions, in order of insertion.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&EcoString, &Entry)> {
        self.entries.iter()
    }
}

fn merge<T>(
    known: &mut Option<Definition<T>>,
    new: Option<Definition<T>>,
    is_same: impl Fn(&T, &T) -> bool,
) -> Result<(), Conflict> {
    match (known, new) {
        (Some(known), Some(new)) if known.declared != new.declared => Err(Conflict {
            earlier: known.declared,
            is_duplicate: is_same(&known.meaning, &new.meaning),
        }),
        (known @ None, new) => {
            *known = new;
            Ok(())
        }
        _ => Ok(()),
    }
}
