//! Values of items.
//!
//! Particle data and services give values as texts. A canonical text is parsed only when an instruction looks into the value:
//! most values are only hashed, stored and passed on.

use crate::memory::{self, sizes};
use crate::{CallError, Cid};
use aqua_values::{Step, TextError, Value, is_canonical, part_of_canonical};
use ecow::EcoString;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use triomphe::Arc;

/// A value, or its canonical text.
#[derive(Debug, Clone)]
pub(crate) enum ItemValue {
    Parsed(Value),
    Text(Arc<ValueText>),
}

/// What a service answered.
pub(crate) type Answer = Result<ItemValue, CallError>;

/// A canonical text, and the value once something has read it.
#[derive(Debug)]
pub(crate) struct ValueText {
    text: EcoString,
    /// The id of the text, if it is known.
    cid: Option<Cid>,
    value: OnceLock<Value>,
    /// Whether a part was read without parsing all of it.
    was_searched: AtomicBool,
}

sizes! {
    VALUE_TEXT: ValueText = 120;
}

/// A borrowed [`ItemValue`].
#[derive(Debug, Clone, Copy)]
pub(super) enum ItemValueRef<'i> {
    Parsed(&'i Value),
    Text(&'i Arc<ValueText>),
}

/// Shorter texts are parsed at once, which takes no longer than allocating a [`ValueText`].
const SHORT: usize = 48;

impl ItemValue {
    /// The value of a text, if the text is canonical and parsing it now is not better.
    pub(crate) fn of_canonical(text: &EcoString) -> Option<Self> {
        (text.len() > SHORT && is_canonical(text)).then(|| Self::of_text(text.clone(), None))
    }

    /// The value of a canonical text with that id.
    pub(crate) fn of_identified(text: EcoString, cid: Cid) -> Self {
        Self::of_text(text, Some(cid))
    }

    fn of_text(text: EcoString, cid: Option<Cid>) -> Self {
        Self::Text(Arc::new(ValueText {
            text,
            cid,
            value: OnceLock::new(),
            was_searched: AtomicBool::new(false),
        }))
    }

    pub(super) fn as_ref(&self) -> ItemValueRef<'_> {
        match self {
            Self::Parsed(value) => ItemValueRef::Parsed(value),
            Self::Text(text) => ItemValueRef::Text(text),
        }
    }

    pub(super) fn get(&self) -> &Value {
        self.as_ref().get()
    }

    pub(crate) fn into_value(self) -> Value {
        match self {
            Self::Parsed(value) => value,
            Self::Text(text) => text.value().clone(),
        }
    }

    /// The text and its id, if both are known.
    pub(super) fn identified(&self) -> Option<(&EcoString, &Cid)> {
        match self {
            Self::Parsed(_) => None,
            Self::Text(text) => text.cid.as_ref().map(|cid| (&text.text, cid)),
        }
    }

    /// Heap memory in bytes, shared parts included: that of a text which the data has, too, counts as if it were parsed.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Parsed(value) => memory::value(value),
            Self::Text(text) => memory::TRIOMPHE + VALUE_TEXT + text.parsed_size(),
        }
    }

    /// Appends the canonical text.
    pub(super) fn write_text(&self, out: &mut Vec<u8>, limit: usize) -> Result<(), TextError> {
        match self {
            Self::Parsed(value) => value.write_text(out, limit),
            Self::Text(text) => text.write(out, limit),
        }
    }
}

impl From<Value> for ItemValue {
    fn from(value: Value) -> Self {
        Self::Parsed(value)
    }
}

impl<'i> ItemValueRef<'i> {
    pub(super) fn get(self) -> &'i Value {
        match self {
            Self::Parsed(value) => value,
            Self::Text(text) => text.value(),
        }
    }

    pub(super) fn to_owned(self) -> ItemValue {
        match self {
            Self::Parsed(value) => ItemValue::Parsed(value.clone()),
            Self::Text(text) => ItemValue::Text(text.clone()),
        }
    }

    /// Appends the canonical text of an element of an array.
    pub(super) fn write_element(self, out: &mut Vec<u8>, limit: usize) -> Result<(), TextError> {
        match self {
            Self::Parsed(value) => value.write_element(out, limit),
            Self::Text(text) => text.write(out, limit),
        }
    }

    /// A part of a text that has not been parsed. `None` proves nothing.
    pub(super) fn part(self, path: &[Step<'_>]) -> Option<Value> {
        let Self::Text(text) = self else { return None };
        // Several parts are read faster from the whole value.
        let is_first = text.value.get().is_none() && !text.was_searched.swap(true, Ordering::Relaxed);
        if !is_first {
            return None;
        }
        Value::parse(text.part(path)?).ok()
    }
}

impl ValueText {
    /// The text of a part.
    pub(super) fn part(&self, path: &[Step<'_>]) -> Option<&str> {
        part_of_canonical(&self.text, path)
    }

    fn value(&self) -> &Value {
        self.value
            .get_or_init(|| Value::parse(&self.text).expect("a canonical text is JSON"))
    }

    /// Memory of the value, now or when it is parsed.
    fn parsed_size(&self) -> usize {
        self.value
            .get()
            .map_or_else(|| Value::parsed_size(&self.text), memory::value)
    }

    /// Canonical texts nest as deep as an element of an array may.
    fn write(&self, out: &mut Vec<u8>, limit: usize) -> Result<(), TextError> {
        if self.text.len() > limit.saturating_sub(out.len()) {
            return Err(TextError::TooLong);
        }
        out.extend_from_slice(self.text.as_bytes());
        Ok(())
    }
}
