//! Statements.
//!
//! `else`, `catch`, `otherwise` and `par` are statements of their own that refer to the previous statement of the block. The
//! parser checks that there is one and replaces misplaced statements by error nodes.

use super::{Arrow, Expression, Name, Path, Type};
use aqua_diagnostics::Span;

/// A block of statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The span from the first line to the last line or comment of the block.
    pub span: Span,
    /// The statements in order. If empty, that was reported.
    pub statements: Vec<Statement>,
}

impl Block {
    /// Returns whether the block contains an error node at any depth. If so, missing statements must not be reported.
    pub fn has_errors(&self) -> bool {
        self.statements.is_empty() || self.statements.iter().any(|statement| statement.kind.has_errors())
    }
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The span from the first token to the end of the block or line.
    pub span: Span,
    /// The form of the statement.
    pub kind: StatementKind,
}

/// The forms of statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatementKind {
    /// `Service id`: sets the id of a service for the following statements.
    ServiceId {
        /// The service, optionally qualified by its module.
        service: Path,
        /// The id.
        id: Box<Expression>,
    },
    /// `stream <<- value` or `map <<- key, value`.
    Push {
        /// The stream or stream map.
        stream: Name,
        /// The key, for a stream map.
        key: Option<Box<Expression>>,
        /// The value to push.
        value: Expression,
    },
    /// `for x <- xs par:`.
    For {
        /// `x` or `k, v`.
        variables: Box<LoopVariables>,
        /// The collection.
        iterable: Box<Expression>,
        /// How iterations are executed.
        mode: ForMode,
        /// Executed for each item.
        body: Block,
    },
    /// `parseq x <- xs on peer via relay:`.
    Parseq {
        /// `x` or `k, v`.
        variables: Box<LoopVariables>,
        /// The collection.
        iterable: Box<Expression>,
        /// The peer that executes each iteration.
        peer: Box<Expression>,
        /// The relays on the route to the peer.
        via: Vec<Expression>,
        /// Executed for each item.
        body: Block,
    },
    /// `on peer via relay:`.
    On {
        /// The peer.
        peer: Box<Expression>,
        /// The relays on the route to the peer.
        via: Vec<Expression>,
        /// Executed on the peer.
        body: Block,
    },
    /// `if condition:`.
    If {
        /// The condition.
        condition: Expression,
        /// Executed if the condition is true.
        body: Block,
    },
    /// `else:` after an `if` or another `else`.
    Else {
        /// Executed if the condition is false.
        body: Block,
    },
    /// `try:`.
    Try {
        /// The statements that may fail.
        body: Block,
    },
    /// `catch e:` after a `try` or another `catch`.
    Catch {
        /// The variable for the error.
        error: Name,
        /// Executed in case of an error.
        body: Block,
    },
    /// `otherwise:` after any statement: handles an error of the previous statement.
    Otherwise {
        /// Executed in case of an error.
        body: Block,
    },
    /// `par statement`: runs in parallel with the previous statement. One of `on`, `for`, `join` or a call.
    Par(Box<Statement>),
    /// `co statement`: runs without being waited for. One of `on`, `for`, `join` or a call.
    Co(Box<Statement>),
    /// `join a, b[1]`: waits until the values are available.
    Join(Vec<Expression>),
    /// `name: *type`: declares a stream or a stream map.
    Declare {
        /// The name of the stream or stream map.
        name: Name,
        /// The type.
        ty: Type,
    },
    /// `name = (a: u8) -> u8:` with a body.
    Closure(Box<Closure>),
    /// `name = value`.
    Assign {
        /// The name to define.
        target: Name,
        /// The value.
        value: Expression,
    },
    /// `value` or `a, b <- value`. The compiler checks that the value is a call.
    Call {
        /// The names that the results are bound or pushed to.
        targets: Vec<Name>,
        /// The call.
        value: Expression,
    },
    /// `<- a, b`: returns results. Occurs only directly in the body of a function or closure. A value that is an error node
    /// stands for any number of values.
    Return(Vec<Expression>),
    /// An invalid or misplaced statement, which was reported.
    Error {
        /// The block of the statement, if there is one.
        body: Option<Block>,
    },
}

impl StatementKind {
    fn has_errors(&self) -> bool {
        match self {
            Self::Error { .. } => true,
            Self::Par(inner) | Self::Co(inner) => inner.kind.has_errors(),
            other => other.body().is_some_and(Block::has_errors),
        }
    }

    /// Returns the block of the statement, if it has one.
    pub fn body(&self) -> Option<&Block> {
        match self {
            Self::For { body, .. }
            | Self::Parseq { body, .. }
            | Self::On { body, .. }
            | Self::If { body, .. }
            | Self::Else { body }
            | Self::Try { body }
            | Self::Catch { body, .. }
            | Self::Otherwise { body } => Some(body),
            Self::Closure(closure) => Some(&closure.body),
            Self::Par(inner) | Self::Co(inner) => inner.kind.body(),
            Self::Error { body } => body.as_ref(),
            Self::ServiceId { .. }
            | Self::Push { .. }
            | Self::Join(_)
            | Self::Declare { .. }
            | Self::Assign { .. }
            | Self::Call { .. }
            | Self::Return(_) => None,
        }
    }
}

/// The variables of a loop: one, or a key and a value for a stream map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoopVariables {
    /// `x` of `for x`, the key of `for k, v`.
    pub first: Name,
    /// The value of `for k, v`.
    pub second: Option<Name>,
}

/// How the iterations of a `for` are executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ForMode {
    /// Sequentially.
    Sequential,
    /// `par`: in parallel.
    Par,
    /// `try`: sequentially until one succeeds.
    Try,
    /// `rec`: over a stream, including items that are pushed later.
    Rec,
}

/// `name = func (a: u8) -> u8:` with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// The name.
    pub name: Name,
    /// The span of the keyword `func`, if present. Without it, the closure captures the peer where it
    /// is defined.
    pub func: Option<Span>,
    /// The parameters and results.
    pub arrow: Arrow,
    /// The body. If it has no statements, that was reported.
    pub body: Block,
}
