//! What functions and closures do, line by line.
//!
//! Statements stand as written: `else`, `catch`, `otherwise` and `par` are statements of their own that belong to the one
//! just before them in the same block. That there is such a one has been checked; a misplaced one became an error node.

use super::{Arrow, Name, Path, Type, Value};
use aqua_diagnostics::Span;

/// The lines of a block, all at one indentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// From the first line to the last line or comment of the block.
    pub span: Span,
    /// The statements in order; empty only if that was reported.
    pub statements: Vec<Statement>,
}

impl Block {
    /// Whether something in it, at any depth, could not be understood. Then say nothing about what it lacks.
    pub fn has_errors(&self) -> bool {
        self.statements.is_empty() || self.statements.iter().any(|statement| statement.kind.has_errors())
    }
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// From its first word to the end of its block, or of its line.
    pub span: Span,
    /// What it is.
    pub kind: StatementKind,
}

/// The forms of statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatementKind {
    /// `Service id`: the id of that service from here on.
    ServiceId {
        /// The service, perhaps with the module it is from.
        service: Path,
        /// The id.
        id: Value,
    },
    /// `stream <<- value` or `map <<- key, value`.
    Push {
        /// The stream or stream map.
        stream: Name,
        /// The key, for a stream map.
        key: Option<Value>,
        /// What is pushed.
        value: Value,
    },
    /// `for x <- xs par:`.
    For {
        /// `x` or `k, v`.
        variables: LoopVariables,
        /// What is gone through.
        iterable: Value,
        /// How the rounds follow one another.
        mode: ForMode,
        /// One round.
        body: Block,
    },
    /// `parseq x <- xs on peer via relay:`.
    Parseq {
        /// `x` or `k, v`.
        variables: LoopVariables,
        /// What is gone through.
        iterable: Value,
        /// Where each round happens.
        peer: Value,
        /// The way there.
        via: Vec<Value>,
        /// One round.
        body: Block,
    },
    /// `on peer via relay:`.
    On {
        /// Where.
        peer: Value,
        /// The way there.
        via: Vec<Value>,
        /// What happens there.
        body: Block,
    },
    /// `if condition:`.
    If {
        /// What must hold.
        condition: Value,
        /// What happens then.
        body: Block,
    },
    /// `else:` after an `if` or another `else`.
    Else {
        /// What happens when the condition does not hold.
        body: Block,
    },
    /// `try:`.
    Try {
        /// What may fail.
        body: Block,
    },
    /// `catch e:` after a `try` or another `catch`.
    Catch {
        /// The error.
        error: Name,
        /// What happens then.
        body: Block,
    },
    /// `otherwise:` after any statement: what happens when that one fails.
    Otherwise {
        /// What happens then.
        body: Block,
    },
    /// `par statement`: at the same time as the statement before. One of `on`, `for`, `join` or a call.
    Par(Box<Statement>),
    /// `co statement`: started, not waited for. One of `on`, `for`, `join` or a call.
    Co(Box<Statement>),
    /// `join a, b[1]`: waits until these are there.
    Join(Vec<Value>),
    /// `name: *type`: declares a stream or a stream map.
    Declare {
        /// The stream.
        name: Name,
        /// Its type.
        ty: Type,
    },
    /// `name = (a: u8) -> u8:` with a body.
    Closure(Box<Closure>),
    /// `name = value`.
    Assign {
        /// What is defined.
        target: Name,
        /// What it means.
        value: Value,
    },
    /// `value` or `a, b <- value`; whether the value is a call can only be said when names are known.
    Call {
        /// What the results are bound or pushed to.
        targets: Vec<Name>,
        /// The call.
        value: Value,
    },
    /// `<- a, b`: the results. Directly in the body of a function or closure, or else an error node. A value that is an
    /// error node stands for any number of values.
    Return(Vec<Value>),
    /// A line that could not be understood, or stands in the wrong place; it was reported.
    Error {
        /// The block below it, if there is one.
        body: Option<Block>,
    },
}

impl StatementKind {
    /// Whether it is an error node, or its block holds one.
    fn has_errors(&self) -> bool {
        match self {
            Self::Error { .. } => true,
            Self::Par(inner) | Self::Co(inner) => inner.kind.has_errors(),
            other => other.body().is_some_and(Block::has_errors),
        }
    }

    /// The block below the statement, if its form has one.
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

/// How the rounds of a `for` follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ForMode {
    /// One after the other.
    Sequential,
    /// `par`: all at the same time.
    Par,
    /// `try`: until one succeeds.
    Try,
    /// `rec`: over a live stream, also what is pushed later.
    Rec,
}

/// `name = func (a: u8) -> u8:` and its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// What it is called.
    pub name: Name,
    /// The word `func`, if written: the closure then does not remember where it was made.
    pub func: Option<Span>,
    /// Its parameters and results.
    pub arrow: Arrow,
    /// What it does; without statements only if that was reported.
    pub body: Block,
}
