//! Whether a fold over a stream has something to do after its `next`.
//!
//! The rule is defined by a machine that eats instructions bottom-up and keeps a stack of what it has eaten. It sees the
//! paths through `seq` and `par`; it gives up where both branches of an `xor` go on, and follows no further there.

use super::bottom_up;
use crate::{Bytecode, Operation, OperationId, Slot};

/// The merging instructions at fault. `ends` are the operations that follow each with all its children.
pub(super) fn find(bytecode: &Bytecode, ends: &[OperationId]) -> Vec<OperationId> {
    let is_told_of = |it: &Operation| matches!(it, Operation::FoldStream { .. } | Operation::FoldMap { .. });
    if !bytecode.operations().iter().any(is_told_of) {
        return Vec::new();
    }
    let mut machine = Machine {
        bytecode,
        stack: Vec::new(),
        suspects: vec![None; bytecode.variables().len()],
        found: Vec::new(),
    };
    let mut goes_on = true;
    bottom_up(ends, |_| true, |id| goes_on = goes_on && machine.eat(id).is_some());
    machine.found
}

#[derive(Clone, Copy, PartialEq)]
enum Eaten {
    /// Ends in a `next` of this iterator.
    Next(Slot),
    Other,
}

struct Machine<'a> {
    bytecode: &'a Bytecode,
    stack: Vec<Eaten>,
    /// By iterator, the first instruction that has something after its `next`.
    suspects: Vec<Option<OperationId>>,
    found: Vec<OperationId>,
}

impl Machine<'_> {
    /// Eats one operation; `None` if the machine gives up.
    fn eat(&mut self, id: OperationId) -> Option<()> {
        use Eaten::{Next, Other};
        let eaten = match self.bytecode[id] {
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
                    // Not forgotten: a later fold with the same iterator reports it again.
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
        self.stack.push(eaten);
        Some(())
    }

    fn pop_last(&mut self, last: Option<OperationId>) -> Option<()> {
        if last.is_some() {
            self.stack.pop()?;
        }
        Some(())
    }
}
