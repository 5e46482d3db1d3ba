use crate::{Error, Number, Object};
use ecow::{EcoString, EcoVec};
use std::ops::Index;

/// A JSON value. Equality is structural: `1` and `1.0` differ.
///
/// Clones share their parts, so the text of a value can be much longer than the value is large.
#[derive(Clone, Default, PartialEq)]
pub enum Value {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// An integer or a float.
    Number(Number),
    /// A string.
    String(EcoString),
    /// An array.
    Array(EcoVec<Self>),
    /// An object.
    Object(Object),
}

impl Value {
    /// The deepest nesting of arrays and objects that has a text.
    pub const MAX_DEPTH: usize = 128;

    /// Parses a JSON text. Of fields of the same name the last one stays.
    ///
    /// # Errors
    /// The text is not JSON, or nests too deep (127 levels are accepted).
    pub fn parse(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text)
    }

    /// An object with these fields, in any order.
    #[inline]
    pub fn object<N: Into<EcoString>>(fields: impl IntoIterator<Item = (N, Self)>) -> Self {
        Self::Object(fields.into_iter().collect())
    }

    /// An array of these items.
    #[inline]
    pub fn array<I: Into<Self>>(items: impl IntoIterator<Item = I>) -> Self {
        items.into_iter().collect()
    }

    /// A lower bound, approximately, of the bytes in memory that the value of a JSON text takes. Costs less than parsing.
    #[must_use]
    pub fn parsed_size(text: &str) -> usize {
        /// The size of a value on 64-bit machines. Limits must not depend on the machine.
        const SIZE: usize = 24;
        text.len() + commas(text.as_bytes()) * SIZE
    }

    /// Whether it is `null`.
    #[inline]
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The boolean, if it is one.
    #[inline]
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Boolean(boolean) = self {
            Some(*boolean)
        } else {
            None
        }
    }

    /// The number, if it is one.
    #[inline]
    #[must_use]
    pub fn as_number(&self) -> Option<&Number> {
        if let Self::Number(number) = self {
            Some(number)
        } else {
            None
        }
    }

    /// The integer, if it is one within the range of the type. A float is none.
    #[inline]
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number()?.as_i64()
    }

    /// The integer, if it is one within the range of the type. A float is none.
    #[inline]
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.as_number()?.as_u64()
    }

    /// The number as a float, rounded if it is a large integer.
    #[inline]
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number()?.as_f64()
    }

    /// The string, if it is one.
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.as_string().map(EcoString::as_str)
    }

    /// The string, if it is one, to be cloned cheaply.
    #[inline]
    #[must_use]
    pub fn as_string(&self) -> Option<&EcoString> {
        if let Self::String(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// The items of an array.
    #[inline]
    #[must_use]
    pub fn as_array(&self) -> Option<&EcoVec<Self>> {
        if let Self::Array(items) = self {
            Some(items)
        } else {
            None
        }
    }

    /// The fields of an object.
    #[inline]
    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        if let Self::Object(fields) = self {
            Some(fields)
        } else {
            None
        }
    }

    /// A field of an object.
    #[inline]
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }
}

/// The number of commas.
fn commas(bytes: &[u8]) -> usize {
    /// Bytes that are compared together.
    const LANES: usize = 64;
    /// Counts of a byte hold so many blocks.
    const BLOCKS: usize = 255;

    let count = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b',').count();
    if bytes.len() < LANES * BLOCKS {
        return count(bytes);
    }
    let (blocks, rest) = bytes.as_chunks::<LANES>();
    let counted = blocks.chunks(BLOCKS).map(|blocks| {
        let mut counts = [0_u8; LANES];
        for block in blocks {
            for (count, byte) in counts.iter_mut().zip(block) {
                *count += u8::from(*byte == b',');
            }
        }
        counts.iter().map(|count| usize::from(*count)).sum::<usize>()
    });
    counted.sum::<usize>() + count(rest)
}

impl Index<&str> for Value {
    type Output = Self;

    /// The field of that name; `null` if there is none.
    fn index(&self, name: &str) -> &Self {
        self.get(name).unwrap_or(&Self::Null)
    }
}

impl Index<usize> for Value {
    type Output = Self;

    /// The item at that position; `null` if there is none.
    fn index(&self, position: usize) -> &Self {
        self.as_array()
            .and_then(|items| items.get(position))
            .unwrap_or(&Self::Null)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_and_fractional_numbers_differ() {
        assert_ne!(Value::parse("1").expect("JSON"), Value::parse("1.0").expect("JSON"));
        assert_eq!(Value::parse("[1, 2]").expect("JSON"), Value::array([1, 2]));
    }

    #[test]
    fn accessors_give_what_is_there() {
        let value = Value::parse(r#"{"a": [true, -1, 1.5, "x"], "b": null}"#).expect("JSON");
        let items = value.get("a").and_then(Value::as_array).expect("an array");
        assert_eq!(items[0].as_bool(), Some(true));
        assert_eq!(
            (items[1].as_i64(), items[1].as_u64(), items[1].as_f64()),
            (Some(-1), None, Some(-1.0))
        );
        assert_eq!((items[2].as_i64(), items[2].as_f64()), (None, Some(1.5)));
        assert_eq!((items[3].as_str(), items[3].as_object()), (Some("x"), None));
        assert!(value.get("b").is_some_and(Value::is_null));
        assert_eq!(items[0].get("a"), None);
        assert_eq!((value["a"][3].as_str(), &value["x"]["y"][7]), (Some("x"), &Value::Null));
    }

    #[test]
    fn all_commas_count() {
        for length in [0, 1, 63, 64, 65, 64 * 255, 64 * 256 + 7] {
            let text = ",".repeat(length);
            assert_eq!(Value::parsed_size(&text), length * 25);
            assert_eq!(Value::parsed_size(&text.replace(',', "-")), length);
        }
    }

    #[test]
    fn a_value_takes_three_words() {
        assert_eq!(size_of::<Value>(), 24);
    }
}
