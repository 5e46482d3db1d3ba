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
    let order = bottom_up(&ends);
    check.names(&order);
    check.folds(&ends);
    for operation in after_next::find(bytecode, &order) {
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
    let mut ends: Vec<OperationId> = bytecode.in_text_order().map(|(id, _)| id.following()).collect();
    for index in (0..ends.len()).rev() {
        if let Some(last) = bytecode.operations()[index].children().next_back() {
            ends[index] = ends[last.index()];
        }
    }
    ends
}

/// All operations, children before parents, left before right.
fn bottom_up(ends: &[OperationId]) -> Vec<OperationId> {
    let (mut order, mut open) = (Vec::with_capacity(ends.len()), Vec::new());
    for index in 0..ends.len() {
        let id = OperationId(index as u32);
        while let Some(ended) = open.pop_if(|open: &mut OperationId| ends[open.index()] <= id) {
            order.push(ended);
        }
        open.push(id);
    }
    order.extend(open.into_iter().rev());
    order
}

impl Check<'_> {
    fn report(&mut self, operation: OperationId, kind: ProblemKind) {
        self.problems.push((operation, kind));
    }

    /// Every name that is read must be defined by something that starts earlier. Sources and peers of `canon` and values of
    /// `ap` to a map are let through, as in the field.
    ///
    /// The deployed interpreters look at instructions bottom-up, and of the uses of a name that have no definition by then
    /// they come back only to the first. Scripts that pass for that reason are accepted here too.
    fn names(&mut self, bottom_up: &[OperationId]) {
        let bytecode = self.bytecode;
        for id in bottom_up.iter().copied() {
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
        // Folds around the current place by iterator, innermost last, with whether they have met their `next`.
        let mut around: Vec<Vec<bool>> = vec![Vec::new(); bytecode.variables().len()];
        let mut open: Vec<(Slot, OperationId)> = Vec::new();
        let mut met = vec![false; bytecode.variables().len()];
        for (id, operation) in bytecode.in_text_order() {
            while let Some((iterator, _)) = open.pop_if(|(_, end)| *end <= id) {
                around[iterator.index()].pop();
            }
            match *operation {
                Operation::Fold { iterator, .. }
                | Operation::FoldStream { iterator, .. }
                | Operation::FoldMap { iterator, .. } => {
                    if !around[iterator.index()].is_empty() {
                        self.report(id, ProblemKind::IteratorInUse(bytecode.name(iterator).clone()));
                    }
                    around[iterator.index()].push(false);
                    open.push((iterator, ends[id.index()]));
                }
                Operation::Next { iterator } => {
                    let name = bytecode.name(iterator).clone();
                    let first = !std::mem::replace(&mut met[iterator.index()], true);
                    match around[iterator.index()].last_mut() {
                        None if !first => {}
                        None => self.report(id, ProblemKind::NextOutsideFold(name)),
                        Some(met @ false) => *met = true,
                        Some(true) => self.report(id, ProblemKind::SecondNext(name)),
                    }
                }
                Operation::New { slot, .. } if !around[slot.index()].is_empty() => {
                    self.report(id, ProblemKind::NewOfIterator(bytecode.name(slot).clone()));
                }
                _ => {}
            }
        }
    }
}
