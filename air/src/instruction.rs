//! The sixteen instructions of AIR.

use crate::{InstructionId, Operand, Variable};
use ecow::EcoString;

/// An instruction. Refers to its children by their ids in the [`Script`](crate::Script).
#[derive(Debug, Clone, PartialEq)]
pub enum Instruction {
    /// `(call peer (service function) [arguments] output)`: calls a service function on a peer.
    Call {
        /// The peer that executes the call.
        peer: Operand,
        /// Service id.
        service: Operand,
        /// Function name.
        function: Operand,
        /// The arguments.
        arguments: Vec<Operand>,
        /// The scalar or stream for the result.
        output: Option<Variable>,
    },
    /// `(canon peer source target)`: takes a snapshot of a stream or stream map on a peer.
    Canon {
        /// The peer that takes the snapshot.
        peer: Operand,
        /// The stream or stream map.
        source: Variable,
        /// A canonical stream for a stream; a canonical map or a scalar for a stream map.
        target: Variable,
    },
    /// `(ap source target)`: copies a value into a scalar or appends it to a stream.
    Ap {
        /// The value to copy.
        source: Operand,
        /// The scalar or stream.
        target: Variable,
    },
    /// `(ap (key value) map)`: adds an entry to a stream map.
    ApMap {
        /// The key, a string or an integer.
        key: Operand,
        /// The value of the entry.
        value: Operand,
        /// The stream map.
        target: Variable,
    },
    /// `(seq a b)`: executes `b` after `a` completes.
    Seq(InstructionId, InstructionId),
    /// `(par a b)`: executes both in parallel. Completes when one of them completes.
    Par(InstructionId, InstructionId),
    /// `(xor a b)`: executes `b` if `a` fails.
    Xor(InstructionId, InstructionId),
    /// `(null)`: does nothing and completes.
    Null,
    /// `(never)`: never completes.
    Never,
    /// `(new variable body)`: opens a scope for a new variable.
    New {
        /// The variable.
        variable: Variable,
        /// The body, which is the scope of the variable.
        body: InstructionId,
    },
    /// `(fail …)`: raises an error.
    Fail(FailOperand),
    /// `(fold iterable iterator body last)`: executes the body for the first item; `next` continues
    /// with the following one.
    Fold {
        /// The collection: an array, a canonical stream or map, a stream, a stream map, or `[]`.
        iterable: Operand,
        /// The name of the scalar that holds the current item.
        iterator: EcoString,
        /// Executed for each item.
        body: InstructionId,
        /// Executed instead of `next` after the last item.
        last: Option<InstructionId>,
    },
    /// `(next iterator)`: executes the body of a fold with its next item.
    Next {
        /// The iterator of an enclosing fold.
        iterator: EcoString,
    },
    /// `(match left right body)`: executes the body if both operands are equal; otherwise fails.
    Match {
        /// The left operand.
        left: Operand,
        /// The right operand.
        right: Operand,
        /// Executed if the operands are equal.
        body: InstructionId,
    },
    /// `(mismatch left right body)`: executes the body if the operands differ; otherwise fails.
    Mismatch {
        /// The left operand.
        left: Operand,
        /// The right operand.
        right: Operand,
        /// Executed if the operands differ.
        body: InstructionId,
    },
}

/// The error that `fail` raises.
#[derive(Debug, Clone, PartialEq)]
pub enum FailOperand {
    /// An error object: a scalar, a canonical stream with a lens, `%last_error%` or `:error:`.
    Operand(Operand),
    /// An error with a code and a message.
    Code(i64, EcoString),
}

impl Instruction {
    /// Iterates over the children in the order of the text. There are at most two.
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

    /// Returns the keyword after the opening parenthesis.
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

    /// Returns whether both are the same instruction with equal operands and the same number of children.
    pub(crate) fn eq_without_children(&self, other: &Self) -> bool {
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
