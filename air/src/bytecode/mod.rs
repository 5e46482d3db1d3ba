//! Bytecode, the form of a script that the VM executes.
//!
//! [`Bytecode`] is a script with everything resolved that is known before execution: strings, operands and lenses are stored
//! once, names are slots, each use of a stream or stream map refers to a scope, and operands occur only where AIR allows them.
//! Operations are stored in the order of the text, parents before children, so an [`OperationId`] is also a position in the
//! script.
//!
//! ```
//! use aqua_air::{Bytecode, Operation};
//!
//! let script = aqua_air::parse(r#"(seq (ap "hello" $greetings) (canon %init_peer_id% $greetings #all))"#).expect("valid");
//! let bytecode = Bytecode::assemble(&script).expect("valid");
//! assert!(matches!(bytecode[bytecode.root()], Operation::Seq(..)));
//! assert_eq!(Bytecode::decode(&bytecode.encode()).expect("valid"), bytecode);
//! ```
//!
//! `docs/bytecode.md` describes the file format.

mod assemble;
mod builder;
mod decode;
mod disassemble;
mod encode;
mod leb128;
mod listing;
mod tables;
mod tree;

pub use assemble::AssembleError;
pub(crate) use builder::{Builder, PLACEHOLDER};
pub use decode::DecodeError;
pub(crate) use encode::MAGIC;
pub use tables::{
    LensId, LensStep, OperandId, OperandList, ResolvedLens, ResolvedOperand, Slot, StreamScope, StreamScopeId, StringId,
};

use crate::TextRange;
use std::fmt;
use std::sync::OnceLock;
use tables::Tables;
use tree::OperationTree;

/// The index of an operation in the order of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(pub(crate) u32);

impl OperationId {
    /// Returns the index, from 0.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    pub(crate) const fn following(self) -> Self {
        Self(self.0 + 1)
    }
}

/// A resolved [`Instruction`](crate::Instruction). Forms of an instruction that execute differently are separate operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Calls a service function on a peer.
    Call {
        /// The peer that executes the call.
        peer: OperandId,
        /// Service id.
        service: OperandId,
        /// Function name.
        function: OperandId,
        /// The arguments; see [`Bytecode::list`].
        arguments: OperandList,
        /// The target of the result.
        output: CallOutput,
    },
    /// Canonicalises a stream into a canonical stream.
    CanonStream {
        /// The peer that takes the snapshot.
        peer: OperandId,
        /// The stream.
        source: StreamScopeId,
        /// The canonical stream.
        target: Slot,
    },
    /// Canonicalises a stream map into a canonical map.
    CanonMap {
        /// The peer that takes the snapshot.
        peer: OperandId,
        /// The stream map.
        source: StreamScopeId,
        /// The canonical map.
        target: Slot,
    },
    /// Canonicalises a stream map into a scalar that holds an object.
    CanonMapToScalar {
        /// The peer that takes the snapshot.
        peer: OperandId,
        /// The stream map.
        source: StreamScopeId,
        /// The scalar.
        target: Slot,
    },
    /// Copies a value into a scalar.
    ApToScalar {
        /// The value to copy.
        source: OperandId,
        /// The scalar.
        target: Slot,
    },
    /// Appends a value to a stream.
    ApToStream {
        /// The value to append.
        source: OperandId,
        /// The stream.
        target: StreamScopeId,
    },
    /// Adds an entry to a stream map.
    ApToMap {
        /// The key, a string or an integer.
        key: OperandId,
        /// The value of the entry.
        value: OperandId,
        /// The stream map.
        target: StreamScopeId,
    },
    /// Executes the second after the first completes.
    Seq(OperationId, OperationId),
    /// Executes both in parallel. Completes when one of them completes.
    Par(OperationId, OperationId),
    /// Executes the second if the first fails.
    Xor(OperationId, OperationId),
    /// Does nothing and completes.
    Null,
    /// Never completes.
    Never,
    /// Opens a scope for a new scalar, canonical stream or canonical map.
    New {
        /// The variable.
        slot: Slot,
        /// The body, which is the scope of the variable.
        body: OperationId,
    },
    /// Opens a scope for a new stream.
    NewStream {
        /// The scope that this operation opens.
        scope: StreamScopeId,
        /// The body, which is the scope of the variable.
        body: OperationId,
    },
    /// Opens a scope for a new stream map.
    NewMap {
        /// The scope that this operation opens.
        scope: StreamScopeId,
        /// The body, which is the scope of the variable.
        body: OperationId,
    },
    /// Raises an error object.
    Fail {
        /// The error: a scalar, a canonical stream with a lens, `%last_error%` or `:error:`.
        error: OperandId,
    },
    /// Raises an error with a code and a message.
    FailWith {
        /// The error code.
        code: i64,
        /// The error message.
        message: StringId,
    },
    /// Iterates over an array, a canonical stream, a canonical map or `[]`.
    Fold {
        /// The collection.
        iterable: OperandId,
        /// The scalar that holds the current item.
        iterator: Slot,
        /// Executed for each item.
        body: OperationId,
        /// Executed instead of `next` after the last item.
        last: Option<OperationId>,
    },
    /// Iterates over a stream, including items that are appended during the iteration.
    FoldStream {
        /// The stream.
        stream: StreamScopeId,
        /// The scalar that holds the current item.
        iterator: Slot,
        /// Executed for each item.
        body: OperationId,
        /// Executed instead of `next` after the last item.
        last: Option<OperationId>,
    },
    /// Iterates over a stream map, including entries that are added during the iteration.
    FoldMap {
        /// The stream map.
        map: StreamScopeId,
        /// The scalar that holds the current entry.
        iterator: Slot,
        /// Executed for each entry.
        body: OperationId,
        /// Executed instead of `next` after the last entry.
        last: Option<OperationId>,
    },
    /// Executes the body of a fold with its next item.
    Next {
        /// The iterator of the fold.
        iterator: Slot,
    },
    /// Executes the body if both operands are equal; otherwise fails.
    Match {
        /// The left operand.
        left: OperandId,
        /// The right operand.
        right: OperandId,
        /// Executed if the operands are equal.
        body: OperationId,
    },
    /// Executes the body if the operands differ; otherwise fails.
    Mismatch {
        /// The left operand.
        left: OperandId,
        /// The right operand.
        right: OperandId,
        /// Executed if the operands differ.
        body: OperationId,
    },
}

/// The target of the result of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutput {
    /// The result is discarded.
    None,
    /// Set as the value of a scalar.
    Scalar(Slot),
    /// Appended to a stream.
    Stream(StreamScopeId),
}

/// The BLAKE3 hash of the encoding without its debug section. Does not depend on the formatting of the script.
///
/// Displayed in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BytecodeHash(pub [u8; 32]);

impl fmt::Display for BytecodeHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for BytecodeHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// A script that is ready to execute. Immutable.
///
/// All indices in it are in bounds, so indexing with ids of the same bytecode never panics.
#[derive(Clone)]
pub struct Bytecode {
    tables: Tables,
    operations: Vec<Operation>,
    /// One for each operation, or empty.
    spans: Vec<TextRange>,
    depth: u32,
    /// Computed on first use.
    content_hash: OnceLock<BytecodeHash>,
}

impl PartialEq for Bytecode {
    fn eq(&self, other: &Self) -> bool {
        self.operations == other.operations && self.tables == other.tables && self.spans == other.spans
    }
}

impl Bytecode {
    /// Drops the spans unless there is one for each operation and their starts are strictly increasing.
    fn new(tables: Tables, tree: OperationTree, mut spans: Vec<TextRange>) -> Self {
        let in_order = spans.is_sorted_by(|before, after| before.start < after.start);
        if spans.len() != tree.operations.len() || !in_order || spans.iter().any(|span| span.start >= span.end) {
            spans.clear();
        }
        Self::from_parts(tables, tree, spans, OnceLock::new())
    }

    fn from_parts(
        tables: Tables,
        tree: OperationTree,
        spans: Vec<TextRange>,
        content_hash: OnceLock<BytecodeHash>,
    ) -> Self {
        let depth = tree.depth();
        Self {
            tables,
            operations: tree.operations,
            spans,
            depth,
            content_hash,
        }
    }

    /// Returns the operation where execution starts.
    pub fn root(&self) -> OperationId {
        OperationId(0)
    }

    /// Returns all operations in the order of the text.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Iterates over all operations with their ids, in the order of the text.
    pub fn in_text_order(&self) -> impl DoubleEndedIterator<Item = (OperationId, &Operation)> {
        self.operations
            .iter()
            .enumerate()
            .map(|(index, operation)| (OperationId(index as u32), operation))
    }

    /// Returns the range of the operation in the text that the script was parsed from, if there is one.
    pub fn span(&self, id: OperationId) -> Option<TextRange> {
        self.spans.get(id.index()).copied()
    }

    /// Returns the nesting depth of the script: 1 for a single operation.
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// Returns the hash of the [content](Self::encode_content).
    pub fn content_hash(&self) -> BytecodeHash {
        let hash = || BytecodeHash(*blake3::hash(&self.encode_content()).as_bytes());
        *self.content_hash.get_or_init(hash)
    }

    /// Returns the instruction without its children, as error objects and trace errors quote it.
    pub fn canonical_text(&self, id: OperationId) -> String {
        self.instruction(id, &mut |_| crate::InstructionId::new(0))
            .canonical_text()
    }
}

impl std::ops::Index<OperationId> for Bytecode {
    type Output = Operation;

    fn index(&self, id: OperationId) -> &Operation {
        &self.operations[id.index()]
    }
}

impl Operation {
    /// Returns the last child.
    pub(crate) fn last_child(&self) -> Option<OperationId> {
        match *self {
            Self::Seq(_, child) | Self::Par(_, child) | Self::Xor(_, child) => Some(child),
            Self::New { body, .. }
            | Self::NewStream { body, .. }
            | Self::NewMap { body, .. }
            | Self::Match { body, .. }
            | Self::Mismatch { body, .. } => Some(body),
            Self::Fold { body, last, .. } | Self::FoldStream { body, last, .. } | Self::FoldMap { body, last, .. } => {
                last.or(Some(body))
            }
            _ => None,
        }
    }

    /// Iterates over the children in the order of the text. There are at most two.
    pub fn children(&self) -> impl DoubleEndedIterator<Item = OperationId> + use<> {
        let (first, second) = match *self {
            Self::Seq(left, right) | Self::Par(left, right) | Self::Xor(left, right) => (Some(left), Some(right)),
            Self::New { body, .. }
            | Self::NewStream { body, .. }
            | Self::NewMap { body, .. }
            | Self::Match { body, .. }
            | Self::Mismatch { body, .. } => (Some(body), None),
            Self::Fold { body, last, .. } | Self::FoldStream { body, last, .. } | Self::FoldMap { body, last, .. } => {
                (Some(body), last)
            }
            Self::Call { .. }
            | Self::CanonStream { .. }
            | Self::CanonMap { .. }
            | Self::CanonMapToScalar { .. }
            | Self::ApToScalar { .. }
            | Self::ApToStream { .. }
            | Self::ApToMap { .. }
            | Self::Null
            | Self::Never
            | Self::Fail { .. }
            | Self::FailWith { .. }
            | Self::Next { .. } => (None, None),
        };
        first.into_iter().chain(second)
    }
}

impl fmt::Debug for Bytecode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Bytecode")
            .field("content_hash", &self.content_hash())
            .field("operations", &self.operations)
            .field("tables", &self.tables)
            .finish_non_exhaustive()
    }
}
