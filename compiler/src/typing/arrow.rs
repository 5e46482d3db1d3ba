//! Arrows: the kinds of everything that can be called.

use super::Type;
use ecow::EcoString;

/// One argument that an arrow takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name; absent in arrow types and old-style methods (`m: string -> bool`).
    pub name: Option<EcoString>,
    /// Its type.
    pub ty: Type,
}

/// What a function, closure, method or callback takes and gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Arrow {
    /// Arguments in order; abilities in braces come first.
    pub parameters: Vec<Parameter>,
    /// Results in order.
    pub results: Vec<Type>,
}

impl Arrow {
    /// An arrow whose arguments have no names.
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
