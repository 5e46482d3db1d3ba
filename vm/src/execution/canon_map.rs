//! Frozen stream maps.

use super::item::{CanonStream, Item};
use crate::failure::{StreamMapKeyError, Uncatchable};
use crate::value::Value;
use ecow::{EcoString, eco_format};
use std::collections::BTreeMap;
use std::ops::Range;

/// A key of a stream map. The integer 5 and the text `5` are two keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Text(EcoString),
    Signed(i64),
    /// Beyond the range of signed integers.
    Unsigned(u64),
}

impl Key {
    /// The key that a value is: text or integer.
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

    /// The name of the field that it becomes in an object.
    pub(super) fn into_name(self) -> EcoString {
        match self {
            Self::Text(text) => text,
            Self::Signed(number) => eco_format!("{number}"),
            Self::Unsigned(number) => eco_format!("{number}"),
        }
    }

    /// Whether a value is one.
    pub(super) fn is(value: &Value) -> bool {
        match value {
            Value::String(_) => true,
            Value::Number(number) => number.is_i64() || number.is_u64(),
            _ => false,
        }
    }

    /// The entry that a stream map keeps for a value under a key.
    pub(super) fn entry(key: Value, value: Value) -> Value {
        let names = const { [EcoString::inline("key"), EcoString::inline("value")] };
        let [key_name, value_name] = names;
        Value::object([(key_name, key), (value_name, value)])
    }
}

/// A stream map as one peer froze it: entries `{"key", "value"}` and where those of each key stand.
#[derive(Debug, Clone)]
pub(super) struct CanonMap {
    pub(super) entries: CanonStream,
    pub(super) by_key: BTreeMap<Key, Vec<usize>>,
}

impl CanonMap {
    /// Finds the keys of all entries.
    pub(super) fn new(entries: CanonStream) -> Result<Self, Uncatchable> {
        let mut by_key = BTreeMap::<_, Vec<_>>::new();
        for (places, key) in runs_of_keys(&entries.items) {
            by_key
                .entry(key.and_then(Key::of).ok_or(NO_KEY)?)
                .or_default()
                .extend(places);
        }
        Ok(Self { entries, by_key })
    }

    /// An object with all values of each key.
    pub(super) fn as_value(&self) -> Result<Value, Uncatchable> {
        let mut fields = BTreeMap::new();
        for (key, places) in &self.by_key {
            let values = places
                .iter()
                .map(|place| self.value_at(*place))
                .collect::<Result<Value, _>>()?;
            fields.insert(key.clone().into_name(), values);
        }
        Ok(Value::Object(fields.into_iter().collect()))
    }

    /// The value, without its key, of the entry at a place.
    pub(super) fn value_at(&self, place: usize) -> Result<Value, Uncatchable> {
        entry_value(&self.entries.items[place].value).cloned()
    }

    /// Values under a key.
    pub(super) fn values(&self, key: &Key) -> Result<Vec<Value>, Uncatchable> {
        self.places(key).iter().map(|place| self.value_at(*place)).collect()
    }

    pub(super) fn places(&self, key: &Key) -> &[usize] {
        self.by_key.get(key).map_or(&[], |places| places)
    }

    /// The last entry of each key, in the order of those entries.
    pub(super) fn last_of_each_key(&self) -> Vec<Item> {
        let mut places: Vec<usize> = self
            .by_key
            .values()
            .filter_map(|places| places.last().copied())
            .collect();
        places.sort_unstable();
        places
            .into_iter()
            .map(|place| self.entries.items[place].clone())
            .collect()
    }
}

/// Neighbours with the same key: their places, and the key as a value.
pub(super) fn runs_of_keys(entries: &[Item]) -> impl Iterator<Item = (Range<usize>, Option<&Value>)> {
    let mut start = 0;
    let runs = entries.chunk_by(|left, right| entry_key(left) == entry_key(right));
    runs.map(move |run| {
        let places = start..start + run.len();
        start = places.end;
        (places, entry_key(&run[0]))
    })
}

fn entry_key(entry: &Item) -> Option<&Value> {
    entry.value.as_object().and_then(|fields| fields.get("key"))
}

/// The error about an entry without a key.
pub(super) const NO_KEY: Uncatchable = Uncatchable::StreamMapKey(StreamMapKeyError::Key);

/// The value of an entry.
pub(super) fn entry_value(entry: &Value) -> Result<&Value, Uncatchable> {
    let value = entry.as_object().and_then(|fields| fields.get("value"));
    value.ok_or(Uncatchable::StreamMapKey(StreamMapKeyError::Value))
}
