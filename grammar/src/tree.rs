//! The typed syntax tree of a source file.
//!
//! Invalid parts of the text are error nodes (`Item::Error`, `Member::Error`, `StatementKind::Error`, `ExpressionKind::Error`,
//! `TypeKind::Error`). Each error node was reported, so later stages must not report it again. Nesting is bounded by
//! [`MAX_NESTING`], so the tree can be traversed recursively, except for the left operands of a chain of binary operators: their
//! number is bounded by [`MAX_OPERATORS`].

mod declarations;
mod expressions;
mod headers;
mod names;
mod signatures;
mod statements;

pub use declarations::{Ability, Alias, Constant, Data, Field, Function, Item, ItemError, Member, Method, Service};
pub use expressions::{
    BinaryOperator, Call, ChainStep, ChainStepKind, CollectionKind, Expression, ExpressionKind, FieldInit, Literal,
    Object,
};
pub use headers::{Declares, Export, Header, HeaderItem, Import, ImportFrom, ModuleHeader, Use};
pub use names::{Name, Path};
pub use signatures::{Arrow, Parameter, Scalar, Type, TypeKind};
pub use statements::{Block, Closure, ForMode, LoopVariables, Statement, StatementKind};

use aqua_diagnostics::Span;

/// Maximum nesting depth of blocks, brackets and operators together. A chain of binary operators with the same precedence, such
/// as a sum, is one level.
pub const MAX_NESTING: usize = 200;

/// Maximum number of binary operators in an expression, including the brackets around it.
pub const MAX_OPERATORS: usize = 2_000;

/// The headers and declarations of a file, both in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// The `aqua`, `import`, `use` and `export` headers. Includes misplaced headers, which were reported.
    pub headers: Vec<Header>,
    /// The declarations.
    pub items: Vec<Item>,
    /// The whole text.
    pub span: Span,
}

impl Tree {
    /// Returns the first `aqua` header, or the obsolete `module` header.
    pub fn module(&self) -> Option<&ModuleHeader> {
        module_header(&self.headers)
    }
}

/// Returns the first `aqua` header among the headers of a file, or the obsolete `module` header.
pub fn module_header(headers: &[Header]) -> Option<&ModuleHeader> {
    headers.iter().find_map(|header| match header {
        Header::Module(module) => Some(module),
        _ => None,
    })
}
