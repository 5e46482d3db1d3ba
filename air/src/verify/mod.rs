//! The verifier: checks the rules that the grammar does not express. Names must be defined before they are used, and each fold
//! must have at most one `next`.
//!
//! The deployed interpreters check some rules incompletely. The verifier accepts exactly the scripts that they accept.

mod after_next;

use crate::problem::{Problem, ProblemKind};
use crate::{Bytecode, CallOutput, LensStep, OperandId, Operation, OperationId, ResolvedOperand, Slot, TextRange};

/// Returns the problems of a script in the order of the text.
///
/// The spans are empty if the script was not parsed from text.
pub fn verify(bytecode: &Bytecode) -> Vec<Problem> {
    let mut verifier = Verifier {
        bytecode,
        definitions: vec![None; bytecode.variables().len()],
        unresolved_uses: vec![None; bytecode.variables().len()],
        problems: Vec::new(),
    };
    let ends = ends(bytecode);
    bottom_up(&ends, |id| has_names(&bytecode[id]), |id| verifier.check_names(id));
    verifier.report_undefined();
    verifier.check_folds(&ends);
    for operation in after_next::find(bytecode, &ends) {
        verifier.report(operation, ProblemKind::InstructionAfterNext);
    }
    verifier.problems.sort_by_key(|(operation, _)| *operation);
    let span = |operation| bytecode.span(operation).unwrap_or(TextRange { start: 0, end: 0 });
    verifier
        .problems
        .into_iter()
        .map(|(operation, kind)| Problem {
            span: span(operation),
            kind,
        })
        .collect()
}

struct Verifier<'a> {
    bytecode: &'a Bytecode,
    /// The first operation visited so far that defines a name. Indexed by slot.
    definitions: Vec<Option<OperationId>>,
    /// The first use visited without an earlier definition. Indexed by slot.
    unresolved_uses: Vec<Option<OperationId>>,
    problems: Vec<(OperationId, ProblemKind)>,
}

/// The state of a name that is used as an iterator.
#[derive(Clone, Default)]
struct IteratorState {
    /// Whether a `next` of it was visited.
    has_next: bool,
    /// Index of the innermost open fold with this iterator.
    innermost: Option<u32>,
}

/// A fold that encloses the current operation.
struct OpenFold {
    iterator: Slot,
    end: OperationId,
    has_next: bool,
    /// Index of the next enclosing fold with the same iterator.
    enclosing: Option<u32>,
}

/// Maps each operation to the operation after its subtree.
fn ends(bytecode: &Bytecode) -> Vec<OperationId> {
    let mut ends = vec![bytecode.root(); bytecode.operations().len()];
    for (id, operation) in bytecode.in_text_order().rev() {
        let last = operation.last_child();
        ends[id.index()] = last.map_or(id.following(), |last| ends[last.index()]);
    }
    ends
}

/// Returns whether an operation defines or uses names. Most operations do not.
fn has_names(operation: &Operation) -> bool {
    !matches!(
        operation,
        Operation::Seq(..) | Operation::Par(..) | Operation::Xor(..) | Operation::Null | Operation::Never
    )
}

/// Visits the operations that pass the filter in post-order.
fn bottom_up(ends: &[OperationId], filter: impl Fn(OperationId) -> bool, mut visit: impl FnMut(OperationId)) {
    let mut open = Vec::new();
    for (index, end) in ends.iter().enumerate() {
        let id = OperationId(index as u32);
        if !filter(id) {
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

impl Verifier<'_> {
    fn report(&mut self, operation: OperationId, kind: ProblemKind) {
        self.problems.push((operation, kind));
    }

    /// Checks the names of an operation after those of its children. Each name must be defined by an operation that starts
    /// earlier. As in the deployed interpreters, the source and peer of `canon` and the value of `ap` to a map are not
    /// checked.
    ///
    /// The deployed interpreters visit instructions bottom-up, and of the uses without a definition so far they recheck only
    /// the first. Scripts that pass for this reason are accepted here too.
    fn check_names(&mut self, id: OperationId) {
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
                    .for_each(|operand| self.use_operand(id, *operand));
                match output {
                    CallOutput::Scalar(slot) => self.define(id, slot),
                    CallOutput::Stream(scope) => self.define(id, bytecode[scope].variable),
                    CallOutput::None => {}
                }
            }
            Operation::ApToScalar { source, target } => {
                self.use_operand(id, source);
                self.define(id, target);
            }
            Operation::ApToStream {
                source: operand,
                target,
            }
            | Operation::ApToMap {
                key: operand, target, ..
            } => {
                self.use_operand(id, operand);
                self.define(id, bytecode[target].variable);
            }
            Operation::CanonStream { target, .. }
            | Operation::CanonMap { target, .. }
            | Operation::CanonMapToScalar { target, .. } => self.define(id, target),
            Operation::Match { left, right, .. } | Operation::Mismatch { left, right, .. } => {
                self.use_operand(id, left);
                self.use_operand(id, right);
            }
            Operation::New { slot, .. } => self.define(id, slot),
            Operation::NewStream { scope, .. } | Operation::NewMap { scope, .. } => {
                self.define(id, bytecode[scope].variable);
            }
            Operation::Fold { iterable, iterator, .. } => {
                self.use_operand(id, iterable);
                self.define(id, iterator);
            }
            Operation::FoldStream {
                stream: scope,
                iterator,
                ..
            }
            | Operation::FoldMap {
                map: scope, iterator, ..
            } => {
                self.use_name(id, bytecode[scope].variable);
                self.define(id, iterator);
            }
            Operation::FailWith { code: 0, .. } => self.report(id, ProblemKind::FailWithZero),
            _ => {}
        }
    }

    fn define(&mut self, id: OperationId, slot: Slot) {
        let first = &mut self.definitions[slot.index()];
        *first = Some(first.map_or(id, |first| first.min(id)));
    }

    fn report_undefined(&mut self) {
        let bytecode = self.bytecode;
        for (variable, (unresolved_use, definition)) in bytecode
            .variables()
            .iter()
            .zip(self.unresolved_uses.iter().zip(&self.definitions))
        {
            if let Some(at) = *unresolved_use
                && definition.is_none_or(|definition| definition >= at)
            {
                self.problems
                    .push((at, ProblemKind::UndefinedVariable(variable.name.clone())));
            }
        }
    }

    fn use_operand(&mut self, id: OperationId, operand: OperandId) {
        let bytecode = self.bytecode;
        let operand = bytecode[operand];
        if let ResolvedOperand::Scalar(slot, _)
        | ResolvedOperand::CanonStream(slot, _)
        | ResolvedOperand::CanonMap(slot, _) = operand
        {
            self.use_name(id, slot);
        }
        let steps = operand
            .lens()
            .and_then(|lens| bytecode[lens].path.as_deref())
            .unwrap_or_default();
        for step in steps {
            if let LensStep::Scalar(slot) = step {
                self.use_name(id, *slot);
            }
        }
    }

    fn use_name(&mut self, id: OperationId, slot: Slot) {
        if self.definitions[slot.index()].is_none_or(|definition| definition >= id) {
            self.unresolved_uses[slot.index()].get_or_insert(id);
        }
    }

    /// Checks `next`, `new` and nested folds against the folds that enclose them.
    ///
    /// Of several `next` with one iterator, only the first is required to be inside a fold. The deployed interpreters accept
    /// scripts where a later one is outside and fail when they execute it.
    fn check_folds(&mut self, ends: &[OperationId]) {
        let bytecode = self.bytecode;
        // Folds that enclose the current operation, innermost last.
        let mut open: Vec<OpenFold> = Vec::new();
        let mut iterators = vec![IteratorState::default(); bytecode.variables().len()];
        for (id, operation) in bytecode.in_text_order() {
            while let Some(ended) = open.pop_if(|fold| fold.end <= id) {
                iterators[ended.iterator.index()].innermost = ended.enclosing;
            }
            match *operation {
                Operation::Fold { iterator, .. }
                | Operation::FoldStream { iterator, .. }
                | Operation::FoldMap { iterator, .. } => {
                    let innermost = &mut iterators[iterator.index()].innermost;
                    let enclosing = innermost.replace(open.len() as u32);
                    if enclosing.is_some() {
                        self.report(id, ProblemKind::IteratorInUse(bytecode.name(iterator).clone()));
                    }
                    open.push(OpenFold {
                        iterator,
                        end: ends[id.index()],
                        has_next: false,
                        enclosing,
                    });
                }
                Operation::Next { iterator } => {
                    let name = || bytecode.name(iterator).clone();
                    let IteratorState { has_next, innermost } = &mut iterators[iterator.index()];
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
