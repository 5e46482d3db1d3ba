//! Streams and stream maps: values that peers append at the same time.
//!
//! Values stand in generations. Those that the previous data knows come first, then those that arrived with the current
//! data, then those of this run. A fold over a stream goes through generations and takes up new ones as they come.

use super::frames::Frames;
use super::item::Item;
use super::snapshots::{Array, Stack};
use crate::failure::{STREAM_SIZE_LIMIT, Side, Uncatchable};
use crate::trace::Trace;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which generation a value belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Generation {
    /// The one that the data say.
    Known(Side, u32),
    /// The latest of this run.
    New,
}

/// A stream; for a stream map the items are its entries.
#[derive(Debug, Clone, Default)]
pub(super) struct Stream {
    /// Generations of former runs, where this one takes a former one up again.
    settled: Array<Arc<[Item]>>,
    settled_len: usize,
    /// Generations from the data. Their numbers come from outside and may be sparse.
    previous: BTreeMap<u32, Vec<Item>>,
    current: BTreeMap<u32, Vec<Item>>,
    new: Vec<Vec<Item>>,
    len: usize,
    /// Positions of the folds that went through it and would go on.
    pub(super) folds: Vec<usize>,
}

/// How many generations a fold has seen.
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

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Generations that have values.
    fn generations(&self) -> impl Iterator<Item = &[Item]> {
        self.settled.iter().map(|(_, items)| &**items).chain(self.recent())
    }

    /// Those that are not settled.
    fn recent(&self) -> impl Iterator<Item = &[Item]> {
        self.previous
            .values()
            .chain(self.current.values())
            .chain(self.new.iter().filter(|items| !items.is_empty()))
            .map(Vec::as_slice)
    }

    /// Takes up a fold of a former run: what it goes through now. What is added later stands in a generation of its own, as
    /// behind any fold.
    pub(super) fn further_batch(&mut self) -> Vec<Vec<Item>> {
        let batch = self.recent().map(<[Item]>::to_vec).collect();
        self.new.push(Vec::new());
        batch
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
        let settled = (cursor.previous..self.settled_len)
            .filter_map(|number| self.settled.get(number).map(|items| items.to_vec()));
        let previous = self
            .previous
            .values()
            .skip(cursor.previous.saturating_sub(self.settled_len));
        let current = self.current.values().skip(cursor.current);
        let new = self.new.iter().filter(|items| !items.is_empty()).skip(cursor.new);
        settled.chain(previous.chain(current).chain(new).cloned()).collect()
    }

    fn cursor(&self) -> Cursor {
        let count = |known: &BTreeMap<u32, _>| known.last_key_value().map_or(0, |(number, _)| *number as usize + 1);
        Cursor {
            previous: self.settled_len + count(&self.previous),
            current: count(&self.current),
            new: self.new.len(),
        }
    }

    /// Numbers the generations without gaps and writes the numbers into the resulting trace.
    pub(super) fn compactify(&self, trace: &mut Trace<'_>) -> Result<(), Uncatchable> {
        let first = u32::try_from(self.settled_len).unwrap_or(u32::MAX);
        for (number, items) in (first..).zip(self.recent()) {
            for item in items {
                trace.set_generation(item.position, number)?;
            }
        }
        Ok(())
    }

    /// At the end of a run: its generations are those of a former one.
    fn settle(&mut self) {
        let [previous, current] = [&mut self.previous, &mut self.current].map(std::mem::take);
        let new = std::mem::take(&mut self.new)
            .into_iter()
            .filter(|items| !items.is_empty());
        for items in previous.into_values().chain(current.into_values()).chain(new) {
            self.settled.set(self.settled_len, items.into());
            self.settled_len += 1;
        }
    }
}

/// All streams or stream maps of a run by number.
#[derive(Debug, Clone, Default)]
pub(super) struct Streams {
    all: Array<Stream>,
    count: usize,
    /// By scope, the stream outside any `new`, if a value was added to it.
    global: Array<usize>,
    /// By scope, the frames around folds that wanted its stream before it had begun.
    wanted: Array<Vec<Frames>>,
    /// Streams that this run changed.
    grown: Vec<usize>,
}

/// Open `new` by scope. A scope is a stack, because a `new` inside a fold is entered again before it is left.
pub(super) type OpenScopes = Array<Stack<usize>>;

impl Streams {
    fn begin(&mut self) -> usize {
        let number = self.count;
        self.all.set(number, Stream::default());
        self.count += 1;
        number
    }

    /// Enters a `new`.
    pub(super) fn open(&mut self, scope: usize, scopes: &mut OpenScopes) {
        let number = self.begin();
        scopes.entry(scope).get_or_insert_default().push(number);
    }

    /// Forgets a stream that nothing can reach any more.
    pub(super) fn forget(&mut self, number: usize) {
        self.all.remove(number);
    }

    /// The number of the stream, if anything was written to it or a `new` opened it.
    pub(super) fn find(&self, scope: usize, scopes: &OpenScopes) -> Option<usize> {
        let opened = scopes.get(scope).and_then(Stack::top);
        opened.or_else(|| self.global.get(scope)).copied()
    }

    pub(super) fn get(&self, number: usize) -> Option<&Stream> {
        self.all.get(number)
    }

    /// A stream that this run changes.
    pub(super) fn touch(&mut self, number: usize) -> Option<&mut Stream> {
        if self.grown.last() != Some(&number) {
            self.grown.push(number);
        }
        self.all.get_mut(number)
    }

    /// A fold within those frames wants a stream that has not begun.
    pub(super) fn want(&mut self, scope: usize, frames: Frames) {
        self.wanted.entry(scope).get_or_insert_default().push(frames);
    }

    /// The frames around folds that wanted a stream before it had begun.
    pub(super) fn wanted(&self, scope: usize) -> impl Iterator<Item = &Frames> {
        self.wanted.get(scope).into_iter().flatten()
    }

    /// All values in reading order; none of a stream that has not begun.
    pub(super) fn items(&self, scope: usize, scopes: &OpenScopes) -> Vec<Item> {
        let stream = self.find(scope, scopes).and_then(|number| self.all.get(number));
        stream.map_or_else(Vec::new, |stream| stream.generations().flatten().cloned().collect())
    }

    /// Adds a value; a global stream begins with its first. Gives the number of the stream.
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
                self.global.set(scope, number);
                number
            }
        };
        let stream = self.touch(number).expect("streams in reach are kept");
        stream.add(item, generation).map(|()| number)
    }

    /// At the end of a run.
    pub(super) fn compactify_open(&self, scopes: &OpenScopes, trace: &mut Trace<'_>) -> Result<(), Uncatchable> {
        let global = self.global.iter().map(|(_, number)| *number);
        let mut open: Vec<usize> = global.collect();
        for (_, stack) in scopes.iter() {
            let mut stack = stack.clone();
            while let Some(number) = stack.pop() {
                open.push(number);
            }
        }
        open.iter()
            .filter_map(|number| self.all.get(*number))
            .try_for_each(|stream| stream.compactify(trace))
    }

    /// At the end of a run that took up a former one.
    pub(super) fn compactify_grown(&self, trace: &mut Trace<'_>) -> Result<(), Uncatchable> {
        self.grown
            .iter()
            .filter_map(|number| self.all.get(*number))
            .try_for_each(|stream| stream.compactify(trace))
    }

    /// At the end of a run that may be taken up again.
    pub(super) fn settle(&mut self) {
        for number in std::mem::take(&mut self.grown) {
            if let Some(stream) = self.all.get_mut(number) {
                stream.settle();
            }
        }
    }
}
