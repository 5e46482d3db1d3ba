//! What the top-level names of a module mean, imported ones included.

use crate::checked::{FunctionId, Program, ServiceId, Value};
use crate::typing::Type;
use aqua_diagnostics::Span;
use ecow::EcoString;
use indexmap::{IndexMap, IndexSet};

/// The top-level names of a module. Names from `use` have dots; a name may mean a type and a value.
#[derive(Debug, Default)]
pub(super) struct Namespace {
    entries: IndexMap<EcoString, Entry>,
    /// Qualifiers that `use` brought, such as `Lib` and `Some.Long.Name`.
    pub(super) qualifiers: IndexSet<EcoString>,
    /// Those among them behind which something is missing because of a mistake that was reported.
    pub(super) incomplete_qualifiers: IndexSet<EcoString>,
    /// Whether something without a qualifier is missing because of a mistake that was reported, so that unknown names need no message.
    pub(super) is_incomplete: bool,
}

/// What a name means.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    /// As a type.
    pub(super) ty: Option<Meaning<Type>>,
    /// As a value.
    pub(super) value: Option<Meaning<Entity>>,
}

/// One meaning and where it was declared, which also identifies it: importing it twice is harmless.
#[derive(Debug, Clone)]
pub(super) struct Meaning<T> {
    pub(super) what: T,
    pub(super) declared: Span,
}

/// A name that was declared before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clash {
    /// Where.
    pub(super) earlier: Span,
    /// Whether both say the same, so that it does not matter which one counts.
    pub(super) repeats: bool,
}

/// What a top-level name means as a value.
#[derive(Debug, Clone)]
pub(super) enum Entity {
    /// A function.
    Function(FunctionId),
    /// A service.
    Service(ServiceId),
    /// A constant: its value.
    Constant(Box<Value>),
    /// Something that failed and was reported.
    Broken,
}

impl Entity {
    fn is_like(&self, other: &Self, program: &Program) -> bool {
        match (self, other) {
            (Self::Function(one), Self::Function(two)) => {
                let (one, two) = (program.function(*one), program.function(*two));
                one.name == two.name && one.arrow == two.arrow
            }
            (Self::Service(one), Self::Service(two)) => {
                let (one, two) = (program.service(*one), program.service(*two));
                one.name == two.name
                    && one.methods == two.methods
                    && one.default_id.is_some() == two.default_id.is_some()
                    && one.method_spans == two.method_spans
            }
            // Values of constants have no equality, but a text that tells all of them.
            (Self::Constant(one), Self::Constant(two)) => format!("{one:?}") == format!("{two:?}"),
            (Self::Broken, Self::Broken) => true,
            _ => false,
        }
    }
}

impl Entry {
    pub(super) fn of_type(ty: Type, declared: Span) -> Self {
        Self {
            ty: Some(Meaning { what: ty, declared }),
            value: None,
        }
    }

    pub(super) fn of_value(entity: Entity, declared: Span) -> Self {
        Self {
            ty: None,
            value: Some(Meaning { what: entity, declared }),
        }
    }

    /// Something that failed: stands for anything.
    pub(super) fn broken(declared: Span) -> Self {
        let ty = Some(Meaning {
            what: Type::Error,
            declared,
        });
        Self {
            ty,
            value: Some(Meaning {
                what: Entity::Broken,
                declared,
            }),
        }
    }

    /// Whether both mean the same to whoever uses the name: functions and services by what they take and give.
    pub(super) fn means_the_same(&self, other: &Self, program: &Program) -> bool {
        let types = match (&self.ty, &other.ty) {
            (Some(one), Some(two)) => one.declared == two.declared && one.what == two.what,
            (one, two) => one.is_none() && two.is_none(),
        };
        let values = match (&self.value, &other.value) {
            (Some(one), Some(two)) => one.declared == two.declared && one.what.is_like(&two.what, program),
            (one, two) => one.is_none() && two.is_none(),
        };
        types && values
    }

    /// Where it was declared.
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
        Some(&self.get(name)?.ty.as_ref()?.what)
    }

    pub(super) fn value(&self, name: &str) -> Option<&Meaning<Entity>> {
        self.get(name)?.value.as_ref()
    }

    /// Adds the meanings of a name.
    ///
    /// # Errors
    /// With an earlier declaration of the name; the earlier one stays.
    pub(super) fn add(&mut self, name: EcoString, entry: Entry) -> Result<(), Clash> {
        let known = self.entries.entry(name).or_default();
        let ty = merge(&mut known.ty, entry.ty, |known, new| known == new);
        let value = merge(&mut known.value, entry.value, |_, _| false);
        value.and(ty)
    }

    /// Adds a name that failed, unless it means something already.
    pub(super) fn add_broken(&mut self, name: EcoString, declared: Span) {
        if !self.entries.contains_key(&name) {
            self.entries.insert(name, Entry::broken(declared));
        }
    }

    /// All names with their meanings, in order of arrival.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&EcoString, &Entry)> {
        self.entries.iter()
    }
}

fn merge<T>(
    known: &mut Option<Meaning<T>>,
    new: Option<Meaning<T>>,
    is_same: impl Fn(&T, &T) -> bool,
) -> Result<(), Clash> {
    match (known, new) {
        (Some(known), Some(new)) if known.declared != new.declared => Err(Clash {
            earlier: known.declared,
            repeats: is_same(&known.what, &new.what),
        }),
        (known @ None, new) => {
            *known = new;
            Ok(())
        }
        _ => Ok(()),
    }
}
