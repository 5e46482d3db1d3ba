//! The canonical text.

use crate::Value;
use std::fmt;

/// Why a value has no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextError {
    /// It nests deeper than [`Value::MAX_DEPTH`].
    TooDeep,
    /// The text would be longer than allowed.
    TooLong,
}

impl fmt::Display for TextError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::TooDeep => "value nests too deep",
            Self::TooLong => "value is too long",
        })
    }
}

impl std::error::Error for TextError {}

impl Value {
    /// Appends the canonical text: compact JSON with sorted keys. Content ids hash it.
    ///
    /// # Errors
    /// The value nests too deep, or `out` would become longer than `limit` bytes. What was written so far stays.
    pub fn write_text(&self, out: &mut Vec<u8>, limit: usize) -> Result<(), TextError> {
        self.write(out, limit, Self::MAX_DEPTH)
    }

    /// The same for a value that is an element of an array.
    ///
    /// # Errors
    /// Those of [`write_text`](Self::write_text).
    pub fn write_element(&self, out: &mut Vec<u8>, limit: usize) -> Result<(), TextError> {
        self.write(out, limit, Self::MAX_DEPTH - 1)
    }

    /// The canonical text, at most `limit` bytes long.
    ///
    /// # Errors
    /// Those of [`write_text`](Self::write_text).
    pub fn to_text(&self, limit: usize) -> Result<String, TextError> {
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
            Self::String(text) => write_string(out, text),
            Self::Array(items) => {
                let depth = inside()?;
                out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    item.write(out, limit, depth)?;
                }
                out.push(b']');
            }
            Self::Object(fields) => {
                let depth = inside()?;
                out.push(b'{');
                for (index, (name, value)) in fields.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    write_string(out, name);
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

    /// A lower bound of the length of the canonical text, at least a 24th of it: numbers count as one byte, characters as
    /// if none were escaped. Looks at no string and counts no further than `limit`, which bounds the cost however often the
    /// value shares its parts. Nothing that nests deeper than [`MAX_DEPTH`](Self::MAX_DEPTH) counts.
    #[must_use]
    pub fn estimated_text_size(&self, limit: usize) -> usize {
        let mut budget = Budget {
            left: limit,
            string: |text| 2 + text.len(),
            number: |_| 1,
        };
        match budget.take_value(self, Self::MAX_DEPTH) {
            Some(()) => limit - budget.left,
            None => limit.saturating_add(1),
        }
    }

    /// Whether the canonical text is longer than `limit` bytes. Writes nothing; costs an
    /// [estimate](Self::estimated_text_size) unless the limit is near.
    #[must_use]
    pub fn is_text_longer_than(&self, limit: usize) -> bool {
        let estimate = self.estimated_text_size(limit);
        if estimate > limit || estimate.saturating_mul(UNDERESTIMATE) <= limit {
            return estimate > limit;
        }
        let mut budget = Budget {
            left: limit,
            string: string_length,
            number: number_length,
        };
        budget.take_value(self, Self::MAX_DEPTH).is_none()
    }
}

/// How many times longer than its estimate a text may be. A number has up to 24 bytes, `-2.2250738585072014e-308`; a byte
/// of a string up to 6, `\u0000`.
const UNDERESTIMATE: usize = 24;

fn string_length(text: &str) -> usize {
    let escapes = text.bytes().map(|byte| match byte {
        b'"' | b'\\' | 0x08 | 0x09 | 0x0a | 0x0c | 0x0d => 1,
        0..0x20 => 5,
        _ => 0,
    });
    2 + text.len() + escapes.sum::<usize>()
}

fn number_length(number: &Value) -> usize {
    let mut text = Vec::with_capacity(UNDERESTIMATE);
    number.write_text(&mut text, usize::MAX).expect("a number has no depth");
    text.len()
}

/// What is left of a length. `None` means that nothing is.
struct Budget {
    left: usize,
    string: fn(&str) -> usize,
    number: fn(&Value) -> usize,
}

impl Budget {
    fn take(&mut self, length: usize) -> Option<()> {
        self.left = self.left.checked_sub(length)?;
        Some(())
    }

    fn take_value(&mut self, value: &Value, depth: usize) -> Option<()> {
        match value {
            Value::Null | Value::Boolean(true) => self.take(4),
            Value::Boolean(false) => self.take(5),
            Value::Number(_) => self.take((self.number)(value)),
            Value::String(text) => self.take((self.string)(text)),
            Value::Array(items) => {
                // Brackets and commas.
                self.take(2 + items.len().saturating_sub(1))?;
                let Some(depth) = depth.checked_sub(1) else {
                    return Some(());
                };
                items.iter().try_for_each(|item| self.take_value(item, depth))
            }
            Value::Object(fields) => {
                // Braces, colons and commas.
                self.take(2 + fields.len() + fields.len().saturating_sub(1))?;
                let Some(depth) = depth.checked_sub(1) else {
                    return Some(());
                };
                fields.iter().try_for_each(|(name, value)| {
                    self.take((self.string)(name))?;
                    self.take_value(value, depth)
                })
            }
        }
    }
}

/// Appends a string as JSON, in quotes.
#[inline]
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    if has_escapes(text.as_bytes()) {
        serde_json::to_writer(out, text).expect("serialising to memory succeeds");
    } else {
        out.reserve(text.len() + 2);
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    }
}

/// Whether a byte of a text can't stand for itself.
#[inline]
fn has_escapes(bytes: &[u8]) -> bool {
    let is_one = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    // Without an early exit, so that the bytes of a block are compared together.
    let is_in = |block: &[u8; 16]| block.iter().fold(false, |any, byte| any | is_one(byte));
    match bytes.last_chunk() {
        Some(last) => bytes
            .as_chunks()
            .0
            .iter()
            .fold(is_in(last), |any, block| any | is_in(block)),
        None => bytes.iter().any(is_one),
    }
}

/// The canonical text; a sentence if the value nests too deep.
impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_text(usize::MAX).unwrap_or_else(|error| error.to_string()))
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_are_compact_and_sorted() {
        let value = Value::parse(" {\"b\": [1, 1.0, -2, 1e3, \"\u{e4}\\n\"], \"a\": {}, \"a\": null} ").expect("JSON");
        assert_eq!(value.get("a"), Some(&Value::Null));
        assert_eq!(value.get("c"), None);
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
    fn nesting_and_length_are_limited() {
        let nested = |depth: usize| Value::parse(&("[".repeat(depth) + &"]".repeat(depth)));
        let deepest = nested(127).expect("within the limit");
        assert!(nested(129).is_err());
        let deeper = Value::array([deepest]);
        let too_deep = Value::array([deeper.clone()]);
        assert_eq!(too_deep.to_text(usize::MAX), Err(TextError::TooDeep));
        assert_eq!(deeper.to_text(256).map(|text| text.len()), Ok(256));
        assert_eq!(deeper.to_text(255), Err(TextError::TooLong));
    }

    #[test]
    fn shared_parts_do_not_multiply_time_or_memory() {
        let bomb = (0..100).fold(Value::Null, |value, _| Value::array([value.clone(), value]));
        assert_eq!(bomb.to_text(1 << 20), Err(TextError::TooLong));
        assert!(bomb.is_text_longer_than(1 << 20));
        let deep_bomb = (0..1000).fold(bomb, |value, _| Value::array([value]));
        assert!(!deep_bomb.is_text_longer_than(1 << 20));
    }

    #[test]
    fn escapes_are_found_everywhere() {
        for length in 0..70 {
            let mut bytes = vec![b'a'; length];
            assert!(!has_escapes(&bytes));
            for index in 0..length {
                bytes[index] = [0x1f, b'"', b'\\'][index % 3];
                assert!(has_escapes(&bytes), "{length} {index}");
                bytes[index] = b'a';
            }
        }
    }

    pub(crate) fn value(float: impl Strategy<Value = f64> + 'static) -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            float.prop_map(Value::from),
            "[\\x00-\\x7fä€]{0,20}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec(("[a-c\\n]{0,2}", inner), 0..6).prop_map(Value::object),
            ]
        })
    }

    proptest! {
        #[test]
        fn lengths_are_those_of_the_text(value in value(any::<f64>())) {
            let text = value.to_string();
            prop_assert!(!value.is_text_longer_than(text.len()));
            prop_assert!(value.is_text_longer_than(text.len() - 1));
            let estimate = value.estimated_text_size(usize::MAX);
            prop_assert!(estimate <= text.len() && text.len() <= estimate * UNDERESTIMATE);
        }

        /// But for floats of many digits, which `serde_json` reads with an error in the last one.
        #[test]
        fn texts_are_read_back(value in value(any::<i32>().prop_map(|number| f64::from(number) / 64.0))) {
            prop_assert_eq!(Value::parse(&value.to_string()).expect("JSON"), value);
        }
    }
}
