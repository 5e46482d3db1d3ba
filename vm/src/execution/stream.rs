//! Streams and stream maps: values that peers append at the same time.
//!
//! Values stand in generations. Those that the previous data knows come first, then those that arrived with the current
//! data, then those of this run. A fold over a stream goes through generations and takes up new ones as they come.

use super::item::Item;
use crate::failure::{STREAM_SIZE_LIMIT, Side, Uncatchable};
use crate::trace::TraceHandler;
use std::collections::BTreeMap;

/// Which generation a value belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Generation {
    /// The one that the data say.
    Known(Side, u32),
    /// The latest of this run.
    New,
}

/// A stream; for a stream map the items are its entries.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// Generations from the data. Their numbers come from outside and may be sparse.
    previous: BTreeMap<u32, Vec<Item>>,
    current: BTreeMap<u32, Vec<Item>>,
    new: Vec<Vec<Item>>,
    len: usize,
}

/// How many generations a fold has seen.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cursor {
    previous: usize,
    current: usize,
    new: usize,
}

impl Stream {
    pub(super) fn add(&mut self, item: Item, generation: Generation) -> Result<(), Uncatchable> {
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

    /// Generations that have values.
    fn generations(&self) -> impl Iterator<Item = &Vec<Item>> {
        self.previous
            .values()
            .chain(self.current.values())
            .chain(self.new.iter().filter(|items| !items.is_empty()))
    }

    /// Begins a fold: what it goes through first.
    pub(super) fn first_batch(&mut self) -> (Vec<Vec<Item>>, Cursor) {
        let batch = self.batch(Cursor::default());
        let cursor = self.cursor();
        if !batch.is_empty() {
            self.new.push(Vec::new());
        }
        (batch, cursor)
    }

    /// Goes on with a fold: what was added since.
    pub(super) fn next_batch(&mut self, cursor: Cursor) -> (Vec<Vec<Item>>, Cursor) {
        let batch = self.batch(cursor);
        self.new.pop_if(|latest| latest.is_empty());
        let cursor = self.cursor();
        self.new.push(Vec::new());
        (batch, cursor)
    }

    /// The counts of a cursor include empty generations, but empty ones are passed over before counting. A fold over
    /// sparse generations therefore misses some, and all peers must miss the same.
    fn batch(&self, cursor: Cursor) -> Vec<Vec<Item>> {
        let previous = self.previous.values().skip(cursor.previous);
        let current = self.current.values().skip(cursor.current);
        let new = self.new.iter().filter(|items| !items.is_empty()).skip(cursor.new);
        previous.chain(current).chain(new).cloned().collect()
    }

    fn cursor(&self) -> Cursor {
        let count = |known: &BTreeMap<u32, _>| known.last_key_value().map_or(0, |(number, _)| *number as usize + 1);
        Cursor {
            previous: count(&self.previous),
            current: count(&self.current),
            new: self.new.len(),
        }
    }

    /// Numbers the generations without gaps and writes the numbers into the resulting trace.
    pub(super) fn compactify(&self, trace: &mut TraceHandler<'_>) -> Result<(), Uncatchable> {
        for (number, items) in (0..).zip(self.generations()) {
            for item in items {
                trace.set_generation(item.position, number)?;
            }
        }
        Ok(())
    }
}

/// All streams or stream maps, by scope. A scope is a stack, because a `new` inside a fold is entered again before it is
/// left.
#[derive(Debug, Default)]
pub(super) struct Streams {
    scopes: Vec<Vec<Stream>>,
}

impl Streams {
    pub(super) fn new(scopes: usize) -> Self {
        let mut streams = Self::default();
        streams.scopes.resize_with(scopes, Vec::new);
        streams
    }

    /// Enters a `new`.
    pub(super) fn open(&mut self, scope: usize) {
        self.scopes[scope].push(Stream::default());
    }

    /// Leaves a `new`.
    pub(super) fn close(&mut self, scope: usize) -> Stream {
        self.scopes[scope].pop().expect("a scope closes after it opened")
    }

    /// The stream, if anything was written to it or a `new` opened it.
    pub(super) fn get_mut(&mut self, scope: usize) -> Option<&mut Stream> {
        self.scopes[scope].last_mut()
    }

    /// All values in reading order; none of a stream that has not begun.
    pub(super) fn items(&self, scope: usize) -> Vec<Item> {
        self.scopes[scope]
            .last()
            .map_or_else(Vec::new, |stream| stream.generations().flatten().cloned().collect())
    }

    /// Adds a value; a global stream begins with its first.
    pub(super) fn add(&mut self, scope: usize, item: Item, generation: Generation) -> Result<(), Uncatchable> {
        let stack = &mut self.scopes[scope];
        if stack.is_empty() {
            stack.push(Stream::default());
        }
        let stream = stack.last_mut().expect("pushed if it was missing");
        stream.add(item, generation)
    }

    pub(super) fn compactify_all(&self, trace: &mut TraceHandler<'_>) -> Result<(), Uncatchable> {
        self.scopes
            .iter()
            .flatten()
            .try_for_each(|stream| stream.compactify(trace))
    }
}
