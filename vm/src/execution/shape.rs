//! What a script says without being run: where names are used, where values are added to streams.
//!
//! A run that is taken up in one place asks here whether other places could be concerned.

use aqua_air::{Bytecode, Operand, OperandId, Operation, OperationId, Output, ScopeId, Slot, Step};
use std::ops::Range;

/// Before the first use is found.
const NOWHERE: Range<usize> = Range {
    start: usize::MAX,
    end: 0,
};

/// Facts about one program. Places are numbers of operations, in the order of the text.
#[derive(Debug)]
pub(crate) struct Shape {
    /// By operation, the place behind it and all that is nested in it.
    ends: Vec<usize>,
    /// By slot, from the first use to behind the last.
    uses: Vec<Range<usize>>,
    /// By scope, operations that add to its stream.
    additions: Vec<Vec<usize>>,
    /// Each `next` with the fold it belongs to.
    nexts: Vec<(usize, usize)>,
}

impl Shape {
    pub(crate) fn of(code: &Bytecode) -> Self {
        let operations = code.operations();
        let mut shape = Self {
            ends: (1..=operations.len()).collect(),
            uses: vec![NOWHERE; code.variables().len()],
            additions: vec![Vec::new(); code.scopes().len()],
            nexts: Vec::new(),
        };
        for (id, operation) in code.in_text_order().rev() {
            if let Some(last) = operation.children().last() {
                shape.ends[id.index()] = shape.ends[last.index()];
            }
        }
        let mut folds: Vec<(usize, Slot)> = Vec::new();
        for (id, operation) in code.in_text_order() {
            let place = id.index();
            while folds.last().is_some_and(|(fold, _)| shape.ends[*fold] <= place) {
                folds.pop();
            }
            shape.read(place, operation, code);
            match *operation {
                Operation::Fold { iterator, .. }
                | Operation::FoldStream { iterator, .. }
                | Operation::FoldMap { iterator, .. } => folds.push((place, iterator)),
                Operation::Next { iterator } => {
                    let fold = folds.iter().rev().find(|(_, slot)| *slot == iterator);
                    shape.nexts.extend(fold.map(|(fold, _)| (place, *fold)));
                }
                _ => {}
            }
        }
        shape
    }

    fn read(&mut self, place: usize, operation: &Operation, code: &Bytecode) {
        let mut operand = |operand: OperandId| self.use_operand(place, code[operand], code);
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
                    Output::None => {}
                    Output::Scalar(slot) => self.use_slot(place, slot),
                    Output::Stream(scope) => self.additions[scope.index()].push(place),
                }
            }
            Operation::CanonStream { peer, target, .. }
            | Operation::CanonMap { peer, target, .. }
            | Operation::CanonMapToScalar { peer, target, .. } => {
                operand(peer);
                self.use_slot(place, target);
            }
            Operation::ApToScalar { source, target } => {
                operand(source);
                self.use_slot(place, target);
            }
            Operation::ApToStream { source, target } => {
                operand(source);
                self.additions[target.index()].push(place);
            }
            Operation::ApToMap { key, value, target } => {
                [key, value].into_iter().for_each(operand);
                self.additions[target.index()].push(place);
            }
            Operation::New { slot, .. } => self.use_slot(place, slot),
            Operation::Fail { error } => operand(error),
            Operation::Fold { iterable, iterator, .. } => {
                operand(iterable);
                self.use_slot(place, iterator);
            }
            Operation::FoldStream { iterator, .. }
            | Operation::FoldMap { iterator, .. }
            | Operation::Next { iterator } => self.use_slot(place, iterator),
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

    fn use_operand(&mut self, place: usize, operand: Operand, code: &Bytecode) {
        if let Operand::Scalar(slot, _) | Operand::CanonStream(slot, _) | Operand::CanonMap(slot, _) = operand {
            self.use_slot(place, slot);
        }
        let path = operand.lens().and_then(|lens| code[lens].path.as_ref());
        for step in path.into_iter().flatten() {
            if let Step::Scalar(slot) = *step {
                self.use_slot(place, slot);
            }
        }
    }

    fn use_slot(&mut self, place: usize, slot: Slot) {
        let uses = &mut self.uses[slot.index()];
        *uses = uses.start.min(place)..uses.end.max(place + 1);
    }

    /// An operation and all that is nested in it.
    pub(super) fn places(&self, id: OperationId) -> Range<usize> {
        id.index()..self.ends[id.index()]
    }

    /// Whether a name is used nowhere else.
    pub(super) fn is_used_only_in(&self, slot: Slot, places: &Range<usize>) -> bool {
        let uses = &self.uses[slot.index()];
        places.start <= uses.start && uses.end <= places.end
    }

    /// Whether values are added to a stream there, or where a `next` leads from there.
    pub(super) fn may_add(&self, scope: ScopeId, places: Range<usize>) -> bool {
        let places = self.with_repetitions(places);
        let additions = &self.additions[scope.index()];
        let first = additions.partition_point(|place| *place < places.start);
        additions.get(first).is_some_and(|place| *place < places.end)
    }

    /// Whether values are added to a stream anywhere else.
    pub(super) fn may_add_outside(&self, scope: ScopeId, places: &Range<usize>) -> bool {
        self.additions[scope.index()]
            .iter()
            .any(|place| !places.contains(place))
    }

    /// Those places and the folds around them that they continue.
    fn with_repetitions(&self, mut places: Range<usize>) -> Range<usize> {
        loop {
            let first = self.nexts.partition_point(|(next, _)| *next < places.start);
            let inside = self.nexts[first..].iter().take_while(|(next, _)| *next < places.end);
            let outermost = inside.map(|(_, fold)| *fold).min();
            match outermost.filter(|fold| *fold < places.start) {
                Some(fold) => places = fold..places.end.max(self.ends[fold]),
                None => return places,
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
        let code = aqua_air::load(script).expect("valid");
        let shape = Shape::of(&code);
        let scope = |name| {
            let names = (0..code.scopes().len()).map(|index| &code[code.scopes()[index].variable].name);
            assert_eq!(names.collect::<Vec<_>>(), [name]);
            code.operations().iter().find_map(|operation| match operation {
                Operation::Call {
                    output: Output::Stream(scope),
                    ..
                } => Some(*scope),
                _ => None,
            })
        };
        let stream = scope("$s").expect("the only one");
        // seq, call, fold, par, call, seq, ap, next
        assert_eq!(shape.places(code.root()), 0..8);
        assert!(!shape.may_add(stream, 6..7), "the copy alone");
        assert!(shape.may_add(stream, 5..8), "what `next` repeats");
        assert!(shape.may_add_outside(stream, &(5..8)));
        let slot = |name| {
            let slots = code.operations().iter().filter_map(|operation| match operation {
                Operation::ApToScalar { target, .. } => Some(*target),
                Operation::Fold { iterator, .. } => Some(*iterator),
                _ => None,
            });
            slots.into_iter().find(|slot| code.name(*slot) == name).expect("used")
        };
        assert!(shape.is_used_only_in(slot("x"), &(5..8)));
        assert!(!shape.is_used_only_in(slot("i"), &(5..8)));
    }
}
