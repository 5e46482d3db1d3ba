//! Checked statements.

use super::{Call, ClosureId, LocalId, Value};
use aqua_diagnostics::Span;

/// Statements in order.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// The statements.
    pub statements: Vec<Statement>,
}

/// A statement with its place.
#[derive(Debug, Clone)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// Where it is written; a compound statement covers its blocks.
    pub span: Span,
}

/// What a statement does.
#[derive(Debug, Clone)]
pub enum StatementKind {
    /// `x = value`, or the id of `S "id"`: the local is an alias of the value.
    Assign {
        /// What is defined.
        local: LocalId,
        /// Its value, of any kind: data, stream, ability, arrow.
        value: Value,
    },
    /// `a, b <- f()`, or `f()` without targets.
    Call {
        /// The call.
        call: Call,
        /// Where the first results go; further results are dropped.
        targets: Vec<Target>,
    },
    /// `m <- f()` with an existing stream map and two results.
    CallIntoMap {
        /// The call, whose first result is a string.
        call: Call,
        /// The stream map.
        map: Value,
    },
    /// `s: *T`, `m: %T`: a new stream or stream map.
    Declare(LocalId),
    /// `s <<- value`. A stream that is pushed as an array is canonicalised.
    Push {
        /// A stream: a local, or a field of an ability.
        stream: Value,
        /// The element.
        value: Value,
    },
    /// `m <<- key, value`.
    PushEntry {
        /// A stream map.
        map: Value,
        /// A string.
        key: Value,
        /// The element.
        value: Value,
    },
    /// `c = (x: T): …`: defines the closure at this place; nothing runs.
    Closure(ClosureId),
    /// `on peer via relay: …`. Defines no scope: names inside are visible after it.
    On {
        /// A string.
        peer: Value,
        /// Relays in order, each a string or a collection of strings.
        via: Vec<Value>,
        /// What runs there.
        body: Block,
    },
    /// A statement and the `par` statements after it. Defines no scope.
    Par {
        /// At least two branches of one statement each, which is a [`StatementKind::Par`] itself only when nested by `on`.
        branches: Vec<Block>,
    },
    /// `co statement`: starts it and does not wait. Defines no scope.
    Detached {
        /// One statement.
        body: Block,
    },
    /// `for x <- xs: …`.
    For {
        /// A collection or a stream map.
        iterable: Value,
        /// What is bound in each round.
        variable: LoopVariable,
        /// How the rounds relate.
        iteration: Iteration,
        /// One round.
        body: Block,
    },
    /// `parseq x <- xs on peer via relay: …`.
    ParSeq {
        /// A collection or a stream map.
        iterable: Value,
        /// What is bound in each round; visible in `peer` and `via`.
        variable: LoopVariable,
        /// A string.
        peer: Value,
        /// Relays in order, each a string or a collection of strings.
        via: Vec<Value>,
        /// One round.
        body: Block,
    },
    /// `if … else …`.
    If {
        /// A `bool`.
        condition: Value,
        /// When it is true.
        then: Block,
        /// When it is false; may be empty.
        otherwise: Block,
    },
    /// `try … catch …`, `… otherwise …`.
    Try {
        /// What may fail.
        body: Block,
        /// What is tried next, in order, each when everything before it failed. At least one.
        recoveries: Vec<Recovery>,
    },
    /// `join a, b[3]`: waits for values.
    Join(Vec<Value>),
}

/// Where a result of a call goes.
#[derive(Debug, Clone)]
pub enum Target {
    /// A new name.
    Define(LocalId),
    /// An existing stream: a local, or a field of an ability.
    Push(Value),
}

/// What a loop binds.
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

/// How the rounds of a loop relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Iteration {
    /// One after the other.
    Sequential,
    /// `par`: all at once.
    Parallel,
    /// `try`: one after the other until one succeeds.
    Try,
    /// `rec`: all at once, and whatever a stream receives later.
    Recursive,
}

/// What happens after a failure.
#[derive(Debug, Clone)]
pub struct Recovery {
    /// The caught error of `catch e:`; none for `otherwise:` and for a `try` alone.
    pub error: Option<LocalId>,
    /// What runs; may be empty.
    pub body: Block,
}
