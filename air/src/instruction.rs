//! The sixteen instructions of AIR.

use crate::{InstructionId, Value, Variable};
use ecow::EcoString;

/// One instruction; nested instructions by their number in the [`Script`](crate::Script).
#[derive(Debug, Clone, PartialEq)]
pub enum Instruction {
    /// `(call peer (service function) [arguments] output)`: asks a service of a peer.
    Call {
        /// On which peer.
        peer: Value,
        /// Service id.
        service: Value,
        /// Function name.
        function: Value,
        /// What the function is given.
        arguments: Vec<Value>,
        /// Scalar or stream that takes the result.
        output: Option<Variable>,
    },
    /// `(canon peer source target)`: freezes a stream or stream map as that peer sees it.
    Canon {
        /// Whose view counts.
        peer: Value,
        /// Stream or stream map.
        source: Variable,
        /// Canonical stream for a stream; canonical map or scalar for a map.
        target: Variable,
    },
    /// `(ap source target)`: copies a value into a scalar or appends it to a stream.
    Ap {
        /// What to copy.
        source: Value,
        /// Scalar or stream.
        target: Variable,
    },
    /// `(ap (key value) map)`: adds an entry to a stream map.
    ApMap {
        /// Text or integer.
        key: Value,
        /// What stands under the key.
        value: Value,
        /// The stream map.
        target: Variable,
    },
    /// `(seq a b)`: the second after the first.
    Seq(InstructionId, InstructionId),
    /// `(par a b)`: both, neither waits for the other.
    Par(InstructionId, InstructionId),
    /// `(xor a b)`: the second if the first fails.
    Xor(InstructionId, InstructionId),
    /// `(null)`: nothing, done.
    Null,
    /// `(never)`: nothing, never done.
    Never,
    /// `(new variable body)`: a fresh variable of that name for the body.
    New {
        /// What is fresh.
        variable: Variable,
        /// Where.
        body: InstructionId,
    },
    /// `(fail …)`: raises an error.
    Fail(Failure),
    /// `(fold iterable iterator body last)`: runs the body for the first item; `next` goes on to the following one.
    Fold {
        /// Array, canonical stream or map, stream, stream map, or `[]`.
        iterable: Value,
        /// Name of the scalar that holds the current item.
        iterator: EcoString,
        /// What runs for an item.
        body: InstructionId,
        /// What runs in place of `next` after the last item.
        last: Option<InstructionId>,
    },
    /// `(next iterator)`: the body of that fold again, with the next item.
    Next {
        /// The iterator of an enclosing fold.
        iterator: EcoString,
    },
    /// `(match left right body)`: the body if both are equal, else an error.
    Match {
        /// One side.
        left: Value,
        /// The other side.
        right: Value,
        /// What runs if they are equal.
        body: InstructionId,
    },
    /// `(mismatch left right body)`: the body if both differ, else an error.
    Mismatch {
        /// One side.
        left: Value,
        /// The other side.
        right: Value,
        /// What runs if they differ.
        body: InstructionId,
    },
}

/// What `fail` raises.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// An error object: scalar, canonical stream with a lens, `%last_error%` or `:error:`.
    Value(Value),
    /// An error with this number and text.
    Code(i64, EcoString),
}

impl Instruction {
    /// Nested instructions in the order of the text; at most two.
    pub fn children(&self) -> impl DoubleEndedIterator<Item = InstructionId> + use<> {
        let (first, second) = match self {
            Self::Seq(left, right) | Self::Par(left, right) | Self::Xor(left, right) => (Some(*left), Some(*right)),
            Self::New { body, .. } | Self::Match { body, .. } | Self::Mismatch { body, .. } => (Some(*body), None),
            Self::Fold { body, last, .. } => (Some(*body), *last),
            Self::Call { .. }
            | Self::Canon { .. }
            | Self::Ap { .. }
            | Self::ApMap { .. }
            | Self::Null
            | Self::Never
            | Self::Fail(_)
            | Self::Next { .. } => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// The keyword after the opening parenthesis.
    pub fn keyword(&self) -> &'static str {
        match self {
            Self::Call { .. } => "call",
            Self::Canon { .. } => "canon",
            Self::Ap { .. } | Self::ApMap { .. } => "ap",
            Self::Seq(..) => "seq",
            Self::Par(..) => "par",
            Self::Xor(..) => "xor",
            Self::Null => "null",
            Self::Never => "never",
            Self::New { .. } => "new",
            Self::Fail(_) => "fail",
            Self::Fold { .. } => "fold",
            Self::Next { .. } => "next",
            Self::Match { .. } => "match",
            Self::Mismatch { .. } => "mismatch",
        }
    }

    /// Whether both are the same instruction with the same operands and as many children.
    pub(crate) fn same_without_children(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Seq(..), Self::Seq(..)) | (Self::Par(..), Self::Par(..)) | (Self::Xor(..), Self::Xor(..)) => true,
            (Self::New { variable: ours, .. }, Self::New { variable: theirs, .. }) => ours == theirs,
            (
                Self::Fold {
                    iterable: our_iterable,
                    iterator: our_iterator,
                    last: our_last,
                    ..
                },
                Self::Fold {
                    iterable: their_iterable,
                    iterator: their_iterator,
                    last: their_last,
                    ..
                },
            ) => {
                our_iterable == their_iterable
                    && our_iterator == their_iterator
                    && our_last.is_some() == their_last.is_some()
            }
            (
                Self::Match {
                    left: our_left,
                    right: our_right,
                    ..
                },
                Self::Match {
                    left: their_left,
                    right: their_right,
                    ..
                },
            )
            | (
                Self::Mismatch {
                    left: our_left,
                    right: our_right,
                    ..
                },
                Self::Mismatch {
                    left: their_left,
                    right: their_right,
                    ..
                },
            ) => our_left == their_left && our_right == their_right,
            _ => self == other,
        }
    }
}
