//! Checked statements.

use super::{Call, ClosureId, LocalId, Value};
use aqua_diagnostics::Span;

/// A block of statements.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// The statements in order.
    pub statements: Vec<Statement>,
}

/// A statement with its span.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The statement.
    pub kind: StatementKind,
    /// Its source span, including its blocks.
    pub span: Span,
}

/// The kinds of statements.
#[derive(Debug, Clone)]
pub enum StatementKind {
    /// `x = value`, or the id of `S "id"`: the local is an alias of the value.
    Assign {
        /// The local that is defined.
        local: LocalId,
        /// Its value: data, a stream, an ability or an arrow.
        value: Value,
    },
    /// `a, b <- f()`, or `f()` without targets.
    Call {
        /// The call.
        call: Call,
        /// The targets of the first results; further results are dropped.
        targets: Vec<Target>,
    },
    /// `m <- f()` with an existing stream map and two results.
    CallIntoMap {
        /// The call, whose first result is a string.
        call: Call,
        /// The stream map.
        map: Box<Value>,
    },
    /// `s: *T`, `m: %T`: a new stream or stream map.
    Declare(LocalId),
    /// `s <<- value`. A stream that is pushed as an array is canonicalised.
    Push {
        /// A stream: a local, or a field of an ability.
        stream: Box<Value>,
        /// The element.
        value: Value,
    },
    /// `m <<- key, value`.
    PushEntry {
        /// A stream map.
        map: Box<Value>,
        /// A string.
        key: Box<Value>,
        /// The element.
        value: Value,
    },
    /// `c = (x: T): …`: defines the closure, without running it.
    Closure(ClosureId),
    /// `on peer via relay: …`. Has no scope of its own: names inside are visible after it.
    On {
        /// A string.
        peer: Value,
        /// Relays in order, each a string or a collection of strings.
        via: Vec<Value>,
        /// The statements that run on the peer.
        body: Block,
    },
    /// A statement and the `par` statements after it. Has no scope of its own.
    Par {
        /// At least two branches of one statement each, which is a [`StatementKind::Par`] itself only when nested by `on`.
        branches: Vec<Block>,
    },
    /// `co statement`: starts the statement and does not wait for it. Has no scope of its own.
    Detached {
        /// One statement.
        body: Block,
    },
    /// `for x <- xs: …`.
    For {
        /// A collection or a stream map.
        iterable: Value,
        /// The variables of each iteration.
        variable: LoopVariable,
        /// The order of the iterations.
        iteration: Iteration,
        /// One iteration.
        body: Block,
    },
    /// `parseq x <- xs on peer via relay: …`.
    ParSeq {
        /// A collection or a stream map.
        iterable: Box<Value>,
        /// The variables of each iteration, visible in `peer` and `via`.
        variable: LoopVariable,
        /// A string.
        peer: Box<Value>,
        /// Relays in order, each a string or a collection of strings.
        via: Vec<Value>,
        /// One iteration.
        body: Block,
    },
    /// `if … else …`.
    If {
        /// A `bool`.
        condition: Value,
        /// Runs if the condition is true.
        then: Block,
        /// Runs if the condition is false; may be empty.
        otherwise: Block,
    },
    /// `try … catch …`, `… otherwise …`.
    Try {
        /// The block that may fail.
        body: Block,
        /// The recoveries in order; each runs if the body and all earlier ones failed. At least one.
        recoveries: Vec<Recovery>,
    },
    /// `join a, b[3]`: waits for values.
    Join(Vec<Value>),
}

/// The target of a result of a call.
#[derive(Debug, Clone)]
pub enum Target {
    /// A new name.
    Define(LocalId),
    /// An existing stream: a local, or a field of an ability.
    Push(Value),
}

/// The variables of a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoopVariable {
    /// `for x <- xs`. Over a stream map, a data value with the fields `key` and `value`.
    Item(LocalId),
    /// `for k, v <- m`.
    Entry {
        /// A string.
        key: LocalId,
        /// An element.
        value: LocalId,
    },
}

/// The order of the iterations of a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Iteration {
    /// In sequence.
    Sequential,
    /// `par`: in parallel.
    Parallel,
    /// `try`: in sequence until one succeeds.
    Try,
    /// `rec`: in parallel, including items that a stream receives later.
    Recursive,
}

/// A block that runs after a failure.
#[derive(Debug, Clone)]
pub struct Recovery {
    /// The caught error of `catch e:`; `None` for `otherwise:` and for a `try` without recovery.
    pub error: Option<LocalId>,
    /// The block; may be empty.
    pub body: Block,
}
