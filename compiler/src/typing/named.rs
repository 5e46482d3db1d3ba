//! Types with a name and fields: `data`, abilities and services.

use super::Type;
use ecow::EcoString;
use indexmap::IndexMap;

/// The name and the fields of a `data`, ability or service type, in order of declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The declared name, without its module. Types with other names and the same fields are equal.
    pub name: EcoString,
    /// Field or method names with their types.
    pub fields: IndexMap<EcoString, Type>,
    pub(super) depth: u32,
    pub(super) size: u32,
}

impl Named {
    /// A type with these fields.
    pub fn new(name: impl Into<EcoString>, fields: IndexMap<EcoString, Type>) -> Self {
        let depth = fields.values().map(Type::depth).max().unwrap_or(0).saturating_add(1);
        let size = fields.values().map(Type::size).fold(1, u32::saturating_add);
        Self {
            name: name.into(),
            fields,
            depth,
            size,
        }
    }

    /// The type of a field.
    pub fn field(&self, name: &str) -> Option<&Type> {
        self.fields.get(name)
    }
}
