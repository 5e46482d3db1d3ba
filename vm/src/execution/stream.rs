//! Streams and stream maps: values that peers append concurrently.
//!
//! A stream consists of generations. Those of the previous data come first, then those of the current data, then those of
//! this run. A fold over a stream goes through its generations, including those that are added meanwhile.

use super::frames::Frames;
use super::item::{self, Item};
use super::snapshots::{Array, LINK, Stack};
use crate::failure::{STREAM_SIZE_LIMIT, Side, Uncatchable};
use crate::memory::footprints;
use crate::trace::Trace;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The generation of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Generation {
    /// Given by the data.
    Known(Side, u32),
    /// The latest of this run.
    New,
}

/// A stream; for a stream map the items are its entries.
#[derive(Debug, Clone, Default)]
pub(super) struct Stream {
    /// Generations of the recorded runs that this run resumes.
    sealed: Array<Arc<[Item]>>,
    sealed_len: usize,
    /// Generations of the data. Their numbers are input and may be sparse.
    previous: BTreeMap<u32, Vec<Item>>,
    current: BTreeMap<u32, Vec<Item>>,
    new: Vec<Vec<Item>>,
    len: usize,
    /// Positions of the folds that went through it and continue when it grows.
    pub(super) folds: Vec<usize>,
}

/// The number of generations that a fold has gone through.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cursor {
    previous: usize,
    current: usize,
    new: usize,
}

impl Stream {
    fn add(&mut self, item: Item, generation: Generation) -> Result<(), Uncatchable> {
        match generation {
            Generation::Known(Side::Previous, number) => self.previous.entry(number).or_default().push(item),
            Generation::Known(Side::Current, number) => self.current.entry(number).or_default().push(item),
            Generation::New => match self.new.last_mut() {
                Some(latest) => latest.push(item),
                None => self.new.push(vec![item]),
            },
        }
        self.len += 1;
        if self.len >= STREAM_SIZE_LIMIT {
            Err(Uncatchable::StreamSizeLimitExceeded)
        } else {
            Ok(())
        }
    }

    /// The number of values.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Generations with values.
    fn generations(&self) -> impl Iterator<Item = &[Item]> {
        self.sealed.iter().map(|(_, items)| &**items).chain(self.recent())
    }

    /// Those that are not sealed.
    fn recent(&self) -> impl Iterator<Item = &[Item]> {
        self.previous
            .values()
            .chain(self.current.values())
            .chain(self.new.iter().filter(|items| !items.is_empty()))
            .map(Vec::as_slice)
    }

    /// The new generations for a recorded fold. Later values start a generation, as after any fold.
    pub(super) fn further_batch(&mut self) -> Vec<Vec<Item>> {
        let batch = self.recent().map(<[Item]>::to_vec).collect();
        self.new.push(Vec::new());
        batch
    }

    /// The generations that a fold begins with.
    pub(super) fn first_batch(&mut self) -> (Vec<Vec<Item>>, Cursor) {
        let batch = self.batch(Cursor::default());
        let cursor = self.cursor();
        if !batch.is_empty() {
            self.new.push(Vec::new());
        }
        (batch, cursor)
    }

    /// The generations that were added since a fold's last batch.
    pub(super) fn next_batch(&mut self, cursor: Cursor) -> (Vec<Vec<Item>>, Cursor) {
        let batch = self.batch(cursor);
        self.new.pop_if(|latest| latest.is_empty());
        let cursor = self.cursor();
        self.new.push(Vec::new());
        (batch, cursor)
    }

    /// A cursor counts empty generations, while empty ones are skipped before counting. A fold over sparse generations
    /// therefore misses some. All peers must miss the same ones.
    fn batch(&self, cursor: Cursor) -> Vec<Vec<Item>> {
        let sealed =
            (cursor.previous..self.sealed_len).filter_map(|number| self.sealed.get(number).map(|items| items.to_vec()));
        let previous = self
            .previous
            .values()
            .skip(cursor.previous.saturating_sub(self.sealed_len));
        let current = self.current.values().skip(cursor.current);
        let new = self.new.iter().filter(|items| !items.is_empty()).skip(cursor.new);
        sealed.chain(previous.chain(current).chain(new).cloned()).collect()
    }

    fn cursor(&self) -> Cursor {
        let count = |known: &BTreeMap<u32, _>| known.last_key_value().map_or(0, |(number, _)| *number as usize + 1);
        Cursor {
            previous: self.sealed_len + count(&self.previous),
            current: count(&self.current),
            new: self.new.len(),
        }
    }

    /// Renumbers the generations without gaps and writes the numbers to the resulting trace.
    pub(super) fn compactify(&self, trace: &mut Trace<'_>) -> Result<(), Uncatchable> {
        let first = u32::try_from(self.sealed_len).unwrap_or(u32::MAX);
        for (number, items) in (first..).zip(self.recent()) {
            for item in items {
                trace.set_generation(item.position, number)?;
            }
        }
        Ok(())
    }

    /// Turns the generations of this run into recorded ones. Returns the memory that they take.
    fn seal(&mut self) -> usize {
        let mut size = 0;
        let [previous, current] = [&mut self.previous, &mut self.current].map(std::mem::take);
        let new = std::mem::take(&mut self.new)
            .into_iter()
            .filter(|items| !items.is_empty());
        for items in previous.into_values().chain(current.into_values()).chain(new) {
            size += item::slice_size(items.len());
            size += self.sealed.set(self.sealed_len, items.into());
            self.sealed_len += 1;
        }
        size
    }
}

/// All streams or stream maps of a run by number.
#[derive(Debug, Clone, Default)]
pub(super) struct Streams {
    all: Array<Stream>,
    count: usize,
    /// By scope, the stream outside any `new`; absent before the first value.
    global: Array<usize>,
    /// By scope, the frames around folds that found no stream.
    pending_folds: Array<Vec<Frames>>,
    /// Streams that this run changed.
    changed: Vec<usize>,
    /// Memory in bytes that was allocated since it was last taken.
    fresh: usize,
}

footprints! {
    Stream = 128;
}

/// Streams that enclosing `new` instructions opened, by scope. A scope has a stack because a `new` in a fold is entered
/// again before it is left.
pub(super) type OpenScopes = Array<Stack<usize>>;

/// Memory of an opened scope.
pub(super) const OPEN_SCOPE: usize = LINK + 8;

impl Streams {
    fn begin(&mut self) -> usize {
        let number = self.count;
        self.fresh += self.all.set(number, Stream::default());
        self.count += 1;
        number
    }

    /// Enters a `new`.
    pub(super) fn open(&mut self, scope: usize, scopes: &mut OpenScopes) {
        let number = self.begin();
        scopes.entry(scope).get_or_insert_default().push(number);
        scopes.allocated(OPEN_SCOPE);
    }

    /// Removes an unreachable stream.
    pub(super) fn remove(&mut self, number: usize) {
        self.all.remove(number);
    }

    /// The number of a scope's stream, if a `new` opened it or a value was added.
    pub(super) fn find(&self, scope: usize, scopes: &OpenScopes) -> Option<usize> {
        let opened = scopes.get(scope).and_then(Stack::top);
        opened.or_else(|| self.global.get(scope)).copied()
    }

    pub(super) fn get(&self, number: usize) -> Option<&Stream> {
        self.all.get(number)
    }

    /// A stream that this run changes.
    pub(super) fn get_mut(&mut self, number: usize) -> Option<&mut Stream> {
        if self.changed.last() != Some(&number) {
            self.changed.push(number);
        }
        self.all.get_mut(number)
    }

    /// Records that a fold within those frames found no stream.
    pub(super) fn add_pending_fold(&mut self, scope: usize, frames: Frames) {
        self.pending_folds.entry(scope).get_or_insert_default().push(frames);
        self.fresh += 8;
    }

    /// The frames around folds that found no stream.
    pub(super) fn pending_folds(&self, scope: usize) -> impl Iterator<Item = &Frames> {
        self.pending_folds.get(scope).into_iter().flatten()
    }

    /// All values in reading order; empty without a stream.
    pub(super) fn items(&self, scope: usize, scopes: &OpenScopes) -> Vec<Item> {
        let stream = self.find(scope, scopes).and_then(|number| self.all.get(number));
        stream.map_or_else(Vec::new, |stream| stream.generations().flatten().cloned().collect())
    }

    /// Adds a value and returns the number of the stream. The first value creates a global stream.
    pub(super) fn add(
        &mut self,
        scope: usize,
        scopes: &OpenScopes,
        item: Item,
        generation: Generation,
    ) -> Result<usize, Uncatchable> {
        let number = match self.find(scope, scopes) {
            Some(number) => number,
            None => {
                let number = self.begin();
                self.fresh += self.global.set(scope, number);
                number
            }
        };
        let stream = self.get_mut(number).expect("reachable streams are kept");
        stream.add(item, generation).map(|()| number)
    }

    /// Compactifies all open streams at the end of a full run.
    pub(super) fn compactify_open(&self, scopes: &OpenScopes, trace: &mut Trace<'_>) -> Result<(), Uncatchable> {
        let global = self.global.iter().map(|(_, number)| *number);
        let mut open: Vec<usize> = global.collect();
        for (_, stack) in scopes.iter() {
            let mut stack = stack.clone();
            while let Some(number) = stack.pop() {
                open.push(number.value);
            }
        }
        open.iter()
            .filter_map(|number| self.all.get(*number))
            .try_for_each(|stream| stream.compactify(trace))
    }

    /// Compactifies the changed streams at the end of a resumed run.
    pub(super) fn compactify_changed(&self, trace: &mut Trace<'_>) -> Result<(), Uncatchable> {
        self.changed
            .iter()
            .filter_map(|number| self.all.get(*number))
            .try_for_each(|stream| stream.compactify(trace))
    }

    /// Turns the generations of this run into recorded ones.
    pub(super) fn seal(&mut self) {
        for number in std::mem::take(&mut self.changed) {
            if let Some(stream) = self.all.get_mut(number) {
                self.fresh += stream.seal();
            }
        }
    }

    /// The memory that was allocated since this was last called.
    pub(super) fn take_fresh(&mut self) -> usize {
        std::mem::take(&mut self.fresh)
    }
}
