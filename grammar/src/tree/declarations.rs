//! What a file declares: data, abilities, services, aliases, constants, functions.

use super::{Arrow, Block, Name, Type, Value};
use aqua_diagnostics::Span;

/// One declaration.
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
    /// A declaration that could not be understood; it was reported.
    Error(ItemError),
}

impl Item {
    /// From the keyword to the end of the block.
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

    /// What is declared, where the text says it.
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

/// What is left of a declaration whose first line is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemError {
    /// The whole of it.
    pub span: Span,
    /// What it probably declares: the word after the keyword. Uses of this name need no message.
    pub name: Option<Name>,
    /// The block below, as statements, if there is one.
    pub body: Option<Block>,
}

/// `data Name:` and its fields; [`Member::Arrow`] does not occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    /// From the keyword to the end of the block.
    pub span: Span,
    /// The type declared.
    pub name: Name,
    /// Fields and error nodes; empty only if that was reported.
    pub members: Vec<Member>,
}

/// `ability Name:` and its fields and arrows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ability {
    /// From the keyword to the end of the block.
    pub span: Span,
    /// The type declared.
    pub name: Name,
    /// Fields, arrows and error nodes; empty only if that was reported.
    pub members: Vec<Member>,
}

/// `service Name("id"):` and its methods; [`Member::Field`] does not occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// From the keyword to the end of the block.
    pub span: Span,
    /// The service declared.
    pub name: Name,
    /// The default id.
    pub id: Option<Value>,
    /// Methods and error nodes; empty only if that was reported.
    pub members: Vec<Member>,
}

/// One line of a `data`, `ability` or `service` block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Member {
    /// `name: type`.
    Field(Field),
    /// `name(a: type) -> type` or the older `name: type, type -> type`.
    Arrow(Method),
    /// A line that could not be understood; it was reported. A broken block is not complete: say nothing about what it
    /// lacks.
    Error(Span),
}

impl Member {
    /// The line.
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
    /// The line.
    pub span: Span,
    /// The field.
    pub name: Name,
    /// Its type.
    pub ty: Type,
}

/// A method of a service, or an arrow of an ability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    /// The line.
    pub span: Span,
    /// The method.
    pub name: Name,
    /// Its parameters and results.
    pub arrow: Arrow,
}

/// `alias Name: type`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The line.
    pub span: Span,
    /// The new name.
    pub name: Name,
    /// What it stands for.
    pub ty: Type,
}

/// `const NAME = value` or `const NAME ?= value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constant {
    /// The line.
    pub span: Span,
    /// The constant.
    pub name: Name,
    /// `?=`: a value given from outside or by an import wins.
    pub overridable: bool,
    /// A literal or a variable, or an error node.
    pub value: Value,
}

/// `func name(…) -> …:` and its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// From the keyword to the end of the body.
    pub span: Span,
    /// The function.
    pub name: Name,
    /// Its parameters and results.
    pub arrow: Arrow,
    /// What it does; without statements only if that was reported.
    pub body: Block,
}
