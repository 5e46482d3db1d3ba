//! Canonical texts of texts that are not canonical.

use super::Scanner;
use crate::Value;

/// The canonical text of the value of a JSON text, made without the value. `None` proves nothing: a text that is not JSON, repeats a
/// field or has escapes in the name of one has to be parsed.
///
/// ```
/// use aqua_values::canonicalise;
///
/// assert_eq!(canonicalise("{\"b\": [1.50], \"a\": 2}").as_deref(), Some("{\"a\":2,\"b\":[1.5]}"));
/// ```
#[must_use]
pub fn canonicalise(text: &str) -> Option<String> {
    let mut rewriter = Rewriter {
        scanner: Scanner { text, at: 0 },
        out: Vec::with_capacity(text.len()),
        open: Vec::new(),
        fields: Vec::new(),
        sorted: Vec::new(),
    };
    rewriter.whole()?;
    String::from_utf8(rewriter.out).ok()
}

/// Writes the canonical text of what a scanner passes.
struct Rewriter<'t> {
    scanner: Scanner<'t>,
    out: Vec<u8>,
    open: Vec<OpenText>,
    /// The fields of all open objects: the name of each, and where it begins in the output.
    fields: Vec<(&'t str, usize)>,
    /// Buffer for the fields of an object in order.
    sorted: Vec<u8>,
}

/// An array or an object whose end has not been reached.
#[derive(Clone, Copy)]
enum OpenText {
    Array,
    Object {
        /// The index of its first field.
        first: usize,
        is_sorted: bool,
    },
}

impl<'t> Rewriter<'t> {
    /// Passes the text.
    fn whole(&mut self) -> Option<()> {
        loop {
            // A value begins here.
            match self.peek()? {
                begin @ (b'[' | b'{') => {
                    self.take(begin)?;
                    if self.open.len() >= Value::MAX_DEPTH - 1 {
                        return None;
                    }
                    let end = begin + 2;
                    if self.peek()? == end {
                        self.take(end)?;
                    } else if begin == b'[' {
                        self.open.push(OpenText::Array);
                        continue;
                    } else {
                        self.open.push(OpenText::Object {
                            first: self.fields.len(),
                            is_sorted: true,
                        });
                        self.name()?;
                        continue;
                    }
                }
                _ => self.token()?,
            }
            // It ends here; so may what surrounds it.
            loop {
                let Some(innermost) = self.open.last().copied() else {
                    return self.peek().is_none().then_some(());
                };
                match (self.peek()?, innermost) {
                    (b',', OpenText::Array) => {
                        self.take(b',')?;
                        break;
                    }
                    (b',', OpenText::Object { .. }) => {
                        self.take(b',')?;
                        self.name()?;
                        break;
                    }
                    (b']', OpenText::Array) => self.take(b']')?,
                    (b'}', OpenText::Object { first, is_sorted }) => {
                        self.end_object(first, is_sorted)?;
                        self.take(b'}')?;
                    }
                    _ => return None,
                }
                if matches!(self.out.last(), Some(b']' | b'}')) {
                    self.open.pop();
                }
            }
        }
    }

    /// The next character that is not white space.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.scanner.peek()? {
                b' ' | b'\n' | b'\t' | b'\r' => self.scanner.at += 1,
                byte => return Some(byte),
            }
        }
    }

    /// Passes and writes a character.
    fn take(&mut self, byte: u8) -> Option<()> {
        self.scanner.take(byte)?;
        self.out.push(byte);
        Some(())
    }

    /// Passes and writes the name of a field and the colon.
    fn name(&mut self) -> Option<()> {
        let begin = self.out.len();
        self.peek()?;
        let (name, has_escapes) = self.scanner.string()?;
        if has_escapes {
            return None;
        }
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b'"');
        self.peek()?;
        self.take(b':')?;
        let Some(OpenText::Object { first, is_sorted }) = self.open.last_mut() else {
            return None;
        };
        let before = self.fields.get(*first..)?.last();
        *is_sorted = *is_sorted && before.is_none_or(|(before, _)| *before < name);
        self.fields.push((name, begin));
        Some(())
    }

    /// Passes and writes a string, a number, a boolean or `null`.
    fn token(&mut self) -> Option<()> {
        let begin = self.scanner.at;
        let is_string = self.scanner.peek()? == b'"';
        let is_canonical = if is_string {
            self.scanner.string().is_some()
        } else {
            self.scanner.scalar().is_some()
        };
        if is_canonical {
            self.out
                .extend_from_slice(&self.scanner.text.as_bytes()[begin..self.scanner.at]);
            return Some(());
        }
        self.scanner.at = begin;
        let token = self.scanner.any_token(is_string)?;
        Value::parse(token).ok()?.write_text(&mut self.out, usize::MAX).ok()
    }

    /// Puts the fields of the innermost object in order. All are written.
    fn end_object(&mut self, first: usize, is_sorted: bool) -> Option<()> {
        let fields = self.fields.get_mut(first..)?;
        if !is_sorted {
            let begin = fields.first()?.1;
            // Each field ends where the next one begins; all but the last are followed by a comma.
            let ends: Vec<usize> = fields.iter().skip(1).map(|(_, next)| next - 1).collect();
            let ends = ends.into_iter().chain([self.out.len()]);
            let mut spans: Vec<(&str, usize, usize)> = fields
                .iter()
                .zip(ends)
                .map(|((name, begin), end)| (*name, *begin, end))
                .collect();
            spans.sort_unstable();
            if spans.windows(2).any(|pair| pair[0].0 == pair[1].0) {
                return None;
            }
            self.sorted.clear();
            for (index, (_, begin, end)) in spans.iter().enumerate() {
                if index > 0 {
                    self.sorted.push(b',');
                }
                self.sorted.extend_from_slice(&self.out[*begin..*end]);
            }
            self.out.truncate(begin);
            self.out.extend_from_slice(&self.sorted);
        }
        self.fields.truncate(first);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tests::value;
    use proptest::prelude::*;

    /// A canonicalised text is the canonical text of its value.
    fn check(text: &str) -> bool {
        let rewritten = canonicalise(text);
        if let Some(rewritten) = &rewritten {
            let parsed = Value::parse(text).map(|value| value.to_text(usize::MAX));
            assert_eq!(parsed.ok(), Some(Ok(rewritten.clone())), "{text}");
        }
        rewritten.is_some()
    }

    #[test]
    fn texts_are_canonicalised() {
        for text in [
            " 1 ",
            "-0",
            "1.50",
            "1e+20",
            "18446744073709551616",
            "\"\\u0041\\/\\\\\"",
            "[1 , 2\n,[ ],{ }]",
            r#"{"b":1,"a":{"d":[],"c":{}},"aa":"x"}"#,
            r#" { "b" : [ { "z" : 1 , "y" : 2 } ] , "a" : null } "#,
        ] {
            assert!(check(text), "{text}");
        }
        for text in [
            "",
            "01",
            "1e999",
            "nul",
            "\"",
            "\"\\\"",
            "\"\u{1}\"",
            "[1,]",
            "[",
            "[1}",
            "{\"a\"}",
            "{\"a\":1,}",
            "{\"a\":1,\"b\":2,\"a\":3}",
            "{\"\\n\":1}",
            "{a:1}",
            "[1]2",
            "1 2",
        ] {
            assert!(!check(text), "{text}");
        }
        let nested = |depth: usize| "[ ".repeat(depth) + &"]".repeat(depth);
        assert!(check(&nested(127)));
        assert!(!check(&nested(128)));
    }

    /// With the fields of each object in reverse order.
    fn reversed(json: &serde_json::Value) -> serde_json::Value {
        match json {
            serde_json::Value::Array(items) => items.iter().map(reversed).collect(),
            serde_json::Value::Object(fields) => {
                let fields = fields.iter().rev().map(|(name, value)| (name.clone(), reversed(value)));
                serde_json::Value::Object(fields.collect())
            }
            other => other.clone(),
        }
    }

    proptest! {
        #[test]
        fn spaced_and_unsorted_texts_are_canonicalised(value in value(any::<f64>())) {
            let json = serde_json::Value::from(&value);
            let reversed = reversed(&json);
            for text in [json.to_string(), format!("{reversed:#}")] {
                check(&text);
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
