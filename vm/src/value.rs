//! JSON values as the machine handles them.
//!
//! Cloning is cheap and objects are sorted by key, because the content id of a value hashes its compact text with sorted
//! keys.

use crate::json_text::write_text;
use ecow::{EcoString, EcoVec};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use std::fmt;

/// A JSON value. Equality is structural: 1 and 1.0 differ.
#[derive(Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Boolean(bool),
    Number(Number),
    String(EcoString),
    Array(EcoVec<Self>),
    Object(Object),
}

/// Fields of a JSON object, each name once, sorted by name.
#[derive(Clone, PartialEq)]
pub(crate) struct Object(EcoVec<(EcoString, Value)>);

impl Object {
    /// The field of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        let place = self.0.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
        Some(&self.0[place].1)
    }

    /// Names in their order.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&EcoString, &Value)> {
        self.0.iter().map(|(name, value)| (name, value))
    }
}

impl FromIterator<(EcoString, Value)> for Object {
    /// Of fields of the same name the last one stays.
    fn from_iter<I: IntoIterator<Item = (EcoString, Value)>>(fields: I) -> Self {
        let mut fields: EcoVec<_> = fields.into_iter().collect();
        if !fields.is_sorted_by(|(left, _), (right, _)| left < right) {
            let mut sorted: Vec<_> = fields.iter().cloned().collect();
            sorted.sort_by(|(left, _), (right, _)| left.cmp(right));
            sorted.dedup_by(|(name, value), (kept, kept_value)| {
                let is_same = name == kept;
                if is_same {
                    std::mem::swap(value, kept_value);
                }
                is_same
            });
            fields = sorted.into_iter().collect();
        }
        Self(fields)
    }
}

impl Value {
    /// The deepest nesting of a value that a step makes or reads.
    pub(crate) const MAX_DEPTH: usize = 128;

    /// Reads a JSON text. Nesting is limited to [`MAX_DEPTH`](Self::MAX_DEPTH).
    pub(crate) fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// At least how many bytes the value of a JSON text takes in memory, about.
    pub(crate) fn footprint(text: &str) -> usize {
        let items = text.bytes().filter(|byte| *byte == b',').count();
        text.len() + items * size_of::<Self>()
    }

    /// An object with these fields, which must be sorted by name.
    pub(crate) fn object<const N: usize>(fields: [(EcoString, Self); N]) -> Self {
        debug_assert!(fields.is_sorted_by(|(left, _), (right, _)| left < right));
        Self::Object(Object(EcoVec::from(fields)))
    }

    pub(crate) fn as_str(&self) -> Option<&EcoString> {
        if let Self::String(text) = self {
            Some(text)
        } else {
            None
        }
    }

    pub(crate) fn as_array(&self) -> Option<&EcoVec<Self>> {
        if let Self::Array(items) = self {
            Some(items)
        } else {
            None
        }
    }

    pub(crate) fn as_object(&self) -> Option<&Object> {
        if let Self::Object(fields) = self {
            Some(fields)
        } else {
            None
        }
    }

    pub(crate) fn as_number(&self) -> Option<&Number> {
        if let Self::Number(number) = self {
            Some(number)
        } else {
            None
        }
    }

    /// Appends the compact text with sorted keys that content ids hash.
    ///
    /// Values share their parts, so a text can be much longer than the value is large: `limit` bounds the length of what is
    /// written to, in bytes.
    pub(crate) fn write_text(&self, out: &mut Vec<u8>, limit: usize) -> Result<(), TextError> {
        self.write(out, limit, Self::MAX_DEPTH)
    }

    /// The same for a value that is an element of an array.
    pub(crate) fn write_element(&self, out: &mut Vec<u8>, limit: usize) -> Result<(), TextError> {
        self.write(out, limit, Self::MAX_DEPTH - 1)
    }

    /// The compact text.
    fn to_text(&self, limit: usize) -> Result<String, TextError> {
        let mut text = Vec::new();
        self.write_text(&mut text, limit)?;
        Ok(String::from_utf8(text).expect("JSON is UTF-8"))
    }

    fn write(&self, out: &mut Vec<u8>, limit: usize, depth: usize) -> Result<(), TextError> {
        let written = "serialising to memory succeeds";
        let inside = || depth.checked_sub(1).ok_or(TextError::TooDeep);
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Boolean(boolean) => serde_json::to_writer(&mut *out, boolean).expect(written),
            Self::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
                // Content ids depend on how a float is spelled: 1e20, where serde_json writes 1e+20.
                Some(float) => out.extend_from_slice(ryu::Buffer::new().format_finite(float).as_bytes()),
                None => serde_json::to_writer(&mut *out, number).expect(written),
            },
            Self::String(text) => write_text(out, text),
            Self::Array(items) => {
                let depth = inside()?;
                out.push(b'[');
                for (place, item) in items.iter().enumerate() {
                    if place > 0 {
                        out.push(b',');
                    }
                    item.write(out, limit, depth)?;
                }
                out.push(b']');
            }
            Self::Object(fields) => {
                let depth = inside()?;
                out.push(b'{');
                for (place, (name, value)) in fields.iter().enumerate() {
                    if place > 0 {
                        out.push(b',');
                    }
                    write_text(out, name);
                    out.push(b':');
                    value.write(out, limit, depth)?;
                }
                out.push(b'}');
            }
        }
        if out.len() > limit {
            Err(TextError::TooLong)
        } else {
            Ok(())
        }
    }

    /// The value as embedders see it.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Boolean(boolean) => (*boolean).into(),
            Self::Number(number) => serde_json::Value::Number(number.clone()),
            Self::String(text) => text.as_str().into(),
            Self::Array(items) => items.iter().map(Self::to_json).collect(),
            Self::Object(fields) => fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.to_json()))
                .collect(),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<EcoString> for Value {
    fn from(text: EcoString) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(boolean: bool) -> Self {
        Self::Boolean(boolean)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number.into())
    }
}

impl From<f64> for Value {
    /// A number that JSON can't express is null.
    fn from(number: f64) -> Self {
        Number::from_f64(number).map_or(Self::Null, Self::Number)
    }
}

impl FromIterator<Self> for Value {
    fn from_iter<I: IntoIterator<Item = Self>>(items: I) -> Self {
        Self::Array(items.into_iter().collect())
    }
}

/// Why a value has no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextError {
    /// It nests deeper than [`Value::MAX_DEPTH`].
    TooDeep,
    /// The text would be longer than allowed.
    TooLong,
}

/// Compact JSON with sorted keys, for error texts.
impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(
            &self
                .to_text(usize::MAX)
                .unwrap_or_else(|_| "value nests too deep".to_owned()),
        )
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any valid JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, boolean: bool) -> Result<Value, E> {
        Ok(Value::Boolean(boolean))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array.into_iter().collect()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Vec::new();
        while let Some(field) = fields.next_entry::<EcoString, _>()? {
            object.push(field);
        }
        Ok(Value::Object(object.into_iter().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_compact_and_sorted() {
        let value = Value::parse(" {\"b\": [1, 1.0, -2, 1e3, \"\u{e4}\\n\"], \"a\": {}, \"a\": null} ").expect("JSON");
        assert_eq!(value.as_object().and_then(|object| object.get("a")), Some(&Value::Null));
        assert_eq!(value.as_object().and_then(|object| object.get("c")), None);
        assert_eq!(value.to_string(), "{\"a\":null,\"b\":[1,1.0,-2,1000.0,\"ä\\n\"]}");
    }

    #[test]
    fn floats_are_spelled_as_content_ids_need_them() {
        let spelled = |text: &str| Value::parse(text).expect("JSON").to_string();
        for text in [
            "1e20",
            "1.5e-7",
            "5e-324",
            "1.7976931348623157e308",
            "1e16",
            "-0.0",
            "0.00001",
        ] {
            assert_eq!(spelled(text), text);
        }
        assert_eq!(spelled("1e15"), "1000000000000000.0");
        assert_eq!(spelled("18446744073709551616"), "1.8446744073709552e19");
    }

    #[test]
    fn whole_and_fractional_numbers_differ() {
        assert_ne!(Value::parse("1").expect("JSON"), Value::parse("1.0").expect("JSON"));
        assert_eq!(
            Value::parse("[1, 2]").expect("JSON"),
            [1_i64.into(), 2_i64.into()].into_iter().collect()
        );
    }

    #[test]
    fn nesting_and_length_are_limited() {
        let nested = |depth: usize| Value::parse(&("[".repeat(depth) + &"]".repeat(depth)));
        let deepest = nested(127).expect("within the limit");
        assert!(nested(129).is_err());
        let deeper: Value = [deepest].into_iter().collect();
        let too_deep: Value = [deeper.clone()].into_iter().collect();
        assert_eq!(too_deep.to_text(usize::MAX), Err(TextError::TooDeep));
        assert_eq!(deeper.to_text(256).map(|text| text.len()), Ok(256));
        assert_eq!(deeper.to_text(255), Err(TextError::TooLong));
    }

    #[test]
    fn shared_parts_do_not_multiply_memory() {
        let doubled = |value: Value, _| [value.clone(), value].into_iter().collect::<Value>();
        let bomb = (0..100).fold(Value::Null, doubled);
        assert_eq!(bomb.to_text(1 << 20), Err(TextError::TooLong));
    }
}
