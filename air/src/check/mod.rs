//! What a script must keep to beyond its grammar: names are defined, folds go on in one place.
//!
//! Works on the resolved form, where names are small numbers and operations stand in the order of the text.

mod after_next;

use crate::problem::{Problem, ProblemKind};
use crate::{Bytecode, Operand, OperandId, Operation, OperationId, Output, Slot, Span, Step};

/// All problems of a script, in the order of the text; none for a valid one.
///
/// Places are those of the text that the script was read from, or empty if there is none.
pub fn check(bytecode: &Bytecode) -> Vec<Problem> {
    let mut check = Check {
        bytecode,
        definitions: vec![None; bytecode.variables().len()],
        open_uses: vec![None; bytecode.variables().len()],
        problems: Vec::new(),
    };
    let ends = ends(bytecode);
    bottom_up(&ends, |id| check.names(id));
    check.undefined();
    check.folds(&ends);
    for operation in after_next::find(bytecode, &ends) {
        check.report(operation, ProblemKind::InstructionAfterNext);
    }
    check.problems.sort_by_key(|(operation, _)| *operation);
    let span = |operation| bytecode.span(operation).unwrap_or(Span { left: 0, right: 0 });
    check
        .problems
        .into_iter()
        .map(|(operation, kind)| Problem {
            span: span(operation),
            kind,
        })
        .collect()
}

struct Check<'a> {
    bytecode: &'a Bytecode,
    /// By name, the first operation that defines it, among those seen.
    definitions: Vec<Option<OperationId>>,
    /// By name, the first use met without a definition before it.
    open_uses: Vec<Option<OperationId>>,
    problems: Vec<(OperationId, ProblemKind)>,
}

/// A name as an iterator.
#[derive(Clone, Default)]
struct Iterated {
    /// Whether there is a `next` of it.
    has_next: bool,
    /// The number of the innermost fold with it around the current place.
    innermost: Option<u32>,
}

/// A fold around the current place.
struct OpenFold {
    iterator: Slot,
    end: OperationId,
    has_next: bool,
    /// The number of the next fold outwards with the same iterator.
    around: Option<u32>,
}

/// The name that an operation defines.
fn definition(bytecode: &Bytecode, operation: &Operation) -> Option<Slot> {
    match *operation {
        Operation::Call {
            output: Output::Scalar(slot),
            ..
        }
        | Operation::CanonStream { target: slot, .. }
        | Operation::CanonMap { target: slot, .. }
        | Operation::CanonMapToScalar { target: slot, .. }
        | Operation::ApToScalar { target: slot, .. }
        | Operation::New { slot, .. }
        | Operation::Fold { iterator: slot, .. }
        | Operation::FoldStream { iterator: slot, .. }
        | Operation::FoldMap { iterator: slot, .. } => Some(slot),
        Operation::Call {
            output: Output::Stream(scope),
            ..
        }
        | Operation::ApToStream { target: scope, .. }
        | Operation::ApToMap { target: scope, .. }
        | Operation::NewStream { scope, .. }
        | Operation::NewMap { scope, .. } => Some(bytecode[scope].variable),
        _ => None,
    }
}

/// The operation that follows each with all its children.
fn ends(bytecode: &Bytecode) -> Vec<OperationId> {
    let mut ends = vec![bytecode.root(); bytecode.operations().len()];
    for (id, operation) in bytecode.in_text_order().rev() {
        let last = operation.last_child();
        ends[id.index()] = last.map_or(id.following(), |last| ends[last.index()]);
    }
    ends
}

/// Visits all operations, children before parents, left before right.
fn bottom_up(ends: &[OperationId], mut visit: impl FnMut(OperationId)) {
    let mut open = Vec::new();
    for (index, end) in ends.iter().enumerate() {
        let id = OperationId(index as u32);
        while let Some((ended, _)) = open.pop_if(|(_, end)| *end <= id) {
            visit(ended);
        }
        if *end == id.following() {
            visit(id);
        } else {
            open.push((id, *end));
        }
    }
    open.into_iter().rev().for_each(|(id, _)| visit(id));
}

impl Check<'_> {
    fn report(&mut self, operation: OperationId, kind: ProblemKind) {
        self.problems.push((operation, kind));
    }

    /// Looks at the names of an operation; all below it were looked at. Every name that is read must be defined by
    /// something that starts earlier. Sources and peers of `canon` and values of `ap` to a map are let through, as in
    /// the field.
    ///
    /// The deployed interpreters look at instructions bottom-up, and of the uses of a name that have no definition by then
    /// they come back only to the first. Scripts that pass for that reason are accepted here too.
    fn names(&mut self, id: OperationId) {
        let bytecode = self.bytecode;
        match bytecode[id] {
            Operation::Call {
                peer,
                service,
                function,
                arguments,
                ..
            } => {
                [peer, service, function]
                    .iter()
                    .for_each(|operand| self.uses(id, *operand));
                bytecode
                    .list(arguments)
                    .iter()
                    .for_each(|operand| self.uses(id, *operand));
            }
            Operation::ApToScalar { source: operand, .. }
            | Operation::ApToStream { source: operand, .. }
            | Operation::ApToMap { key: operand, .. }
            | Operation::Fold { iterable: operand, .. } => self.uses(id, operand),
            Operation::Match { left, right, .. } | Operation::Mismatch { left, right, .. } => {
                self.uses(id, left);
                self.uses(id, right);
            }
            Operation::FoldStream { stream: scope, .. } | Operation::FoldMap { map: scope, .. } => {
                self.uses_name(id, bytecode[scope].variable);
            }
            Operation::FailWith { code: 0, .. } => self.report(id, ProblemKind::FailWithZero),
            _ => {}
        }
        if let Some(slot) = definition(bytecode, &bytecode[id]) {
            let first = &mut self.definitions[slot.index()];
            *first = Some(first.map_or(id, |first| first.min(id)));
        }
    }

    fn undefined(&mut self) {
        let bytecode = self.bytecode;
        for (variable, (open_use, definition)) in bytecode
            .variables()
            .iter()
            .zip(self.open_uses.iter().zip(&self.definitions))
        {
            if let Some(at) = *open_use
                && definition.is_none_or(|definition| definition >= at)
            {
                self.problems
                    .push((at, ProblemKind::UndefinedVariable(variable.name.clone())));
            }
        }
    }

    fn uses(&mut self, at: OperationId, operand: OperandId) {
        let bytecode = self.bytecode;
        let operand = bytecode[operand];
        if let Operand::Scalar(slot, _) | Operand::CanonStream(slot, _) | Operand::CanonMap(slot, _) = operand {
            self.uses_name(at, slot);
        }
        let steps = operand
            .lens()
            .and_then(|lens| bytecode[lens].path.as_deref())
            .unwrap_or_default();
        for step in steps {
            if let Step::Scalar(slot) = step {
                self.uses_name(at, *slot);
            }
        }
    }

    fn uses_name(&mut self, at: OperationId, slot: Slot) {
        if self.definitions[slot.index()].is_none_or(|definition| definition >= at) {
            self.open_uses[slot.index()].get_or_insert(at);
        }
    }

    /// `next` and `new` against the folds around them.
    ///
    /// Of several `next` for one name only the first is required to stand inside a fold; scripts where a later one doesn't are
    /// accepted in the field and fail when they come to it.
    fn folds(&mut self, ends: &[OperationId]) {
        let bytecode = self.bytecode;
        // Folds around the current place, innermost last.
        let mut open: Vec<OpenFold> = Vec::new();
        let mut iterators = vec![Iterated::default(); bytecode.variables().len()];
        for (id, operation) in bytecode.in_text_order() {
            while let Some(ended) = open.pop_if(|fold| fold.end <= id) {
                iterators[ended.iterator.index()].innermost = ended.around;
            }
            match *operation {
                Operation::Fold { iterator, .. }
                | Operation::FoldStream { iterator, .. }
                | Operation::FoldMap { iterator, .. } => {
                    let innermost = &mut iterators[iterator.index()].innermost;
                    let around = innermost.replace(open.len() as u32);
                    if around.is_some() {
                        self.report(id, ProblemKind::IteratorInUse(bytecode.name(iterator).clone()));
                    }
                    open.push(OpenFold {
                        iterator,
                        end: ends[id.index()],
                        has_next: false,
                        around,
                    });
                }
                Operation::Next { iterator } => {
                    let name = || bytecode.name(iterator).clone();
                    let Iterated { has_next, innermost } = &mut iterators[iterator.index()];
                    let first = !std::mem::replace(has_next, true);
                    let innermost = innermost.map(|fold| &mut open[fold as usize].has_next);
                    match innermost {
                        None if !first => {}
                        None => self.report(id, ProblemKind::NextOutsideFold(name())),
                        Some(has_next @ false) => *has_next = true,
                        Some(true) => self.report(id, ProblemKind::SecondNext(name())),
                    }
                }
                Operation::New { slot, .. } if iterators[slot.index()].innermost.is_some() => {
                    self.report(id, ProblemKind::NewOfIterator(bytecode.name(slot).clone()));
                }
                _ => {}
            }
        }
    }
}
