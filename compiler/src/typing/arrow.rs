//! Arrows: the types of functions, closures, methods and callbacks.

use super::Type;
use ecow::EcoString;

/// A parameter of an arrow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name; absent in arrow types and old-style methods (`m: string -> bool`).
    pub name: Option<EcoString>,
    /// Its type.
    pub ty: Type,
}

/// The parameters and results of a function, closure, method or callback.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Arrow {
    /// Parameters in order; abilities in braces come first.
    pub parameters: Vec<Parameter>,
    /// Results in order.
    pub results: Vec<Type>,
}

impl Arrow {
    /// An arrow whose parameters have no names.
    pub fn unnamed(parameters: impl IntoIterator<Item = Type>, results: impl IntoIterator<Item = Type>) -> Self {
        let parameters = parameters.into_iter().map(|ty| Parameter { name: None, ty }).collect();
        Self {
            parameters,
            results: results.into_iter().collect(),
        }
    }

    fn parts(&self) -> impl Iterator<Item = &Type> {
        self.parameters
            .iter()
            .map(|parameter| &parameter.ty)
            .chain(&self.results)
    }

    pub(super) fn depth(&self) -> u32 {
        self.parts().map(Type::depth).max().unwrap_or(0).saturating_add(1)
    }

    pub(super) fn size(&self) -> u32 {
        self.parts().map(Type::size).fold(1, u32::saturating_add)
    }
}
