//! Writes variables and accesses streams.

use super::Machine;
use super::fold::Source;
use super::item::Item;
use super::snapshots::Stack;
use super::stream::{Generation, OPEN_SCOPE, Stream};
use crate::failure::{ExecutionError, Uncatchable};
use aqua_air::Slot;

impl Machine<'_> {
    pub(super) fn set_scalar(&mut self, slot: Slot, item: Item) -> Result<(), ExecutionError> {
        self.check_write(slot);
        self.scalars.set(slot.index(), self.code.name(slot), item, &self.levels)
    }

    pub(super) fn add_to_stream(
        &mut self,
        source: Source,
        item: Item,
        generation: Generation,
    ) -> Result<(), Uncatchable> {
        let number = match source {
            Source::Stream(scope) => self.streams.add(scope.index(), &self.open_streams, item, generation)?,
            Source::Map(scope) => self.maps.add(scope.index(), &self.open_maps, item, generation)?,
        };
        self.check_add(source, number);
        Ok(())
    }

    /// All values in reading order.
    pub(super) fn stream_items(&mut self, source: Source) -> Vec<Item> {
        self.check_read(source);
        match source {
            Source::Stream(scope) => self.streams.items(scope.index(), &self.open_streams),
            Source::Map(scope) => self.maps.items(scope.index(), &self.open_maps),
        }
    }

    /// The number of a stream, if there is one.
    pub(super) fn stream_number(&self, source: Source) -> Option<usize> {
        match source {
            Source::Stream(scope) => self.streams.find(scope.index(), &self.open_streams),
            Source::Map(scope) => self.maps.find(scope.index(), &self.open_maps),
        }
    }

    /// A stream that is about to change.
    pub(super) fn stream(&mut self, source: Source, number: usize) -> &mut Stream {
        let streams = match source {
            Source::Stream(_) => &mut self.streams,
            Source::Map(_) => &mut self.maps,
        };
        streams.get_mut(number).expect("reachable streams are kept")
    }

    /// A fold wants a stream that has not started.
    pub(super) fn add_pending_fold(&mut self, source: Source) {
        if !self.recorder.is_on() {
            return;
        }
        let frames = self.frames.frames().clone();
        match source {
            Source::Stream(scope) => self.streams.add_pending_fold(scope.index(), frames),
            Source::Map(scope) => self.maps.add_pending_fold(scope.index(), frames),
        }
    }

    /// Leaves a `new`. A recorded run keeps the stream for the calls that wait inside.
    pub(super) fn close_stream(&mut self, source: Source) -> Result<(), Uncatchable> {
        let keeps = self.recorder.is_on();
        let (streams, open) = match source {
            Source::Stream(_) => (&mut self.streams, &mut self.open_streams),
            Source::Map(_) => (&mut self.maps, &mut self.open_maps),
        };
        let opened = open.get_mut(source.scope().index()).and_then(Stack::pop);
        let opened = opened.expect("a scope closes after it opened");
        if opened.is_freed {
            open.freed(OPEN_SCOPE);
        }
        let number = opened.value;
        let closed = streams
            .get(number)
            .map_or(Ok(()), |stream| stream.compactify(&mut self.trace));
        if !keeps {
            streams.remove(number);
        }
        closed
    }

    /// Writes the final generations of streams that no `new` has closed.
    pub(super) fn compactify_open_streams(&mut self) -> Result<(), Uncatchable> {
        self.streams.compactify_open(&self.open_streams, &mut self.trace)?;
        self.maps.compactify_open(&self.open_maps, &mut self.trace)
    }

    /// Writes the final generations of streams that this run changed.
    pub(super) fn compactify_changed_streams(&mut self) -> Result<(), Uncatchable> {
        self.streams.compactify_changed(&mut self.trace)?;
        self.maps.compactify_changed(&mut self.trace)
    }
}
