//! The typed tree of one source file.
//!
//! Nodes own their children; names are short strings with their places. Where a line could not be understood there is an
//! error node (`Item::Error`, `Member::Error`, `StatementKind::Error`, `ValueKind::Error`, `TypeKind::Error`): a message
//! about it was given, and whoever walks the tree stays silent about it. Nesting is bounded by [`MAX_NESTING`], so a walk
//! may recurse.

mod declarations;
mod headers;
mod names;
mod signatures;
mod statements;
mod values;

pub use declarations::{Ability, Alias, Constant, Data, Field, Function, Item, ItemError, Member, Method, Service};
pub use headers::{Declares, Export, Header, HeaderItem, Import, ImportFrom, ModuleHeader, Use};
pub use names::{Name, Path};
pub use signatures::{Arrow, Parameter, Scalar, Type, TypeKind};
pub use statements::{Block, Closure, ForMode, LoopVariables, Statement, StatementKind};
pub use values::{Argument, BinaryOperator, Call, CollectionKind, Literal, Step, StepKind, Value, ValueKind};

use aqua_diagnostics::Span;

/// How deep blocks, brackets and operators may nest in all.
pub const MAX_NESTING: usize = 200;

/// A whole file: headers first, then declarations, both in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// `aqua`, `import`, `use` and `export` lines. A header that stands too late is here too, and was reported.
    pub headers: Vec<Header>,
    /// Declarations.
    pub items: Vec<Item>,
    /// The whole text.
    pub span: Span,
}

impl Tree {
    /// The first `aqua` line, or the old `module` line.
    pub fn module(&self) -> Option<&ModuleHeader> {
        self.headers.iter().find_map(|header| match header {
            Header::Module(module) => Some(module),
            _ => None,
        })
    }
}
