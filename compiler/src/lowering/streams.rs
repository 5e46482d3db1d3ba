//! Streams: pushing, canonicalising, and waiting for items.

use super::Lowered;
use super::binding::Binding;
use super::operators::Sum;
use super::steps::{Lowering, Steps};
use crate::checked::{Operator, Value};
use crate::workflow::{Last, Op};
use aqua_air::{Accessor, Lens, Operand, OperandPosition, Variable, VariableKind};
use ecow::EcoString;

impl<'p> Lowering<'p> {
    /// Pushes a value to a stream. A stream is canonicalised and pushed as an array.
    pub(super) fn push(&mut self, stream: &'p Value, value: Binding<'p>, steps: &mut Steps) -> Lowered<()> {
        let target = self.stream(stream, steps)?;
        self.append(target, value, stream, steps)
    }

    /// The same for a stream variable.
    pub(super) fn append(
        &mut self,
        target: Variable,
        value: Binding<'p>,
        at: &'p Value,
        steps: &mut Steps,
    ) -> Lowered<()> {
        let value = match value {
            Binding::Stream(stream) => self.snapshot(&stream, steps),
            other => self.data(other, at.span)?,
        };
        let value = self.fit(value, OperandPosition::Source, steps);
        self.ap(value, target, steps);
        Ok(())
    }

    pub(super) fn stream(&mut self, value: &'p Value, steps: &mut Steps) -> Lowered<Variable> {
        match self.value(value, steps)? {
            Binding::Stream(stream) => Ok(stream),
            other => unreachable!("a checked program has a stream here, not {other:?}"),
        }
    }

    /// Canonicalises a stream on the current peer.
    pub(super) fn snapshot(&mut self, stream: &Variable, steps: &mut Steps) -> Operand {
        let target = self.names.tagged(VariableKind::CanonStream, bare(stream));
        let source = stream.clone();
        let op = Op::Canon {
            source,
            target: target.clone(),
        };
        steps.push(self.add(op, Steps::new()));
        target.into()
    }

    /// `stream[index]`: waits for the item and returns it.
    pub(super) fn gate(&mut self, of: &'p Value, index: &'p Value, steps: &mut Steps) -> Lowered<Operand> {
        let stream = self.stream(of, steps)?;
        let index = self.sum(index, steps)?;
        let size = self.combine(Operator::Add, index.clone(), Sum::constant(1), steps);
        let size = self.sum_operand(size, steps);
        let items = self.wait_for(&stream, size, steps);
        // The index is computed after waiting: it is only needed once the item is there.
        let index = self.sum_operand(index, steps);
        let accessor = self.index_accessor(index, steps);
        Ok(items.with_lens(Lens::Path(vec![accessor])))
    }

    /// Waits for `stream[index]` without using it.
    pub(super) fn wait(&mut self, of: &'p Value, index: &'p Value, steps: &mut Steps) -> Lowered<()> {
        let stream = self.stream(of, steps)?;
        let index = self.sum(index, steps)?;
        let size = self.combine(Operator::Add, index, Sum::constant(1), steps);
        let size = self.sum_operand(size, steps);
        self.wait_for(&stream, size, steps);
        Ok(())
    }

    /// Iterates over the items as they arrive and copies them to a new stream until it has `size` items. Returns a scalar with
    /// these items. Never completes if there are fewer items.
    fn wait_for(&mut self, stream: &Variable, size: Operand, steps: &mut Steps) -> Variable {
        let name = bare(stream);
        let seen = self.names.tagged(VariableKind::Stream, name);
        let item: EcoString = self.names.source(name);
        let mut round = Steps::new();
        self.ap(Operand::scalar(item.clone()), seen.clone(), &mut round);
        let so_far = self.names.tagged(VariableKind::CanonStream, name);
        self.canon(&seen, &so_far, &mut round);
        let left = so_far.with_lens(Lens::Length);
        let (right, equal) = (size, true);
        let enough = self.add(Op::Match { left, right, equal }, Steps::new());
        let next = self.add(Op::Next(item.clone()), Steps::new());
        round.push(self.add(Op::Xor, vec![enough, next]));
        let fold = Op::Fold {
            iterable: stream.clone().into(),
            iterator: item,
            last: Last::Wait,
        };
        let mut inside = vec![self.add(fold, round)];
        let all = self.names.tagged(VariableKind::CanonStream, name);
        self.canon(&seen, &all, &mut inside);
        let items = self.copy(all.into(), "gate", &mut inside);
        steps.push(self.add(Op::New(seen), inside));
        items
    }

    pub(super) fn canon(&mut self, source: &Variable, target: &Variable, steps: &mut Steps) {
        let op = Op::Canon {
            source: source.clone(),
            target: target.clone(),
        };
        steps.push(self.add(op, Steps::new()));
    }

    /// An index as an accessor.
    pub(super) fn index_accessor(&mut self, index: Operand, steps: &mut Steps) -> Accessor {
        match index {
            Operand::Integer(number) if u32::try_from(number).is_ok() => {
                Accessor::Index(u32::try_from(number).unwrap_or(u32::MAX))
            }
            Operand::Variable(variable, None) if variable.kind == VariableKind::Scalar => {
                Accessor::Scalar(variable.name)
            }
            other => Accessor::Scalar(self.copy(other, "index", steps).name),
        }
    }
}

/// The name of a variable without its tag and number.
pub(super) fn bare(variable: &Variable) -> &str {
    let name = variable.name.trim_start_matches(['$', '#', '%']);
    let number = name
        .rfind('-')
        .filter(|at| name[at + 1..].bytes().all(|digit| digit.is_ascii_digit()));
    number.filter(|at| *at > 0).map_or(name, |at| &name[..at])
}
