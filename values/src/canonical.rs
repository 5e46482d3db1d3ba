//! Canonical texts that are read as they are, without making a value of them.
//!
//! Most texts of values are canonical already: they were written by [`write_text`](crate::Value::write_text). Such a text need not
//! be parsed to be hashed, stored or passed on, and parsing a part of it is enough to read that part.

mod rewriter;

use crate::Value;
pub use rewriter::canonicalise;

/// Whether a text is the canonical text of a value that [`Value::parse`] accepts. `false` proves nothing: some escapes are not
/// examined.
///
/// ```
/// use aqua_values::is_canonical;
///
/// assert!(is_canonical(r#"{"a":[1,-2,1.5],"b":"\n"}"#));
/// assert!(!is_canonical(r#"{"b":1,"a":2}"#), "keys are sorted");
/// assert!(!is_canonical("[1, 2]"), "the text is compact");
/// ```
#[must_use]
pub fn is_canonical(text: &str) -> bool {
    let mut scanner = Scanner { text, at: 0 };
    scanner.whole().is_some() && scanner.at == text.len()
}

/// A step into a value.
#[derive(Debug, Clone, Copy)]
pub enum Step<'s> {
    /// To an item of an array.
    Item(usize),
    /// To a field of an object.
    Field(&'s str),
}

/// The text of a part of a value, given by its canonical text. `None` if there is no such part.
#[must_use]
pub fn part_of_canonical<'t>(text: &'t str, path: &[Step<'_>]) -> Option<&'t str> {
    let mut scanner = Scanner { text, at: 0 };
    for step in path {
        match step {
            Step::Item(index) => scanner.enter_item(*index)?,
            Step::Field(name) => scanner.enter_field(name)?,
        }
    }
    let begin = scanner.at;
    scanner.skip()?;
    text.get(begin..scanner.at)
}

/// A position in a text.
struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

/// An array or an object whose end has not been reached.
#[derive(Clone, Copy)]
enum Open<'t> {
    Array,
    /// With the name of its last field.
    Object(&'t str),
}

impl<'t> Scanner<'t> {
    fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes()
    }

    fn peek(&self) -> Option<u8> {
        self.bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Passes a value. `None` if its text is not canonical.
    fn whole(&mut self) -> Option<()> {
        let mut open: Vec<Open<'t>> = Vec::new();
        loop {
            // A value begins here.
            match self.peek()? {
                begin @ (b'[' | b'{') => {
                    self.at += 1;
                    if open.len() >= Value::MAX_DEPTH - 1 {
                        return None;
                    }
                    let is_array = begin == b'[';
                    // The end is two characters after the beginning in ASCII.
                    if self.take(begin + 2).is_none() {
                        open.push(if is_array {
                            Open::Array
                        } else {
                            Open::Object(self.name()?)
                        });
                        continue;
                    }
                }
                b'"' => {
                    self.string()?;
                }
                _ => self.scalar()?,
            }
            // It ends here; so may what surrounds it.
            loop {
                let Some(innermost) = open.last_mut() else {
                    return Some(());
                };
                match (self.peek()?, innermost) {
                    (b',', Open::Array) => {
                        self.at += 1;
                        break;
                    }
                    (b',', Open::Object(before)) => {
                        self.at += 1;
                        let former = *before;
                        let name = self.name()?;
                        if name <= former {
                            return None;
                        }
                        *open.last_mut()? = Open::Object(name);
                        break;
                    }
                    (b']', Open::Array) | (b'}', Open::Object(_)) => {
                        self.at += 1;
                        open.pop();
                    }
                    _ => return None,
                }
            }
        }
    }

    /// Passes the name of a field without escapes, and the colon.
    fn name(&mut self) -> Option<&'t str> {
        let (name, has_escapes) = self.string()?;
        if has_escapes {
            return None;
        }
        self.take(b':')?;
        Some(name)
    }

    /// Passes a string. Returns what is between the quotes, and whether it has escapes.
    fn string(&mut self) -> Option<(&'t str, bool)> {
        self.take(b'"')?;
        let begin = self.at;
        let mut has_escapes = false;
        loop {
            self.at += plain_length(&self.bytes()[self.at..]);
            match self.peek()? {
                b'"' => {
                    let content = self.text.get(begin..self.at)?;
                    self.at += 1;
                    return Some((content, has_escapes));
                }
                b'\\' => {
                    if !matches!(
                        self.bytes().get(self.at + 1)?,
                        b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't'
                    ) {
                        return None;
                    }
                    has_escapes = true;
                    self.at += 2;
                }
                _ => return None,
            }
        }
    }

    /// Passes a number, a boolean or `null`.
    fn scalar(&mut self) -> Option<()> {
        /// Integers of so many digits fit 64 bits.
        const DIGITS: usize = 18;

        let rest = &self.bytes()[self.at..];
        let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\n' | b'\t' | b'\r');
        let token = &rest[..rest.iter().position(ends).unwrap_or(rest.len())];
        self.at += token.len();
        let digits = token.strip_prefix(b"-").unwrap_or(token);
        let is_integer = match digits {
            [b'0'] => token.len() == 1,
            [b'1'..=b'9', more @ ..] => more.len() < DIGITS && more.iter().all(u8::is_ascii_digit),
            _ => false,
        };
        if is_integer || matches!(token, b"null" | b"true" | b"false") {
            return Some(());
        }
        // Other numbers are rare: they are read and written.
        let token = std::str::from_utf8(token).ok()?;
        let number = Value::parse(token).ok().filter(|value| value.as_number().is_some())?;
        (number.to_text(usize::MAX).ok()? == token).then_some(())
    }

    /// Passes a token that may not be canonical.
    fn any_token(&mut self, is_string: bool) -> Option<&'t str> {
        let begin = self.at;
        let rest = &self.bytes()[begin..];
        self.at += if is_string {
            let mut is_escaped = true;
            let end = rest.iter().position(|byte| {
                let ends = *byte == b'"' && !is_escaped;
                is_escaped = !is_escaped && *byte == b'\\';
                ends
            });
            end? + 1
        } else {
            let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\n' | b'\t' | b'\r');
            rest.iter().position(ends).unwrap_or(rest.len())
        };
        self.text.get(begin..self.at)
    }

    // Parts of a text that is known to be canonical.

    /// Passes a value.
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'[' | b'{' => {
                    depth += 1;
                    self.at += 1;
                }
                b']' | b'}' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b',' | b':' => self.at += 1,
                _ => {
                    let rest = &self.bytes()[self.at..];
                    let length = rest.iter().position(|byte| matches!(byte, b',' | b']' | b'}'));
                    self.at += length.unwrap_or(rest.len());
                }
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// Moves to an item of the array that begins here.
    fn enter_item(&mut self, index: usize) -> Option<()> {
        self.take(b'[')?;
        if self.peek()? == b']' {
            return None;
        }
        for _ in 0..index {
            self.skip()?;
            self.take(b',')?;
        }
        Some(())
    }

    /// Moves to the value of a field of the object that begins here.
    fn enter_field(&mut self, wanted: &str) -> Option<()> {
        self.take(b'{')?;
        if self.peek()? == b'}' {
            return None;
        }
        loop {
            let name = self.name()?;
            if name == wanted {
                return Some(());
            }
            self.skip()?;
            self.take(b',')?;
        }
    }
}

/// The number of bytes before the first one that ends a string or is not allowed in it.
fn plain_length(bytes: &[u8]) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * EACH;
    /// The high bit of the lowest byte that is zero, and of no lower byte.
    const fn zeros(word: u64) -> u64 {
        word.wrapping_sub(EACH) & !word & HIGH
    }

    let (words, rest) = bytes.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let quotes = zeros(word ^ (b'"' as u64 * EACH));
        let escapes = zeros(word ^ (b'\\' as u64 * EACH));
        // Bytes below 0x20; those of other characters have their high bit set.
        let controls = word.wrapping_sub(0x20 * EACH) & !word & HIGH;
        let special = quotes | escapes | controls;
        if special != 0 {
            return index * size_of::<u64>() + special.trailing_zeros() as usize / 8;
        }
    }
    let is_special = |byte: &u8| *byte < 0x20 || matches!(byte, b'"' | b'\\');
    bytes.len() - rest.len() + rest.iter().position(is_special).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tests::value;
    use proptest::prelude::*;

    /// What is said to be canonical is.
    fn check(text: &str) -> bool {
        let is = is_canonical(text);
        if is {
            let parsed = Value::parse(text).map(|value| value.to_text(usize::MAX));
            assert_eq!(parsed.ok(), Some(Ok(text.to_owned())), "{text}");
        }
        is
    }

    #[test]
    fn canonical_texts_are_recognised() {
        for text in [
            "null",
            "true",
            "-1",
            "0",
            "1.0",
            "1e20",
            "18446744073709551615",
            "\"\"",
            "[]",
            "{}",
            "[[],{},[{}]]",
            r#"{"a":1,"b":[null,false,"ä\n\"\\"],"ba":{}}"#,
        ] {
            assert!(check(text), "{text}");
        }
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(check(&nested(127)));
        assert!(!check(&nested(128)));
    }

    #[test]
    fn other_texts_are_not() {
        for text in [
            "",
            " 1",
            "1 ",
            "01",
            "-0",
            "-",
            "+1",
            "1.50",
            "1e+20",
            "18446744073709551616",
            "1e999",
            "nul",
            "tru e",
            "\"",
            "\"\\\"",
            "\"\\u0041\"",
            "\"\\/\"",
            "\"\u{1}\"",
            "[1,]",
            "[,1]",
            "[1 ,2]",
            "[1",
            "1]",
            "[1}",
            "{\"a\"}",
            "{\"a\":1,}",
            "{\"b\":1,\"a\":1}",
            "{\"a\":1,\"a\":1}",
            "{a:1}",
            "[1]2",
            "\"a\"\"b\"",
        ] {
            assert!(!check(text), "{text}");
        }
    }

    #[test]
    fn special_bytes_are_found_everywhere() {
        for length in 0..40 {
            let mut bytes = vec![0x80; length];
            assert_eq!(plain_length(&bytes), length);
            for index in (0..length).rev() {
                bytes[index] = [0x00, 0x1f, b'"', b'\\'][index % 4];
                assert_eq!(plain_length(&bytes), index);
            }
        }
    }

    #[test]
    fn parts_are_those_of_the_value() {
        let text = r#"{"a":[1,{"b":"]}"},[2]],"c":null}"#;
        let part = |path: &[Step<'_>]| part_of_canonical(text, path);
        use Step::{Field, Item};
        assert_eq!(part(&[]), Some(text));
        assert_eq!(part(&[Field("a"), Item(0)]), Some("1"));
        assert_eq!(part(&[Field("a"), Item(1), Field("b")]), Some("\"]}\""));
        assert_eq!(part(&[Field("a"), Item(2)]), Some("[2]"));
        assert_eq!(part(&[Field("c")]), Some("null"));
        for path in [
            &[Field("b")][..],
            &[Field("a"), Item(3)],
            &[Item(0)],
            &[Field("c"), Item(0)],
            &[Field("a"), Item(2), Item(1)],
        ] {
            assert_eq!(part(path), None, "{path:?}");
        }
        assert_eq!(part_of_canonical("[]", &[Item(0)]), None);
        assert_eq!(part_of_canonical("{}", &[Field("a")]), None);
    }

    proptest! {
        #[test]
        fn texts_of_values_are_canonical(value in value(any::<f64>())) {
            let text = value.to_string();
            // But for escapes, and floats that are read with an error.
            if !text.contains('\\') && Value::parse(&text).expect("JSON") == value {
                prop_assert!(check(&text), "{}", text);
            }
        }

        #[test]
        fn damaged_texts_are_not_mistaken(value in value(any::<f64>()), at: prop::sample::Index, byte in 0x20..0x7f_u8) {
            let mut text = value.to_string();
            let at = at.index(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary(at + 1) {
                text.replace_range(at..=at, std::str::from_utf8(&[byte]).expect("ASCII"));
                check(&text);
            }
        }
    }
}
