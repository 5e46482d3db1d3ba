//! Declarations: data, abilities, services, aliases, constants and functions.

use super::{Arrow, Block, Expression, Name, Type};
use aqua_diagnostics::Span;

/// A declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// `data Name:` with fields.
    Data(Data),
    /// `ability Name:` with fields and arrows.
    Ability(Ability),
    /// `service Name("id"):` with methods.
    Service(Service),
    /// `alias Name: type`.
    Alias(Alias),
    /// `const NAME = value`.
    Constant(Constant),
    /// `func name(…) -> …:` with a body.
    Function(Box<Function>),
    /// An invalid declaration, which was reported.
    Error(ItemError),
}

impl Item {
    /// Returns the span from the keyword to the end of the block.
    pub fn span(&self) -> Span {
        match self {
            Self::Data(item) => item.span,
            Self::Ability(item) => item.span,
            Self::Service(item) => item.span,
            Self::Alias(item) => item.span,
            Self::Constant(item) => item.span,
            Self::Function(item) => item.span,
            Self::Error(item) => item.span,
        }
    }

    /// Returns the declared name, if it is known.
    pub fn name(&self) -> Option<&Name> {
        match self {
            Self::Data(item) => Some(&item.name),
            Self::Ability(item) => Some(&item.name),
            Self::Service(item) => Some(&item.name),
            Self::Alias(item) => Some(&item.name),
            Self::Constant(item) => Some(&item.name),
            Self::Function(item) => Some(&item.name),
            Self::Error(item) => item.name.as_ref(),
        }
    }
}

/// A declaration with an invalid first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemError {
    /// From the first token to the end of the block.
    pub span: Span,
    /// The word after the keyword. Uses of this name must not be reported as unknown.
    pub name: Option<Name>,
    /// The block below, parsed as statements.
    pub body: Option<Block>,
}

/// `data Name:` with fields. Contains no [`Member::Arrow`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    /// From the keyword to the end of the block.
    pub span: Span,
    /// The name of the type.
    pub name: Name,
    /// The fields and error nodes. If empty, that was reported.
    pub members: Vec<Member>,
}

/// `ability Name:` with fields and arrows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ability {
    /// From the keyword to the end of the block.
    pub span: Span,
    /// The name of the type.
    pub name: Name,
    /// The fields, arrows and error nodes. If empty, that was reported.
    pub members: Vec<Member>,
}

/// `service Name("id"):` with methods. Contains no [`Member::Field`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// From the keyword to the end of the block.
    pub span: Span,
    /// The name of the service.
    pub name: Name,
    /// The default id.
    pub id: Option<Expression>,
    /// The methods and error nodes. If empty, that was reported.
    pub members: Vec<Member>,
}

/// A member of a `data`, `ability` or `service` declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Member {
    /// `name: type`.
    Field(Field),
    /// `name(a: type) -> type` or the older `name: type, type -> type`.
    Arrow(Method),
    /// An invalid line, which was reported. Missing members of the declaration must not be reported.
    Error(Span),
}

impl Member {
    /// Returns the span of the line.
    pub fn span(&self) -> Span {
        match self {
            Self::Field(member) => member.span,
            Self::Arrow(member) => member.span,
            Self::Error(span) => *span,
        }
    }
}

/// `name: type`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The span of the line.
    pub span: Span,
    /// The name of the field.
    pub name: Name,
    /// The type of the field.
    pub ty: Type,
}

/// A method of a service, or an arrow of an ability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    /// The span of the line.
    pub span: Span,
    /// The name of the method.
    pub name: Name,
    /// The parameters and results.
    pub arrow: Arrow,
}

/// `alias Name: type`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The span of the line.
    pub span: Span,
    /// The new name.
    pub name: Name,
    /// The aliased type.
    pub ty: Type,
}

/// `const NAME = value` or `const NAME ?= value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constant {
    /// The span of the line.
    pub span: Span,
    /// The name of the constant.
    pub name: Name,
    /// Whether the constant is declared with `?=`, so that a value from outside or from an import overrides it.
    pub overridable: bool,
    /// A literal, a variable or an error node.
    pub value: Expression,
}

/// `func name(…) -> …:` with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// From the keyword to the end of the body.
    pub span: Span,
    /// The name of the function.
    pub name: Name,
    /// The parameters and results.
    pub arrow: Arrow,
    /// The body. If it has no statements, that was reported.
    pub body: Block,
}
