//! Where a program uses variables and adds values to streams, found without running it.
//!
//! A resumed run relies on it to exclude that an instruction affects another part of the script.

use aqua_air::{
    Bytecode, CallOutput, LensStep, OperandId, Operation, OperationId, ResolvedOperand, Slot, StreamScopeId,
};
use std::ops::Range;

/// Before the first use is found.
const NOWHERE: Range<usize> = Range {
    start: usize::MAX,
    end: 0,
};

/// Definitions and uses of one program. Operations are numbered in the order of the text.
#[derive(Debug)]
pub(crate) struct DefUse {
    /// By operation, the index after the last operation nested in it.
    ends: Vec<usize>,
    /// By slot, from the first use to after the last.
    uses: Vec<Range<usize>>,
    /// By scope, the operations that add to its stream, ascending.
    additions: Vec<Vec<usize>>,
    /// Each `next` with its fold.
    nexts: Vec<(usize, usize)>,
}

impl DefUse {
    pub(crate) fn of(code: &Bytecode) -> Self {
        let operations = code.operations();
        let mut uses = Self {
            ends: (1..=operations.len()).collect(),
            uses: vec![NOWHERE; code.variables().len()],
            additions: vec![Vec::new(); code.scopes().len()],
            nexts: Vec::new(),
        };
        for (id, operation) in code.in_text_order().rev() {
            if let Some(last) = operation.children().last() {
                uses.ends[id.index()] = uses.ends[last.index()];
            }
        }
        let mut folds: Vec<(usize, Slot)> = Vec::new();
        for (id, operation) in code.in_text_order() {
            let index = id.index();
            while folds.last().is_some_and(|(fold, _)| uses.ends[*fold] <= index) {
                folds.pop();
            }
            uses.read(index, operation, code);
            match *operation {
                Operation::Fold { iterator, .. }
                | Operation::FoldStream { iterator, .. }
                | Operation::FoldMap { iterator, .. } => folds.push((index, iterator)),
                Operation::Next { iterator } => {
                    let fold = folds.iter().rev().find(|(_, slot)| *slot == iterator);
                    uses.nexts.extend(fold.map(|(fold, _)| (index, *fold)));
                }
                _ => {}
            }
        }
        uses
    }

    fn read(&mut self, index: usize, operation: &Operation, code: &Bytecode) {
        let mut operand = |operand: OperandId| self.use_operand(index, code[operand], code);
        match *operation {
            Operation::Call {
                peer,
                service,
                function,
                arguments,
                output,
            } => {
                [peer, service, function].into_iter().for_each(&mut operand);
                code.list(arguments).iter().copied().for_each(operand);
                match output {
                    CallOutput::None => {}
                    CallOutput::Scalar(slot) => self.use_slot(index, slot),
                    CallOutput::Stream(scope) => self.additions[scope.index()].push(index),
                }
            }
            Operation::CanonStream { peer, target, .. }
            | Operation::CanonMap { peer, target, .. }
            | Operation::CanonMapToScalar { peer, target, .. } => {
                operand(peer);
                self.use_slot(index, target);
            }
            Operation::ApToScalar { source, target } => {
                operand(source);
                self.use_slot(index, target);
            }
            Operation::ApToStream { source, target } => {
                operand(source);
                self.additions[target.index()].push(index);
            }
            Operation::ApToMap { key, value, target } => {
                [key, value].into_iter().for_each(operand);
                self.additions[target.index()].push(index);
            }
            Operation::New { slot, .. } => self.use_slot(index, slot),
            Operation::Fail { error } => operand(error),
            Operation::Fold { iterable, iterator, .. } => {
                operand(iterable);
                self.use_slot(index, iterator);
            }
            Operation::FoldStream { iterator, .. }
            | Operation::FoldMap { iterator, .. }
            | Operation::Next { iterator } => self.use_slot(index, iterator),
            Operation::Match { left, right, .. } | Operation::Mismatch { left, right, .. } => {
                [left, right].into_iter().for_each(operand);
            }
            Operation::Seq(..)
            | Operation::Par(..)
            | Operation::Xor(..)
            | Operation::Null
            | Operation::Never
            | Operation::NewStream { .. }
            | Operation::NewMap { .. }
            | Operation::FailWith { .. } => {}
        }
    }

    fn use_operand(&mut self, index: usize, operand: ResolvedOperand, code: &Bytecode) {
        if let ResolvedOperand::Scalar(slot, _)
        | ResolvedOperand::CanonStream(slot, _)
        | ResolvedOperand::CanonMap(slot, _) = operand
        {
            self.use_slot(index, slot);
        }
        let path = operand.lens().and_then(|lens| code[lens].path.as_ref());
        for step in path.into_iter().flatten() {
            if let LensStep::Scalar(slot) = *step {
                self.use_slot(index, slot);
            }
        }
    }

    fn use_slot(&mut self, index: usize, slot: Slot) {
        let uses = &mut self.uses[slot.index()];
        *uses = uses.start.min(index)..uses.end.max(index + 1);
    }

    /// An operation and everything nested in it.
    pub(super) fn nested(&self, id: OperationId) -> Range<usize> {
        id.index()..self.ends[id.index()]
    }

    /// Whether a variable is used nowhere outside a range of operations.
    pub(super) fn is_used_only_in(&self, slot: Slot, range: &Range<usize>) -> bool {
        let uses = &self.uses[slot.index()];
        range.start <= uses.start && uses.end <= range.end
    }

    /// Whether operations in a range add values to a stream, including those that a `next` in it repeats.
    pub(super) fn may_add(&self, scope: StreamScopeId, range: Range<usize>) -> bool {
        let range = self.with_repetitions(range);
        let additions = &self.additions[scope.index()];
        let first = additions.partition_point(|index| *index < range.start);
        additions.get(first).is_some_and(|index| *index < range.end)
    }

    /// Whether operations outside a range add values to a stream.
    pub(super) fn may_add_outside(&self, scope: StreamScopeId, range: &Range<usize>) -> bool {
        self.additions[scope.index()].iter().any(|index| !range.contains(index))
    }

    /// A range, extended to the folds whose `next` it contains.
    fn with_repetitions(&self, mut range: Range<usize>) -> Range<usize> {
        loop {
            let first = self.nexts.partition_point(|(next, _)| *next < range.start);
            let inside = self.nexts[first..].iter().take_while(|(next, _)| *next < range.end);
            let outermost = inside.map(|(_, fold)| *fold).min();
            match outermost.filter(|fold| *fold < range.start) {
                Some(fold) => range = fold..range.end.max(self.ends[fold]),
                None => return range,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_leads_back_into_the_fold() {
        let script = r#"(seq (call "p" ("s" "f") [] list)
            (fold list i (par (call "p" ("s" "f") [i] $s) (seq (ap i x) (next i)))))"#;
        let code = aqua_air::Bytecode::parse(script).expect("valid");
        let uses = DefUse::of(&code);
        let scope = |name| {
            let names = (0..code.scopes().len()).map(|index| &code[code.scopes()[index].variable].name);
            assert_eq!(names.collect::<Vec<_>>(), [name]);
            code.operations().iter().find_map(|operation| match operation {
                Operation::Call {
                    output: CallOutput::Stream(scope),
                    ..
                } => Some(*scope),
                _ => None,
            })
        };
        let stream = scope("$s").expect("the only one");
        // seq, call, fold, par, call, seq, ap, next
        assert_eq!(uses.nested(code.root()), 0..8);
        assert!(!uses.may_add(stream, 6..7), "the copy alone");
        assert!(uses.may_add(stream, 5..8), "what `next` repeats");
        assert!(uses.may_add_outside(stream, &(5..8)));
        let slot = |name| {
            let slots = code.operations().iter().filter_map(|operation| match operation {
                Operation::ApToScalar { target, .. } => Some(*target),
                Operation::Fold { iterator, .. } => Some(*iterator),
                _ => None,
            });
            slots.into_iter().find(|slot| code.name(*slot) == name).expect("used")
        };
        assert!(uses.is_used_only_in(slot("x"), &(5..8)));
        assert!(!uses.is_used_only_in(slot("i"), &(5..8)));
    }
}
