//! What the module of a service declares, in the terms of WIT.

use crate::names::Name;

/// A service.
#[derive(Debug)]
pub(crate) struct Service {
    /// The package of its interface: `namespace:name`, or `namespace:name@version`.
    pub(crate) package: String,
    /// The name of its interface.
    pub(crate) interface: String,
    /// The lines of its documentation.
    pub(crate) docs: Vec<String>,
    /// The types of its functions, each after those that it uses.
    pub(crate) types: Vec<Definition>,
    pub(crate) functions: Vec<Function>,
    /// Whether it has a function `init`, which runs once when an instance starts and is not a part of the interface.
    pub(crate) has_init: bool,
}

/// A function that programs can call.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: Name,
    pub(crate) docs: Vec<String>,
    pub(crate) parameters: Vec<(Name, Type)>,
    pub(crate) result: Option<Type>,
}

/// A type of the module.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) name: Name,
    pub(crate) docs: Vec<String>,
    pub(crate) content: Content,
}

#[derive(Debug)]
pub(crate) enum Content {
    Record(Vec<Field>),
    /// An enumeration without values in its cases is an `enum`, any other is a `variant`.
    Variant(Vec<Case>),
}

/// A field of a record.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: Name,
    pub(crate) docs: Vec<String>,
    pub(crate) ty: Type,
}

/// A case of an enumeration.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: Name,
    pub(crate) docs: Vec<String>,
    /// The types of its values; in WIT, several are one tuple.
    pub(crate) values: Vec<Type>,
}

/// The type of a value.
#[derive(Debug, Clone)]
pub(crate) enum Type {
    /// A type that has no part, by its names in Rust and in WIT.
    Plain(&'static str, &'static str),
    List(Box<Self>),
    Option(Box<Self>),
    /// The types of the value and of the error; `None` is `()`.
    Result(Option<Box<Self>>, Option<Box<Self>>),
    Tuple(Vec<Self>),
    /// A [`Definition`], by its name.
    Named(Name),
}

impl Content {
    /// Whether it is an `enum` of WIT.
    pub(crate) fn is_enum(&self) -> bool {
        matches!(self, Self::Variant(cases) if cases.iter().all(|case| case.values.is_empty()))
    }
}

impl Type {
    /// What an alias gets for `()`, which is not a type of WIT.
    pub(crate) const UNIT: Self = Self::Tuple(Vec::new());

    pub(crate) fn is_unit(&self) -> bool {
        matches!(self, Self::Tuple(items) if items.is_empty())
    }

    /// Whether a type of the module is a part of it.
    pub(crate) fn has_named(&self) -> bool {
        match self {
            Self::Plain(..) => false,
            Self::List(item) | Self::Option(item) => item.has_named(),
            Self::Result(value, error) => [value, error].into_iter().flatten().any(|part| part.has_named()),
            Self::Tuple(items) => items.iter().any(Self::has_named),
            Self::Named(_) => true,
        }
    }
}
