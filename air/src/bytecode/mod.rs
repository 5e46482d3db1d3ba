//! The form of a script that the machine executes.
//!
//! [`Bytecode`] is a script with everything resolved that can be known before it runs: texts, operands and lenses are
//! stored once and numbered, names are slots, every use of a stream or stream map names the scope it means, operands sit
//! only where AIR allows them. Operations stand in the order of the text, parents before children, so an
//! [`OperationId`] is also a position in the script.
//!
//! ```
//! use aqua_air::{Bytecode, Operation};
//!
//! let script = aqua_air::read(r#"(seq (ap "hello" $greetings) (canon %init_peer_id% $greetings #all))"#).expect("valid");
//! let bytecode = Bytecode::assemble(&script).expect("valid");
//! assert!(matches!(bytecode[bytecode.root()], Operation::Seq(..)));
//! assert_eq!(Bytecode::decode(&bytecode.encode()).expect("valid"), bytecode);
//! ```
//!
//! The file format is described in `docs/bytecode.md`.

mod assemble;
mod builder;
mod decode;
mod disassemble;
mod encode;
mod layout;
mod leb128;
mod listing;
mod tables;

pub use assemble::AssembleError;
pub(crate) use builder::{Builder, LATER};
pub use decode::DecodeError;
pub(crate) use encode::MAGIC;
pub use tables::{LensId, Operand, OperandId, OperandList, ResolvedLens, Scope, ScopeId, Slot, Step, TextId};

use crate::Span;
use layout::Layout;
use std::fmt;
use std::sync::OnceLock;
use tables::Tables;

/// The number of an operation, which is also its place in the order of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(pub(crate) u32);

impl OperationId {
    /// Its place in the order of the text, from 0.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    pub(crate) const fn following(self) -> Self {
        Self(self.0 + 1)
    }
}

/// One instruction, resolved. Meanings are those of [`Instruction`](crate::Instruction); forms that run differently are
/// different operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Asks a service of a peer.
    Call {
        /// On which peer.
        peer: OperandId,
        /// Service id.
        service: OperandId,
        /// Function name.
        function: OperandId,
        /// What the function is given; see [`Bytecode::list`].
        arguments: OperandList,
        /// Where the result goes.
        output: Output,
    },
    /// Freezes a stream into a canonical stream.
    CanonStream {
        /// Whose view counts.
        peer: OperandId,
        /// The stream.
        source: ScopeId,
        /// The canonical stream.
        target: Slot,
    },
    /// Freezes a stream map into a canonical map.
    CanonMap {
        /// Whose view counts.
        peer: OperandId,
        /// The stream map.
        source: ScopeId,
        /// The canonical map.
        target: Slot,
    },
    /// Freezes a stream map into a scalar, an object.
    CanonMapToScalar {
        /// Whose view counts.
        peer: OperandId,
        /// The stream map.
        source: ScopeId,
        /// The scalar.
        target: Slot,
    },
    /// Copies a value into a scalar.
    ApToScalar {
        /// What to copy.
        source: OperandId,
        /// The scalar.
        target: Slot,
    },
    /// Appends a value to a stream.
    ApToStream {
        /// What to append.
        source: OperandId,
        /// The stream.
        target: ScopeId,
    },
    /// Adds an entry to a stream map.
    ApToMap {
        /// Text or integer.
        key: OperandId,
        /// What stands under the key.
        value: OperandId,
        /// The stream map.
        target: ScopeId,
    },
    /// The second after the first.
    Seq(OperationId, OperationId),
    /// Both, neither waits for the other.
    Par(OperationId, OperationId),
    /// The second if the first fails.
    Xor(OperationId, OperationId),
    /// Nothing, done.
    Null,
    /// Nothing, never done.
    Never,
    /// A fresh scalar, canonical stream or canonical map for the body.
    New {
        /// What is fresh.
        slot: Slot,
        /// Where.
        body: OperationId,
    },
    /// A fresh stream for the body.
    NewStream {
        /// The scope that this operation opens.
        scope: ScopeId,
        /// Where.
        body: OperationId,
    },
    /// A fresh stream map for the body.
    NewMap {
        /// The scope that this operation opens.
        scope: ScopeId,
        /// Where.
        body: OperationId,
    },
    /// Raises an error object.
    Fail {
        /// Scalar, canonical stream with a lens, `%last_error%` or `:error:`.
        error: OperandId,
    },
    /// Raises an error by number and text.
    FailWith {
        /// The number.
        code: i64,
        /// The text.
        message: TextId,
    },
    /// Goes through an array, a canonical stream, a canonical map or `[]`.
    Fold {
        /// What it goes through.
        iterable: OperandId,
        /// The scalar that holds the current item.
        iterator: Slot,
        /// What runs for an item.
        body: OperationId,
        /// What runs in place of `next` after the last item.
        last: Option<OperationId>,
    },
    /// Goes through a stream while it grows.
    FoldStream {
        /// The stream.
        stream: ScopeId,
        /// The scalar that holds the current item.
        iterator: Slot,
        /// What runs for an item.
        body: OperationId,
        /// What runs in place of `next` after the last item.
        last: Option<OperationId>,
    },
    /// Goes through the entries of a stream map while it grows.
    FoldMap {
        /// The stream map.
        map: ScopeId,
        /// The scalar that holds the current entry.
        iterator: Slot,
        /// What runs for an entry.
        body: OperationId,
        /// What runs in place of `next` after the last entry.
        last: Option<OperationId>,
    },
    /// The body of a fold again, with its next item.
    Next {
        /// The iterator of that fold.
        iterator: Slot,
    },
    /// The body if both are equal, else an error.
    Match {
        /// One side.
        left: OperandId,
        /// The other side.
        right: OperandId,
        /// What runs if they are equal.
        body: OperationId,
    },
    /// The body if both differ, else an error.
    Mismatch {
        /// One side.
        left: OperandId,
        /// The other side.
        right: OperandId,
        /// What runs if they differ.
        body: OperationId,
    },
}

/// Where the result of a call goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Nowhere.
    None,
    /// Into a scalar.
    Scalar(Slot),
    /// To the end of a stream.
    Stream(ScopeId),
}

/// What a script says, independent of how its text is laid out: the BLAKE3 hash of the encoding without its debug section.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentId(pub [u8; 32]);

impl fmt::Display for ContentId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// A script ready to run. Immutable; made by [`Bytecode::assemble`] or [`Bytecode::decode`], both of which leave no dangling
/// number in it, so that indexing can't fail.
#[derive(Clone)]
pub struct Bytecode {
    tables: Tables,
    operations: Vec<Operation>,
    /// Places in the text, one an operation, or none at all.
    spans: Vec<Span>,
    depth: u32,
    /// Once somebody asks for it.
    content_id: OnceLock<ContentId>,
}

impl PartialEq for Bytecode {
    fn eq(&self, other: &Self) -> bool {
        self.operations == other.operations && self.tables == other.tables && self.spans == other.spans
    }
}

impl Bytecode {
    /// Puts a finished layout together. Spans count only if there is one for every operation, each after the one before.
    fn new(tables: Tables, layout: Layout, mut spans: Vec<Span>) -> Self {
        let in_order = spans.is_sorted_by(|before, after| before.left < after.left);
        if spans.len() != layout.operations.len() || !in_order || spans.iter().any(|span| span.left >= span.right) {
            spans.clear();
        }
        Self::from_parts(tables, layout, spans, OnceLock::new())
    }

    fn from_parts(tables: Tables, layout: Layout, spans: Vec<Span>, content_id: OnceLock<ContentId>) -> Self {
        let depth = layout.depth();
        Self {
            tables,
            operations: layout.operations,
            spans,
            depth,
            content_id,
        }
    }

    /// Where execution starts.
    pub fn root(&self) -> OperationId {
        OperationId(0)
    }

    /// All operations in the order of the text.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// All operations with their numbers, in the order of the text.
    pub fn in_text_order(&self) -> impl DoubleEndedIterator<Item = (OperationId, &Operation)> {
        self.operations
            .iter()
            .enumerate()
            .map(|(index, operation)| (OperationId(index as u32), operation))
    }

    /// Where the operation stands in the text, if the script was read from one.
    pub fn span(&self, id: OperationId) -> Option<Span> {
        self.spans.get(id.index()).copied()
    }

    /// How deep operations are nested; 1 for a single one.
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// The identity of what the script says.
    pub fn content_id(&self) -> ContentId {
        let hash = || ContentId(*blake3::hash(&self.encode_content()).as_bytes());
        *self.content_id.get_or_init(hash)
    }

    /// The instruction without its children, as error objects and trace errors quote it.
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
    /// The last of its nested operations.
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

    /// Nested operations in the order of the text; at most two.
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
            .field("content_id", &self.content_id())
            .field("operations", &self.operations)
            .field("tables", &self.tables)
            .finish_non_exhaustive()
    }
}
