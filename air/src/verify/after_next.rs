//! Finds instructions after `next` in folds over streams.
//!
//! The official interpreter defines the rule by a stack automaton that reduces instructions bottom-up. The automaton follows
//! paths through `seq` and `par`. It stops where both branches of an `xor` end in `next`; this module does the same.

use super::bottom_up;
use crate::{Bytecode, Operation, OperationId, Slot};

/// Returns the instructions that join a `next` with something after it. `ends` maps each operation to the one after its
/// subtree.
pub(super) fn find(bytecode: &Bytecode, ends: &[OperationId]) -> Vec<OperationId> {
    let is_stream_fold = |it: &Operation| matches!(it, Operation::FoldStream { .. } | Operation::FoldMap { .. });
    if !bytecode.operations().iter().any(is_stream_fold) {
        return Vec::new();
    }
    let mut automaton = Automaton {
        bytecode,
        stack: Vec::new(),
        suspects: vec![None; bytecode.variables().len()],
        found: Vec::new(),
    };
    let mut running = true;
    bottom_up(ends, |_| true, |id| running = running && automaton.reduce(id).is_some());
    automaton.found
}

/// What a reduced subtree ends in.
#[derive(Clone, Copy, PartialEq)]
enum Ending {
    /// The `next` of this iterator.
    Next(Slot),
    Other,
}

struct Automaton<'a> {
    bytecode: &'a Bytecode,
    stack: Vec<Ending>,
    /// The first instruction with something after the `next` of an iterator. Indexed by slot.
    suspects: Vec<Option<OperationId>>,
    found: Vec<OperationId>,
}

impl Automaton<'_> {
    /// Reduces an operation whose children are on the stack. Returns `None` if the automaton stops.
    fn reduce(&mut self, id: OperationId) -> Option<()> {
        use Ending::{Next, Other};
        let ending = match self.bytecode[id] {
            Operation::Next { iterator } => Next(iterator),
            Operation::Seq(..) | Operation::Par(..) => {
                let (right, left) = (self.stack.pop()?, self.stack.pop()?);
                match (left, right) {
                    (Next(left), Next(right)) if left == right => Next(left),
                    (Next(left), _) => {
                        self.suspects[left.index()].get_or_insert(id);
                        Other
                    }
                    (Other, right) => right,
                }
            }
            Operation::Xor(..) => match (self.stack.pop()?, self.stack.pop()?) {
                (Next(_), Next(_)) => return None,
                (next @ Next(_), Other) | (Other, next) => next,
            },
            Operation::Match { .. }
            | Operation::Mismatch { .. }
            | Operation::New { .. }
            | Operation::NewStream { .. }
            | Operation::NewMap { .. } => self.stack.pop()?,
            Operation::Fold { last, .. } => {
                self.pop_last(last)?;
                self.stack.pop()?;
                Other
            }
            Operation::FoldStream { iterator, last, .. } | Operation::FoldMap { iterator, last, .. } => {
                self.pop_last(last)?;
                let body = self.stack.pop()?;
                let suspect = &mut self.suspects[iterator.index()];
                if body == Next(iterator) {
                    self.found.extend(suspect.take());
                    Other
                } else {
                    // The suspect is kept: a later fold with the same iterator reports it again.
                    self.found.extend(*suspect);
                    body
                }
            }
            Operation::Call { .. }
            | Operation::CanonStream { .. }
            | Operation::CanonMap { .. }
            | Operation::CanonMapToScalar { .. }
            | Operation::ApToScalar { .. }
            | Operation::ApToStream { .. }
            | Operation::ApToMap { .. }
            | Operation::Null
            | Operation::Never
            | Operation::Fail { .. }
            | Operation::FailWith { .. } => Other,
        };
        self.stack.push(ending);
        Some(())
    }

    fn pop_last(&mut self, last: Option<OperationId>) -> Option<()> {
        if last.is_some() {
            self.stack.pop()?;
        }
        Some(())
    }
}
