//! `fold` and `next`: run a body for each item.
//!
//! The body runs for the first item. Its `next` runs the body for the second item, nested, and so on. A fold over a stream
//! does this for each generation and continues while the stream grows.

use super::frames::Frame;
use super::item::{Item, ItemRef};
use super::item_value::ItemValueRef;
use super::origin::{ArrayOrigin, Origin};
use super::snapshots::Array;
use super::stream::Cursor;
use super::{Machine, Outcome, Returned, Started};
use crate::CanonMapFold;
use crate::failure::{Catchable, ExecutionError, Uncatchable};
use crate::memory::{self, footprints, sizes};
use crate::trace::FoldId;
use aqua_air::{OperandId, OperationId, ResolvedOperand, Slot, StreamScopeId};
use aqua_values::Value;
use ecow::{EcoString, EcoVec};
use std::sync::Arc;
use triomphe::Arc as Shared;

/// The operands of a fold, without its iterable.
#[derive(Debug, Clone, Copy)]
pub(super) struct FoldParts {
    pub(super) id: OperationId,
    pub(super) iterator: Slot,
    pub(super) body: OperationId,
    pub(super) last: Option<OperationId>,
}

/// The state of a running fold, by which its iterator is resolved.
#[derive(Debug, Clone)]
pub(super) struct Iteration {
    items: Items,
    index: usize,
    body: OperationId,
    last: Option<OperationId>,
    /// Set for a fold over a stream.
    stream: Option<FoldId>,
    /// Whether `next` has found no further item before.
    was_exhausted: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Items {
    /// Elements of an array.
    Array {
        values: EcoVec<Value>,
        origin: ArrayOrigin,
    },
    Each(Arc<[Item]>),
}

impl Items {
    fn array(values: EcoVec<Value>, origin: Origin) -> Self {
        let origin = origin.of_array();
        Self::Array { values, origin }
    }

    fn len(&self) -> usize {
        match self {
            Self::Array { values, .. } => values.len(),
            Self::Each(items) => items.len(),
        }
    }

    fn get(&self, index: usize) -> ItemRef<'_> {
        match self {
            Self::Array { values, origin } => ItemRef {
                value: ItemValueRef::Parsed(&values[index]),
                origin: origin.element(index),
                position: 0,
            },
            Self::Each(items) => items[index].as_ref(),
        }
    }
}

impl Iteration {
    pub(super) fn item(&self) -> ItemRef<'_> {
        self.items.get(self.index)
    }

    fn advance(&mut self) -> bool {
        let has_next = self.index + 1 < self.items.len();
        self.index += usize::from(has_next);
        has_next
    }
}

/// A fold over a stream.
#[derive(Debug, Clone)]
pub(super) struct StreamFold {
    pub(super) parts: FoldParts,
    pub(super) source: Source,
    pub(super) stream: usize,
    /// Number of values in the stream when the fold began.
    pub(super) values: usize,
    pub(super) trace: FoldId,
    /// Generations still to run.
    pub(super) batch: std::vec::IntoIter<Vec<Item>>,
    pub(super) cursor: Cursor,
    /// Number of generations begun.
    pub(super) generations: usize,
    /// Whether a generation was complete.
    pub(super) done: bool,
}

/// Memory of a running fold.
const ITERATION: usize = memory::TRIOMPHE + ITERATION_SIZE;
sizes! {
    ITERATION_SIZE: Iteration = 72;
}

footprints! {
    Shared<Iteration> = 8;
}

/// Stream or stream map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Stream(StreamScopeId),
    Map(StreamScopeId),
}

impl Source {
    pub(super) fn scope(self) -> StreamScopeId {
        match self {
            Self::Stream(scope) | Self::Map(scope) => scope,
        }
    }
}

impl Machine<'_> {
    pub(super) fn fold(&mut self, iterable: OperandId, parts: FoldParts) -> Result<Started, ExecutionError> {
        let items = match self.iterable(iterable) {
            Ok(items) => items,
            Err(error) => return self.join(error).map(|()| Started::Done),
        };
        if items.len() == 0 {
            return Ok(Started::Done);
        }
        self.begin_iteration(parts, items, None)?;
        self.frames.push(|| Frame::Fold {
            iterator: parts.iterator,
        });
        Ok(Started::Run(parts.body))
    }

    pub(super) fn begin_iteration(
        &mut self,
        parts: FoldParts,
        items: Items,
        stream: Option<FoldId>,
    ) -> Result<(), Uncatchable> {
        let FoldParts {
            iterator, body, last, ..
        } = parts;
        if self.is_iterator(iterator) {
            return Err(Uncatchable::MultipleIterableValues(self.code.name(iterator).clone()));
        }
        self.iterators.allocated(ITERATION);
        self.iterators.set(
            iterator.index(),
            Shared::new(Iteration {
                items,
                index: 0,
                body,
                last,
                stream,
                was_exhausted: false,
            }),
        );
        self.levels.enter_fold();
        Ok(())
    }

    /// Removes the iterator after the last iteration.
    pub(super) fn end_iteration(&mut self, iterator: Slot) {
        let iteration = self.iterators.remove(iterator.index());
        if iteration.is_some_and(|iteration| iteration.is_unique()) {
            self.iterators.freed(ITERATION);
        }
        self.levels.leave_fold();
        self.clean_up();
    }

    fn iterable(&self, operand: OperandId) -> Result<Items, ExecutionError> {
        match self.code[operand] {
            ResolvedOperand::CanonStream(slot, None) => {
                let stream = self
                    .canon_streams
                    .get(slot.index(), self.code.name(slot), &self.levels)?;
                Ok(Items::Each(stream.items.clone()))
            }
            ResolvedOperand::CanonMap(slot, None) => {
                let map = self.canon_maps.get(slot.index(), self.code.name(slot), &self.levels)?;
                Ok(Items::Each(match self.params.canon_map_fold {
                    CanonMapFold::EveryEntry => map.entries.items.clone(),
                    CanonMapFold::LastOfEachKey => map.last_of_each_key().into(),
                }))
            }
            ResolvedOperand::CanonMap(slot, Some(lens)) => {
                let map = self.canon_maps.get(slot.index(), self.code.name(slot), &self.levels)?;
                if map.entries.items.is_empty() {
                    // The lens isn't applied to an empty map.
                    return Ok(Items::Each([].into()));
                }
                let seen = self.apply_to_canon_map(map, &self.code[lens])?;
                let values = array(seen.value.into_value(), || self.code[lens].text.clone())?;
                Ok(Items::array(values, seen.origin))
            }
            ResolvedOperand::Scalar(slot, None) => {
                let ItemRef { value, origin, .. } = self.scalar(slot)?;
                let values = array(value.get().clone(), || self.code.name(slot).clone())?;
                Ok(Items::array(values, origin.to_origin()))
            }
            ResolvedOperand::Scalar(slot, Some(lens)) => {
                let ItemRef { value, origin, .. } = self.scalar(slot)?;
                let seen = self.apply_to_item(value, &origin.to_origin(), &self.code[lens])?;
                let values = array(seen.value.into_value(), || self.code[lens].text.clone())?;
                Ok(Items::array(values, seen.origin))
            }
            // The only other iterable is `[]`.
            _ => Ok(Items::Each([].into())),
        }
    }

    pub(super) fn next(&mut self, id: OperationId, iterator: Slot) -> Result<Started, ExecutionError> {
        let Some(fold) = iteration_mut(&mut self.iterators, iterator) else {
            return Err(Uncatchable::FoldStateNotFound(self.code.name(iterator).clone()).into());
        };
        let (stream, body) = (fold.stream, fold.body);
        if let Some(stream) = stream {
            self.trace.meet_iteration_end(stream);
        }
        if fold.advance() {
            if let Some(stream) = stream {
                let position = fold.item().position;
                self.trace
                    .meet_iteration_start(stream, position)
                    .map_err(|error| self.trace_error(id, error))?;
            }
            self.levels.enter_iteration();
            self.frames.push(|| Frame::Next { id, iterator });
            return Ok(Started::Run(body));
        }
        let is_first_time = !std::mem::replace(&mut fold.was_exhausted, true);
        let last = fold.last;
        self.return_from_next(id, iterator)?;
        if let Some(last) = last {
            self.complete = true;
            return Ok(Started::Run(last));
        }
        if stream.is_some() && is_first_time {
            self.complete = false;
        }
        Ok(Started::Done)
    }

    /// The body of a further item has ended. After an error the iterator stays at that item.
    pub(super) fn end_next(
        &mut self,
        id: OperationId,
        iterator: Slot,
        outcome: Outcome,
    ) -> Result<Outcome, Uncatchable> {
        self.levels.leave_iteration();
        self.clean_up();
        if outcome.is_ok() {
            if let Some(fold) = iteration_mut(&mut self.iterators, iterator) {
                fold.index -= 1;
            }
            self.return_from_next(id, iterator)?;
        }
        Ok(outcome)
    }

    /// Whether an iterator is that of a fold over a stream.
    pub(super) fn is_over_stream(&self, iterator: Slot) -> bool {
        self.iterators
            .get(iterator.index())
            .is_some_and(|fold| fold.stream.is_some())
    }

    /// Moves the trace to the states after `next`.
    fn return_from_next(&mut self, id: OperationId, iterator: Slot) -> Result<(), Uncatchable> {
        let stream = self.iterators.get(iterator.index()).and_then(|fold| fold.stream);
        match stream {
            Some(stream) if self.skips_back() => {
                self.trace.skip_back(stream);
                Ok(())
            }
            Some(stream) => self
                .trace
                .meet_back_iterator(stream)
                .map_err(|error| self.trace_error(id, error)),
            None => Ok(()),
        }
    }

    // Streams.

    pub(super) fn fold_stream(&mut self, source: Source, parts: FoldParts) -> Result<Started, ExecutionError> {
        self.check_read(source);
        let Some(number) = self.stream_number(source) else {
            self.complete = false;
            self.add_pending_fold(source);
            return Ok(Started::Done);
        };
        let trace = self
            .trace
            .meet_fold_start()
            .map_err(|error| self.trace_error(parts.id, error))?;
        let stream = self.stream(source, number);
        let values = stream.len();
        let (batch, cursor) = stream.first_batch();
        let fold = StreamFold {
            parts,
            source,
            stream: number,
            values,
            trace,
            batch: batch.into_iter(),
            cursor,
            generations: 0,
            done: false,
        };
        match self.next_generation(Box::new(fold))? {
            Returned::Run(body) => Ok(Started::Run(body)),
            Returned::Done(_) => Ok(Started::Done),
        }
    }

    /// A generation has ended. Its catchable errors are dropped.
    pub(super) fn end_generation(&mut self, mut fold: Box<StreamFold>) -> Result<Returned, Uncatchable> {
        self.end_iteration(fold.parts.iterator);
        self.trace.meet_generation_end(fold.trace);
        fold.done |= self.complete;
        if fold.batch.as_slice().is_empty() {
            let (batch, cursor) = self.stream(fold.source, fold.stream).next_batch(fold.cursor);
            fold.batch = batch.into_iter();
            fold.cursor = cursor;
        }
        self.next_generation(fold)
    }

    fn next_generation(&mut self, mut fold: Box<StreamFold>) -> Result<Returned, Uncatchable> {
        let Some(items) = fold.batch.next() else {
            self.trace.meet_fold_end(fold.trace);
            self.record_fold(&fold);
            self.complete = fold.done;
            return Ok(Returned::Done(Ok(())));
        };
        fold.generations += 1;
        let (parts, trace) = (fold.parts, fold.trace);
        self.trace
            .meet_iteration_start(trace, items[0].position)
            .map_err(|error| self.trace_error(parts.id, error))?;
        self.begin_iteration(parts, Items::Each(items.into()), Some(trace))?;
        self.frames.push(|| Frame::Generation(fold));
        Ok(Returned::Run(parts.body))
    }
}

/// The iteration of an iterator, for a change that recordings don't see.
fn iteration_mut(iterators: &mut Array<Shared<Iteration>>, iterator: Slot) -> Option<&mut Iteration> {
    let index = iterator.index();
    if !iterators.get(index)?.is_unique() {
        iterators.allocated(ITERATION);
    }
    iterators.get_mut(index).map(Shared::make_mut)
}

fn array(value: Value, expression: impl Fn() -> EcoString) -> Result<EcoVec<Value>, Catchable> {
    match value {
        Value::Array(values) => Ok(values),
        value => Err(Catchable::FoldOverNonArray {
            expression: expression(),
            value,
        }),
    }
}
