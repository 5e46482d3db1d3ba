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
    bottom_up(&ends, |id| has_names(&bytecode[id]), |id| check.names(id));
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

/// The operation that follows each with all its children.
fn ends(bytecode: &Bytecode) -> Vec<OperationId> {
    let mut ends = vec![bytecode.root(); bytecode.operations().len()];
    for (id, operation) in bytecode.in_text_order().rev() {
        let last = operation.last_child();
        ends[id.index()] = last.map_or(id.following(), |last| ends[last.index()]);
    }
    ends
}

/// Whether an operation has anything to do with names. Most have not.
fn has_names(operation: &Operation) -> bool {
    !matches!(
        operation,
        Operation::Seq(..) | Operation::Par(..) | Operation::Xor(..) | Operation::Null | Operation::Never
    )
}

/// Visits wanted operations, children before parents, left before right.
fn bottom_up(ends: &[OperationId], is_wanted: impl Fn(OperationId) -> bool, mut visit: impl FnMut(OperationId)) {
    let mut open = Vec::new();
    for (index, end) in ends.iter().enumerate() {
        let id = OperationId(index as u32);
        if !is_wanted(id) {
            continue;
        }
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
                output,
            } => {
                [peer, service, function]
                    .iter()
                    .chain(bytecode.list(arguments))
                    .for_each(|operand| self.uses(id, *operand));
                match output {
                    Output::Scalar(slot) => self.defines(id, slot),
                    Output::Stream(scope) => self.defines(id, bytecode[scope].variable),
                    Output::None => {}
                }
            }
            Operation::ApToScalar { source, target } => {
                self.uses(id, source);
                self.defines(id, target);
            }
            Operation::ApToStream {
                source: operand,
                target,
            }
            | Operation::ApToMap {
                key: operand, target, ..
            } => {
                self.uses(id, operand);
                self.defines(id, bytecode[target].variable);
            }
            Operation::CanonStream { target, .. }
            | Operation::CanonMap { target, .. }
            | Operation::CanonMapToScalar { target, .. } => self.defines(id, target),
            Operation::Match { left, right, .. } | Operation::Mismatch { left, right, .. } => {
                self.uses(id, left);
                self.uses(id, right);
            }
            Operation::New { slot, .. } => self.defines(id, slot),
            Operation::NewStream { scope, .. } | Operation::NewMap { scope, .. } => {
                self.defines(id, bytecode[scope].variable);
            }
            Operation::Fold { iterable, iterator, .. } => {
                self.uses(id, iterable);
                self.defines(id, iterator);
            }
            Operation::FoldStream {
                stream: scope,
                iterator,
                ..
            }
            | Operation::FoldMap {
                map: scope, iterator, ..
            } => {
                self.uses_name(id, bytecode[scope].variable);
                self.defines(id, iterator);
            }
            Operation::FailWith { code: 0, .. } => self.report(id, ProblemKind::FailWithZero),
            _ => {}
        }
    }

    fn defines(&mut self, id: OperationId, slot: Slot) {
        let first = &mut self.definitions[slot.index()];
        *first = Some(first.map_or(id, |first| first.min(id)));
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
