//! Loops over collections, streams and stream maps.

use super::Lowered;
use super::binding::Binding;
use super::steps::{Lowering, Steps};
use crate::checked::{Block, Iteration, LoopVariable, Value};
use crate::workflow::{Exit, Last, Op, StepId};
use aqua_air::{Accessor, Lens, Operand, OperandPosition, Variable, VariableKind};
use ecow::EcoString;

impl<'p> Lowering<'p> {
    pub(super) fn for_each(
        &mut self,
        iterable: &'p Value,
        variable: LoopVariable,
        iteration: Iteration,
        body: &'p Block,
        steps: &mut Steps,
    ) -> Lowered<()> {
        // The items of a parallel loop are computed in the detached branch: the following steps may start on a peer that has
        // only a part of the items and receives the rest later.
        let mut branch = Steps::new();
        let Some(items) = self.items(iterable, iteration, &mut branch)? else {
            steps.append(&mut branch);
            return Ok(());
        };
        let iterator = self.loop_variable(variable);
        let mut idle = false;
        let round = self.scoped(|lowering, steps| {
            let mut work = Steps::new();
            lowering.block(body, &mut work)?;
            idle = work.is_empty();
            let next = lowering.add(Op::Next(iterator.clone()), Steps::new());
            let round = match iteration {
                Iteration::Sequential => {
                    work.push(next);
                    lowering.seq(work)
                }
                Iteration::Try => {
                    let work = lowering.seq(work);
                    lowering.add(Op::Xor, vec![work, next])
                }
                Iteration::Parallel | Iteration::Recursive => {
                    let work = lowering.seq(work);
                    lowering.add(Op::Par, vec![work, next])
                }
            };
            steps.push(round);
            Ok(())
        })?;
        if idle {
            steps.append(&mut branch);
            return Ok(());
        }
        let is_parallel = matches!(iteration, Iteration::Parallel | Iteration::Recursive);
        let last = if is_parallel { Last::Wait } else { Last::Done };
        branch.push(self.fold(items, iterator, last, round));
        if is_parallel {
            let branch = self.seq(branch);
            steps.push(self.add(Op::Detach, vec![branch]));
        } else {
            steps.append(&mut branch);
        }
        Ok(())
    }

    /// `parseq`: runs every iteration on its own peer, in parallel; execution continues on the relays of these peers.
    pub(super) fn parseq(
        &mut self,
        iterable: &'p Value,
        variable: LoopVariable,
        (peer, via): (&'p Value, &'p [Value]),
        body: &'p Block,
        steps: &mut Steps,
    ) -> Lowered<()> {
        let Some(items) = self.items(iterable, Iteration::Sequential, steps)? else {
            return Ok(());
        };
        let iterator = self.loop_variable(variable);
        let mut idle = false;
        let round = self.scoped(|lowering, steps| {
            let mut work = Steps::new();
            let site = lowering.remote_site(peer, via, &mut work)?;
            let mut inside = Steps::new();
            lowering.at(site, |lowering| lowering.block(body, &mut inside))?;
            idle = inside.is_empty();
            lowering.push_on(site, Exit::ToRelay, inside, &mut work);
            let work = lowering.seq(work);
            let next = lowering.add(Op::Next(iterator.clone()), Steps::new());
            steps.push(lowering.add(Op::Par, vec![work, next]));
            Ok(())
        })?;
        if !idle {
            let fold = self.fold(items, iterator, Last::Wait, round);
            steps.push(fold);
        }
        Ok(())
    }

    fn fold(&mut self, iterable: Operand, iterator: EcoString, last: Last, round: Steps) -> StepId {
        // One child: topology lets a fold begin outside of the `on`s of its body.
        let round = self.add(Op::Seq, round);
        let op = Op::Fold {
            iterable,
            iterator,
            last,
        };
        self.add(op, vec![round])
    }

    /// The items of a loop; `None` if the collection is always empty. A stream is canonicalised, except in `for … rec`, which
    /// also receives items that arrive later.
    fn items(&mut self, iterable: &'p Value, iteration: Iteration, steps: &mut Steps) -> Lowered<Option<Operand>> {
        let is_live = iteration == Iteration::Recursive;
        let items = match self.value(iterable, steps)? {
            Binding::Stream(stream) | Binding::Map(stream) if is_live => stream.into(),
            Binding::Stream(stream) => self.snapshot(&stream, steps),
            Binding::Map(map) => self.map_snapshot(&map, steps).into(),
            other => match self.data(other, iterable.span)? {
                Operand::EmptyArray => return Ok(None),
                value => self.fit(value, OperandPosition::Iterable, steps),
            },
        };
        Ok(Some(items))
    }

    /// Binds the variables of a loop. Returns the name of the iterator.
    fn loop_variable(&mut self, variable: LoopVariable) -> EcoString {
        match variable {
            LoopVariable::Item(local) => {
                let iterator = self.names.source(self.local_name(local));
                self.bind(local, Binding::Data(Operand::scalar(iterator.clone())));
                iterator
            }
            LoopVariable::Entry { key, value } => {
                let iterator = self.names.source("entry");
                for (local, field) in [(key, "key"), (value, "value")] {
                    let entry = Variable::new(VariableKind::Scalar, iterator.clone());
                    let part = entry.with_lens(Lens::Path(vec![Accessor::Field(field.into())]));
                    self.bind(local, Binding::Data(part));
                }
                iterator
            }
        }
    }
}
