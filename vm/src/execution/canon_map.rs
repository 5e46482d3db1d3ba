//! Canonicalised stream maps.

use super::item::{CanonStream, Item};
use super::item_value::ItemValueRef;
use crate::failure::{StreamMapKeyError, Uncatchable};
use crate::memory::{self, footprints};
use aqua_values::{Object, Step, Value};
use ecow::{EcoString, eco_format};
use std::collections::BTreeMap;
use std::ops::Range;

footprints! {
    CanonMap = 56;
}

/// A key of a stream map. The integer 5 and the string `5` are two keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Text(EcoString),
    Signed(i64),
    /// Beyond the range of signed integers.
    Unsigned(u64),
}

impl Key {
    /// The key for a value, if it is a string or an integer.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self::Text(text.clone())),
            Value::Number(number) => number
                .as_i64()
                .map(Self::Signed)
                .or_else(|| number.as_u64().map(Self::Unsigned)),
            _ => None,
        }
    }

    /// The name of its field when the map becomes an object.
    pub(super) fn into_name(self) -> EcoString {
        match self {
            Self::Text(text) => text,
            Self::Signed(number) => eco_format!("{number}"),
            Self::Unsigned(number) => eco_format!("{number}"),
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Text(text) => memory::string(text.len()),
            Self::Signed(_) | Self::Unsigned(_) => 0,
        }
    }

    /// Whether a value is a valid key.
    pub(super) fn is(value: &Value) -> bool {
        match value {
            Value::String(_) => true,
            Value::Number(number) => number.is_i64() || number.is_u64(),
            _ => false,
        }
    }

    /// The entry of a stream map: `{"key", "value"}`.
    pub(super) fn entry(key: Value, value: Value) -> Value {
        let names = const { [EcoString::inline("key"), EcoString::inline("value")] };
        let [key_name, value_name] = names;
        Object::from([(key_name, key), (value_name, value)]).into()
    }
}

/// A canonicalised stream map: entries `{"key", "value"}` and their positions by key.
#[derive(Debug, Clone)]
pub(super) struct CanonMap {
    pub(super) entries: CanonStream,
    pub(super) by_key: BTreeMap<Key, Vec<usize>>,
}

impl CanonMap {
    /// Indexes entries by key.
    ///
    /// # Errors
    /// An entry has no valid key.
    pub(super) fn new(entries: CanonStream) -> Result<Self, Uncatchable> {
        let mut by_key = BTreeMap::<_, Vec<_>>::new();
        for (positions, key) in runs_of_keys(&entries.items) {
            by_key
                .entry(key.and_then(EntryKey::into_key).ok_or(NO_KEY)?)
                .or_default()
                .extend(positions);
        }
        Ok(Self { entries, by_key })
    }

    /// Approximate memory of the index.
    pub(super) fn index_size(&self) -> usize {
        /// An entry of the tree, with the allocation of its positions.
        const ENTRY: usize = 24 + 24 + 32;
        let positions = self.entries.items.len() * 8;
        positions + self.by_key.len() * ENTRY + self.by_key.keys().map(Key::size).sum::<usize>()
    }

    /// An object with an array of all values for each key.
    pub(super) fn as_value(&self) -> Result<Value, Uncatchable> {
        let mut fields = BTreeMap::new();
        for (key, positions) in &self.by_key {
            let values = positions
                .iter()
                .map(|position| self.value_at(*position))
                .collect::<Result<Value, _>>()?;
            fields.insert(key.clone().into_name(), values);
        }
        Ok(Value::Object(fields.into_iter().collect()))
    }

    /// The value, without its key, of an entry.
    pub(super) fn value_at(&self, position: usize) -> Result<Value, Uncatchable> {
        entry_value(&self.entries.items[position])
    }

    /// All values of a key.
    pub(super) fn values(&self, key: &Key) -> Result<Vec<Value>, Uncatchable> {
        self.positions(key)
            .iter()
            .map(|position| self.value_at(*position))
            .collect()
    }

    pub(super) fn positions(&self, key: &Key) -> &[usize] {
        self.by_key.get(key).map_or(&[], |positions| positions)
    }

    /// The last entry of each key, in the order of those entries.
    pub(super) fn last_of_each_key(&self) -> Vec<Item> {
        let mut positions: Vec<usize> = self
            .by_key
            .values()
            .filter_map(|positions| positions.last().copied())
            .collect();
        positions.sort_unstable();
        positions
            .into_iter()
            .map(|position| self.entries.items[position].clone())
            .collect()
    }
}

/// The key of an entry, as its value gives it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum EntryKey<'i> {
    Parsed(&'i Value),
    /// Its canonical text.
    Text(&'i str),
}

impl<'i> EntryKey<'i> {
    fn of(entry: &'i Item) -> Option<Self> {
        match entry.value.as_ref() {
            ItemValueRef::Parsed(value) => value.get("key").map(Self::Parsed),
            ItemValueRef::Text(text) => text.part(&[Step::Field("key")]).map(Self::Text),
        }
    }

    pub(super) fn into_key(self) -> Option<Key> {
        match self {
            Self::Parsed(value) => Key::of(value),
            Self::Text(text) => Value::parse(text).ok().as_ref().and_then(Key::of),
        }
    }
}

/// Runs of adjacent entries with the same key: their positions, and the key.
pub(super) fn runs_of_keys(entries: &[Item]) -> impl Iterator<Item = (Range<usize>, Option<EntryKey<'_>>)> {
    let mut start = 0;
    let runs = entries.chunk_by(|left, right| EntryKey::of(left) == EntryKey::of(right));
    runs.map(move |run| {
        let positions = start..start + run.len();
        start = positions.end;
        (positions, EntryKey::of(&run[0]))
    })
}

/// The error for an entry without a valid key.
pub(super) const NO_KEY: Uncatchable = Uncatchable::StreamMapKey(StreamMapKeyError::Key);

/// The value of an entry.
pub(super) fn entry_value(entry: &Item) -> Result<Value, Uncatchable> {
    let value = match entry.value.as_ref() {
        ItemValueRef::Parsed(value) => value.get("value").cloned(),
        ItemValueRef::Text(text) => {
            let part = text.part(&[Step::Field("value")]);
            part.and_then(|part| Value::parse(part).ok())
        }
    };
    value.ok_or(Uncatchable::StreamMapKey(StreamMapKeyError::Value))
}
